"""Forecast over the horizon: damped Taylor trend plus Ornstein-Uhlenbeck reversion.

Source: damped trend after Gardner and McKenzie, 1985; closed form by the regularised lower incomplete gamma
function P(k+1, z), Abramowitz and Stegun, 1964, 6.5.13.
"""

from math import exp, factorial

from mpmath import mp, mpf
from scipy.integrate import quad

HORIZON_WITHOUT_OU = 300.0


def horizon(ou, min_hold, max_hold):
    """H, seconds: the half-life within the holding limits."""
    return HORIZON_WITHOUT_OU if ou is None else min(max(ou["half_life"], min_hold), max_hold)


def trend(derivatives, n, d, h):
    """sum over k of d_(k+1) T^(k+1) P(k+1, z), T = n D / 10, z = H / T; 30 digits, rounded once."""
    with mp.workdps(30):
        t = mpf(n) * mpf(d) / 10
        z = mpf(h) / t
        terms = [
            mpf(value) * t ** (k + 1) * (1 - mp.exp(-z) * sum(z**i / mp.factorial(i) for i in range(k + 1)))
            for k, value in enumerate(derivatives)
        ]
        return float(sum(terms))


def trend_by_quadrature(derivatives, n, d, h):
    """The definition: integral from 0 to H of (v + a t + j t^2/2 + s t^3/6) e^(-t/T) dt."""
    decay = n * d / 10

    def integrand(t):
        return sum(value * t**k / factorial(k) for k, value in enumerate(derivatives)) * exp(-t / decay)

    return quad(integrand, 0, h, epsabs=0, epsrel=1e-11, limit=200)[0]


def reversion(ou, level, h):
    """(mean - level)(1 - e^(-theta H)), 0 without OU."""
    return 0.0 if ou is None else (ou["mean"] - level) * (1 - exp(-ou["theta"] * h))

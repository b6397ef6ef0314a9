"""Layer 1: four derivatives of a window of levels at its newest end.

Source: Savitzky and Golay, 1964, "Smoothing and differentiation of data by simplified least squares
procedures"; end-point form after Gorry, 1990.

scipy.signal.savgol_coeffs solves a Vandermonde system whose condition grows with n^4, which can spoil the
ninth digit. The vectors therefore hold the exact rational solution rounded once, and scipy is the check.
"""

from fractions import Fraction
from functools import cache
from math import factorial

import numpy as np
from scipy.signal import savgol_coeffs

ORDER = 4


@cache
def exact_coefficients(n):
    """Rows d = 0..4 of Fractions w with derivative_d = sum(w[i] * level[i]) at the newest level, D = 1."""
    times = [i - (n - 1) for i in range(n)]
    size = ORDER + 1
    moments = [[Fraction(sum(t ** (p + q) for t in times)) for q in range(size)] for p in range(size)]
    inverse = _inverse(moments)
    return [[factorial(d) * sum(inverse[d][p] * t**p for p in range(size)) for t in times] for d in range(size)]


def _inverse(matrix):
    """Gauss-Jordan over the rationals."""
    size = len(matrix)
    rows = [row[:] + [Fraction(int(i == j)) for j in range(size)] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = rows[i][i]
        rows[i] = [value / pivot for value in rows[i]]
        for j in range(size):
            if j != i:
                factor = rows[j][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i])]
    return [row[size:] for row in rows]


def exact_derivatives(levels, sample_seconds):
    """(velocity, acceleration, jerk, snap) of the given doubles, exact, rounded once."""
    exact = [Fraction(level) for level in levels]
    rows = exact_coefficients(len(levels))
    return [
        float(sum(w * y for w, y in zip(rows[d], exact)) / Fraction(sample_seconds) ** d) for d in range(1, ORDER + 1)
    ]


@cache
def _float_coefficients(n):
    return np.array([[float(w) for w in row] for row in exact_coefficients(n)])


def derivatives(levels, sample_seconds):
    """The same in doubles, on differences from the newest level (each row but the zeroth sums to zero)."""
    levels = np.asarray(levels)
    rows = _float_coefficients(len(levels))
    return [float(rows[d] @ (levels - levels[-1])) / sample_seconds**d for d in range(1, ORDER + 1)]


def scipy_derivatives(levels, sample_seconds):
    """The same by scipy.signal.savgol_coeffs at the end point."""
    levels = np.asarray(levels)
    n = len(levels)
    return [
        float(savgol_coeffs(n, ORDER, deriv=d, delta=sample_seconds, pos=n - 1, use="dot") @ (levels - levels[0]))
        for d in range(1, ORDER + 1)
    ]

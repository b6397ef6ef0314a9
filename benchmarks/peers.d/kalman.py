"""What every peer computes for a tick: a Kalman filter of price, its slope and its bend (constant acceleration, white jerk), as
drift-signal's layer one has it, and the side that its slope says. Scalars only, so that Numba compiles the same text."""

NOISE = 0.25  # variance of an observed price, units of price squared
JERK = 1e-4  # spectral density of the jerk
THRESHOLD = 2e-6  # of the price, a second: above it long, below its negative short
QUANTITY = 0.001

START = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0)


def step(state, price, dt):
    """The state after a price: value, slope, bend, and their covariances xx xv xa vv va aa."""
    x, v, a, xx, xv, xa, vv, va, aa = state
    if x == 0.0:
        return (price, 0.0, 0.0, NOISE, 0.0, 0.0, 1.0, 0.0, 1.0)
    h = 0.5 * dt * dt
    x, v = x + dt * v + h * a, v + dt * a
    # F P F' + Q, row by row
    xx_, xv_, xa_ = xx + dt * xv + h * xa, xv + dt * vv + h * va, xa + dt * va + h * aa
    vv_, va_ = vv + dt * va, va + dt * aa
    xx = xx_ + dt * xv_ + h * xa_ + JERK * dt**5 / 20
    xv = xv_ + dt * xa_ + JERK * dt**4 / 8
    xa = xa_ + JERK * dt**3 / 6
    vv = vv_ + dt * va_ + JERK * dt**3 / 3
    va = va_ + JERK * dt**2 / 2
    aa = aa + JERK * dt
    total, error = xx + NOISE, price - x
    kx, kv, ka = xx / total, xv / total, xa / total
    return (x + kx * error, v + kv * error, a + ka * error, xx - kx * xx, xv - kx * xv, xa - kx * xa, vv - kv * xv, va - kv * xa, aa - ka * xa)


def side(state):
    """1, -1, or 0 for no opinion."""
    slope = state[1] / state[0]
    return (slope > THRESHOLD) - (slope < -THRESHOLD)

"""Layer 6: the pair's other symbol.

Source: exponentially weighted correlation about zero after J.P. Morgan/Reuters, 1996, "RiskMetrics Technical
Document".
"""

from math import sqrt

SPAN = 60
RETURN_WEIGHT = 0.01
GRID = 5
CORRELATION_WEIGHT = 2 / 721


def average(old, value, a):
    """Exponential mean, started at the first value."""
    return value if old is None else (1 - a) * old + a * value


def standardised_move(levels):
    """m = (return over 60 samples) / (s sqrt(60)); 0 if nothing ever moved."""
    mean_square = None
    for before, after in zip(levels, levels[1:]):
        mean_square = average(mean_square, (after - before) ** 2, RETURN_WEIGHT)
    if mean_square == 0:
        return 0.0
    return (levels[-1] - levels[-1 - SPAN]) / (sqrt(mean_square) * sqrt(SPAN))


def correlation(own, other):
    """Of the 5-sample returns at common grid indices. own and other: {grid index: level}."""
    xx = yy = xy = None
    for i in sorted(own):
        if i % GRID == 0 and all(index in levels for levels in (own, other) for index in (i, i - GRID)):
            x, y = own[i] - own[i - GRID], other[i] - other[i - GRID]
            xx = average(xx, x * x, CORRELATION_WEIGHT)
            yy = average(yy, y * y, CORRELATION_WEIGHT)
            xy = average(xy, x * y, CORRELATION_WEIGHT)
    return xy / sqrt(xx * yy) if xx and yy else 0.0


def judge(own, other, side):
    """The verdict on consecutive samples {grid index: log price} of both symbols; side +1 long, -1 short."""
    if min(len(own), len(other)) <= SPAN:
        return {"result": "no_data", "pass": True, "m_self": None, "m_other": None, "correlation": None}
    m_self = standardised_move([own[i] for i in sorted(own)])
    m_other = standardised_move([other[i] for i in sorted(other)])
    rho = correlation(own, other)
    if side * m_other > 1 and side * m_self < -0.5:
        result = "mean_reversion"
    elif side * m_other > 0.5 and side * m_self > 0.5:
        result = "correlation"
    elif side * m_other < -2 and rho > 0.3:
        result = "contra_trend"
    else:
        result = "neutral"
    return {
        "result": result,
        "pass": result != "contra_trend",
        "m_self": m_self,
        "m_other": m_other,
        "correlation": rho,
    }

"""Layer 3: Ornstein-Uhlenbeck process by exponentially weighted regression of y_k on y_{k-1}.

Source: Uhlenbeck and Ornstein, 1930; exact discretisation as an AR(1) after Vasicek, 1977.
"""

from math import log, sqrt

import numpy as np

MINIMUM_PAIRS = 100


def fit(samples, d, memory):
    """Parameters after the last of the samples, or None (too few pairs, no mean reversion, no variance)."""
    pairs = len(samples) - 1
    if pairs < MINIMUM_PAIRS:
        return None
    y = np.asarray(samples) - samples[0]
    x, target = y[:-1], y[1:]
    root = np.sqrt((1 - 1 / memory) ** np.arange(pairs - 1, -1, -1.0))
    if np.all(x == x[0]):
        return None
    # columns (1, x) scaled to like size: y is measured in fractions of a per cent
    scale = np.max(np.abs(x))
    design = np.column_stack([np.ones(pairs), x / scale]) * root[:, None]
    (a, b_scaled), *_ = np.linalg.lstsq(design, target * root, rcond=None)
    b = b_scaled / scale
    residual = (target - a - b * x) * root
    s2 = float(residual @ residual / (root @ root))
    if not 0 < b < 1 or s2 <= 0:
        return None
    theta = -log(b) / d
    mean = a / (1 - b)
    v = s2 / (1 - b * b)
    return {
        "theta": theta,
        "mean": float(samples[0] + mean),
        "sigma": sqrt(2 * theta * v),
        "half_life": log(2) / theta,
        "z": float((y[-1] - mean) / sqrt(v)),
    }

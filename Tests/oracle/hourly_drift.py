"""Layer 5: six factors on one-minute closes, weighted by recursive least squares.

Source: momentum after Jegadeesh and Titman, 1993; true range after Wilder, 1978; recursive least squares with
forgetting after Ljung and Soederstroem, 1983.
"""

from math import log, sqrt

import numpy as np

MINUTE = 60_000_000
HOUR = 60 * MINUTE
HORIZON = 60
DAY_WEIGHT = 1 / 1440
CLIP = 5
FORGETTING = 2 ** (-1 / 20160)
PRIOR_B = (0.05, 0.0, 0.0, 0.25, 0.25, 0.03)
PRIOR_S = (0.005, 0.5, 0.5, 0.0005, 0.0005, 0.003)
SESSION_STARTS = (0, 7, 13, 21)
HOURS_FOR_HALF = 20


def average(old, value, a):
    """Exponential mean, started at the first value."""
    return value if old is None else (1 - a) * old + a * value


def sign(value):
    return (value > 0) - (value < 0)


def session(ts):
    """0 Asia, 1 Europe, 2 US, 3 late: by the UTC hour of ts (us)."""
    hour = ts // HOUR % 24
    return sum(hour >= start for start in SESSION_STARTS) - 1


def weekday(ts):
    """Days since the epoch modulo 7 (0 is a Thursday)."""
    return ts // (24 * HOUR) % 7


class HourlyDrift:
    """minute() takes one completed minute and returns {predicted, factors, r2}, None before minute 61."""

    def __init__(self):
        self.y, self.volumes, self.close_at = [], [], {}
        self.a15 = self.a1440 = self.e60 = None
        self.hours = []  # (start, log return)
        self.squares = [None] * 6
        self.factors, self.predictions = [], []  # one for each minute, None before there are any
        self.b = np.array(PRIOR_B)
        self.p = np.diag([1 / (1440 * s**2) for s in PRIOR_S])
        self.error2 = self.return2 = None

    def minute(self, ts, close, high, low, volume):
        y = log(close)
        previous = self.y[-1] if self.y else y
        true_range = max(log(high), previous) - min(log(low), previous)
        self.a15 = average(self.a15, true_range, 2 / 16)
        self.a1440 = average(self.a1440, true_range, 2 / 1441)
        self.e60 = average(self.e60, y, 2 / 61)
        self.y.append(y)
        self.volumes.append(volume)
        self.close_at[ts] = y
        if ts % HOUR == 0 and ts - HOUR in self.close_at:
            self.hours.append((ts - HOUR, y - self.close_at[ts - HOUR]))
        self.learn()
        f = self.factors_now(ts)
        self.factors.append(f)
        predicted = None if f is None else float(self.b @ f)
        self.predictions.append(predicted)
        if f is None:
            return None
        r2 = 1 - self.error2 / self.return2 if self.return2 else None
        return {"predicted": predicted, "factors": [float(value) for value in f], "r2": r2}

    def learn(self):
        """Recursive least squares on the factors of 60 minutes ago and the return since."""
        past = len(self.y) - 1 - HORIZON
        if past < 0 or self.factors[past] is None:
            return
        f, r = self.factors[past], self.y[-1] - self.y[past]
        self.error2 = average(self.error2, (r - self.predictions[past]) ** 2, DAY_WEIGHT)
        self.return2 = average(self.return2, r**2, DAY_WEIGHT)
        pf = self.p @ f
        k = pf / (FORGETTING + f @ pf)
        self.b = self.b + k * (r - f @ self.b)
        p = (self.p - np.outer(k, pf)) / FORGETTING
        self.p = (p + p.T) / 2

    def factors_now(self, ts):
        if len(self.y) <= HORIZON:
            return None
        y = self.y[-1]
        f1 = y - self.y[-1 - HORIZON]
        f2 = sign(f1) * log(self.a15 / self.a1440) if self.a15 > 0 and self.a1440 > 0 else 0.0
        v5, v60 = np.mean(self.volumes[-5:]), np.mean(self.volumes[-60:])
        f3 = sign(f1) * log(v5 / v60) if v5 > 0 and v60 > 0 else 0.0
        f4 = self.shrunk_mean(r for start, r in self.hours if session(start) == session(ts))
        f5 = self.shrunk_mean(r for start, r in self.hours if weekday(start) == weekday(ts))
        f6 = self.e60 - y
        return np.array([self.clip(i, value) for i, value in enumerate((f1, f2, f3, f4, f5, f6))])

    @staticmethod
    def shrunk_mean(returns):
        """Mean times n/(n+20), that is sum/(n+20); 0 without any."""
        returns = list(returns)
        return sum(returns) / (len(returns) + HOURS_FOR_HALF)

    def clip(self, i, value):
        self.squares[i] = average(self.squares[i], value**2, DAY_WEIGHT)
        limit = CLIP * sqrt(self.squares[i])
        return min(max(value, -limit), limit)

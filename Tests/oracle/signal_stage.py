"""The signal stage, end to end: market records in, warmup and signal records out."""

from math import exp, log, sqrt

import calculus
import forecast
import kalman
import ornstein_uhlenbeck
from sampler import MICROSECONDS, Sampler

OPTIONS = {
    "sample": 1,
    "window": 100,
    "ready": 25,
    "every": 5,
    "stale": 30,
    "ou_memory": 600,
    "min_hold": 90.0,
    "max_hold": 360.0,
    "flat": 0.1,
    "snr": 0.5,
    "calibrate": False,
}
RETURN_WEIGHT = 0.01


def sign(value):
    return (value > 0) - (value < 0)


def average(old, value, a):
    """Exponential mean, started at the first value."""
    return value if old is None else (1 - a) * old + a * value


def curve(v, a):
    if v > 0:
        return "uptrend_accelerating" if a > 0 else "uptrend_slowing"
    if v < 0:
        return "downtrend_accelerating" if a < 0 else "downtrend_weakening"
    return {1: "curvature_bottom", -1: "curvature_top", 0: "flat"}[sign(a)]


class SymbolModels:
    """Every model of one symbol since its last reset."""

    def __init__(self, options):
        self.o = options
        self.raw, self.levels = [], []
        self.filter = None
        self.price = None
        self.r2 = self.v2 = self.a2 = None
        self.derivatives = None

    def sample(self, price, y):
        d = self.o["sample"]
        if self.filter is None:
            self.filter = kalman.AdaptiveKalman(y, d, kalman.TAU_SAMPLES * d)
        else:
            self.filter.step(y)
            self.r2 = average(self.r2, (y - self.raw[-1]) ** 2, RETURN_WEIGHT)
        self.price = price
        self.raw.append(y)
        self.levels.append(float(self.filter.x[0]))
        if len(self.raw) >= self.o["ready"]:
            self.derivatives = calculus.derivatives(self.levels[-self.o["window"] :], d)
            a = 2 / (self.o["window"] + 1)
            self.v2 = average(self.v2, self.derivatives[0] ** 2, a)
            self.a2 = average(self.a2, self.derivatives[1] ** 2, a)

    def signal(self):
        o, d = self.o, self.o["sample"]
        v, a, j, s = self.derivatives
        n = min(len(self.raw), o["window"])
        level = self.levels[-1]
        ou = ornstein_uhlenbeck.fit(self.raw, d, o["ou_memory"])
        h = forecast.horizon(ou, o["min_hold"], o["max_hold"])
        drift = forecast.trend(self.derivatives, n, d, h) + forecast.reversion(ou, level, h)
        snr = abs(v) / sqrt(self.v2) if self.v2 > 0 else 0.0
        pulls = [a, j] + ([] if ou is None else [ou["mean"] - level])
        agreement = sum(sign(pull) == sign(drift) for pull in pulls) / 3
        flat_v = 0.0 if abs(v) < o["flat"] * sqrt(self.v2) else v
        flat_a = 0.0 if abs(a) < o["flat"] * sqrt(self.a2) else a
        return {
            "px": self.price,
            "forecast": self.price * exp(drift),
            "drift": drift,
            "horizon": h,
            "sigma": sqrt(h / d) * sqrt(self.r2),
            "kind": self.kind(snr, drift),
            "curve": curve(flat_v, flat_a),
            "snr": snr,
            "confidence": min(1.0, snr / 2) * (0.5 + 0.5 * agreement),
            "velocity": v,
            "acceleration": a,
            "jerk": j,
            "snap": s,
            "kalman": {
                "level": level,
                "velocity": float(self.filter.x[1]),
                "variance": float(self.filter.r),
                "nis": self.filter.nis,
            },
            "ou": ou,
        }

    def kind(self, snr, drift):
        if snr < self.o["snr"] or drift == 0:
            return "neutral"
        strong = all(sign(value) == sign(drift) for value in self.derivatives[:3])
        return ("strong_" if strong else "") + ("buy" if drift > 0 else "sell")


def run(records, options=OPTIONS, logarithm=log):
    """The records due, in order. `logarithm` lets a caller disturb y to measure conditioning."""
    sampler = Sampler(options["sample"], options["stale"])
    models, out, seq = {}, [], 0
    for record in records:
        for g, symbol, price in sampler.due(record):
            if price is None:
                models.pop(symbol, None)
                continue
            model = models.setdefault(symbol, SymbolModels(options))
            model.sample(price, logarithm(price))
            if g % (options["every"] * MICROSECONDS):
                continue
            if len(model.raw) < options["ready"]:
                out.append({"type": "warmup", "ts": g, "sym": symbol, "have": len(model.raw), "need": options["ready"]})
            else:
                seq += 1
                out.append({"type": "signal", "ts": g, "sym": symbol, "seq": seq, **model.signal()})
        for symbol in sampler.apply(record):
            models.pop(symbol, None)
    return out

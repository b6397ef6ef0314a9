"""Writes vectors/*.json: `python make_vectors.py`. Seeded; the same versions give the same bytes."""

import json
import platform
from importlib.metadata import version
from math import log
from pathlib import Path

import numpy as np
from scipy import optimize, stats

import calculus
import cross_asset
import forecast
import gate_stage
import kalman
import ornstein_uhlenbeck
import signal_stage
from hourly_drift import HourlyDrift
from market import BTC, ETH, SECOND, START, floats, gate_market, quote, signal_market, trade
from order_flow import OrderFlow

FOLDER = Path(__file__).parent / "vectors"
MINUTE = 60 * SECOND
RELATIVE = {"relative": 1e-9}


def write(name, oracle_for, packages, content, tolerance=RELATIVE, notes=(), library=False):
    """One vector file: provenance first, one case, line or record to a line of text."""
    provenance = {
        "script": f"make_vectors.py {name}",
        "tool": " + ".join([*packages] if library else ["own model in Python", *packages]),
        "version": {package: version(package) for package in packages},
        "python": platform.python_version(),
        "oracle_for": oracle_for,
        "tolerance": tolerance,
        "notes": list(notes),
    }
    parts = [f'"provenance":{json.dumps(provenance, indent=1)}']
    for key, rows in content.items():
        body = ",\n".join(json.dumps(row, separators=(",", ":"), allow_nan=False) for row in rows)
        parts.append(f'"{key}":[\n{body}\n]')
    text = "{" + ",\n".join(parts) + "}\n"
    json.loads(text)
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name:20} {len(text.encode()) / 1000:7.1f} kB")


def walk(rng, count, step, start=60000.0):
    """Log prices of a random walk."""
    return log(start) + np.concatenate([[0.0], np.cumsum(rng.normal(0, step, count - 1))])


# Layer 1


def make_calculus():
    rng = np.random.default_rng(1)
    cases, worst = [], 0.0
    for d in (1, 60):
        for n in (25, 26, 50, 99, 100):
            levels = floats(walk(rng, n, 2e-5 * d**0.5))
            exact = calculus.exact_derivatives(levels, d)
            for value, check in zip(exact, calculus.scipy_derivatives(levels, d)):
                worst = max(worst, abs(check / value - 1))
            names = ("velocity", "acceleration", "jerk", "snap")
            cases.append({"n": n, "sample_seconds": d, "levels": levels, **dict(zip(names, exact))})
    assert worst < 1e-6, worst
    write(
        "calculus",
        "four derivatives at the newest of n levels",
        ["scipy", "numpy"],
        {"cases": cases},
        library=True,
        notes=[
            "Values are the exact rational least squares of the given doubles, rounded once.",
            f"scipy.signal.savgol_coeffs(n, 4, deriv, delta, pos=n-1, use='dot') agrees to {worst:.0e} relative.",
            "Apply the coefficients to differences from one of the levels: the differences are exact in doubles.",
        ],
    )


# Layer 2


def make_kalman_fixed():
    rng = np.random.default_rng(2)
    cases = []
    for d, r in ((1, 1e-8), (60, 4e-7)):
        tau = float(kalman.TAU_SAMPLES * d)
        observations = floats(walk(rng, 200, 3e-5 * d**0.5) + rng.normal(0, r**0.5, 200))
        states, covariances, nis = kalman.run_fixed(observations, d, tau, r)
        cases.append(
            {
                "sample_seconds": d,
                "tau_seconds": tau,
                "r": r,
                "observations": observations,
                "states": [floats(x) for x in states],
                "covariances": [floats(p) for p in covariances],
                "nis": nis,
            }
        )
    write(
        "kalman_fixed",
        "Kalman filter with R held and no outlier rule",
        ["filterpy", "numpy"],
        {"cases": cases},
        tolerance=KALMAN_TOLERANCE,
        library=True,
        notes=["The first entry is the start, before any step; its nis is null.", "Covariances are row-major."],
    )


KALMAN_TOLERANCE = {
    "relative": 1e-9,
    "absolute": {"velocity": 1e-14, "acceleration": 1e-15, "nis": 1e-8},
    "reason": "the level is near 11, so a double holds it to 2e-15, and the innovation nu to no better; "
    "velocity and acceleration inherit that, and nis is nu^2/S",
}


def make_kalman_adaptive():
    rng = np.random.default_rng(3)
    y = walk(rng, 400, 3e-5) + rng.normal(0, 2e-5, 400)
    for k, size in ((60, 0.002), (61, -0.0015), (180, -0.004), (300, 0.001)):
        y[k] += size  # lone outliers
    y[240:] += 0.003  # a jump that stays
    observations = floats(y)
    tau = float(kalman.TAU_SAMPLES)
    model = kalman.AdaptiveKalman(observations[0], 1, tau)
    states, covariances, nis, r, fired = [floats(model.x)], [floats(model.p)], [None], [model.r], []
    for k, value in enumerate(observations[1:], start=1):
        model.step(value)
        states.append(floats(model.x))
        covariances.append(floats(model.p))
        nis.append(model.nis)
        r.append(float(model.r))
        if model.outlier:
            fired.append(k)
    assert {60, 180, 240} <= set(fired)
    case = {
        "sample_seconds": 1,
        "tau_seconds": tau,
        "observations": observations,
        "states": states,
        "covariances": covariances,
        "nis": nis,
        "r": r,
    }
    write(
        "kalman_adaptive",
        "Kalman filter with adaptive R and the outlier rule",
        ["numpy"],
        {"cases": [case]},
        tolerance=KALMAN_TOLERANCE,
        notes=["As kalman_fixed; r is R after each step.", f"The outlier rule fires at samples {fired}."],
    )


# Layer 3


def reverting(rng, count, theta, step):
    y = np.zeros(count)
    y[0] = 3 * step / (2 * theta) ** 0.5
    for k in range(1, count):
        y[k] = y[k - 1] * np.exp(-theta) + rng.normal(0, step)
    return log(60000.0) + y


def make_ornstein_uhlenbeck():
    rng = np.random.default_rng(OU_SEED)
    series = [
        (1, 600, reverting(rng, 701, 0.02, 5e-5)),
        (1, 600, walk(rng, 701, 5e-5)),
        (1, 150, reverting(rng, 501, 0.05, 1e-4)),
        (1, 150, walk(rng, 501, 5e-5) + np.linspace(0, 1, 501) ** 3 * 0.01),
        (60, 150, reverting(rng, 301, 0.03, 4e-4)),
        (1, 600, walk(rng, 90, 5e-5)),
        (1, 600, np.full(151, log(60000.0))),
    ]
    cases = []
    for d, memory, samples in series:
        samples = floats(samples)
        pairs_total = len(samples) - 1
        marks = sorted({p for p in (1, 50, 89, 99, 100, 101, *range(150, pairs_total + 1, 50)) if p <= pairs_total})
        checkpoints = [{"pairs": p, "ou": ornstein_uhlenbeck.fit(samples[: p + 1], d, memory)} for p in marks]
        cases.append({"sample_seconds": d, "memory": memory, "samples": samples, "checkpoints": checkpoints})
    late = [[c["ou"] is None for c in case["checkpoints"] if c["pairs"] >= 100] for case in cases]
    assert not any(late[0]) and any(late[1]) and not all(late[1]) and any(late[3]) and all(late[6])
    write(
        "ornstein_uhlenbeck",
        "Ornstein-Uhlenbeck parameters by weighted least squares",
        ["numpy"],
        {"cases": cases},
        library=True,
        notes=[
            "numpy.linalg.lstsq with root weights over all pairs so far, at each checkpoint.",
            "mean is a log price (the first y added back); z uses the newest raw sample.",
            "The last case is a constant series: no variance, null.",
        ],
    )


OU_SEED = 6


# Forecast


def make_forecast():
    rng = np.random.default_rng(5)
    cases, worst = [], 0.0
    for i in range(30):
        d = 60 if i % 5 == 4 else 1
        n = int(rng.integers(25, 101)) if i % 3 else 100
        derivatives = [float(rng.normal(0, scale)) / d**k for k, scale in enumerate((2e-6, 2e-7, 2e-8, 2e-9))]
        level = float(log(60000) + rng.normal(0, 0.01))
        px = float(round(np.exp(level + rng.normal(0, 1e-4)), 1))
        ou = None
        if i % 4:
            half_life = float(np.exp(rng.uniform(log(20), log(1500))))
            theta, v = log(2) / half_life, float(rng.uniform(1e-7, 1e-5))
            mean = float(level + rng.normal(0, v**0.5))
            ou = {
                "theta": theta,
                "mean": mean,
                "sigma": (2 * theta * v) ** 0.5,
                "half_life": half_life,
                "z": (log(px) - mean) / v**0.5,
            }
        min_hold, max_hold = (120.0, 900.0) if i % 6 == 5 else (90.0, 360.0)
        h = forecast.horizon(ou, min_hold, max_hold)
        trend = forecast.trend(derivatives, n, d, h)
        worst = max(worst, abs(forecast.trend_by_quadrature(derivatives, n, d, h) / trend - 1))
        reversion = forecast.reversion(ou, level, h)
        cases.append(
            {
                **dict(zip(("velocity", "acceleration", "jerk", "snap"), derivatives)),
                "n": n,
                "sample_seconds": d,
                "level": level,
                "px": px,
                "ou": ou,
                "min_hold": min_hold,
                "max_hold": max_hold,
                "horizon": h,
                "trend": trend,
                "reversion": reversion,
                "drift": trend + reversion,
                "forecast": float(px * np.exp(trend + reversion)),
            }
        )
    assert worst < 1e-10, worst
    write(
        "forecast",
        "horizon, damped trend, reversion, drift and forecast",
        ["mpmath", "scipy"],
        {"cases": cases},
        library=True,
        notes=[
            "trend is the closed form to 30 digits; scipy.integrate.quad of the definition agrees to "
            f"{worst:.0e} relative.",
            "level is the filtered level.",
        ],
    )


# The signal stage


def compact(record):
    return json.dumps(record, separators=(",", ":"))


def flatten(record, prefix=""):
    for key, value in record.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        elif isinstance(value, float):
            yield prefix + key, value


def sensitivity(records, expected):
    """Largest change of each key when every y moves by a unit in its last place; what is discrete must not change."""
    rng = np.random.default_rng(7)
    worst = {}
    for _ in range(3):

        def disturbed(price):
            y = log(price)
            return float(y + rng.integers(-1, 2) * np.spacing(y))

        for a, b in zip(expected, signal_stage.run(records, logarithm=disturbed), strict=True):
            assert all(a.get(key) == b.get(key) for key in ("type", "ts", "sym", "seq", "kind", "curve"))
            other = dict(flatten(b))
            for key, value in flatten(a):
                worst[key] = max(worst.get(key, 0.0), abs(other[key] - value))
    return worst


def make_signal_stream():
    records = signal_market()
    expected = signal_stage.run(records)
    moved = sensitivity(records, expected)
    absolute = {key: float(f"{3 * value:.1e}") for key, value in moved.items() if value > 0}
    write(
        "signal_stream",
        "the signal stage: market records in, warmup and signal records out, default options",
        ["numpy", "mpmath"],
        {"lines": [compact(record) for record in records], "expected": expected},
        tolerance={
            "relative": 1e-9,
            "absolute": absolute,
            "reason": "differences of levels near 11 that a double holds to 2e-15: absolute is three times what moving "
            "every y by one unit in its last place does to the key; a value may miss either bound, not both",
        },
        notes=[
            "A record is due before the line that moves time past its ts; the last line is off the grid.",
            "kalman.variance is R after the update.",
        ],
    )


# Layer 4


def order_flow_case(events, queries):
    model, rows = OrderFlow(), []
    stamped = [(event["ts"], 0, event) for event in events] + [(ts, 1, None) for ts in queries]
    for ts, _, event in sorted(stamped, key=lambda item: item[:2]):
        if event is None:
            value, source = model.imbalance(ts)
            rows.append({"ts": ts, "imbalance": value, "source": source})
        elif event["kind"] == "trade":
            model.trade(ts, event["side"], event["qty"])
        elif event["kind"] == "quote":
            model.quote(ts, event)
            model.reference_price(ts, (event["bid"] + event["ask"]) / 2)
        else:
            model.reference_price(ts, event["px"])
    return {"events": events, "queries": rows}


def make_order_flow():
    rng = np.random.default_rng(8)

    def times(count, begin, end):
        return sorted(START + int(t) for t in rng.integers(begin * SECOND, end * SECOND, count))

    def trades(count, begin, end, buy=0.5):
        out = []
        for ts in times(count, begin, end):
            record = trade(rng, ts, BTC, 60000.0, 0.1, buy)
            out.append({"ts": ts, "kind": "trade", "side": record["side"], "qty": record["qty"]})
        return out

    def quotes(count, begin, end):
        out, mid = [], 60000.0
        for ts in times(count, begin, end):
            mid += 0.1 * int(rng.integers(-2, 3))
            record = quote(rng, ts, BTC, mid, 0.1)
            out.append(
                {"ts": ts, "kind": "quote", **{key: record[key] for key in ("bid", "bid_qty", "ask", "ask_qty")}}
            )
        return out

    def prices(count, begin, end):
        mids = np.round(60000 + np.cumsum(rng.integers(-1, 2, count)) * 0.1, 1)
        return [{"ts": ts, "kind": "price", "px": float(px)} for ts, px in zip(times(count, begin, end), mids)]

    def every(seconds, begin, end):
        return [START + s * SECOND for s in range(begin, end, seconds)]

    only_trades = trades(60, 0, 300, 0.6)
    edge = only_trades[-1]["ts"] + 120 * SECOND
    still = {"kind": "quote", "bid": 59999.9, "bid_qty": 1.0, "ask": 60000.1, "ask_qty": 2.0}
    mixed = sorted(trades(40, 0, 100, 0.4) + quotes(80, 10, 400), key=lambda event: event["ts"])
    cases = [
        order_flow_case(only_trades, every(10, 5, 300) + [event["ts"] for event in only_trades[:5]] + [edge, edge + 1]),
        order_flow_case(quotes(80, 0, 300), every(10, 5, 600)),
        order_flow_case(mixed, every(10, 5, 700)),
        order_flow_case(prices(60, 0, 300), every(10, 5, 600)),
        order_flow_case(
            sorted(prices(30, 0, 300) + trades(10, 200, 210, 0.9), key=lambda e: e["ts"]), every(15, 5, 500)
        ),
        order_flow_case([], [START]),
        order_flow_case([{"ts": START, "kind": "price", "px": 60000.0}], [START, START + SECOND]),
        order_flow_case([{"ts": START, **still}], [START, START + SECOND]),
        order_flow_case([{"ts": START + i * SECOND, **still} for i in range(3)], [START + 2 * SECOND]),
        order_flow_case(
            [
                {"ts": START + i * SECOND, "kind": "trade", "side": side, "qty": 0.25}
                for i, side in enumerate(("buy", "buy"))
            ],
            [START + SECOND],
        ),
    ]
    sources = {query["source"] for case in cases for query in case["queries"]}
    assert sources == {"trades", "quotes", "tick_rule", "no_data"}
    write(
        "order_flow",
        "order-flow imbalance and where it came from",
        ["numpy"],
        {"cases": cases},
        tolerance={"relative": 1e-9, "absolute": 1e-12, "reason": "buys and sells may nearly cancel"},
        notes=[
            "Events at or before a query's ts count.",
            "A price event: the reference price is now px. Trades here carry no price.",
        ],
    )


# Layer 5

HOURLY_TOLERANCE = {
    "relative": 1e-9,
    "absolute": {"predicted": 1e-14, "factors": [3e-14, 3e-11, 1e-12, 1e-15, 1e-15, 5e-14], "r2": 1e-12},
    "reason": "a logarithm near 11 is held to 2e-15 by a double; measured by moving every logarithm by that much",
}


def make_hourly_drift():
    rng = np.random.default_rng(9)
    count = 3200
    volatility = 3e-4 * np.exp(0.8 * np.sin(np.arange(count) / 170)) * np.where(np.arange(count) % 900 > 800, 4, 1)
    pull, y = np.zeros(count), 0.0
    for k in range(count):
        y = 0.999 * y + rng.normal(0, volatility[k])
        pull[k] = y
    closes = np.round(60000 * np.exp(pull), 1)
    opens = np.concatenate([[60000.0], closes[:-1]])
    spread = 60000 * volatility * 0.6
    highs = np.round(np.maximum(opens, closes) + rng.exponential(1, count) * spread, 1)
    lows = np.round(np.minimum(opens, closes) - rng.exponential(1, count) * spread, 1)
    highs[1000], lows[1000] = closes[1000], closes[1000]  # all of the range comes from the previous close
    volumes = np.round(rng.exponential(10, count), 1)
    volumes[[100, 500, 501]] = 0.0
    volumes[700:708] = 0.0
    first = -(-START // MINUTE) * MINUTE
    model, expected = HourlyDrift(), []
    for k in range(count):
        value = model.minute(first + k * MINUTE, *(float(column[k]) for column in (closes, highs, lows, volumes)))
        if k < 130 or k % 7 == 0:
            expected.append({"minute": k + 1, "drift": value})
    case = {
        "minutes": {
            "first_ts": first,
            "close": floats(closes),
            "high": floats(highs),
            "low": floats(lows),
            "volume": floats(volumes),
        },
        "expected": expected,
    }
    write(
        "hourly_drift",
        "six factors, prediction and r2 on completed minutes",
        ["numpy"],
        {"cases": [case]},
        tolerance=HOURLY_TOLERANCE,
        notes=[
            "Minutes as columns for size: minute m, from 1, closes at first_ts + (m-1) 60,000,000 us.",
            "expected: the first 130 minutes, then every seventh, each after its update; null before minute 61.",
        ],
    )


# Layer 6


def make_cross_asset():
    cases, seen = [], set()
    for seed, side, own_move, other_move, shared in (
        (0, 1, -0.6, 1.0, 0.2),
        (1, -1, 0.6, -1.0, 0.2),
        (2, 1, 0.8, 0.8, 0.9),
        (3, -1, -0.8, -0.8, 0.9),
        (4, 1, 0.1, -1.5, 0.9),
        (5, -1, 0.1, 1.5, 0.9),
        (6, 1, 0.0, 0.0, 0.5),
        (7, 1, 0.1, -1.5, 0.0),
    ):
        rng = np.random.default_rng([10, seed])
        count, step = 361, 5e-5
        beat = rng.normal(0, step, count)
        series = []
        for begin, move in ((60000.0, own_move), (2500.0, other_move)):
            r = shared * beat + (1 - shared**2) ** 0.5 * rng.normal(0, step, count)
            r[240:300] += 3 * move * step / 60**0.5  # a planted move, in units of a 60-sample standard deviation
            series.append(floats(log(begin) + np.cumsum(r)))
        own, other = series
        expected = []
        for k in (4, 59, 60, 61, 100, 150, 200, 239, 260, 280, 299, 310, 330, 345, 360):
            verdict = cross_asset.judge(dict(enumerate(own[: k + 1])), dict(enumerate(other[: k + 1])), side)
            expected.append({"k": k, **verdict})
            seen.add(verdict["result"])
        cases.append({"sample_seconds": 1, "self": own, "other": other, "side": side, "expected": expected})
    assert seen == {"mean_reversion", "correlation", "contra_trend", "neutral", "no_data"}, seen
    write(
        "cross_asset",
        "the verdict on the other symbol of the pair",
        ["numpy"],
        {"cases": cases},
        tolerance={"relative": 1e-9, "absolute": 1e-12, "reason": "moves and correlations may nearly cancel"},
        notes=["k is the index, from 0, of the newest sample known; index 0 is on the 5-sample grid."],
    )


# The gate stage


def gate_lines():
    """The market, and of the signal stage's signals one a symbol and 150 s that is not neutral."""
    market = gate_market()
    taken, chosen = set(), []
    for signal in signal_stage.run(market):
        slot = (signal["sym"], signal["ts"] // (150 * SECOND))
        if signal["type"] == "signal" and signal["kind"] != "neutral" and slot not in taken:
            taken.add(slot)
            chosen.append(signal)
    lines, waiting = [], chosen
    for record in market:
        while waiting and waiting[0]["ts"] < record["ts"]:
            lines.append(waiting[0])
            waiting = waiting[1:]
        lines.append(record)
    return lines


def make_gate_stream():
    lines = gate_lines()
    expected = gate_stage.run(lines, (BTC, ETH))
    assert {entry["order_flow"]["source"] for entry in expected} == {"trades", "quotes", "tick_rule"}
    assert {entry["cross_asset"]["result"] for entry in expected} == {
        "mean_reversion",
        "correlation",
        "contra_trend",
        "neutral",
        "no_data",
    }
    write(
        "gate_stream",
        "order flow, hourly drift and cross-asset of the gate stage at each signal record",
        ["numpy"],
        {"lines": [compact(record) for record in lines], "expected": expected},
        tolerance={
            "relative": 1e-9,
            "absolute": {
                "imbalance": 1e-12,
                "m_self": 1e-10,
                "m_other": 1e-10,
                "correlation": 1e-10,
                **HOURLY_TOLERANCE["absolute"],
            },
            "reason": "a logarithm near 11 is held to 2e-15 by a double, and returns are near 1e-5",
        },
        notes=["hourly_drift is null for no_data.", "Signals move no time: samples at ts or later are not taken yet."],
    )


# Reports


def reach(values, level):
    """How far the interval of a mean reaches to each side: Student's t over the means of blocks of neighbours."""
    blocks = len(values) // int(np.ceil(round(len(values) ** (1 / 3), 9)))
    edges = [b * len(values) // blocks for b in range(blocks + 1)]
    means = np.array([values[a:b].mean() for a, b in zip(edges, edges[1:])])
    return stats.t.ppf(1 - level / 2, blocks - 1) * stats.sem(means)


def paired(hits, counts, other_hits, other_counts, level):
    """The difference of two shares that were counted in the same hours: what each hour adds to it, in blocks of neighbours."""
    k, n, l, m = (np.array(a, dtype=float) for a in (hits, counts, other_hits, other_counts))
    p, q = k.sum() / n.sum(), l.sum() / m.sum()
    half = reach((k - p * n) / n.mean() - (l - q * m) / m.mean(), level)
    return {"value": float(p - q), "low": float(max(-1, p - q - half)), "high": float(min(1, p - q + half))}


def account(rng, common, own, cost):
    """An account whose hours bring what they bring before costs, as shares of what it is worth then, and what it has paid."""
    equity, costs = [100_000.0 * rng.uniform(0.2, 1)], [0.0]
    for gain, paid in zip(common + own, cost):
        costs.append(costs[-1] + equity[-1] * paid)
        equity.append(equity[-1] * (1 + gain - paid))
    return np.round(equity, 6), np.round(costs, 6)


def make_comparisons():
    """Two accounts over the same hours: differences of hourly returns, and what the first adds as a share of what the other earned:
    all shares for which the mean of the rest cannot be told from nothing, by their ends."""
    rng = np.random.default_rng(13)
    rows = []
    for hours, gain, extra in ((12, 0.0, -0.002), (40, 0.01, 0.0), (301, 0.004, 0.001), (600, -0.001, 0.0005)):
        common = gain + rng.normal(0, 0.005, hours)
        one, two = (account(rng, common, more + rng.normal(0, 0.002, hours), rng.binomial(1, 0.3, hours) * 0.001) for more in (extra, 0.0))
        (net, gross), (other_net, other_gross) = (
            (np.diff(equity) / equity[:-1], np.diff(equity + costs) / equity[:-1]) for equity, costs in (one, two)
        )
        found = []
        for comparisons in (1, 12):
            level = 0.05 / comparisons
            row = {"comparisons": comparisons}
            for name, values in (("net", net - other_net), ("gross", gross - other_gross)):
                half = reach(values, level)
                row[name] = [float(values.mean()), float(values.mean() - half), float(values.mean() + half)]
            more = net - other_net
            share = more.mean() / other_net.mean()
            if other_net.mean() - reach(other_net, level) > 0:
                told = lambda part: abs((more - part * other_net).mean()) - reach(more - part * other_net, level)
                row["share"] = [float(share), *(float(optimize.brentq(told, share, share + far, xtol=1e-14)) for far in (-1000, 1000))]
            found.append(row)
        rows.append({"accounts": [series.tolist() for series in (*one, *two)], "found": found})
    return rows


def make_differences():
    rng = np.random.default_rng(12)
    rows = []
    for hours, common, one, two in ((30, 1.0, 0.5, 0.5), (64, 0.5, 0.0, 1.0), (300, 0.3, 0.02, 0.3), (1000, 0.05, 0.001, 0.001)):
        counts = [rng.poisson(rate, hours) for rate in (common, one, two)]
        hits = [rng.binomial(count, share) for count, share in zip(counts, (0.3, 0.6, 0.2))]
        series = [hits[0] + hits[1], counts[0] + counts[1], hits[0] + hits[2], counts[0] + counts[2]]
        series = [[int(value) for value in values] for values in series]
        for level in (0.05, 0.004):
            rows.append({"series": series, "level": level, **paired(*series, level)})
    return rows


def make_estimates():
    """Shares, quantiles and Sharpe ratios, by scipy; the deflated ratio by its published formula over scipy's quantiles."""
    rng = np.random.default_rng(11)
    shares = []
    for n in (1, 2, 9, 41, 1000, 250000):
        for k in sorted({0, 1, n // 3, n // 2, n}):
            low, high = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
            shares.append({"hits": k, "count": n, "low": float(low), "high": float(high)})
    quantiles = [{"p": p, "x": float(stats.norm.ppf(p)), "back": float(stats.norm.cdf(stats.norm.ppf(p)))}
                 for p in (1e-300, 1e-20, 1e-9, 0.0001, 0.02425, 0.3, 0.5, 0.6, 0.925, 0.975, 0.999999)]
    students = [{"p": p, "freedom": n, "t": float(stats.t.ppf(p, n))}
                for p in (1e-4, 0.002, 0.01, 0.025, 0.1, 0.2) for n in (7 / 3, 4.7, 10.0, 31.5, 1000.0)]
    ratios = []
    for n, shape in ((24, "normal"), (24, "skewed"), (500, "fat"), (3000, "skewed")):
        values = {"normal": rng.normal(0.1, 1, n), "skewed": rng.gamma(2, 1, n) - 1.9, "fat": 0.02 + rng.standard_t(4, n)}[shape]
        values = np.round(values, 6)
        ratio = values.mean() / values.std(ddof=1)
        skew, kurtosis = stats.skew(values), stats.kurtosis(values, fisher=False)
        error = np.sqrt((1 - skew * ratio + (kurtosis - 1) / 4 * ratio**2) / (n - 1))
        deflated = {}
        for trials in (1, 10, 1000):
            luck = 0.0
            if trials > 1:
                luck = (1 - np.euler_gamma) * stats.norm.ppf(1 - 1 / trials) + np.euler_gamma * stats.norm.ppf(1 - 1 / (trials * np.e))
            deflated[str(trials)] = float(stats.norm.cdf(ratio / error - luck))
        ratios.append({"values": values.tolist(), "skewness": float(skew), "kurtosis": float(kurtosis), "ratio": float(ratio),
                       "error": float(error), "deflated": deflated})
    write(
        "estimates",
        "the statistics of reports: Wilson's intervals, differences of shares and of returns of the same hours, Student's t, the normal "
        "distribution, Sharpe ratios",
        ["numpy", "scipy"],
        {"shares": shares, "differences": make_differences(), "comparisons": make_comparisons(), "students": students, "quantiles": quantiles, "ratios": ratios},
        tolerance={"relative": 1e-9, "absolute": {"low": 1e-12, "skewness": 1e-12}, "reason": "a lower bound of 0 is rounded"},
        library=True,
    )


def main():
    FOLDER.mkdir(exist_ok=True)
    make_calculus()
    make_kalman_fixed()
    make_kalman_adaptive()
    make_ornstein_uhlenbeck()
    make_forecast()
    make_signal_stream()
    make_order_flow()
    make_hourly_drift()
    make_cross_asset()
    make_gate_stream()
    make_estimates()


if __name__ == "__main__":
    main()

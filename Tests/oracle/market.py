"""Made-up markets: seeded records of two symbols for the stream vectors."""

import numpy as np

SECOND = 1_000_000
START = 1_760_000_000 * SECOND  # Thursday 9 October 2025, 08:53:20 UTC
BTC, ETH = "BTCUSDT", "ETHUSDT"


def floats(values):
    return [float(value) for value in np.asarray(values).ravel()]


def quote(rng, ts, symbol, mid, tick):
    half = tick * int(rng.integers(1, 4))
    bid = round(round((mid - half) / tick) * tick, 2)
    ask = round(round((mid + half) / tick) * tick, 2)
    bid_qty, ask_qty = (round(float(q), 3) for q in rng.exponential(2.0, 2) + 0.001)
    return {"type": "quote", "ts": ts, "sym": symbol, "bid": bid, "bid_qty": bid_qty, "ask": ask, "ask_qty": ask_qty}


def trade(rng, ts, symbol, px, tick, buy=0.5):
    return {
        "type": "trade",
        "ts": ts,
        "sym": symbol,
        "px": round(round(px / tick) * tick, 2),
        "qty": round(float(rng.exponential(0.5)) + 0.001, 3),
        "side": "buy" if rng.random() < buy else "sell",
    }


def bar(ts, symbol, span, prices, volume):
    first, high, low, last = (round(float(p), 2) for p in (prices[0], max(prices), min(prices), prices[-1]))
    return {
        "type": "bar",
        "ts": ts,
        "sym": symbol,
        "span": span,
        "open": first,
        "high": high,
        "low": low,
        "close": last,
        "volume": volume,
    }


TICK = {BTC: 0.1, ETH: 0.01}
BEGIN = {BTC: 60000.0, ETH: 2500.0}


SIGNAL_SEED = 6


def signal_market():
    """About 700 s of two symbols."""
    rng = np.random.default_rng(SIGNAL_SEED)
    seconds = 701
    beat = rng.normal(0, 3e-5, seconds)
    y = {symbol: np.cumsum(beat + rng.normal(0, 4e-5, seconds)) for symbol in (BTC, ETH)}
    y[BTC][300:420] += np.linspace(0, 0.004, 120)  # a trend, and an end of it
    y[BTC][420:] += 0.004
    y[ETH][330:] += 0.003 * np.sin(np.arange(seconds - 330) / 40)
    price = {symbol: BEGIN[symbol] * np.exp(y[symbol]) for symbol in y}
    records = []

    def at(second, micros):
        return START + second * SECOND + micros

    for s in range(seconds):
        for symbol, first_quote, quotes, trades in ((BTC, 6, 0.31, 0.12), (ETH, 20, 0.26, 0.09)):
            px, tick = float(price[symbol][s]), TICK[symbol]
            busy = symbol == BTC and 120 <= s < 126
            if (symbol == BTC and 598 < s < 630) or (symbol == BTC and s in (199, 200, 201)):
                continue
            if symbol == ETH and (s < 3 or 250 <= s < 296):
                continue
            restarted = (symbol == BTC and 480 <= s < 487) or (symbol == ETH and 296 <= s < 300)
            offsets = sorted(int(o) for o in rng.integers(1, SECOND, 4 if busy else 1))
            for offset in offsets:
                if s >= first_quote and not restarted and rng.random() < (1 if busy else quotes):
                    offset = 0 if rng.random() < 0.15 else offset
                    records.append(quote(rng, at(s, offset), symbol, px, tick))
                if s >= 3 and rng.random() < (0.6 if s < 20 or restarted else trades):
                    micros = int(rng.integers(0, SECOND))
                    records.append(trade(rng, at(s, micros), symbol, px * (1 + rng.normal(0, 2e-5)), tick))
    records += [
        trade(rng, at(0, 250_000), BTC, 60000.0, 0.1),  # the first price of all
        bar(at(4, 0), ETH, 60, [2499.0, 2503.5, 2498.0, 2500.0], 120.5),  # exactly on the grid
        quote(rng, at(199, 400_000), BTC, float(price[BTC][199]), 0.1),
        quote(rng, at(200, 100_000), BTC, float(price[BTC][200]) * 1.003, 0.1),  # the outlier
        quote(rng, at(201, 100_000), BTC, float(price[BTC][201]), 0.1),
        trade(rng, at(270, 0), ETH, float(price[ETH][270]), 0.01),  # no reference price: a quote was seen
        {"type": "gap", "ts": at(480, 0), "sym": BTC, "from": at(471, 0), "to": at(480, 0), "reason": "test"},
        trade(rng, at(480, 700_000), BTC, float(price[BTC][480]), 0.1),
        quote(rng, at(599, 0), BTC, float(price[BTC][599]), 0.1),  # then silent; at 629 it is 30 s old: not stale
        quote(rng, at(629, 500_000), BTC, float(price[BTC][629]), 0.1),
        {"type": "clock", "ts": at(275, 0)},
        {"type": "clock", "ts": at(610, 1)},
        {"type": "mark", "ts": at(90, 500_000), "sym": BTC, "mark": 61234.5, "index": 61230.0},
        {"type": "funding", "ts": at(400, 0), "sym": ETH, "rate": 0.0001},
        {"type": "clock", "ts": at(701, 500_000)},
    ]
    for record in records:
        # the gap says that nothing of this symbol arrived in it
        record["drop"] = record.get("sym") == BTC and at(471, 0) < record["ts"] < at(480, 0)
    return [record for record in sorted(records, key=lambda record: record["ts"]) if not record.pop("drop")]


GATE_START = 1_759_906_692 * SECOND  # 06:58:12 UTC: one whole UTC hour is within the 70 minutes
GATE_SECONDS = 4200
GATE_SEED = 17


def gate_market():
    """70 minutes of two symbols, never silent for 30 s, without a gap."""
    rng = np.random.default_rng(GATE_SEED)
    beat = rng.normal(0, 5e-5, GATE_SECONDS)
    records = []
    for symbol, shared in ((BTC, 1.0), (ETH, 0.8)):
        r = shared * beat + rng.normal(0, 2e-5, GATE_SECONDS)
        for begin in range(300, GATE_SECONDS - 120, 500):
            r[begin : begin + 90] += rng.normal(0, 4e-5)  # a planted move
        price = BEGIN[symbol] * np.exp(np.cumsum(r))
        tick, t, last = TICK[symbol], int(rng.integers(0, 4 * SECOND)), 0
        quoted = None
        if symbol == ETH:  # bars alone at first: nothing but the tick rule
            for s in range(10, 310, 10):
                volume = round(float(rng.exponential(30)), 3)
                records.append(bar(GATE_START + s * SECOND, ETH, 10, floats(price[last : s + 1]), volume))
                last = s
            t = 308 * SECOND
        while t < GATE_SECONDS * SECOND:
            px, ts = float(price[t // SECOND]), GATE_START + t
            quiet = symbol == BTC and 1500 <= t // SECOND < 1800  # quotes alone
            overdue = quoted is not None and t - quoted > 15 * SECOND  # trades do not keep a quoted symbol fresh
            if quiet or overdue or rng.random() < 0.65:
                quoted = t
                records.append(quote(rng, ts, symbol, px, tick))
            else:
                records.append(trade(rng, ts, symbol, px, tick, 0.5 + 0.4 * np.sin(t / SECOND / 300)))
            t += int(rng.integers(SECOND // 2, 12 * SECOND))
            if rng.random() < 0.1:
                t += -t % SECOND  # on the grid
    records.append({"type": "clock", "ts": GATE_START + GATE_SECONDS * SECOND + 1})
    return sorted(records, key=lambda record: record["ts"])

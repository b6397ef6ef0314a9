"""The three market-reading layers of the gate, end to end: market and signal records in, one entry a signal out."""

from math import log

import cross_asset
from hourly_drift import HourlyDrift
from order_flow import OrderFlow
from sampler import MICROSECONDS, Reference, Sampler

STALE = 30
SAMPLE = 1
MINUTE = 60


class SymbolState:
    """What the gate knows of one symbol."""

    def __init__(self):
        self.flow = OrderFlow()
        self.levels = {}  # {grid index: log price}
        self.drift, self.drift_now = HourlyDrift(), None
        self.high = self.low = None
        self.volume = 0.0

    def complete_minute(self, g, price):
        """Without an update of the reference price within the minute, high and low are its close."""
        high, low = (price, price) if self.high is None else (self.high, self.low)
        self.drift_now = self.drift.minute(g, price, high, low, self.volume)
        self.high = self.low = None
        self.volume = 0.0

    def reference_price(self, ts, price):
        self.flow.reference_price(ts, price)
        self.high = price if self.high is None else max(self.high, price)
        self.low = price if self.low is None else min(self.low, price)


def run(records, pair):
    """One expected entry for each signal record. The streams given have no gap and no stale symbol."""
    seconds, minutes = Sampler(SAMPLE, STALE), Sampler(MINUTE, STALE)
    references = {symbol: Reference() for symbol in pair}
    states = {symbol: SymbolState() for symbol in pair}
    out = []
    for record in records:
        if record["type"] == "signal":
            out.append(judge(record, states, pair))
            continue
        for g, symbol, price in seconds.due(record):
            assert price is not None, "stale"
            states[symbol].levels[g // (SAMPLE * MICROSECONDS)] = log(price)
        for g, symbol, price in minutes.due(record):
            assert price is not None, "stale"
            states[symbol].complete_minute(g, price)
        for sampler in (seconds, minutes):
            sampler.apply(record)
        take(record, references, states)
    return out


def take(record, references, states):
    """Order flow, and high, low and volume of the minute."""
    symbol, ts = record.get("sym"), record["ts"]
    if record["type"] not in ("trade", "quote", "bar"):
        return
    state = states[symbol]
    if record["type"] == "trade":
        state.flow.trade(ts, record["side"], record["qty"])
        state.volume += record["qty"]
    elif record["type"] == "bar":
        state.volume += record["volume"]
    else:
        state.flow.quote(ts, record)
    if references[symbol].update(record):
        state.reference_price(ts, references[symbol].price)


def judge(signal, states, pair):
    own = signal["sym"]
    other = pair[1 - pair.index(own)]
    value, source = states[own].flow.imbalance(signal["ts"])
    side = 1 if signal["drift"] > 0 else -1
    return {
        "ts": signal["ts"],
        "sym": own,
        "seq": signal["seq"],
        "side": side,
        "order_flow": {"imbalance": value, "source": source},
        "hourly_drift": states[own].drift_now,
        "cross_asset": cross_asset.judge(states[own].levels, states[other].levels, side),
    }

"""What all peers share: the trades as text, and how a figure is told."""

import json


def read(path):
    """By symbol its trades, in order: microseconds, price, quantity, whether the taker bought."""
    found = {}
    with open(path) as lines:
        for trade in map(json.loads, lines):
            found.setdefault(trade["sym"], []).append((trade["ts"], trade["px"], trade["qty"], trade["side"] == "buy"))
    return found


def tell(package, loading, running, ticks, orders):
    print(json.dumps({"version": package.__version__, "loading": loading, "running": running, "ticks": ticks, "orders": orders}))

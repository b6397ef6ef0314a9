"""What all peers share: the trades as text, and how a figure is told."""

import json


def read(path):
    """By symbol its trades, in order: microseconds, price, quantity, whether the taker bought."""
    found = {}
    with open(path) as lines:
        for trade in map(json.loads, lines):
            found.setdefault(trade["sym"], []).append((trade["ts"], trade["px"], trade["qty"], trade["side"] == "buy"))
    return found


def tell(package, loading, running, ticks, orders, stored=None):
    """Seconds: to read the text and arrange it, to run, and to run from a file in the engine's own format if it has one."""
    print(json.dumps({"version": package.__version__, "loading": loading, "running": running, "stored": stored, "ticks": ticks, "orders": orders}))

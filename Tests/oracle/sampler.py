"""Sampling of event time, shared by signal and gate.

Source: previous-tick sampling after Dacorogna, Gencay, Mueller, Olsen and Pictet, 2001, "An Introduction to
High-Frequency Finance".
"""

MICROSECONDS = 1_000_000
MARKET = {"trade", "quote", "bar", "mark", "funding", "gap", "clock"}


class Reference:
    """The reference price of one symbol: mid of the last quote once one was seen, until then trade or bar."""

    def __init__(self):
        self.price = None
        self.updated = None
        self.quote_seen = False
        self.first_grid = None

    def update(self, record):
        """True when the record is an update of the reference price (an equal price is one too)."""
        kind = record["type"]
        if kind == "quote":
            self.quote_seen = True
            self.price = (record["bid"] + record["ask"]) / 2
        elif kind == "trade" and not self.quote_seen:
            self.price = record["px"]
        elif kind == "bar" and not self.quote_seen:
            self.price = record["close"]
        else:
            return False
        self.updated = record["ts"]
        return True


class Sampler:
    """receive() returns what is due before the record: (g, symbol, price), price None for a stale reset."""

    def __init__(self, sample_seconds, stale_seconds):
        self.step = sample_seconds * MICROSECONDS
        self.stale = stale_seconds * MICROSECONDS
        self.references = {}  # in order of first appearance of a price, kept across resets
        self.next_grid = None

    def due(self, record):
        """Samples at every grid point before the record's time."""
        if record["type"] not in MARKET:
            return
        ts = record["ts"]
        if self.next_grid is None:
            self.next_grid = -(-ts // self.step) * self.step
        while self.next_grid < ts:
            g = self.next_grid
            for symbol, reference in self.references.items():
                if reference.price is None or g < reference.first_grid:
                    continue
                if g - reference.updated > self.stale:
                    self.references[symbol] = Reference()
                    yield g, symbol, None
                else:
                    yield g, symbol, reference.price
            self.next_grid += self.step

    def apply(self, record):
        """Take the record in, after due(). Returns the symbols that a gap resets."""
        if record["type"] == "gap":
            symbols = [record["sym"]] if record.get("sym") else list(self.references)
            for symbol in symbols:
                if symbol in self.references:
                    self.references[symbol] = Reference()
            return symbols
        if record["type"] in ("trade", "quote", "bar"):
            reference = self.references.setdefault(record["sym"], Reference())
            if reference.update(record) and reference.first_grid is None:
                reference.first_grid = -(-record["ts"] // self.step) * self.step
        return []

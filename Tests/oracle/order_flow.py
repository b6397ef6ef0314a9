"""Layer 4: order-flow imbalance.

Source: quote flow after Cont, Kukanov and Stoikov, 2014, "The price impact of order book events";
tick rule after Lee and Ready, 1991.
"""

MICROSECONDS = 1_000_000
HALF_LIFE_SECONDS = 30
RECENT_SECONDS = 120


def quote_event(old, new):
    """e = [b>=b'] q_b - [b<=b'] q_b' - [a<=a'] q_a + [a>=a'] q_a'."""
    e = 0.0
    if new["bid"] >= old["bid"]:
        e += new["bid_qty"]
    if new["bid"] <= old["bid"]:
        e -= old["bid_qty"]
    if new["ask"] <= old["ask"]:
        e -= new["ask_qty"]
    if new["ask"] >= old["ask"]:
        e += old["ask_qty"]
    return e


class OrderFlow:
    """Keeps every signed quantity and weighs them anew at each query."""

    def __init__(self):
        self.trades, self.quotes, self.ticks = [], [], []  # (ts, signed quantity)
        self.last_trade = self.last_quote = self.price = None
        self.quote_count = 0

    def trade(self, ts, side, qty):
        self.trades.append((ts, qty if side == "buy" else -qty))
        self.last_trade = ts

    def quote(self, ts, quote):
        if self.last_quote is not None:
            self.quotes.append((ts, quote_event(self.last_quote[1], quote)))
        self.last_quote = (ts, quote)
        self.quote_count += 1

    def reference_price(self, ts, price):
        if self.price is not None and price != self.price:
            self.ticks.append((ts, 1 if price > self.price else -1))
        self.price = price

    def imbalance(self, ts):
        """(imbalance or None, source) at ts. A chosen source whose denominator is zero is no_data."""
        recent = RECENT_SECONDS * MICROSECONDS
        if self.last_trade is not None and ts - self.last_trade <= recent:
            source, events = "trades", self.trades
        elif self.quote_count >= 2 and ts - self.last_quote[0] <= recent:
            source, events = "quotes", self.quotes
        else:
            source, events = "tick_rule", self.ticks
        weighted = [(2.0 ** (-(ts - t) / (HALF_LIFE_SECONDS * MICROSECONDS)), q) for t, q in events]
        size = sum(w * abs(q) for w, q in weighted)
        if size == 0:
            return None, "no_data"
        return sum(w * q for w, q in weighted) / size, source

"""What a trader with pybit asks again and again."""
from decimal import Decimal

from exchange import MARKET, pybit
from tap import eventually


class Trader:
    def __init__(self, account):
        self.api = pybit(account)

    def order(self, link):
        """The order as it stands, open or ended lately; None if there is none."""
        rows = self.api.get_open_orders(**MARKET, orderLinkId=link)["result"]["list"]
        return rows[0] if rows else None

    def past(self, link):
        rows = self.api.get_order_history(**MARKET, orderLinkId=link)["result"]["list"]
        return rows[0] if rows else None

    def reaches(self, link, status):
        """The order, once it has the status."""
        return eventually(lambda: (row := self.order(link)) and row["orderStatus"] == status and row)

    def position(self):
        (row,) = self.api.get_positions(**MARKET)["result"]["list"]
        return row

    def size(self):
        """Above 0 for a long position, below for a short one."""
        row = self.position()
        return Decimal(row["size"]) * (-1 if row["side"] == "Sell" else 1)

    def stops(self):
        """What waits for a trigger to protect the position, by its kind."""
        rows = self.api.get_open_orders(**MARKET, orderFilter="StopOrder")["result"]["list"]
        return {row["stopOrderType"]: row for row in rows if row["orderStatus"] == "Untriggered"}

    def fills(self, link):
        return self.api.get_executions(**MARKET, orderLinkId=link)["result"]["list"]

    def place(self, side, kind, qty, link, **more):
        fields = {**MARKET, "side": side, "orderType": kind, "qty": qty, "orderLinkId": link, **more}
        answer = self.api.place_order(**fields)["result"]
        assert answer["orderId"] and answer["orderLinkId"] == link, answer
        return answer["orderId"]

    def trade(self, side, qty, link, **more):
        """A market order, filled; its executions, oldest first."""
        self.place(side, "Market", qty, link, **more)
        self.reaches(link, "Filled")
        return self.fills(link)[::-1]

    def flatten(self, link):
        """Closes what is open, in as many orders as the book's depth asks for."""
        self.api.cancel_all_orders(**MARKET)
        for number in range(20):
            if not (size := self.size()):
                return
            side = "Sell" if size > 0 else "Buy"
            self.place(side, "Market", str(abs(size)), f"{link}{number}", reduceOnly=True)
            eventually(lambda: self.size() != size)
        raise AssertionError(f"not flat: {self.size()}")

    def executions(self):
        """All of them, page after page of three, newest first."""
        rows, cursor = [], None
        while cursor != "":
            page = self.api.get_executions(category="linear", limit=3, cursor=cursor)["result"]
            rows += page["list"]
            cursor = page["nextPageCursor"]
        return rows

"""pybit over REST: the lives of orders that wait, trigger, make, are refused by the book, amended and cancelled."""
from decimal import Decimal

from exchange import MAKER, MARKET, charged, keep, near, reach, touch
from tap import case, eventually, run
from trader import Trader

ME = "pybit_orders"
me = Trader(ME)
api = me.api


@case("conditional order: waits, is amended, is cancelled")
def _():
    me.place("Buy", "Market", "0.002", "po-1", triggerPrice=near(touch()[1], "1.03"), triggerDirection=1)
    me.reaches("po-1", "Untriggered")
    moved = near(touch()[1], "1.04")
    api.amend_order(**MARKET, orderLinkId="po-1", triggerPrice=moved)
    eventually(lambda: Decimal(me.order("po-1")["triggerPrice"]) == Decimal(moved))
    api.cancel_order(**MARKET, orderLinkId="po-1")
    eventually(lambda: (row := me.past("po-1")) and row["orderStatus"] in ("Cancelled", "Deactivated"))


@case("conditional orders: the one that the market reaches is filled")
def _():
    low, high = reach()
    me.place("Buy", "Market", "0.002", "po-2", triggerPrice=high, triggerDirection=1)
    me.place("Sell", "Market", "0.002", "po-3", triggerPrice=low, triggerDirection=2)
    done = eventually(lambda: me.fills("po-2") or me.fills("po-3"), 50)
    api.cancel_all_orders(**MARKET)
    assert done[0]["execType"] == "Trade" and done[0]["isMaker"] is False and done[0]["stopOrderType"] == "Stop", done
    eventually(lambda: not api.get_open_orders(**MARKET)["result"]["list"])


def made_at_touch(link):
    """Rests an order below the market, moves it to the best bid, and gives the market 4 s to come to it."""
    me.place("Buy", "Limit", "0.003", link, price=near(touch()[0], "0.99"), timeInForce="PostOnly")
    assert Decimal(me.reaches(link, "New")["leavesQty"]) == Decimal("0.003")
    api.amend_order(**MARKET, orderLinkId=link, price=str(touch()[0]))
    try:
        return eventually(lambda: me.fills(link), 4)
    except AssertionError:
        api.cancel_all_orders(**MARKET)  # the market went away, or had come so close that it would have taken
        eventually(lambda: me.order(link)["orderStatus"] in ("Filled", "Cancelled"))
        return me.fills(link)


@case("a limit order rests, is amended to the touch, and is filled as maker")
def _():
    (fill,) = next(found for number in range(10) if (found := made_at_touch(f"po-4{number}")))
    assert fill["isMaker"] is True and fill["feeRate"] == "0.0002", fill
    assert Decimal(fill["execFee"]) == charged(fill, MAKER), fill
    assert Decimal(fill["execPrice"]) == Decimal(fill["orderPrice"]), fill


@case("post-only that would take, IOC and FOK that find nothing or too little, FOK that finds all")
def _():
    bid, ask = touch()
    cancelled = {
        "po-5": ("0.002", near(ask, "1.001"), "PostOnly", "EC_PostOnlyWillTakeLiquidity"),
        "po-6": ("0.002", near(bid, "0.995"), "IOC", "EC_NoImmediateQtyToFill"),
        "po-7": ("0.002", near(bid, "0.995"), "FOK", "EC_CancelForNoFullFill"),
        "po-8": ("90", str(ask), "FOK", "EC_CancelForNoFullFill"),
    }
    for link, (qty, price, force, reason) in cancelled.items():
        me.place("Buy", "Limit", qty, link, price=price, timeInForce=force)
        row = me.reaches(link, "Cancelled")
        assert row["rejectReason"] == reason and Decimal(row["cumExecQty"]) == 0, row
    me.place("Buy", "Limit", "0.002", "po-9", price=near(touch()[1], "1.002"), timeInForce="FOK")
    assert Decimal(me.reaches("po-9", "Filled")["cumExecQty"]) == Decimal("0.002")


@case("a market order larger than the touch takes several levels; its average is theirs")
def _():
    book = api.get_orderbook(**MARKET, limit=1)["result"]
    qty = Decimal(book["b"][0][1]) * 3  # the touch may have moved by then
    parts = me.trade("Sell", str(qty), "po-10")
    prices = [Decimal(part["execPrice"]) for part in parts]
    assert len(parts) > 1 and prices == sorted(prices, reverse=True) and len(set(prices)) == len(prices), prices
    assert sum(Decimal(part["execQty"]) for part in parts) == qty, parts
    average = sum(Decimal(part["execValue"]) for part in parts) / qty
    assert abs(Decimal(me.order("po-10")["avgPrice"]) - average) < Decimal("1e-6"), (me.order("po-10"), average)


@case("batch: the good one is made and the bad one says why; both of a pair are amended and cancelled")
def _():
    price = near(touch()[0], "0.98")
    one = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.002", "price": price}
    answer = api.place_batch_order(category="linear", request=[
        {**one, "orderLinkId": "po-12"}, {**one, "qty": "0.0001", "orderLinkId": "po-13"}])
    good, bad = answer["result"]["list"]
    codes = [row["code"] for row in answer["retExtInfo"]["list"]]
    assert good["orderId"] and good["orderLinkId"] == "po-12" and codes == [0, 10001], answer
    assert bad["orderId"] == "" and me.reaches("po-12", "New"), answer
    named = {"symbol": "BTCUSDT", "orderLinkId": "po-12"}
    moved = api.amend_batch_order(category="linear", request=[{**named, "qty": "0.003"}])
    assert moved["retExtInfo"]["list"][0]["code"] == 0, moved
    eventually(lambda: Decimal(me.order("po-12")["qty"]) == Decimal("0.003"))
    gone = api.cancel_batch_order(category="linear", request=[named, {**named, "orderLinkId": "po-none"}])
    assert [row["code"] for row in gone["retExtInfo"]["list"]] == [0, 110001], gone
    me.reaches("po-12", "Cancelled")


@case("cancel and cancel-all; history tells of both")
def _():
    for link in ("po-14", "po-15", "po-16"):
        me.place("Buy", "Limit", "0.002", link, price=near(touch()[0], "0.98"))
        me.reaches(link, "New")
    api.cancel_order(**MARKET, orderLinkId="po-14")
    assert me.reaches("po-14", "Cancelled")["cancelType"] == "CancelByUser"
    rows = api.cancel_all_orders(**MARKET)["result"]["list"]
    assert {row["orderLinkId"] for row in rows} == {"po-15", "po-16"}, rows
    assert me.reaches("po-16", "Cancelled") and me.past("po-16")["orderStatus"] == "Cancelled"
    found = api.get_order_history(**MARKET, orderStatus="Cancelled", limit=2)["result"]
    assert [row["orderStatus"] for row in found["list"]] == ["Cancelled"] * 2 and found["nextPageCursor"], found


@case("the account ends flat")
def _():
    me.flatten("po-99")
    keep(ME, "rest", me.executions())


run(ME)

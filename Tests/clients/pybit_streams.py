"""pybit's streams: the public market, the private account, order entry, and both kinds of ping.

Not covered: a connection that is lost (the fault tests cut it)."""
import copy
import json
import time
from decimal import Decimal

from websocket import create_connection

from exchange import MARKET, STREAM, TAKER, charged, keep, near, pybit, pybit_streams, pybit_trading, touch
from tap import case, eventually, run

ME = "pybit_streams"
api = pybit(ME)
seen = {}  # by topic, the messages in the order they came
public, private, trading = pybit_streams(), pybit_streams(ME), pybit_trading(ME)


def gather(message):
    # A copy: pybit hands out the very book that it goes on changing.
    seen.setdefault(message["topic"], []).append(copy.deepcopy(message))


def pushed(topic, what=lambda row: True):
    return [row for message in seen.get(topic, []) for row in message["data"] if what(row)]


def orders(link):
    return pushed("order", lambda row: row["orderLinkId"] == link)


def ended(link, status):
    return eventually(lambda: [row for row in orders(link) if row["orderStatus"] == status])[-1]


def entry(call, **fields):
    """One operation of order entry; the answer, good or bad."""
    answers = []
    call(answers.append, error_callback=answers.append, **fields)
    return eventually(lambda: answers)[0]


@case("public: trades, ticker, book, candle, liquidations and price limit")
def _():
    public.trade_stream("BTCUSDT", gather)
    public.ticker_stream("BTCUSDT", gather)
    public.orderbook_stream(50, "BTCUSDT", gather)
    public.kline_stream(1, "BTCUSDT", gather)
    public.all_liquidation_stream("BTCUSDT", gather)
    public.price_limit_stream("BTCUSDT", gather)
    for topic in ("publicTrade", "tickers", "orderbook.50", "kline.1", "priceLimit"):
        eventually(lambda: seen.get(topic + ".BTCUSDT"), 20)
    (trade, *_rest) = pushed("publicTrade.BTCUSDT")
    assert trade["S"] in ("Buy", "Sell") and Decimal(trade["v"]) > 0 and trade["i"] and trade["s"] == "BTCUSDT", trade
    candle = seen["kline.1.BTCUSDT"][0]["data"][0]
    assert Decimal(candle["low"]) <= Decimal(candle["close"]) <= Decimal(candle["high"]), candle
    assert seen["tickers.BTCUSDT"][0]["data"]["symbol"] == "BTCUSDT"


@case("public: the book that pybit keeps is never crossed, and steps u by one")
def _():
    eventually(lambda: len(seen["orderbook.50.BTCUSDT"]) > 20, 30)
    books = list(seen["orderbook.50.BTCUSDT"])
    for message in books:
        book = message["data"]
        bids, asks = ([Decimal(price) for price, _ in book[side]] for side in "ba")
        assert max(bids) < min(asks) and len(bids) <= 50 and len(asks) <= 50, (max(bids), min(asks), len(bids))
    steps = {after["data"]["u"] - before["data"]["u"] for before, after in zip(books, books[1:])}
    assert steps == {1}, steps


@case("private: subscriptions are taken, and nothing comes before something happens")
def _():
    private.order_stream(gather)
    private.execution_stream(gather)
    private.position_stream(gather)
    private.wallet_stream(gather)
    private.fast_execution_stream(gather)
    time.sleep(1)
    assert private.is_connected() and private.auth and not pushed("order") and not pushed("wallet"), seen.keys()


@case("order entry: a market order with both levels is filled, and each private topic tells of it")
def _():
    bid, ask = touch()
    answer = entry(trading.place_order, **MARKET, side="Buy", orderType="Market", qty="0.01", orderLinkId="ps-1",
                   takeProfit=near(ask, "1.05"), stopLoss=near(bid, "0.95"))
    assert answer["retCode"] == 0 and answer["op"] == "order.create" and answer["data"]["orderLinkId"] == "ps-1", answer
    row = ended("ps-1", "Filled")
    assert row["orderId"] == answer["data"]["orderId"] and row["category"] == "linear", row
    (fill,) = eventually(lambda: pushed("execution", lambda row: row["orderLinkId"] == "ps-1"))
    assert Decimal(fill["execFee"]) == charged(fill, TAKER) and Decimal(fill["execQty"]) == Decimal("0.01"), fill
    fast = eventually(lambda: pushed("execution.fast", lambda row: row["execId"] == fill["execId"]))[0]
    keys = ("execPrice", "execQty", "orderId", "isMaker", "execTime")
    assert all(fast[key] == fill[key] for key in keys), (fast, fill)
    held = eventually(lambda: pushed("position", lambda row: Decimal(row["size"]) == Decimal("0.01")))[-1]
    assert held["side"] == "Buy" and Decimal(held["entryPrice"]) == Decimal(fill["execPrice"]), held
    wallet = eventually(lambda: pushed("wallet"))[-1]
    assert wallet["accountType"] == "UNIFIED" and wallet["coin"][0]["coin"] == "USDT", wallet
    waiting = lambda: pushed("order", lambda row: row["orderStatus"] == "Untriggered")
    children = eventually(lambda: len(rows := waiting()) >= 2 and rows)
    assert {row["stopOrderType"] for row in children} == {"TakeProfit", "StopLoss"}, children


@case("order entry: amend, cancel, and the code of what does not exist")
def _():
    price = near(touch()[0], "0.98")
    limit = {**MARKET, "side": "Buy", "orderType": "Limit", "qty": "0.002", "price": price, "orderLinkId": "ps-2"}
    made = entry(trading.place_order, **limit)
    ended("ps-2", "New")
    assert entry(trading.amend_order, **MARKET, orderLinkId="ps-2", qty="0.003")["retCode"] == 0
    eventually(lambda: Decimal(orders("ps-2")[-1]["qty"]) == Decimal("0.003"))
    assert entry(trading.cancel_order, **MARKET, orderId=made["data"]["orderId"])["retCode"] == 0
    assert ended("ps-2", "Cancelled")["cancelType"] == "CancelByUser"
    assert entry(trading.cancel_order, **MARKET, orderLinkId="ps-2")["retCode"] == 110001
    assert entry(trading.place_order, **MARKET, side="Buy", orderType="Market", qty="0.0001")["retCode"] == 10001


@case("order entry: a batch of a good one and a bad one")
def _():
    one = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.002", "price": near(touch()[0], "0.98")}
    answer = entry(trading.place_batch_order, category="linear", request=[
        {**one, "orderLinkId": "ps-3"}, {**one, "qty": "0.0001", "orderLinkId": "ps-4"}])
    assert [row["code"] for row in answer["retExtInfo"]["list"]] == [0, 10001], answer
    ended("ps-3", "New")
    named = {"symbol": "BTCUSDT", "orderLinkId": "ps-3"}
    assert entry(trading.cancel_batch_order, category="linear", request=[named])["retCode"] == 0
    ended("ps-3", "Cancelled")


@case("a close clears the children on the stream, and the wallet follows")
def _():
    before = len(pushed("wallet"))
    close = {**MARKET, "side": "Sell", "orderType": "Market", "qty": "0.01", "reduceOnly": True, "orderLinkId": "ps-5"}
    entry(trading.place_order, **close)
    (fill,) = eventually(lambda: pushed("execution", lambda row: row["orderLinkId"] == "ps-5"))
    eventually(lambda: pushed("position")[-1]["size"] == "0" and pushed("position")[-1]["side"] == "")
    ended = lambda row: row["stopOrderType"] in ("TakeProfit", "StopLoss") and row["orderStatus"] != "Untriggered"
    gone = eventually(lambda: len(rows := pushed("order", ended)) >= 2 and rows)
    assert {row["cancelType"] for row in gone} == {"CancelByTpSlTsClear"}, gone
    wallet = eventually(lambda: pushed("wallet")[before:])[-1]
    (account,) = api.get_wallet_balance(accountType="UNIFIED")["result"]["list"]
    assert wallet["coin"][0]["walletBalance"] == account["coin"][0]["walletBalance"], (wallet, account)
    assert fill["closedSize"] == fill["execQty"], fill


@case("pings of both kinds are answered, on all three paths")
def _():
    for path, pong in (("/v5/public/linear", {"op": "ping", "ret_msg": "pong", "success": True}),
                       ("/v5/private", {"op": "pong"}), ("/v5/trade", {"op": "pong", "retCode": 0})):
        stream = create_connection(STREAM + path, timeout=5)
        stream.send(json.dumps({"op": "ping", "req_id": "a"}))
        answer = json.loads(stream.recv())
        assert pong.items() <= answer.items(), (path, answer)
        stream.ping(b"b")
        code, frame = stream.recv_data_frame(control_frame=True)
        assert code == 0xA and frame.data == b"b", (path, code, frame)
        stream.close()


@case("pybit's own pings keep its connections: none was lost meanwhile")
def _():
    time.sleep(4)
    for stream in (public, private):
        assert stream.ws.last_pong_tm > time.time() - 5, stream.ws_name
        assert stream.is_connected() and stream.wst.is_alive(), stream.ws_name
    keep(ME, "stream", pushed("execution"))
    keep(ME, "rest", api.get_executions(category="linear")["result"]["list"])


run(ME)

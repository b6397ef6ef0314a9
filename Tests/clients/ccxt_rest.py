"""ccxt over REST: every unified call of the table that a trader makes. Not covered: other than linear contracts."""
from decimal import Decimal

import ccxt

from exchange import EQUITY, MAKER, TAKER, ccxt_options, charged, keep, near, touch
from tap import case, eventually, raises, run

ME = "ccxt_rest"
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
api = ccxt.bybit(ccxt_options(ME))


def position():
    return api.fetch_position(BTC)


def size():
    return Decimal(position()["info"]["size"])


def stops():
    rows = api.fetch_open_orders(BTC, params={"trigger": True})
    return [row for row in rows if row["info"]["orderStatus"] == "Untriggered"]


def fetched(order, status):
    """The order, once it has the status (ccxt's: open, closed, canceled)."""

    def ask():
        row = api.fetch_order(order["id"], BTC, {"acknowledged": True})
        return row if row["status"] == status else None

    return eventually(ask)


def trades(order):
    return [row for row in api.fetch_my_trades(BTC) if row["order"] == order["id"]]


@case("markets: all the categories are asked for, two linear ones are there")
def _():
    markets = api.load_markets()
    assert {name for name, market in markets.items() if market["linear"]} == {BTC, ETH}, list(markets)
    market = markets[BTC]
    assert (market["precision"]["price"], market["precision"]["amount"]) == (0.1, 0.001), market["precision"]
    assert market["limits"]["leverage"]["max"] == 100 and market["active"], market["limits"]


@case("time, and the clock's difference at load")
def _():
    assert abs(api.fetch_time() - api.milliseconds()) < 1000
    other = ccxt.bybit(ccxt_options(ME, adjustForTimeDifference=True, fetchMarkets={"types": ["linear"]}))
    other.load_markets()
    assert abs(other.options["timeDifference"]) < 1000, other.options["timeDifference"]


@case("balance: the account's equity, all of it free")
def _():
    coin = api.fetch_balance()["USDT"]
    assert Decimal(str(coin["total"])) == Decimal(str(coin["free"])) == EQUITY, coin


@case("leverage is set, read back, and refused when it is the same")
def _():
    api.set_leverage(8, BTC)
    api.set_leverage(10, BTC)
    raises(ccxt.BadRequest, api.set_leverage, 10, BTC)
    assert api.fetch_leverage(BTC)["longLeverage"] == 10


@case("modes: one-way is no change, cross margin is taken, hedge mode is refused")
def _():
    raises(ccxt.NoChange, api.set_position_mode, False, BTC)
    api.set_margin_mode("cross", BTC, {"leverage": 10})
    try:
        answer = api.set_position_mode(True, BTC)
    except ccxt.ExchangeError as error:
        assert "hedge" in str(error).lower(), error
    else:
        raise AssertionError(f"accepted: {answer}")


@case("market order with take-profit and stop-loss")
def _():
    bid, ask = touch()
    take, stop = float(near(ask, "1.05")), float(near(bid, "0.95"))
    made = api.create_order(BTC, "market", "buy", 0.012, None, {
        "takeProfit": {"triggerPrice": take}, "stopLoss": {"triggerPrice": stop}, "clientOrderId": "cr-1"})
    row = fetched(made, "closed")
    assert row["clientOrderId"] == "cr-1" and row["filled"] == 0.012 and row["average"] > 0, row
    (trade,) = trades(made)
    assert Decimal(trade["info"]["execFee"]) == charged(trade["info"], TAKER), trade
    assert trade["takerOrMaker"] == "taker" and trade["side"] == "buy", trade
    eventually(lambda: len(stops()) == 2)
    now = position()
    assert (now["side"], now["contracts"]) == ("long", 0.012), now
    assert (now["takeProfitPrice"], now["stopLossPrice"]) == (take, stop), now
    assert now["leverage"] == 10 and Decimal(str(now["entryPrice"])) == Decimal(trade["info"]["execPrice"]), now


@case("positions: of the symbol, and all")
def _():
    (one,) = api.fetch_positions([BTC])
    (every,) = api.fetch_positions()
    assert one["symbol"] == every["symbol"] == BTC and one["contracts"] == every["contracts"] == 0.012, (one, every)


@case("stopLossPrice waits as a conditional reduce-only order")
def _():
    made = api.create_order(BTC, "market", "sell", 0.01, None, {"stopLossPrice": float(near(touch()[0], "0.96"))})
    row = eventually(lambda: [row for row in stops() if row["id"] == made["id"]])[0]
    assert row["info"]["triggerDirection"] == 2 and row["reduceOnly"] is True, row
    assert api.fetch_open_order(made["id"], BTC, {"trigger": True})["id"] == made["id"]
    api.cancel_order(made["id"], BTC, {"trigger": True})
    eventually(lambda: not [row for row in stops() if row["id"] == made["id"]])


@case("both prices become a partial pair at trading-stop")
def _():
    prices = {"stopLossPrice": float(near(touch()[0], "0.97")), "takeProfitPrice": float(near(touch()[1], "1.03"))}
    api.create_order(BTC, "market", "sell", 0.005, None, prices)
    partial = lambda: [row for row in stops() if row["info"]["tpslMode"] == "Partial"]
    pair = eventually(lambda: len(rows := partial()) == 2 and rows)
    assert {row["info"]["stopOrderType"] for row in pair} == {"PartialTakeProfit", "PartialStopLoss"}, pair
    assert all(row["amount"] == 0.005 for row in pair), pair


@case("reduce-only close of all: every stop goes with the position")
def _():
    made = api.create_order(BTC, "market", "sell", 0.012, None, {"reduceOnly": True})
    fetched(made, "closed")
    eventually(lambda: not stops() and size() == 0)
    history = api.fetch_positions_history([BTC])
    assert history and history[0]["symbol"] == BTC, history
    assert Decimal(history[0]["info"]["closedSize"]) == Decimal("0.012"), history
    raises(ccxt.InvalidOrder, api.create_order, BTC, "market", "sell", 0.012, None, {"reduceOnly": True})


@case("limit order: open, edited, cancelled, not found any more")
def _():
    made = api.create_order(BTC, "limit", "buy", 0.002, float(near(touch()[0], "0.98")), {"clientOrderId": "cr-2"})
    fetched(made, "open")
    assert [row["id"] for row in api.fetch_open_orders(BTC)] == [made["id"]]
    price = float(near(touch()[0], "0.97"))
    api.edit_order(made["id"], BTC, "limit", "buy", 0.003, price)
    eventually(lambda: (row := api.fetch_open_order(made["id"], BTC))["price"] == price and row["amount"] == 0.003)
    api.cancel_order(made["id"], BTC)
    eventually(lambda: made["id"] in [row["id"] for row in api.fetch_canceled_orders(BTC)])
    raises(ccxt.OrderNotFound, api.cancel_order, made["id"], BTC)
    raises(ccxt.InvalidOrder, api.create_order, BTC, "limit", "buy", 0.002, price, {"clientOrderId": "cr-2"})


@case("a limit order at the touch is filled as maker")
def _():
    def try_once():
        made = api.create_order(BTC, "limit", "sell", 0.004, float(touch()[1]), {"postOnly": True})
        try:
            eventually(lambda: api.fetch_order(made["id"], BTC, {"acknowledged": True})["status"] != "open", 4)
        except AssertionError:
            try:
                api.cancel_order(made["id"], BTC)
            except ccxt.OrderNotFound:
                pass
        return trades(made)

    (trade, *_rest) = next(found for _ in range(10) if (found := try_once()))
    assert trade["takerOrMaker"] == "maker", trade
    assert Decimal(trade["info"]["execFee"]) == charged(trade["info"], MAKER), trade


@case("another symbol, short: opened, seen and closed")
def _():
    made = api.create_order(ETH, "market", "sell", 0.37)
    row = eventually(lambda: (found := api.fetch_positions([ETH]))[0]["contracts"] and found[0])
    assert row["side"] == "short" and row["contracts"] == 0.37, row
    api.create_order(ETH, "market", "buy", 0.37, None, {"reduceOnly": True})
    eventually(lambda: not api.fetch_positions([ETH])[0]["contracts"])
    assert made["id"] in [row["order"] for row in api.fetch_my_trades(ETH)]


@case("IOC that finds nothing is canceled, FOK that finds all is closed")
def _():
    bid, ask = touch()
    none = api.create_order(BTC, "limit", "buy", 0.002, float(near(bid, "0.99")), {"timeInForce": "IOC"})
    assert fetched(none, "canceled")["filled"] == 0
    every = api.create_order(BTC, "limit", "buy", 0.002, float(near(ask, "1.002")), {"timeInForce": "FOK"})
    assert fetched(every, "closed")["filled"] == 0.002


@case("several orders at once, and all cancelled")
def _():
    price = float(near(touch()[0], "0.98"))
    one = {"symbol": BTC, "type": "limit", "side": "buy", "amount": 0.002, "price": price}
    good, bad = api.create_orders([one, {**one, "amount": 900}])
    assert good["id"] and not bad["id"] and bad["info"]["code"] == 10001, (good, bad)
    eventually(lambda: len(api.fetch_open_orders(BTC)) == 1)
    assert [row["id"] for row in api.cancel_all_orders(BTC)] == [good["id"]]
    eventually(lambda: not api.fetch_open_orders(BTC))


@case("errors are ccxt's own: authentication, funds, symbol")
def _():
    wrong = ccxt.bybit({**ccxt_options(ME, fetchMarkets={"types": ["linear"]}), "secret": "another"})
    raises(ccxt.AuthenticationError, wrong.fetch_balance)
    raises(ccxt.InsufficientFunds, api.create_order, BTC, "market", "buy", 119)
    raises(ccxt.BadRequest, api.create_order, BTC, "limit", "buy", 100000, 1000.0)


@case("the public market: trades, ticker, funding rate, book, candles, tiers, fee")
def _():
    ticker = api.fetch_ticker(BTC)
    assert len(api.fetch_trades(BTC)) > 0 and ticker["bid"] < ticker["ask"], ticker
    assert api.fetch_funding_rate(BTC)["fundingTimestamp"] % (8 * 3600 * 1000) == 0
    book = api.fetch_order_book(BTC, 50)
    assert book["bids"][0][0] < book["asks"][0][0] and book["timestamp"], book
    assert len(api.fetch_ohlcv(BTC, "1m")) > 0 and api.fetch_funding_rate_history(BTC) is not None
    assert api.fetch_market_leverage_tiers(BTC)[0]["maxLeverage"] == 100
    assert api.fetch_trading_fee(BTC)["taker"] == 0.00055


@case("the account ends flat; closed orders and trades are listed")
def _():
    api.cancel_all_orders(BTC)
    if (left := size()) > 0:
        side = "sell" if position()["side"] == "long" else "buy"
        api.create_order(BTC, "market", side, float(left), None, {"reduceOnly": True})
        eventually(lambda: size() == 0)
    assert len(api.fetch_closed_orders(BTC)) >= 4
    rows = api.fetch_my_trades(BTC) + api.fetch_my_trades(ETH)
    assert all(row["fee"]["currency"] == "USDT" for row in rows) and len({row["id"] for row in rows}) == len(rows)
    keep(ME, "rest", [row["info"] for row in rows])


run(ME)

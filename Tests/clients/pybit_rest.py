"""pybit over REST: account, leverage, modes, and a position with its protection. Not covered: RSA keys."""
from decimal import Decimal

from exchange import EQUITY, MARKET, TAKER, TICK, charged, keep, near, reach, touch
from tap import case, eventually, refused, run
from trader import Trader

ME = "pybit_rest"
me = Trader(ME)
api = me.api


@case("server time")
def _():
    answer = api.get_server_time()
    second, nano = answer["result"]["timeSecond"], answer["result"]["timeNano"]
    assert nano.startswith(second) and abs(answer["time"] - int(nano) // 1_000_000) < 1000, answer


@case("instruments, and none of a category that is not traded")
def _():
    (row,) = api.get_instruments_info(**MARKET)["result"]["list"]
    assert row["contractType"] == "LinearPerpetual" and row["status"] == "Trading", row
    assert row["fundingInterval"] == 480 and Decimal(row["priceFilter"]["tickSize"]) == TICK, row
    lot = row["lotSizeFilter"]
    assert Decimal(lot["qtyStep"]) == Decimal(lot["minOrderQty"]) == Decimal("0.001") and lot["maxMktOrderQty"], lot
    assert api.get_instruments_info(category="inverse")["result"]["list"] == []
    every = api.get_instruments_info(category="linear", limit=1000)["result"]
    assert {row["symbol"] for row in every["list"]} == {"BTCUSDT", "ETHUSDT"} and every["nextPageCursor"] == "", every


@case("balance, account, key and fee rate")
def _():
    (account,) = api.get_wallet_balance(accountType="UNIFIED", coin="USDT")["result"]["list"]
    (coin,) = account["coin"]
    assert Decimal(coin["walletBalance"]) == Decimal(account["totalAvailableBalance"]) == EQUITY, account
    info = api.get_account_info()["result"]
    assert info["unifiedMarginStatus"] == 6 and info["marginMode"] == "REGULAR_MARGIN", info
    assert api.get_api_key_information()["result"]["uta"] == 1
    (rate,) = api.get_fee_rates(**MARKET)["result"]["list"]
    assert (rate["takerFeeRate"], rate["makerFeeRate"]) == ("0.00055", "0.0002"), rate


@case("leverage, and 110043 for the same again")
def _():
    api.set_leverage(**MARKET, buyLeverage="7", sellLeverage="7")
    refused(110043, api.set_leverage, **MARKET, buyLeverage="7", sellLeverage="7")
    api.set_leverage(**MARKET, buyLeverage="10", sellLeverage="10")
    row = me.position()
    assert (row["leverage"], row["side"], row["size"], row["avgPrice"]) == ("10", "", "0", "0"), row


@case("modes: one-way is on (110025), hedge is refused, cross margin stays")
def _():
    refused(110025, api.switch_position_mode, **MARKET, mode=0)
    try:
        answer = api.switch_position_mode(**MARKET, mode=3)
    except Exception as error:
        assert "hedge" in str(error).lower(), error
    else:
        raise AssertionError(f"hedge mode was accepted: {answer}")
    assert api.set_margin_mode(setMarginMode="REGULAR_MARGIN")["retCode"] == 0


@case("market order with take-profit and stop-loss: filled, and both children wait")
def _():
    bid, ask = touch()
    take, stop = near(ask, "1.05"), near(bid, "0.95")
    made = me.place("Buy", "Market", "0.010", "pr-1", takeProfit=take, stopLoss=stop, positionIdx=0)
    row = me.reaches("pr-1", "Filled")
    assert row["orderId"] == made and Decimal(row["cumExecQty"]) == Decimal("0.01") and row["leavesQty"] == "0", row
    (fill,) = me.fills("pr-1")
    price, qty, fee = (Decimal(fill[key]) for key in ("execPrice", "execQty", "execFee"))
    assert fee == charged(fill, TAKER) and fill["isMaker"] is False and fill["execType"] == "Trade", fill
    assert Decimal(row["avgPrice"]) == price and Decimal(row["cumFeeDetail"]["USDT"]) == fee, row
    both = eventually(lambda: len(me.stops()) == 2 and me.stops())
    for kind, level, direction in (("TakeProfit", take, 1), ("StopLoss", stop, 2)):
        child = both[kind]
        assert Decimal(child["triggerPrice"]) == Decimal(level) and child["triggerDirection"] == direction, child
        assert child["side"] == "Sell" and child["reduceOnly"] and child["closeOnTrigger"], child
        assert child["orderLinkId"] == "" and child["createType"] == "CreateBy" + kind, child
    now = me.position()
    assert Decimal(now["takeProfit"]) == Decimal(take) and Decimal(now["stopLoss"]) == Decimal(stop), now
    assert (now["side"], Decimal(now["size"]), Decimal(now["avgPrice"])) == ("Buy", qty, price), now


@case("trading-stop moves both, and says 34040 for the same again")
def _():
    levels = {"takeProfit": near(touch()[1], "1.06"), "stopLoss": near(touch()[0], "0.94")}
    api.set_trading_stop(**MARKET, **levels, tpslMode="Full", positionIdx=0)
    eventually(lambda: Decimal(me.position()["takeProfit"]) == Decimal(levels["takeProfit"]))
    stops = me.stops()
    assert len(stops) == 2 and Decimal(stops["StopLoss"]["triggerPrice"]) == Decimal(levels["stopLoss"]), stops
    refused(34040, api.set_trading_stop, **MARKET, **levels, tpslMode="Full", positionIdx=0)


@case("reduce-only closes a part: closed PnL is gross less both fees")
def _():
    (entry,) = me.fills("pr-1")
    (fill,) = me.trade("Sell", "0.004", "pr-2", reduceOnly=True)
    row = eventually(lambda: api.get_closed_pnl(**MARKET)["result"]["list"])[0]
    gross = (Decimal(fill["execPrice"]) - Decimal(entry["execPrice"])) * Decimal("0.004")
    fees = Decimal(entry["execFee"]) * Decimal("0.4") + Decimal(fill["execFee"])
    assert row["orderId"] == fill["orderId"] and row["side"] == "Sell", row
    assert Decimal(fill["closedSize"]) == Decimal(row["closedSize"]) == Decimal("0.004"), (row, fill)
    apart = abs(Decimal(row["closedPnl"]) - (gross - fees))  # 0.4 of a fee may have a ninth place
    assert apart < Decimal("1e-8"), f"{row['closedPnl']}, by hand {gross - fees}"
    assert Decimal(row["avgEntryPrice"]) == Decimal(entry["execPrice"]), row
    eventually(lambda: me.size() == Decimal("0.006"))


@case("closing the rest, with more than there is, clears both children; the position's row is flat")
def _():
    me.place("Sell", "Market", "0.020", "pr-3", reduceOnly=True)
    eventually(lambda: me.size() == 0)
    (fill,) = me.fills("pr-3")
    assert Decimal(fill["execQty"]) == Decimal("0.006"), fill
    eventually(lambda: not me.stops())
    row = me.position()
    assert (row["side"], row["size"], row["takeProfit"], row["stopLoss"]) == ("", "0", "", ""), row
    past = api.get_order_history(**MARKET)["result"]["list"]
    gone = {row["cancelType"] for row in past if row["stopOrderType"] in ("TakeProfit", "StopLoss")}
    assert gone == {"CancelByTpSlTsClear"}, gone
    assert api.get_positions(category="linear", settleCoin="USDT")["result"]["list"] == []
    refused(110017, api.place_order, **MARKET, side="Sell", orderType="Market", qty="0.01", reduceOnly=True)


@case("adding moves the average price; an order through zero closes, and opens the rest at its price")
def _():
    (first,) = me.trade("Buy", "0.003", "pr-4")
    (second,) = me.trade("Buy", "0.004", "pr-5")
    value = Decimal(first["execValue"]) + Decimal(second["execValue"])
    average = (value / Decimal("0.007")).quantize(Decimal("1e-8"))
    assert abs(Decimal(me.position()["avgPrice"]) - average) <= Decimal("1e-8"), (me.position(), average)
    (turn,) = me.trade("Sell", "0.010", "pr-6")
    assert Decimal(turn["closedSize"]) == Decimal("0.007") and me.size() == Decimal("-0.003"), turn
    assert Decimal(me.position()["avgPrice"]) == Decimal(turn["execPrice"]), me.position()


@case("a take-profit or stop-loss that the market reaches is filled at the market, and ends the position")
def _():
    low, high = reach()
    api.set_trading_stop(**MARKET, takeProfit=low, stopLoss=high, tpslMode="Full", positionIdx=0)
    eventually(lambda: me.size() == 0, 50)
    (fill,) = [row for row in me.executions() if row["stopOrderType"] in ("TakeProfit", "StopLoss")]
    assert fill["createType"] == "CreateBy" + fill["stopOrderType"], fill
    assert fill["side"] == "Buy" and fill["isMaker"] is False and fill["orderLinkId"] == "", fill
    eventually(lambda: not me.stops())


@case("the account ends flat; executions page through, newest first, each once")
def _():
    me.flatten("pr-99")
    rows = me.executions()
    times = [int(row["execTime"]) for row in rows]
    assert len({row["execId"] for row in rows}) == len(rows) > 5 and times == sorted(times, reverse=True), times
    keep(ME, "rest", rows)


run(ME)

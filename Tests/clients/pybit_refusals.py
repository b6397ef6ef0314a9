"""What is refused, through pybit or signed here, by its code; the rate limits. Not covered: the limit by address."""
import time
from decimal import Decimal

import requests

from exchange import MARKET, REST, near, pybit, signed, touch
from tap import case, refused, run

ME = "pybit_refusals"
api = pybit(ME)


def order(**changed):
    fields = {**MARKET, "side": "Buy", "orderType": "Market", "qty": "0.001", **changed}
    return {key: value for key, value in fields.items() if value is not None}


@case("a wrong secret is 10004, an unknown key 10003")
def _():
    wrong = pybit(ME)
    wrong.api_secret = "another"
    refused(10004, wrong.get_positions, **MARKET)
    refused(10004, wrong.place_order, **order())
    refused(10003, pybit("NOBODY0000000001").get_positions, **MARKET)


@case("a timestamp outside of the window is 10002, on both sides")
def _():
    query = "category=linear&symbol=BTCUSDT"
    for late_ms, code in ((0, 0), (4000, 0), (5500, 10002), (-2000, 10002), (-500, 0)):
        answer = signed(ME, "GET", "/v5/position/list", query, late_ms=late_ms).json()
        assert answer["retCode"] == code, (late_ms, answer)


@case("any order of keys and any white space verifies: the raw bytes are what is signed")
def _():
    for query in ("symbol=BTCUSDT&category=linear", "category=linear&symbol=BTCUSDT&limit=20&cursor="):
        assert signed(ME, "GET", "/v5/position/list", query).json()["retCode"] == 0, query
    body = '{ "symbol" :"BTCUSDT",\n "category": "linear" }'
    assert signed(ME, "POST", "/v5/order/cancel-all", body).json()["retCode"] == 0


@case("a wrong quantity, price, side or symbol is 10001")
def _():
    for changed in ({"qty": "0.0015"}, {"qty": "0.0001"}, {"qty": "0"}, {"qty": "-1"}, {"qty": "x"}, {"qty": "100000"},
                    {"symbol": "NOSUCHUSDT"}, {"side": "Hold"}, {"orderType": "Stop"}, {"symbol": None},
                    {"orderType": "Limit"}, {"positionIdx": 1}, {"orderLinkId": "x" * 37}, {"orderLinkId": "a b"}):
        refused(10001, api.place_order, **order(**changed))
        time.sleep(0.1)


@case("a take-profit or stop-loss on the wrong side is 10001, a trigger without direction too")
def _():
    bid, ask = touch()
    refused(10001, api.place_order, **order(takeProfit=near(bid, "0.95")))
    refused(10001, api.place_order, **order(stopLoss=near(ask, "1.05")))
    refused(10001, api.place_order, **order(triggerPrice=near(ask, "1.05")))
    refused(110093, api.place_order, **order(triggerPrice=near(ask, "1.05"), triggerDirection=2))
    refused(110092, api.place_order, **order(triggerPrice=near(ask, "0.95"), triggerDirection=1))


@case("too big for the balance is 110007; reduce-only without a position 110017")
def _():
    refused(110007, api.place_order, **order(qty="119"))
    refused(110017, api.place_order, **order(reduceOnly=True))


@case("a client's id that was used is 110072, one that was refused is free")
def _():
    refused(10001, api.place_order, **order(qty="0.0001", orderLinkId="pf-1"))
    limit = order(orderType="Limit", price=near(touch()[0], "0.98"), orderLinkId="pf-1")
    api.place_order(**limit)
    refused(110072, api.place_order, **limit)
    api.cancel_order(**MARKET, orderLinkId="pf-1")
    time.sleep(0.5)
    refused(110072, api.place_order, **limit)


@case("what does not exist is 110001; leverage beyond the maximum is refused")
def _():
    refused(110001, api.cancel_order, **MARKET, orderLinkId="pf-none")
    refused(110001, api.amend_order, **MARKET, orderLinkId="pf-none", qty="0.002")
    try:
        answer = api.set_leverage(**MARKET, buyLeverage="1000", sellLeverage="1000")
        raise AssertionError(f"accepted: {answer}")
    except Exception as error:
        assert getattr(error, "status_code", None) in (10001, 110013), error


@case("positions need a symbol or a coin; a path that is none is HTTP 404")
def _():
    refused(10001, api.get_positions, category="linear")
    assert requests.get(REST + "/v5/no/such", timeout=10).status_code == 404


@case("the sixth fee-rate within a second is 10006, with headers that say when to come again")
def _():
    time.sleep(1.2)
    answers = [signed(ME, "GET", "/v5/account/fee-rate", "category=linear&symbol=BTCUSDT") for _ in range(7)]
    codes = [answer.json()["retCode"] for answer in answers]
    assert codes[:5] == [0] * 5 and codes[6] == 10006, codes
    first, last = answers[0].headers, answers[6].headers
    assert first["X-Bapi-Limit"] == "5" and first["X-Bapi-Limit-Status"] == "4", first
    left = int(last["X-Bapi-Limit-Reset-Timestamp"]) - time.time() * 1000
    assert last["X-Bapi-Limit-Status"] == "0" and 0 < left <= 1100, (left, last)


@case("pybit survives the rate limit: it waits and tries again")
def _():
    for _ in range(12):
        assert api.get_fee_rates(**MARKET)["retCode"] == 0
    for number in range(14):
        api.place_order(**order(orderType="Limit", price=near(touch()[0], "0.98"), orderLinkId=f"pf-r{number}"))
    assert len(api.cancel_all_orders(**MARKET)["result"]["list"]) == 14


@case("no trade came of any of it")
def _():
    time.sleep(0.5)
    assert api.get_executions(**MARKET)["result"]["list"] == []
    (account,) = api.get_wallet_balance(accountType="UNIFIED")["result"]["list"]
    assert Decimal(account["totalInitialMargin"]) == Decimal(account["coin"][0]["totalOrderIM"]) == 0, account


run(ME)

"""pybit reads the public market over REST. Not covered: whether its figures are right."""
from decimal import Decimal

from exchange import MARKET, pybit
from tap import case, eventually, refused, run

api = pybit("pybit_rest")


@case("recent trades, newest first")
def _():
    rows = eventually(lambda: (rows := api.get_public_trade_history(**MARKET, limit=5)["result"]["list"])[4:] and rows)
    times = [int(row["time"]) for row in rows]
    assert len(rows) == 5 and times == sorted(times, reverse=True) and len({row["execId"] for row in rows}) == 5, rows
    assert all(row["side"] in ("Buy", "Sell") and Decimal(row["size"]) > 0 for row in rows), rows


@case("tickers, of one and of all")
def _():
    (row,) = api.get_tickers(**MARKET)["result"]["list"]
    bid, ask, mark = (Decimal(row[key]) for key in ("bid1Price", "ask1Price", "markPrice"))
    assert bid < ask and abs(mark / bid - 1) < Decimal("0.05") and Decimal(row["lastPrice"]) > 0, row
    assert int(row["nextFundingTime"]) % (8 * 3600 * 1000) == 0 and Decimal(row["fundingRate"]) is not None, row
    assert {row["symbol"] for row in api.get_tickers(category="linear")["result"]["list"]} == {"BTCUSDT", "ETHUSDT"}


@case("order book: sorted, not crossed, as deep as asked for")
def _():
    for limit in (1, 50, 200):
        book = api.get_orderbook(**MARKET, limit=limit)["result"]
        bids, asks = ([Decimal(price) for price, _ in book[side]] for side in "ba")
        assert bids == sorted(bids, reverse=True) and asks == sorted(asks) and bids[0] < asks[0], book
        assert 1 <= len(bids) <= limit and 1 <= len(asks) <= limit and book["s"] == "BTCUSDT", (limit, len(bids))
        assert isinstance(book["u"], int) and isinstance(book["seq"], int) and isinstance(book["ts"], int), book


@case("klines, newest first")
def _():
    rows = eventually(lambda: api.get_kline(**MARKET, interval="1", limit=3)["result"]["list"])
    start, first, high, low, last, volume, turnover = rows[0]
    assert int(start) % 60_000 == 0 and Decimal(low) <= min(Decimal(first), Decimal(last)) <= Decimal(high), rows
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True), rows
    assert Decimal(volume) * Decimal(low) <= Decimal(turnover) <= Decimal(volume) * Decimal(high), rows


@case("risk limits, funding history, price limit")
def _():
    tiers = api.get_risk_limit(**MARKET)["result"]["list"]
    assert tiers[0]["maxLeverage"] in ("100", "100.00") and Decimal(tiers[0]["riskLimitValue"]) == 2_000_000, tiers[0]
    assert api.get_funding_rate_history(**MARKET)["result"]["category"] == "linear"
    limit = api.get_price_limit(**MARKET)["result"]
    bid = Decimal(api.get_orderbook(**MARKET)["result"]["b"][0][0])
    assert Decimal(limit["sellLmt"]) < bid < Decimal(limit["buyLmt"]), (limit, bid)


@case("wrong parameters are 10001")
def _():
    refused(10001, api.get_kline, **MARKET, interval="7")
    refused(10001, api.get_orderbook, category="linear", symbol="NOSUCHUSDT")
    refused(10001, api.get_tickers, category="none", symbol="BTCUSDT")


run("pybit_market")

"""ccxt.pro: the public market, the private account and order entry over its streams.

Not covered: a connection that is lost, and ccxt's pings (every 18 s; their form is in pybit_streams.py)."""
import asyncio
from decimal import Decimal

import ccxt
import ccxt.pro

from exchange import ccxt_options, keep, near, touch
from tap import case, run

ME = "ccxt_streams"
BTC = "BTC/USDT:USDT"
shelf = {}  # the client; a coroutine must be running when it is made
seen = {"orders": [], "trades": [], "positions": [], "balance": []}  # all that was pushed, in the order it came


async def first(coroutine, seconds=20):
    return await asyncio.wait_for(coroutine, seconds)


async def gather(name, watch):
    while True:
        news = await watch()
        seen[name] += [dict(row) for row in news] if isinstance(news, list) else [news]


async def pushed(name, holds, seconds=15):
    """The last row pushed that holds, once there is one."""

    async def look():
        while not (rows := [row for row in seen[name] if holds(row)]):
            await asyncio.sleep(0.05)
        return rows[-1]

    return await first(look(), seconds)


async def fails(kind, coroutine):
    try:
        answer = await first(coroutine)
    except ccxt.BaseError as error:
        assert type(error) is kind, f"{type(error).__name__} in place of {kind.__name__}: {error}"
    else:
        raise AssertionError(f"accepted in place of {kind.__name__}: {answer}")


@case("markets load over aiohttp")
async def _():
    shelf["api"] = ccxt.pro.bybit({**ccxt_options(ME, fetchMarkets={"types": ["linear"]}), "newUpdates": True})
    await shelf["api"].load_markets()
    assert BTC in shelf["api"].markets


@case("public: trades, ticker, candle")
async def _():
    api = shelf["api"]
    trade = (await first(api.watch_trades(BTC)))[0]
    assert trade["price"] > 0 and trade["amount"] > 0 and trade["side"] in ("buy", "sell") and trade["id"], trade
    ticker = await first(api.watch_ticker(BTC))
    assert ticker["bid"] < ticker["ask"] and ticker["last"] > 0, ticker
    candle = (await first(api.watch_ohlcv(BTC, "1m")))[-1]
    assert candle[3] <= candle[4] <= candle[2], candle


@case("public: the book is sorted and not crossed, update after update")
async def _():
    for _ in range(30):
        book = await first(shelf["api"].watch_order_book(BTC, 50))
        bids, asks = ([price for price, _ in book[side]] for side in ("bids", "asks"))
        assert bids == sorted(bids, reverse=True) and asks == sorted(asks) and bids[0] < asks[0], book


@case("private: an order over the trade stream shows in orders, trades, positions and balance")
async def _():
    api = shelf["api"]
    watches = {"orders": lambda: api.watch_orders(BTC), "trades": lambda: api.watch_my_trades(BTC),
               "positions": lambda: api.watch_positions([BTC]), "balance": api.watch_balance}
    shelf["tasks"] = [asyncio.ensure_future(gather(name, watch)) for name, watch in watches.items()]
    await asyncio.sleep(2)
    made = await first(api.create_order_ws(BTC, "market", "buy", 0.012, None, {"clientOrderId": "cs-1"}))
    order = await pushed("orders", lambda row: row["clientOrderId"] == "cs-1" and row["status"] == "closed")
    trade = await pushed("trades", lambda row: row["order"] == made["id"])
    position = await pushed("positions", lambda row: row["contracts"] == 0.012)
    assert made["id"] == order["id"] and order["filled"] == 0.012, (made, order)
    assert position["side"] == "long" and position["entryPrice"] == trade["price"], (position, trade)
    assert (await pushed("balance", lambda row: True))["USDT"]["total"] > 0, seen["balance"]


@case("order entry: edit, cancel, and ccxt's own errors")
async def _():
    api = shelf["api"]
    price = float(near(touch()[0], "0.98"))
    made = await first(api.create_order_ws(BTC, "limit", "buy", 0.002, price, {"clientOrderId": "cs-2"}))
    await first(api.edit_order_ws(made["id"], BTC, "limit", "buy", 0.003, price))
    edited = await pushed("orders", lambda row: row["id"] == made["id"] and row["amount"] == 0.003)
    assert edited["status"] == "open", edited
    await first(api.cancel_order_ws(made["id"], BTC))
    await pushed("orders", lambda row: row["id"] == made["id"] and row["status"] == "canceled")
    await fails(ccxt.OrderNotFound, api.cancel_order_ws(made["id"], BTC))
    await fails(ccxt.InsufficientFunds, api.create_order_ws(BTC, "market", "buy", 119))
    await fails(ccxt.InvalidOrder, api.create_order_ws(BTC, "limit", "buy", 0.002, price, {"clientOrderId": "cs-2"}))


@case("the close is seen on the streams, and the balance agrees with REST")
async def _():
    api = shelf["api"]
    before = len(seen["balance"])
    made = await first(api.create_order_ws(BTC, "market", "sell", 0.012, None, {"reduceOnly": True}))
    await pushed("trades", lambda row: row["order"] == made["id"])
    await pushed("positions", lambda row: row["info"]["size"] == "0")
    await pushed("balance", lambda row: len(seen["balance"]) > before)
    account = await first(api.fetch_balance())
    pushed_last, listed = (Decimal(str(one["USDT"]["total"])) for one in (seen["balance"][-1], account))
    assert pushed_last == listed, (pushed_last, listed)


@case("all trades of the account were on the stream; unwatch and close")
async def _():
    api = shelf["api"]
    rows = [row["info"] for row in await first(api.fetch_my_trades(BTC))]
    kept = [row["info"] for row in seen["trades"]]
    assert sorted(row["execId"] for row in rows) == sorted(row["execId"] for row in kept), (rows, kept)
    keep(ME, "stream", kept)
    keep(ME, "rest", rows)
    await first(api.un_watch_trades(BTC))
    for task in shelf["tasks"]:
        assert not task.done(), task
        task.cancel()
    await api.close()


run(ME)

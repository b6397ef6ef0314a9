"""The exchange under test, and each client pointed at it. Only addresses are set; a client's code is as published."""
import hashlib
import hmac
import json
import os
import time
from decimal import ROUND_CEILING, Decimal

import requests

HOST = os.environ["EXCHANGE"]  # 127.0.0.1:PORT
REST, STREAM = f"http://{HOST}", f"ws://{HOST}"
EQUITY = Decimal(os.environ["EQUITY"])
KEYS = dict(line.split() for line in open(os.environ["KEY_FILE"]))  # an account for each suite, named like it
MARKET = {"category": "linear", "symbol": "BTCUSDT"}
TICK = Decimal("0.1")
TAKER, MAKER = Decimal("0.00055"), Decimal("0.0002")


def pybit(account, **options):
    from pybit.unified_trading import HTTP

    session = HTTP(api_key=account, api_secret=KEYS.get(account, "wrong"), **options)
    session.endpoint = REST
    return session


def pybit_streams(account=None):
    """A stream of pybit: the account's, or the public one. It pings every 3 s, so that a test sees it."""
    import pybit.unified_trading as unified

    unified.PUBLIC_WSS = STREAM + "/v5/public/{CHANNEL_TYPE}"
    unified.PRIVATE_WSS = STREAM + "/v5/private"
    secret = {"api_key": account, "api_secret": KEYS[account]} if account else {}
    return unified.WebSocket(
        testnet=False, channel_type="private" if account else "linear", ping_interval=3, ping_timeout=2, **secret)


def pybit_trading(account):
    import pybit._websocket_trading as trading
    from pybit.unified_trading import WebSocketTrading

    trading.TRADE_WSS = STREAM + "/v5/trade"
    return WebSocketTrading(testnet=False, api_key=account, api_secret=KEYS[account])


def ccxt_options(account, **options):
    linear = STREAM + "/v5/public/linear"
    private = STREAM + "/v5/private"
    streams = {
        "public": {"spot": linear, "inverse": linear, "option": linear, "linear": linear},
        "private": {"spot": {"unified": private}, "contract": private, "usdc": private, "trade": STREAM + "/v5/trade"},
    }
    return {"apiKey": account, "secret": KEYS.get(account, "wrong"), "options": options,
            "urls": {"api": {"public": REST, "private": REST, "ws": streams}}}


def signed(account, method, path, payload="", late_ms=0, window=5000):
    """A request that is signed here and not by a client. `payload` is the query or the body, as it is sent."""
    stamp = str(int(time.time() * 1000) - late_ms)
    text = stamp + account + str(window) + payload
    headers = {
        "X-BAPI-API-KEY": account, "X-BAPI-TIMESTAMP": stamp, "X-BAPI-RECV-WINDOW": str(window),
        "X-BAPI-SIGN": hmac.new(KEYS[account].encode(), text.encode(), hashlib.sha256).hexdigest(),
        "Content-Type": "application/json",
    }
    url = REST + path + ("?" + payload if method == "GET" and payload else "")
    return requests.request(method, url, data=payload if method == "POST" else None, headers=headers, timeout=10)


def pages(account, path, query):
    """All rows of a list, page after page."""
    cursor, rows = "", []
    while True:
        result = signed(account, "GET", path, query + (f"&cursor={cursor}" if cursor else "")).json()["result"]
        rows += result["list"]
        cursor = result.get("nextPageCursor") or ""
        if not cursor:
            return rows


def touch(symbol="BTCUSDT"):
    """The best bid and ask."""
    query = {"category": "linear", "symbol": symbol, "limit": 1}
    book = requests.get(REST + "/v5/market/orderbook", params=query, timeout=10).json()["result"]
    return Decimal(book["b"][0][0]), Decimal(book["a"][0][0])


def reach(symbol="BTCUSDT"):
    """The prices just below and just above all of bid, ask and last: triggers there wait, but not for long."""
    query = {"category": "linear", "symbol": symbol}
    row = requests.get(REST + "/v5/market/tickers", params=query, timeout=10).json()["result"]["list"][0]
    prices = [Decimal(row[key]) for key in ("bid1Price", "ask1Price", "lastPrice")]
    return str(min(prices) - 20), str(max(prices) + 20)


def near(price, factor):
    """A price on the tick grid, `factor` times another."""
    return str((price * Decimal(factor)).quantize(TICK))


def charged(row, rate):
    """What an execution costs: value x rate to eight places, rounded against the account."""
    value = Decimal(row["execPrice"]) * Decimal(row["execQty"])
    return (value * Decimal(rate)).quantize(Decimal("1e-8"), ROUND_CEILING)


def keep(suite, source, rows):
    """Writes down executions as a client saw them, for the ledger's audit at the end."""
    with open(os.path.join(os.environ["SEEN"], suite + ".ndjson"), "a") as file:
        for row in rows:
            print(json.dumps({"source": source, **row}), file=file)

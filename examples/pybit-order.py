#!/usr/bin/env python3
"""Buy and sell the least quantity of BTCUSDT with pybit, on a local exchange.

    examples/pybit-order.py ENDPOINT KEY SECRET
"""
import sys
import time

from pybit.unified_trading import HTTP

endpoint, key, secret = sys.argv[1:]
session = HTTP(api_key=key, api_secret=secret)
session.endpoint = endpoint

order = {"category": "linear", "symbol": "BTCUSDT", "orderType": "Market", "qty": "0.001"}
for side, is_closing in (("Buy", False), ("Sell", True)):
    answer = session.place_order(**order, side=side, reduceOnly=is_closing)
    time.sleep(1)  # the answer only acknowledges
    name = answer["result"]["orderId"]
    for trade in session.get_executions(category="linear", orderId=name)["result"]["list"]:
        print(trade["side"], trade["execQty"], "at", trade["execPrice"], "fee", trade["execFee"])

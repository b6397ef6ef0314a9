"""hftbacktest: its engine in Rust, the strategy compiled by Numba; each event by `wait_next_feed`. What Numba takes to
compile is not counted. The trades bring no depth, so that its market orders find none: they cost as much."""

import os
import sys
import tempfile
import time

import hftbacktest
import market
import numpy
from hftbacktest import BUY_EVENT, EXCH_EVENT, GTC, LOCAL_EVENT, MARKET, SELL_EVENT, TRADE_EVENT, BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest.types import event_dtype
from kalman import QUANTITY, START, side, step
from numba import njit

step, side = njit(step), njit(side)


@njit
def follow(engine, start):
    states = [start, start]
    times = [0, 0]
    held = [0, 0]
    ticks = orders = 0
    while engine.wait_next_feed(False, 10**12) == 2:
        for asset in range(2):
            trades = engine.last_trades(asset)
            for trade in trades:
                states[asset] = step(states[asset], trade.px, (trade.local_ts - times[asset]) / 1e9)
                times[asset] = trade.local_ts
                ticks += 1
                wanted = side(states[asset])
                change = wanted - held[asset]
                if change > 0:
                    engine.submit_buy_order(asset, orders, trade.px, abs(change) * QUANTITY, GTC, MARKET, False)
                elif change < 0:
                    engine.submit_sell_order(asset, orders, trade.px, abs(change) * QUANTITY, GTC, MARKET, False)
                if change != 0:
                    held[asset] = wanted
                    orders += 1
                    engine.clear_inactive_orders(asset)
            if len(trades):
                engine.clear_last_trades(asset)
    return ticks, orders


def events_of(trades):
    events = numpy.zeros(len(trades), event_dtype)
    both = EXCH_EVENT | LOCAL_EVENT
    ts, px, qty, is_buy = (numpy.array(column) for column in zip(*trades))
    events["ev"] = numpy.where(is_buy, TRADE_EVENT | both | BUY_EVENT, TRADE_EVENT | both | SELL_EVENT)
    events["exch_ts"] = events["local_ts"] = ts * 1000
    events["px"], events["qty"] = px, qty
    return events


def engine_of(markets):
    """By symbol its events, which must stay where they lie, or a list of files of them."""
    return HashMapMarketDepthBacktest([
        BacktestAsset().data(data).linear_asset(1.0).constant_order_latency(0, 0).risk_adverse_queue_model()
        .no_partial_fill_exchange().trading_value_fee_model(0.0, 0.00055)
        .tick_size({"BTCUSDT": 0.1, "ETHUSDT": 0.01}[symbol]).lot_size(QUANTITY).last_trades_capacity(1000)
        for symbol, data in sorted(markets.items())])


began = time.perf_counter()
rows = market.read(sys.argv[1])
read = time.perf_counter()
few = {symbol: events_of(trades[:100]) for symbol, trades in rows.items()}
follow(engine_of(few), START)  # compiles
compiled = time.perf_counter()
markets = {symbol: events_of(trades) for symbol, trades in rows.items()}
engine = engine_of(markets)
loaded = time.perf_counter()
ticks, orders = follow(engine, START)
ran = time.perf_counter()
with tempfile.TemporaryDirectory() as directory:
    files = {symbol: [os.path.join(directory, symbol + ".npz")] for symbol in markets}
    for symbol, (path,) in files.items():
        numpy.savez(path, data=markets[symbol])
    opened = time.perf_counter()
    assert follow(engine_of(files), START) == (ticks, orders)
    market.tell(hftbacktest, read - began + loaded - compiled, ran - loaded, ticks, orders, time.perf_counter() - opened)

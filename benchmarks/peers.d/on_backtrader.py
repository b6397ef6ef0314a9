"""backtrader: each trade a bar of its own."""

import sys
import time

import backtrader
import market
import pandas
from kalman import QUANTITY, START, side, step


class Follow(backtrader.Strategy):
    def __init__(self):
        self.states = [START for _ in self.datas]
        self.times = [0.0 for _ in self.datas]
        self.held = [0 for _ in self.datas]
        self.seen = [0 for _ in self.datas]
        self.ticks = self.orders = 0

    def next(self):
        for index, data in enumerate(self.datas):
            if len(data) == self.seen[index]:
                continue
            self.seen[index] = len(data)
            now = data.datetime[0] * 86_400
            self.states[index] = step(self.states[index], data.close[0], now - self.times[index])
            self.times[index] = now
            self.ticks += 1
            wanted = side(self.states[index])
            if wanted != self.held[index]:
                self.order_target_size(data, wanted * QUANTITY)
                self.held[index] = wanted
                self.orders += 1


began = time.perf_counter()
rows = market.read(sys.argv[1])
cerebro = backtrader.Cerebro(stdstats=False)
cerebro.broker.setcash(1e6)
for symbol, trades in rows.items():
    frame = pandas.DataFrame(trades, columns=["ts", "close", "volume", "is_buy"])
    frame.index = pandas.to_datetime(frame.pop("ts"), unit="us")
    cerebro.adddata(backtrader.feeds.PandasData(dataname=frame, open="close", high="close", low="close", close="close", volume="volume",
                                                openinterest=None, timeframe=backtrader.TimeFrame.Ticks), name=symbol)
cerebro.addstrategy(Follow)
loaded = time.perf_counter()
strategy, = cerebro.run(preload=True)
market.tell(backtrader, loaded - began, time.perf_counter() - loaded, strategy.ticks, strategy.orders)

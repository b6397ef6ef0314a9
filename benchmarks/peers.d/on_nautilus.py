"""nautilus_trader: its engine in Rust and Cython, the strategy in Python, on_trade_tick for each trade."""

import sys
import time
from decimal import Decimal

import market
import nautilus_trader
import pandas
from kalman import QUANTITY, START, side, step
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import Venue
from nautilus_trader.model.objects import Money
from nautilus_trader.persistence.wranglers import TradeTickDataWrangler
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy


class Follow(Strategy):
    def __init__(self, instruments):
        super().__init__()
        self.instruments = instruments
        self.states = {instrument.id: (START, 0, 0) for instrument in instruments}
        self.ticks = self.orders = 0

    def on_start(self):
        for instrument in self.instruments:
            self.subscribe_trade_ticks(instrument.id)

    def on_trade_tick(self, tick):
        state, last, held = self.states[tick.instrument_id]
        state = step(state, float(tick.price), (tick.ts_event - last) / 1e9)
        wanted = side(state)
        self.ticks += 1
        if wanted != held:
            instrument = self.cache.instrument(tick.instrument_id)
            change = wanted - held
            self.submit_order(self.order_factory.market(
                tick.instrument_id, OrderSide.BUY if change > 0 else OrderSide.SELL, instrument.make_qty(Decimal(abs(change)) * Decimal(str(QUANTITY)))))
            self.orders += 1
        self.states[tick.instrument_id] = (state, tick.ts_event, wanted)


began = time.perf_counter()
instruments = {"BTCUSDT": TestInstrumentProvider.btcusdt_perp_binance(), "ETHUSDT": TestInstrumentProvider.ethusdt_perp_binance()}
rows = market.read(sys.argv[1])
engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
engine.add_venue(venue=Venue("BINANCE"), oms_type=OmsType.NETTING, account_type=AccountType.MARGIN, base_currency=None,
                 starting_balances=[Money(1_000_000, USDT)])
for symbol, trades in rows.items():
    frame = pandas.DataFrame(trades, columns=["timestamp", "price", "quantity", "is_buy"])
    frame["buyer_maker"] = ~frame.pop("is_buy")
    frame["trade_id"] = [str(number) for number in range(len(frame))]
    frame = frame.set_index(pandas.to_datetime(frame.pop("timestamp"), unit="us", utc=True))
    engine.add_instrument(instruments[symbol])
    engine.add_data(TradeTickDataWrangler(instruments[symbol]).process(frame))
strategy = Follow([instruments[symbol] for symbol in rows])
engine.add_strategy(strategy)
loaded = time.perf_counter()
engine.run()
market.tell(nautilus_trader, loaded - began, time.perf_counter() - loaded, strategy.ticks, strategy.orders)

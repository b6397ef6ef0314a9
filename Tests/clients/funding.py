"""A position that is held over a funding: `funding.py open` before the other suites, `funding.py` behind them."""
import sys
from decimal import Decimal

from pybit.exceptions import InvalidRequestError

from exchange import EQUITY, MARKET, charged, pybit
from tap import case, eventually, run

ME = "funding"
api = pybit(ME)
WAIT_SECONDS_MAX = 120  # the market begins half an hour before, and is twenty times as fast


def funded():
    return api.get_executions(**MARKET, execType="Funding")["result"]["list"]


def market_is_open():
    try:
        return Decimal(api.get_tickers(**MARKET)["result"]["list"][0]["lastPrice"]) > 0
    except (IndexError, ArithmeticError, InvalidRequestError):
        return False  # no symbol yet, or no price


if sys.argv[1:] == ["open"]:

    @case("the market opens")
    def _():
        eventually(market_is_open)

    @case("a position is opened before the funding")
    def _():
        assert not funded()
        api.place_order(**MARKET, side="Buy", orderType="Market", qty="0.05")
        eventually(lambda: api.get_executions(**MARKET)["result"]["list"])

else:

    @case("the funding is an execution of its own: size x mark x rate, paid from the wallet")
    def _():
        (row,) = eventually(funded, WAIT_SECONDS_MAX)
        value = Decimal(row["execPrice"]) * Decimal("0.05")
        assert Decimal(row["execValue"]) == value and Decimal(row["execFee"]) == charged(row, row["feeRate"]), row
        assert (row["orderLinkId"], row["side"], row["closedSize"]) == ("", "Buy", "0"), row
        assert Decimal(row["execQty"]) == Decimal("0.05"), row
        (rate,) = api.get_funding_rate_history(**MARKET, limit=1)["result"]["list"]
        assert Decimal(rate["fundingRate"]) == Decimal(row["feeRate"]), (rate, row)

    @case("it changes the wallet and the position's realised profit, not its size or price")
    def _():
        (position,) = api.get_positions(**MARKET)["result"]["list"]
        (opened,) = api.get_executions(**MARKET, execType="Trade")["result"]["list"]
        paid = Decimal(funded()[0]["execFee"]) + Decimal(opened["execFee"])
        assert Decimal(position["avgPrice"]) == Decimal(opened["execPrice"]), (position, opened)
        assert Decimal(position["size"]) == Decimal("0.05"), position
        assert Decimal(position["curRealisedPnl"]) == -paid, (position["curRealisedPnl"], paid)
        (account,) = api.get_wallet_balance(accountType="UNIFIED")["result"]["list"]
        assert Decimal(account["coin"][0]["walletBalance"]) == EQUITY - paid, (account, paid)
        api.place_order(**MARKET, side="Sell", orderType="Market", qty="0.05", reduceOnly=True)
        eventually(lambda: api.get_positions(**MARKET)["result"]["list"][0]["size"] == "0")


run(ME)

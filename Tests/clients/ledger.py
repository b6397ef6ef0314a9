"""The exchange's ledger against what its clients saw, and against this file's own arithmetic, in exact decimals: no
tolerance but where a share of an entry has no exact form.

Not covered: liquidations, and trades that no client asked for."""
import json
import os
from collections import defaultdict
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path

from exchange import EQUITY, KEYS, MAKER, TAKER, charged, pages, signed
from tap import case, run

getcontext().prec = 60
PROTECTIONS = ("TakeProfit", "StopLoss", "PartialTakeProfit", "PartialStopLoss")
LEAST = Fraction(1, 10**8)  # what the API's own eight places may hide in a share of an entry


def read(path):
    return [json.loads(line, parse_float=Decimal) for line in open(path)]


records = read(os.environ["LEDGER"])
ledger = {row["exec_id"]: row for row in records if row["type"] == "fill"}
listed = {account: pages(account, "/v5/execution/list", "category=linear&limit=100") for account in KEYS}
trades = {account: [row for row in rows if row["execType"] == "Trade"][::-1] for account, rows in listed.items()}
owner = {row["execId"]: account for account, rows in trades.items() for row in rows}
seen = {path.stem: read(path) for path in sorted(Path(os.environ["SEEN"]).glob("*.ndjson"))}


def same(row):
    """An execution, of REST or a stream, and its fill, to the last digit."""
    fill = ledger.get(row["execId"])
    assert fill, f"not in the ledger: {row}"
    for theirs, ours in (("execQty", "qty"), ("execPrice", "px"), ("execFee", "fee")):
        assert Decimal(row[theirs]) == Decimal(fill[ours]), (theirs, row, fill)
    assert row["side"].lower() == fill["side"] and row["symbol"] == fill["sym"], (row, fill)
    assert ("maker" if row["isMaker"] else "taker") == fill["liquidity"], (row, fill)
    assert row["orderId"] == fill["exchange_id"], (row, fill)
    # What protects a position has no name of the client's; the ledger calls it by the order that opened the position.
    protects = fill["reason"] in ("take_profit", "stop_loss")
    assert protects == (row["stopOrderType"] in PROTECTIONS), (row, fill)
    assert row["orderLinkId"] == ("" if protects else fill["id"] or ""), (row, fill)


def balance(account):
    wallet = signed(account, "GET", "/v5/account/wallet-balance", "accountType=UNIFIED&coin=USDT").json()
    return wallet["result"]["list"][0]["coin"][0]


@case("every suite has traded")
def _():
    assert set(seen) == {account for account, rows in trades.items() if rows} - {"funding"}, (list(seen), owner)


@case("every execution that a client saw is one fill of the ledger, to the last digit")
def _():
    for rows in seen.values():
        assert rows
        for row in rows:
            if row["execType"] == "Trade":
                same(row)
    for rows in trades.values():
        for row in rows:
            same(row)


@case("no fill of the ledger is unseen, and none is there twice")
def _():
    assert set(ledger) == set(owner), set(ledger) ^ set(owner)
    assert len(ledger) == sum(row["type"] == "fill" for row in records)
    rest = {row["execId"] for rows in seen.values() for row in rows if row["source"] == "rest"}
    assert {name for name, account in owner.items() if account != "funding"} <= rest


@case("streams and lists told the same of each execution")
def _():
    told = defaultdict(list)
    for rows in seen.values():
        for row in rows:
            told[row["execId"]].append([row[key] for key in ("execPrice", "execQty", "execFee", "orderId", "isMaker")])
    assert all(row == rows[0] for rows in told.values() for row in rows), told
    assert any(len(rows) > 1 for rows in told.values())


@case("each fee is value x rate, to eight places")
def _():
    for rows in trades.values():
        for row in rows:
            assert Decimal(row["execFee"]) == charged(row, MAKER if row["isMaker"] else TAKER), row
            assert Decimal(row["execValue"]) == Decimal(row["execPrice"]) * Decimal(row["execQty"]), row


def lives(rows):
    """The profit of each fill, before fees, by average cost; the sign of the size is the side's."""
    size, cost = defaultdict(Fraction), defaultdict(Fraction)
    for row in rows:
        sym, price = row["symbol"], Fraction(row["execPrice"])
        qty = Fraction(row["execQty"]) * (1 if row["side"] == "Buy" else -1)
        closed = min(abs(qty), abs(size[sym])) if qty * size[sym] < 0 else Fraction(0)
        share = cost[sym] * closed / abs(size[sym]) if closed else Fraction(0)
        sign = 1 if size[sym] > 0 else -1
        opened = qty + sign * closed if closed else qty
        cost[sym] += opened * price - share
        size[sym] += qty
        yield row, closed, sign * closed * price - share
    assert not any(size.values()), f"not flat at the end: {dict(size)}"


@case("the profit of each fill, and what it closed")
def _():
    for rows in trades.values():
        for row, closed, profit in lives(rows):
            assert Fraction(row["closedSize"]) == closed, (row, closed)
            fill = ledger[row["execId"]]
            assert abs(Fraction(fill["realised"]) - profit) < LEAST, (row, fill, float(profit))


@case("closed PnL is the profit less both fees, order by order")
def _():
    for account, rows in trades.items():
        fees, size, expected = defaultdict(Fraction), defaultdict(Fraction), defaultdict(Fraction)
        for row, closed, profit in lives(rows):
            sym, qty, fee = row["symbol"], Fraction(row["execQty"]), Fraction(row["execFee"])
            if closed:
                share = fees[sym] * closed / size[sym]
                expected[row["orderId"]] += profit - share - fee * closed / qty
                fees[sym], size[sym] = fees[sym] - share, size[sym] - closed
            fees[sym], size[sym] = fees[sym] + fee * (qty - closed) / qty, size[sym] + qty - closed
        found = defaultdict(Fraction)
        for row in pages(account, "/v5/position/closed-pnl", "category=linear&limit=100"):
            found[row["orderId"]] += Fraction(row["closedPnl"])
        funded = sum(Fraction(row["execFee"]) for row in listed[account] if row["execType"] == "Funding")
        assert set(found) == set(expected), (account, set(found) ^ set(expected))
        if not funded:
            for order, profit in expected.items():
                assert abs(found[order] - profit) < 2 * LEAST, (account, order, float(found[order]), float(profit))


@case("wallet = equity + sold - bought - fees - funding paid, to the last digit")
def _():
    for account, rows in listed.items():
        wallet = EQUITY
        for row in rows:
            if row["execType"] == "Trade":
                wallet += Decimal(row["execValue"]) * (1 if row["side"] == "Sell" else -1)
            wallet -= Decimal(row["execFee"])
        got = balance(account)
        assert Decimal(got["walletBalance"]) == wallet, (account, got["walletBalance"], wallet)
        assert Decimal(got["equity"]) == wallet and Decimal(got["cumRealisedPnl"]) == wallet - EQUITY, (account, got)


@case("the ledger's orders: each that was filled says so, once at its end")
def _():
    ends = defaultdict(list)
    for row in records:
        if row["type"] == "order" and row["status"] in ("filled", "cancelled", "rejected"):
            ends[row["exchange_id"]].append(row["status"])
    wrong = {order: ends[order] for order in {row["exchange_id"] for row in ledger.values()} if len(ends[order]) != 1}
    assert not wrong and all(len(statuses) <= 1 for statuses in ends.values()), wrong or ends


run("ledger")

"""What the tests of the real drift-exec share: a market, an exchange, the program, and an auditor that reads what they leave.

The auditor shares no code with drift-exec: it reckons with Python's decimals from the exchange's ledger, the audit and the
journal.
"""

import collections
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../exchange/server"))
from client import Exchange, Tap, body_of, status_of  # noqa: E402,F401

PROGRAM = os.environ.get("EXEC", "drift-exec")
SYMBOLS = {"BTCUSDT": (97_000.0, 0.1), "ETHUSDT": (3400.0, 0.01)}


def microseconds():
    return int(time.time() * 1e6)


def whole(text, **options):
    """The whole records of a stream; where the program was killed as it wrote, a torn line runs into the next start's first."""
    records = []
    for line in text[: text.rfind(b"\n") + 1].splitlines():
        try:
            records.append(json.loads(line, **options))
        except json.JSONDecodeError:
            if line.count(b'{"type":') < 2:
                raise
    return records


class Market:
    """Quotes, trades and mark prices of now, ten times a second, to the exchange and to whoever trades on it."""

    def __init__(self, exchange, seed):
        self.exchange = exchange
        self.random = random.Random(seed)
        self.prices = {name: price for name, (price, _) in SYMBOLS.items()}
        self.listeners = []
        self.is_on = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.is_on:
            records = self.records()
            try:
                self.exchange.write(*records)
            except (BrokenPipeError, ValueError, OSError):
                return
            for listener in list(self.listeners):
                listener(records)
            time.sleep(0.1)

    def records(self):
        records = []
        for name, (_, tick) in SYMBOLS.items():
            self.prices[name] *= 1 + self.random.uniform(-2e-4, 2e-4)
            bid = round(round(self.prices[name] / tick) * tick, 2)
            common = {"ts": microseconds(), "sym": name}
            records += [
                {"type": "quote", **common, "bid": bid, "bid_qty": 3, "ask": round(bid + tick, 2), "ask_qty": 3},
                {"type": "trade", **common, "px": bid, "qty": 1, "side": "buy"},
                {"type": "mark", **common, "mark": bid, "index": bid},
            ]
        return records

    def stop(self):
        self.is_on = False
        self.thread.join()


class Exec:
    """A drift-exec of our own; what it writes is kept, and looked at by `wait`."""

    def __init__(self, directory, port, *options, state=None, live=True, environment=None, name="exec", keys=None, output=None, errors=None,
                 program=PROGRAM):
        self.state = state or os.path.join(directory, "state")
        self.audit = os.path.join(directory, f"{name}.audit")
        self.errors = os.path.join(directory, f"{name}.errors")
        self.lock = threading.Lock()
        self.errors_began = os.path.getsize(self.errors) if os.path.exists(self.errors) else 0
        self.read, self.kept = os.path.getsize(self.audit) if os.path.exists(self.audit) else 0, []
        command = [program, "--key-file", keys or os.path.join(directory, "keys"), "--state", self.state,
                   "--url", f"http://127.0.0.1:{port}", *(["--live"] if live else []), *options]
        self.process = subprocess.Popen(
            self.start(command), stdin=subprocess.PIPE, stdout=output or open(self.audit, "ab"), stderr=errors or open(self.errors, "ab"),
            env=environment)

    def start(self, command):
        return command

    def write(self, records):
        with self.lock:
            try:
                self.process.stdin.write(b"".join(json.dumps(r, separators=(",", ":")).encode() + b"\n" for r in records))
                self.process.stdin.flush()
            except (BrokenPipeError, ValueError, OSError):
                pass

    def records(self):
        """What this start has written; only what is new is read, as `wait` asks often."""
        with open(self.audit, "rb") as file:
            file.seek(self.read)
            text = file.read()
        text = text[: text.rfind(b"\n") + 1]
        self.read += len(text)
        self.kept += whole(text)
        return self.kept

    def derived(self, *kinds):
        return [r for r in self.records() if r["type"] in kinds]

    def said(self):
        with open(self.errors, errors="replace") as file:
            file.seek(self.errors_began)
            return file.read()

    def wait(self, condition, seconds=10):
        deadline, pause = time.monotonic() + seconds, 0.01
        while not (done := condition()) and time.monotonic() < deadline and self.process.poll() is None:
            # What takes long is looked at less often: forty of these run side by side.
            time.sleep(pause := min(0.1, pause * 1.3))
        return done or condition()

    def listens(self):
        return self.wait(lambda: "the private stream is connected" in self.said(), 15)

    def ready(self):
        """It listens, and knows the prices: an intent before the first quote has none."""
        return self.listens() and self.wait(lambda: {r["sym"] for r in self.derived("quote")} == set(SYMBOLS), 15)

    def end_of(self, intent):
        """How an intent ended: a status or a code; nil while it has not."""
        for record in self.derived("order", "reject"):
            if record.get("id") == intent:
                if record["type"] == "reject":
                    return record["code"]
                if record["status"] in ("filled", "cancelled"):
                    return record["status"]
        return None

    def close(self):
        with self.lock:
            try:
                self.process.stdin.close()
            except OSError:
                pass

    def finish(self, seconds=90):
        self.close()
        return self.process.wait(timeout=seconds)

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        return self.process.wait(timeout=70)


class Traced(Exec):
    """A drift-exec under strace, which does to it what `inject` says."""

    def __init__(self, *arguments, inject=(), log=None, **more):
        self.inject, self.log = inject, log
        super().__init__(*arguments, **more)

    def start(self, command):
        trace = ["strace", "--follow-forks", "--quiet=all", "-o", self.log or "/dev/null"]
        return [*trace, *self.inject, *command]


class Floor:
    """An exchange with its market, and a drift-exec at a time."""

    def __init__(self, directory, **key):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)
        self.exchange = Exchange(directory, "--equity", "1000", **key)
        self.market = Market(self.exchange, 1)
        self.intents = []

    def start(self, *options, kind=Exec, **more):
        # A busy machine is not what is tested here.
        self.exec = kind(self.directory, self.exchange.port, "--max-age", "30", "--max-lag", "30", *options, **more)
        self.market.listeners = [self.exec.write]
        return self.exec

    def intend(self, record):
        self.intents.append(record["id"])
        self.exec.write([record])

    def take_levels_away(self):
        """Somebody takes the stop of the BTCUSDT position away."""
        body = '{"category":"linear","symbol":"BTCUSDT","tpslMode":"Full","positionIdx":0,"takeProfit":"0","stopLoss":"0"}'
        self.exchange.send(self.exchange.signed("/v5/position/trading-stop", body))

    def stop(self):
        self.market.stop()
        self.exchange.stop()

    def post(self, path, body):
        return self.exchange.post(path, body)

    def audited(self, killed=False):
        return audit(self.exchange.ledger, self.exec.audit, os.path.join(self.exec.state, "journal"), self.intents, killed)


def issue_certificates(directory):
    """Files NAME.pem and NAME.key for localhost: good, wrong-host, expired, self-signed.

    Trust is the system's alone: what is returned is a command that runs another one on a system that trusts their issuer; None where
    that cannot be made.
    """
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=directory)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=issuer", "-keyout", "ca.key", "-out", "ca.pem")
    for name, host, days in (("good", "localhost", "2"), ("wrong-host", "example.com", "2"), ("expired", "localhost", "-1")):
        with open(os.path.join(directory, f"{name}.ext"), "w") as file:
            file.write(f"subjectAltName=DNS:{host}")
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", days, "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", "self-signed.key", "-out", "self-signed.pem")
    trusting = ["unshare", "--mount", "sh", "-c", f'mount --bind {directory}/ca.pem /etc/ssl/certs/ca-certificates.crt && exec "$@"', "sh"]
    return None if subprocess.run([*trusting, "true"], capture_output=True).returncode else trusting


def opening(intent, symbol="BTCUSDT", side="buy", weight=0.3, **more):
    return {"type": "intent", "ts": microseconds(), "id": intent, "sym": symbol, "side": side, "reduce_only": False,
            "weight": weight, "take_profit": 0.02, "stop_loss": 0.02, "drift": 0.0015, "confidence": 0.7,
            "half_life": 60, "seq": 1, **more}


def reducing(intent, symbol="BTCUSDT", side="sell", fraction=1, **more):
    return {"type": "intent", "ts": microseconds(), "id": intent, "sym": symbol, "side": side, "reduce_only": True,
            "fraction": fraction, "rule": "drift_flip", "seq": 2, **more}


def journal_of(path):
    """The entries of a journal, whose chain is checked."""
    before, entries = b"0" * 64, []
    with open(path, "rb") as file:
        for line in file.read().splitlines():
            digits, _, text = line.partition(b" ")
            if hashlib.sha256(before + text).hexdigest().encode() != digits:
                return entries, f"line {len(entries) + 1} breaks the chain"
            entries.append(json.loads(text, parse_float=Decimal))
            before = digits
    return entries, None


def bare(ledger, seconds):
    """Positions that lay open for longer than that without both of their levels at the exchange."""
    wrong, held, outside, levels, since = [], collections.Counter(), collections.Counter(), collections.defaultdict(set), {}
    for record in ledger:
        symbol = record.get("sym")
        if record["type"] == "fill":
            held[symbol] += Decimal(str(record["qty"])) * (1 if record["side"] == "buy" else -1)
            outside[symbol] += Decimal(str(record["qty"])) if record["reason"] == "external" else 0
        elif record["type"] == "order" and "trigger" in record:
            if record.get("resting") and record["status"] == "accepted":
                levels[symbol].add(record["exchange_id"])
            else:
                levels[symbol].discard(record["exchange_id"])
        for name in list(held):
            if abs(held[name]) <= outside[name] or len(levels[name]) >= 2:
                begun = since.pop(name, record["ts"])
            else:
                begun = since.setdefault(name, record["ts"])
            if record["ts"] - begun > seconds * 1_000_000:
                wrong.append(f"{name} lay open without protection for {(record['ts'] - begun) / 1e6:.1f} s until {record['ts']}")
                since.pop(name, None)
    return wrong


def audit(ledger_path, audit_path, journal_path, intents, killed, limits=None):
    """What is wrong; nothing if all is well.

    `limits`: orders and notional (times 1,000 USDT) of a minute, and positions at once.
    """
    limits = limits or {"orders": 600, "notional": 1000, "positions": 64}
    def lines(path):
        with open(path, "rb") as file:
            return whole(file.read(), parse_float=Decimal)

    ledger, told = lines(ledger_path), lines(audit_path)
    journal, broken = journal_of(journal_path)
    wrong = [broken] if broken else []
    sent = {e["link"]: e for e in journal if e["do"] == "send"}

    # I1: one order of a name. A second POST of it would have been refused with 110072.
    accepted = collections.Counter(
        r["id"] for r in ledger if r["type"] == "order" and r["status"] == "accepted" and r["id"])
    wrong += [f"order {link} was accepted {n} times" for link, n in accepted.items() if n > 1]
    wrong += [f"order {r['id']} left twice" for r in ledger if r["type"] == "reject" and r["code"] == "110072"]
    # I6: nothing reached the exchange that is not in the journal.
    wrong += [f"order {link} is not in the journal" for link in accepted if link not in sent]

    # I10, I17: the limits of a minute; and behind a halt nothing is opened until a person says so.
    opened, halted, unresolved = collections.deque(), False, {}
    for entry in journal:
        halted = entry["do"] == "halt" or halted and entry["do"] != "reset"
        if entry["do"] == "send" and not entry["reduce_only"]:
            while opened and opened[0][0] <= entry["ts"] - 60_000_000:
                opened.popleft()
            opened.append((entry["ts"], Decimal(entry["notional"])))
            wrong += [f"order {entry['link']} is too many within a minute"] if len(opened) > limits["orders"] else []
            # The equity moves by a few percent: limits are of what it was then.
            sent_value = sum(value for _, value in opened)
            wrong += [f"order {entry['link']} is too much within a minute"] if sent_value > limits["notional"] * 1100 else []
            wrong += [f"order {entry['link']} opened though trading was halted"] if halted else []
            # I9: nothing is opened in a symbol while another order of it has not ended.
            wrong += [f"order {entry['link']} opened beside {other}" for other, symbol in unresolved.items() if symbol == entry["symbol"]]
        if entry["do"] == "send":
            unresolved[entry["link"]] = entry["symbol"]
        elif entry["do"] == "end":
            unresolved.pop(entry["link"], None)
    wrong += bare(ledger, 30)

    # I3, I7: every fill of ours is booked once, to the last digit.
    real = {r["exec_id"]: r for r in ledger if r["type"] == "fill"}
    booked = collections.Counter(e["execution"] for e in journal if e["do"] == "fill")
    wrong += [f"execution {name} is booked {n} times" for name, n in booked.items() if n > 1]
    for entry in (e for e in journal if e["do"] == "fill"):
        truth = real.get(entry["execution"])
        if truth is None:
            wrong.append(f"execution {entry['execution']} is made up")
        elif truth["reason"] == "external" and Decimal(entry["qty"]) < Decimal(str(truth["qty"])):
            # Of what a hand closed, as much as was ours.
            pass
        elif any(Decimal(str(entry[k])) != Decimal(str(truth[k])) for k in ("qty", "px", "fee")):
            wrong.append(f"execution {entry['execution']} differs: {entry} {truth}")
    # One that closes in doubt twice may close what others hold there: that is told of, and is in no book.
    foreign = " ".join(r["reason"] for r in told if r["type"] == "reject" and r["code"] == "foreign_position")
    wrong += [f"execution {name} of {r['id']} is not booked" for name, r in real.items()
              if r["reason"] != "external" and name not in booked and not (r["reduce_only"] and name in foreign)]
    # I5: what only reduces never opened; I10: no more positions of ours than may be.
    position, ours, shared = collections.defaultdict(Decimal), collections.defaultdict(Decimal), set()
    for record in (r for r in ledger if r["type"] == "fill"):
        change = Decimal(str(record["qty"])) * (1 if record["side"] == "buy" else -1)
        before = position[record["sym"]]
        position[record["sym"]] += change
        if record["reason"] == "external":
            shared.add(record["sym"])
        ours[record["sym"]] += change
        held = sum(1 for name, quantity in ours.items() if quantity and name not in shared)
        wrong += [f"{held} positions are open at {record['ts']}"] if held > limits["positions"] else []
        if record["reduce_only"] and (before * change >= 0 or abs(change) > abs(before)):
            wrong.append(f"a reduce-only fill has opened: {record}")

    # I4: the money.
    accounts = [r for r in ledger if r["type"] == "account"]
    if accounts and not any(position.values()):
        cash = accounts[0]["equity"] + accounts[-1]["realised"] - accounts[-1]["fees"] + accounts[-1]["funding"]
        if Decimal(str(cash)) != Decimal(str(accounts[-1]["equity"])):
            wrong.append(f"the account has {accounts[-1]['equity']}, and should have {cash}")

    # I2: every intent has one end; every order that was sent has one in the journal.
    ends = collections.defaultdict(list)
    for record in told:
        if record["type"] == "reject" and record["code"] != "duplicate_id" and record["id"]:
            ends[record["id"]].append("reject")
        if record["type"] == "order" and record["status"] in ("filled", "cancelled"):
            ends[record["id"]].append(record["status"])
    for intent, words in ends.items():
        if len(words) > 1 and (not killed or len(set(words)) > 1):
            wrong.append(f"intent {intent} has more than one end: {words}")
    if not killed:
        wrong += [f"intent {intent} has no end" for intent in intents if intent not in ends]
    outside = collections.defaultdict(Decimal)
    for record in (r for r in ledger if r["type"] == "fill" and r["reason"] == "external"):
        outside[record["sym"]] += Decimal(str(record["qty"]))
    closed = collections.Counter(e["link"] for e in journal if e["do"] == "end")
    wrong += [f"order {link} has {closed[link]} ends in the journal" for link in sent if closed[link] != 1]
    return wrong, {"orders": len(sent), "fills": len(real), "position": {
        name: quantity for name, quantity in position.items() if abs(quantity) > outside[name]}}

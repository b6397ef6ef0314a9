"""What the tests of the exchange's sockets share: a running exchange, raw HTTP and WebSocket, and TAP.

No client library on purpose: these tests send what no library would.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time

PROGRAM = os.environ.get("EXCHANGE", "drift-exchange")


class Exchange:
    """A drift-exchange of our own, with its market on a pipe that stays open."""

    def __init__(self, directory, *options, secret="testsecret"):
        # Its own, as a key is for one program at a time on a machine.
        self.key = "test" + os.urandom(6).hex()
        self.keys = os.path.join(directory, "keys")
        with open(self.keys, "w") as file:
            file.write(f"{self.key} {secret}\n")
        os.chmod(self.keys, 0o600)
        self.fed = 0
        self.errors = os.path.join(directory, "errors")
        self.ledger = os.path.join(directory, "ledger")
        self.process = subprocess.Popen(
            [PROGRAM, "--listen", "127.0.0.1:0", "--key-file", self.keys, *options],
            stdin=subprocess.PIPE, stdout=open(self.ledger, "wb"), stderr=open(self.errors, "wb"),
        )
        deadline = time.monotonic() + 10
        while not (match := re.search(r"listening on 127.0.0.1:(\d+)", self.warnings())):
            if time.monotonic() > deadline:
                raise SystemExit("server: error: unable to start drift-exchange: " + self.warnings())
            time.sleep(0.02)
        self.port = int(match.group(1))

    def warnings(self):
        with open(self.errors, errors="replace") as file:
            return file.read()

    def records(self):
        with open(self.ledger) as file:
            return [json.loads(line) for line in file]

    def memory(self):
        """Resident MiB."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def connect(self, timeout=10):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, data, timeout=10):
        """One connection: everything is sent, and everything that comes until it closes is returned."""
        with self.connect(timeout) as connection:
            try:
                connection.sendall(data)
            except OSError:
                pass
            return receive_all(connection)

    def get(self, path):
        return self.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())

    def post(self, path, body, close=True):
        if isinstance(body, str):
            body = body.encode()
        end = "Connection: close\r\n" if close else ""
        return self.send(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{end}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def end_faults(self):
        return self.send(b"DELETE /control/faults HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    def feed(self, *records):
        """Market records, and the time for them to arrive."""
        self.write(*records)
        self.wait(lambda: self.state()["records"] >= self.fed)

    def write(self, *records):
        self.process.stdin.write(b"".join(json.dumps(r, separators=(",", ":")).encode() + b"\n" for r in records))
        self.process.stdin.flush()
        self.fed += len(records)

    def tick(self, seconds, price=100_000):
        """A quote and a trade, so many seconds into the market; the trade's id is the second."""
        ts = 1_735_689_600_000_000 + int(seconds * 1_000_000)
        quote = {"type": "quote", "ts": ts, "sym": "BTCUSDT", "bid": price, "bid_qty": 1, "ask": price + 1, "ask_qty": 1}
        trade = {"type": "trade", "ts": ts, "sym": "BTCUSDT", "px": price, "qty": 0.01, "side": "buy", "id": str(seconds)}
        self.feed(quote, trade)

    def wait(self, condition, seconds=5):
        deadline = time.monotonic() + seconds
        while not (done := condition()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return done

    def signed(self, path, payload, method="POST", close=True):
        """A request with its signature, as bytes."""
        stamp = str(int(time.time() * 1000))
        text = stamp + self.key + "5000" + payload
        sign = hmac.new(b"testsecret", text.encode(), hashlib.sha256).hexdigest()
        target = f"{path}?{payload}" if method == "GET" else path
        body = "" if method == "GET" else payload
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        end = "Connection: close\r\n" if close else ""
        return (
            f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{end}X-BAPI-API-KEY: {self.key}\r\nX-BAPI-TIMESTAMP: {stamp}\r\n"
            f"X-BAPI-RECV-WINDOW: 5000\r\nX-BAPI-SIGN: {sign}\r\n{length}\r\n{body}").encode()

    def create(self, link, qty="0.001", side="Buy"):
        """A market order as bytes."""
        return self.signed("/v5/order/create", json.dumps({
            "category": "linear", "symbol": "BTCUSDT", "side": side, "orderType": "Market", "qty": qty,
            "orderLinkId": link}))

    def accepted(self, link):
        """Whether the ledger has the order."""
        return any(r["type"] == "order" and r["id"] == link for r in self.records())

    def state(self):
        return json.loads(body_of(self.get("/control/state")))

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(timeout=10)


def receive_all(connection, timeout=None):
    data = b""
    if timeout:
        connection.settimeout(timeout)
    try:
        while part := connection.recv(1 << 16):
            data += part
    except ConnectionResetError:
        data += b"<reset>"
    except socket.timeout:
        data += b"<open>"
    return data


def status_of(answer):
    match = re.match(rb"HTTP/1.1 (\d+)", answer)
    return int(match.group(1)) if match else None


def body_of(answer):
    return answer.partition(b"\r\n\r\n")[2]


class Stream:
    """A WebSocket client that can send any frame."""

    def __init__(self, exchange, path, version="13", key=None, extra=""):
        self.socket = exchange.connect()
        self.rest = b""
        key = key or base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: {version}\r\nSec-WebSocket-Key: {key}\r\n{extra}\r\n".encode())
        while b"\r\n\r\n" not in self.rest:
            part = self.socket.recv(4096)
            if not part:
                break
            self.rest += part
        self.answer, _, self.rest = self.rest.partition(b"\r\n\r\n")
        self.status = status_of(self.answer)

    def frame(self, opcode, payload=b"", fin=True, masked=True, rsv=0, length=None):
        count = len(payload) if length is None else length
        head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
        mask = 0x80 if masked else 0
        if count < 126:
            head += bytes([mask | count])
        elif count < 1 << 16:
            head += bytes([mask | 126]) + struct.pack(">H", count)
        else:
            head += bytes([mask | 127]) + struct.pack(">Q", count)
        if masked:
            key = b"\x11\x22\x33\x44"
            head += key
            payload = bytes(b ^ key[i % 4] for i, b in enumerate(payload)) if len(payload) < 4096 else xor(payload, key)
        try:
            self.socket.sendall(head + payload)
        except OSError:
            pass

    def text(self, text):
        self.frame(1, text.encode())

    def receive(self, timeout=5):
        """The next frame, as (opcode, payload); None if the connection has ended; "open" if nothing came in time."""
        self.socket.settimeout(timeout)
        try:
            head = self.take(2)
            count = head[1] & 0x7F
            if count == 126:
                count = struct.unpack(">H", self.take(2))[0]
            elif count == 127:
                count = struct.unpack(">Q", self.take(8))[0]
            return head[0] & 0x0F, self.take(count)
        except EOFError:
            return None
        except ConnectionResetError:
            return None
        except socket.timeout:
            return "open"

    def take(self, count):
        while len(self.rest) < count:
            part = self.socket.recv(1 << 16)
            if not part:
                raise EOFError
            self.rest += part
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def close_code(self, timeout=5):
        """The code that the exchange closes with; None without one. What comes before is skipped."""
        while frame := self.receive(timeout):
            if frame == "open":
                return "open"
            if frame[0] == 8:
                return struct.unpack(">H", frame[1][:2])[0] if len(frame[1]) >= 2 else 0
        return None


def xor(payload, key):
    count = len(payload)
    mask = (key * (count // 4 + 1))[:count]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(count, "big")


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, passed, name, detail=""):
        self.count += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.count} - {name}", flush=True)
        if not passed and detail != "":
            print("  # " + str(detail)[:300].replace("\n", "\n  # "), flush=True)

    def equal(self, expected, got, name):
        self.ok(expected == got, name, f"expected {expected!r}, got {got!r}")

    def done(self):
        print(f"1..{self.count}")
        sys.exit(self.failed > 0)

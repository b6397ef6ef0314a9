#!/usr/bin/env python3
"""A WebSocket server on raw sockets that can also do what a server must not; the path of the URL says what.

    server.py LOG [--cert FILE --key FILE] [--tls-old]

Prints its port (on 127.0.0.1). Writes to LOG a JSON line for each connection, frame and end that it saw.
"""
import argparse, base64, hashlib, json, socket, ssl, struct, sys, threading, time

log_lock = threading.Lock()
connections = {}


class Peer:
    """One client, after its request was read."""

    def __init__(self, socket, number, path, key):
        self.socket, self.number, self.path, self.key = socket, number, path, key

    def log(self, **what):
        with log_lock:
            line = {"time": time.time(), "n": self.number, "path": self.path, **what}
            print(json.dumps(line), file=options.log, flush=True)

    def raw(self, data):
        self.socket.sendall(data)

    def accept(self, extra="", key=None, then=b""):
        magic = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1((key or self.key).encode() + magic).digest()).decode()
        answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.raw((answer + f"Sec-WebSocket-Accept: {accept}\r\n{extra}\r\n").encode() + then)

    def frame(self, data, opcode=1, fin=True, rsv=0, mask=None):
        self.raw(frame(data, opcode, fin, rsv, mask))

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def receive(self):
        """The next frame of the client, which must be masked."""
        first, second = self.read(2)
        length = second & 127
        if length == 126:
            length = struct.unpack(">H", self.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.read(8))[0]
        mask = self.read(4) if second & 128 else None
        data = self.read(length)
        if mask:
            data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        kind = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}.get(first & 15, "?")
        code = struct.unpack(">H", data[:2])[0] if kind == "close" and len(data) >= 2 else None
        self.log(saw=kind, masked=mask is not None, text=None if code else data.decode(), code=code)
        return kind, data

    def listen(self, echo=False):
        """Logs what comes until the client closes."""
        while True:
            kind, data = self.receive()
            if kind == "close":
                return self.frame(data[:2], opcode=8)
            if echo and kind == "text":
                self.frame(data)


def frame(data, opcode=1, fin=True, rsv=0, mask=None):
    data = data.encode() if isinstance(data, str) else data
    head = bytes([(128 if fin else 0) | rsv << 4 | opcode])
    marked = 128 if mask else 0
    if len(data) < 126:
        head += bytes([marked | len(data)])
    elif len(data) < 65536:
        head += struct.pack(">BH", marked | 126, len(data))
    else:
        head += struct.pack(">BQ", marked | 127, len(data))
    return head + (mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)) if mask else data)


def text(peer):
    for n in range(3):
        peer.frame('{"n":%d,"s":"ä€😀"}' % n)
    peer.listen()


def echo(peer):
    peer.listen(echo=True)


def fragments(peer):
    peer.frame('{"a":', fin=False)
    peer.frame("between", opcode=9)
    peer.frame('"whole', opcode=0, fin=False)
    peer.frame('"}', opcode=0)
    peer.listen()


def drip(peer):
    for byte in frame('{"slow":1}'):
        peer.raw(bytes([byte]))
        time.sleep(0.02)
    peer.listen()


def masked(peer):
    peer.frame('{"good":1}')
    peer.frame('{"bad":1}', mask=b"abcd")
    peer.listen()


def masked_fragment(peer):
    peer.frame('{"bad":', fin=False)
    peer.frame("1}", opcode=0, mask=b"abcd")
    peer.listen()


def reserved(peer):
    peer.frame('{"bad":1}', rsv=4)
    peer.listen()


def unknown(peer):
    peer.frame('{"bad":1}', opcode=3)
    peer.listen()


def utf8(peer):
    peer.frame(b'{"bad":"\xff"}')
    peer.listen()


def continuation(peer):
    peer.frame('{"bad":1}', opcode=0)
    peer.listen()


def oversize(peer):
    peer.raw(struct.pack(">BBQ", 0x81, 127, 1 << 40))
    peer.listen()


def largest(peer):
    peer.frame('{"s":"' + "x" * ((1 << 20) - 8) + '"}')
    peer.listen()


def overfragments(peer):
    peer.frame('{"bad":"', fin=False)
    for _ in range(200):
        peer.frame("x" * 8192, opcode=0, fin=False)
    peer.listen()


def control(peer):
    peer.frame("x" * 126, opcode=9)
    peer.listen()


def binary(peer):
    peer.frame(b"\x00\x01\n", opcode=2)
    peer.frame('{"next":1}')
    peer.listen()


def odd(peer):
    for message in ["pong", '! {"event":"open"}', "", " \t", "7", '{\n"a":\n1}\n', "[1]", ' {"b":1}']:
        peer.frame(message)
    peer.listen()


def ping(peer):
    peer.frame("are you there", opcode=9)
    peer.listen()


def close(peer):
    peer.frame(struct.pack(">H", 1001) + "bye\n! {}".encode(), opcode=8)
    peer.listen()


def vanish(peer):
    peer.frame('{"last":1}')


def vanish_later(peer):
    time.sleep(0.2)
    peer.frame('{"last":1}')


def flap(peer):
    peer.frame('{"n":%d}' % peer.number)


def reset(peer):
    peer.raw(frame('{"half":"of a frame"}')[:9])
    time.sleep(0.1)
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def halfopen(peer):
    if connections[peer.path] > 1:
        return text(peer)
    peer.frame('{"then":"silence"}')
    time.sleep(30)


def flood(peer):
    """As fast as the client takes it, until it has stopped for a while."""
    peer.socket.settimeout(1.5)
    sent = 0
    data = '{"n":%08d,"pad":"' + "x" * 4000 + '"}'
    try:
        while sent < 1_000_000:
            if peer.path == "/binaries":
                peer.raw(b"\x82\x00" * 1000)
            else:
                peer.frame(data % sent)
            sent += 1
    except TimeoutError:
        peer.log(stopped=sent)
        peer.socket.settimeout(None)
    while peer.receive()[0] != "close":
        pass


def binaries(peer):
    flood(peer)


def burst(peer):
    for n in range(20_000):
        peer.frame('{"n":%d}' % n)
    peer.listen()


def deaf(peer):
    """Sends, but never reads."""
    while True:
        peer.frame('{"x":1}')
        time.sleep(0.1)


handshakes = {
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "forbidden": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
    "garbage": b"\x15\x03\x01\x00\x02\x02\x46 this is no HTTP\r\n\r\n",
    "headers": b"HTTP/1.1 101 Switching Protocols\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
    "noupgrade": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "hangup": b"",
}


def serve(connection, number):
    try:
        if options.context:
            connection = options.context.wrap_socket(connection, server_side=True)
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            more = connection.recv(1)
            if not more:
                return
            request += more
        lines = request.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        path = lines[0].split(" ")[1]
        name = path.lstrip("/").split("?")[0]
        with log_lock:
            connections[path] = connections.get(path, 0) + 1
        peer = Peer(connection, connections[path], path, headers.get("Sec-WebSocket-Key", ""))
        peer.log(saw="request", headers=headers)
        if name in handshakes:
            peer.raw(handshakes[name])
        elif name == "accept":
            peer.accept(key="wrong")
        elif name == "extension":
            peer.accept(extra="Sec-WebSocket-Extensions: permessage-deflate\r\n")
        elif name == "pipelined":
            peer.accept(then=frame('{"first":1}'))
            peer.listen()
        elif name == "hasty":
            peer.accept(then=frame('{"first":1}'))
        elif name == "loris":
            peer.raw(b"HTTP/1.1 101 Switching Protocols\r\nX: ")
            for _ in range(40):
                peer.raw(b"y")
                time.sleep(0.5)
        elif name == "late" and connections[path] < 3:
            peer.raw(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        else:
            peer.accept()
            globals()["text" if name == "late" else name](peer)
    except (EOFError, OSError, ssl.SSLError):
        pass
    finally:
        connection.close()


parser = argparse.ArgumentParser()
parser.add_argument("log", type=argparse.FileType("w"))
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("--tls-old", action="store_true")
options = parser.parse_args()
options.context = None
if options.cert:
    options.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    options.context.load_cert_chain(options.cert, options.key)
    if options.tls_old:
        options.context.set_ciphers("ALL:@SECLEVEL=0")
        options.context.minimum_version = ssl.TLSVersion.TLSv1
        options.context.maximum_version = ssl.TLSVersion.TLSv1_1
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
print(listener.getsockname()[1], flush=True)
number = 0
while True:
    client, _ = listener.accept()
    number += 1
    threading.Thread(target=serve, args=(client, number), daemon=True).start()

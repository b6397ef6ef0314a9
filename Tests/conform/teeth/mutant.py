#!/usr/bin/env python3
"""A stage that keeps the contract, and breaks one rule of it on request: mutant.py [NAME OF THE FAULT].

Without a fault it passes the strict suite (and as `sink`, writing only its own records, the suite with --sink): so the
suite asks for nothing impossible, and what a mutant fails, it fails because of its fault. It derives one record, `tick`,
after each trade.
"""
import json
import math
import os
import re
import signal
import sys

LIMIT, DEPTH, RAW = 65536, 32, 256
TYPES = {  # n: number, p: price, s: text
    "instrument": "s:sym n:tick n:step n:min_qty n:max_qty n:min_notional n:max_leverage n:maker_fee n:taker_fee",
    "trade": "s:sym p:px n:qty s:side",
    "quote": "s:sym p:bid n:bid_qty p:ask n:ask_qty",
    "bar": "s:sym n:span p:open p:high p:low p:close n:volume",
    "mark": "s:sym p:mark", "funding": "s:sym n:rate", "gap": "n:from n:to s:reason", "clock": "",
}

FAULT = sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
OPTIONS = sys.argv[2:] if FAULT else sys.argv[1:]
state = {"ts": 0, "meta": False, "bad": 0, "held": b""}


def unique(pairs):
    record = dict(pairs)
    if len(record) != len(pairs) and FAULT != "duplicate-keys":
        raise ValueError("duplicate key")
    return record


def refuse(word):
    if FAULT == "takes-nan":
        return 0.0
    raise ValueError(f"{word} is no number")


def finite(text):
    if math.isinf(value := float(text)) and FAULT != "overflow":
        raise ValueError("not finite")
    return value


def check_inside(value, depth):
    if depth > DEPTH and FAULT != "depth":
        raise ValueError("too deep")
    if isinstance(value, str) and FAULT != "surrogates":
        value.encode()
    if isinstance(value, (dict, list)):
        for part in list(value) + list(value.values()) if isinstance(value, dict) else value:
            check_inside(part, depth + isinstance(part, (dict, list)))


def is_number(value):
    return type(value) in (int, float)


def check_keys(record):
    if "ts" in record or record["type"] in TYPES:
        if type(ts := record.get("ts")) is not int or not 0 <= ts < 2**53:
            raise ValueError("ts")
    for word in TYPES.get(record["type"], "").split():
        kind, key = word.split(":")
        value = record.get(key)
        if not (type(value) is str if kind == "s" else is_number(value) and (kind == "n" or value > 0)):
            raise ValueError(key)


def parse(line):
    if len(line) > LIMIT and FAULT != "no-line-limit":
        raise ValueError("too long")
    text = line.decode("utf-8", "replace" if FAULT == "takes-any-bytes" else "strict")
    if FAULT == "takes-bom":
        text = text.lstrip("\ufeff")
    record = json.loads(text.strip(" \t\r"), object_pairs_hook=unique, parse_float=finite, parse_constant=refuse,
                        strict=FAULT != "control-characters")
    if type(record) is not dict or type(record.get("type")) is not str:
        raise ValueError("no type")
    check_inside(record, 1)
    if FAULT != "untyped":
        check_keys(record)
    return record


def raw(line):
    limit = 300 if FAULT == "long-raw" else RAW
    if FAULT == "raw-as-text":
        return json.dumps(line[:limit].decode("utf-8", "replace"))
    return '"%s"' % "".join(
        "\\" + chr(b) if b in b'"\\' else chr(b) if 32 <= b < 127 else "\\u%04x" % b for b in line[:limit])


def answer(line, number, offset, whole):
    """The bytes to write for one line, given without its LF."""
    try:
        if not whole and FAULT != "trusts-torn-lines":
            raise ValueError("torn line")
        record = parse(line)
    except RecursionError:
        return report(line, number, offset, "too deep")
    except ValueError as error:
        return report(line, number, offset, str(error))
    output = line + b"\n"
    if FAULT == "reformats":
        output = json.dumps(record, ensure_ascii=False).encode() + b"\n"
    if FAULT == "strips-cr":
        output = line.rstrip(b"\r") + b"\n"
    if FAULT == "drops-a-line" and number == 100:
        output = b""
    if FAULT == "repeats-a-line" and number == 100:
        output += output
    if FAULT == "drops-unknown-types" and record["type"] not in TYPES:
        output = b""
    if record["type"] in TYPES:
        state["ts"] = record["ts"]
    extra = b""
    if not state["meta"] and FAULT != "no-meta":
        state["meta"] = True
        extra += line_of(type="meta", ts=state["ts"], stage="mutant", version="1", options={})
    if record["type"] == "trade":
        seen = {"pid": os.getpid()} if FAULT == "not-a-function" else {}
        seen = {"zone": os.environ.get("TZ")} if FAULT == "reads-environment" else seen
        seen = {"bad": state["bad"]} if FAULT == "bad-lines-leak" else seen
        extra += line_of(type="tick", ts=state["ts"], **seen)
    if FAULT == "sink":  # no fault with --sink
        return extra
    return extra + output if FAULT == "derives-first" else output + extra


def line_of(**record):
    return json.dumps(record).encode() + b"\n"


def report(line, number, offset, why):
    state["bad"] += 1
    if FAULT == "drops-bad-lines":
        return b""
    if FAULT == "passes-bad-lines":
        return line + b"\n"
    if FAULT == "dies-on-a-bad-line":
        sys.exit(65)
    if FAULT == "counts-from-zero":
        number -= 1
    if FAULT == "counts-characters":
        offset -= 1 if number > 3 else 0
    head = json.dumps({"type": "bad", "ts": state["ts"], "stage": "mutant", "line": number, "offset": offset,
                       "error": why})
    return head[:-1].encode() + b', "raw": ' + raw(line).encode() + b"}\n"


def write(data):
    if FAULT in ("buffers-until-the-end", "buffers-4096"):
        state["held"] += data
        if FAULT == "buffers-until-the-end" or len(state["held"]) < 4096:
            return
        data, state["held"] = state["held"], b""
    put(data)


def put(data):
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        if FAULT == "ignores-closed-output":
            return
        if FAULT == "loud-on-closed-output":
            sys.stderr.write("mutant: the reader has gone\n")
        os._exit(1 if FAULT == "fails-on-closed-output" else 0)
    except OSError as error:
        if FAULT == "silent-on-a-full-disk":
            return
        sys.stderr.write(f"mutant: error: unable to write: {error.strerror}\n")
        sys.exit(74)


def read_lines():
    """Each line, its offset, and whether it had its LF; of a line over the limit only the head is kept."""
    rest, length, offset = b"", 0, 0
    while data := os.read(0, 1 << 18):
        ends = b"\r\n" if FAULT == "splits-at-cr" else b"\n"
        for piece in re.findall(b"[^%b]*[%b]|[^%b]+" % (ends, ends, ends), data):
            length += len(piece)
            if len(rest) <= LIMIT + 1 or FAULT == "keeps-all-of-a-line":
                rest += piece
            if piece[-1:] == b"\n" or FAULT in ("one-read-one-line", "splits-at-cr"):
                yield (rest[:-1] if length <= LIMIT + 1 else rest[:LIMIT + 1]), offset, True
                rest, offset, length = b"", offset + length, 0
    if rest and FAULT != "forgets-torn-lines":
        yield rest, offset, False


def main():
    if OPTIONS == ["--help"]:
        return print("usage: mutant.py [FAULT]")
    if OPTIONS and FAULT != "takes-any-option":
        sys.stderr.write("mutant: error: unknown option\n")
        sys.exit(1 if FAULT == "usage-exits-1" else 64)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if FAULT == "ignores-sigterm":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if FAULT == "ignores-sighup":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if FAULT == "dies-under-nohup":
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if FAULT == "deaf-while-it-reads":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    if FAULT == "exits-0-on-sigint":
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    if FAULT == "hangs-at-the-end":
        signal.signal(signal.SIGALRM, lambda *_: None)
    number = 0
    for number, (line, offset, whole) in enumerate(read_lines(), 1):
        write(answer(line, number, offset, whole))
    if FAULT == "speaks-without-input" and number == 0:
        put(line_of(type="meta", ts=0, stage="mutant", version="1", options={}))
    if FAULT == "hangs-at-the-end":
        signal.pause()
    put(state["held"])
    sys.exit(65 if state["bad"] and FAULT != "forgives-bad-lines" else 0)


main()

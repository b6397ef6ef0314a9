#!/usr/bin/env python3
"""A stage: adds a `spread` record, in basis points of the middle, after each quote."""
import json, os, signal, sys


def unique(pairs):
    if len(dict(pairs)) < len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


def parse(line):
    if not line.endswith(b"\n"):
        raise ValueError("torn line")
    record = json.loads(line.decode(), object_pairs_hook=unique)
    json.dumps(record, allow_nan=False, ensure_ascii=False).encode()  # refuses NaN, infinity, half surrogate pairs
    if not isinstance(record, dict) or not isinstance(record.get("type"), str):
        raise ValueError("no type")
    return record


def run(ts=0, meta=False, status=0, offset=0):
    for number, line in enumerate(sys.stdin.buffer, 1):  # bytes: a record leaves as it came
        output, added = line, []
        try:
            record = parse(line)
            if record["type"] == "quote":
                bid, ask = record["bid"], record["ask"]
                bps = (ask - bid) / (ask + bid) * 20_000
                added = [{"type": "spread", "ts": record["ts"], "sym": record["sym"], "bps": bps}]
            ts = record.get("ts", ts)
            if not meta:
                added.insert(0, {"type": "meta", "ts": ts, "stage": "spread", "version": "1", "options": {}})
                meta = True
        except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
            raw = line.removesuffix(b"\n")[:256].decode("latin-1")
            output, status = b"", 65
            added = [{"type": "bad", "ts": ts, "stage": "spread", "line": number, "offset": offset,
                      "error": str(error), "raw": raw}]
        sys.stdout.buffer.write(output + b"".join(json.dumps(one).encode() + b"\n" for one in added))
        sys.stdout.buffer.flush()  # the next line may be hours away
        offset += len(line)
    return status


signal.signal(signal.SIGINT, signal.SIG_DFL)
try:
    status = run()
except BrokenPipeError:
    status = 0  # the reader has seen enough
except OSError as error:
    status = 74
    sys.stderr.write(f"spread: error: unable to write: {error.strerror}\n")
os._exit(status)  # all is flushed; a second try at a broken pipe would only complain

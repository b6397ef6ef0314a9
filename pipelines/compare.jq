# What pipelines/compare says of the records of two files; each has a key `file`, a or b.

def median: sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
def figure: if . == null then "-" else . * 100 | round / 100 | if . == 0 then 0 else . end | tostring end;
def spread(unit): if length == 0 then "none" else "\(median | figure)\(unit) (\(min | figure) to \(max | figure))" end;

# Of fills.
def quantity: map(.qty) | add // 0;
def price: (map(.px * .qty) | add) / quantity;
def fee: if all(.fee != null) then (map(.fee) | add) / (map(.px * .qty) | add) * 1e4 else empty end;

# What closes a position without an intent of its own; its fills carry the opening intent's id.
def level: if .type == "fill" and .reason != "open" and .reason != "reduce" then .reason else null end;

# Words of the stream are no orders to a terminal.
def harmless: gsub("[\\p{C}\\p{Zl}\\p{Zp}]"; " ");

# What became of it in a file.
def part($file): map(select(.file == $file)) | {
    intent: map(select(.type == "intent")) | last,
    fills: map(select(.type == "fill")),
    end: map(if .type == "reject" then .code elif .type == "order" and (.status | IN("filled", "cancelled")) then .status else empty end) | last};

# Of what may have been filled in both.
def missed(one; other): map(select((.[one].fills | length) == 0 and (.[other].fills | length) > 0)) | length;
def filled: map(select((.a.fills | length) > 0 and (.b.fills | length) > 0));
def otherwise: (.a.fills | quantity) as $a | (.b.fills | quantity) as $b | ($a - $b | fabs) > 1e-9 * ([$a, $b] | max);
def late(which): map((.[which].fills[-1].ts - .[which].intent.ts) / 1e6);
def later: (.b.fills[-1].ts - .a.fills[-1].ts) / 1e6;
def worse: (if .a.fills[0].side == "buy" then 1 else -1 end) * ((.b.fills | price) / (.a.fills | price) - 1) * 1e4;
def counts: filled as $filled
    | "\($filled | length) in both, \(missed("b"; "a")) missed by b, \(missed("a"; "b")) missed by a; "
        + "\($filled | map(select(otherwise)) | length) of those in both to another quantity";
def fees: "a \(map(.a.fills | fee) | spread(" bp")), b \(map(.b.fills | fee) | spread(" bp"))";

# How it ended in one of them, which may not have it, or have its fills alone.
def ended: (.end // if .fills | length > 0 then "filled" else "nothing" end) + if .fills | length > 0 then " with \(.fills | quantity)" else "" end;
def ended($isMeant): ended + if $isMeant and .intent == null and ended != "nothing" then ", but not meant" else "" end;

[inputs | select(.id != null)] | group_by([.id, level])
| map({id: .[0].id, level: .[0] | level, ts: map(.ts) | min, a: part("a"), b: part("b")}) | sort_by(.ts, .id) as $all
| ($all | map(select(.level == null))) as $meant
| ($meant | map(select(.a.intent and .b.intent))) as $both
| ($both | filled) as $filled
| ($all | map(select((.a.intent == null) != (.b.intent == null) or .a.end != .b.end or otherwise)) | first) as $parts
| ("a: \($a)", "b: \($b)",
  "intents: \($both | length) in both, \($meant | map(select(.a.intent and (.b.intent | not))) | length) in a alone, "
      + "\($meant | map(select(.b.intent and (.a.intent | not))) | length) in b alone",
  (if $parts then "they part first at \($parts.id)\(if $parts.level then ", " + $parts.level else "" end): "
      + "\($parts.a | ended($parts.level == null)) in a, \($parts.b | ended($parts.level == null)) in b"
   elif $meant == [] then "there are no intents to compare"
   else "they end alike everywhere" end),
  "filled: \($both | counts)",
  "prices of b are worse by: \($filled | map(worse) | spread(" bp"))",
  "from intent to last fill: a \($filled | late("a") | spread(" s")), b \($filled | late("b") | spread(" s"))",
  "fees: \($filled | fees)",
  ($all | map(select(.level)) | group_by(.level)[]
   | "\(.[0].level): \(counts); prices of b are worse by: \(filled | map(worse) | spread(" bp")); "
      + "b is later by: \(filled | map(later) | spread(" s")); fees: \(filled | fees)"))
| harmless

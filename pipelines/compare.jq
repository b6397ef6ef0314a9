# What pipelines/compare says of the records of two files; each has a key `file`, a or b.

def median: sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
def figure: if . == null then "-" else . * 100 | round / 100 | if . == 0 then 0 else . end | tostring end;
def spread(unit): if length == 0 then "none" else "\(median | figure)\(unit) (\(min | figure) to \(max | figure))" end;

# Of fills.
def quantity: map(.qty) | add // 0;
def price: (map(.px * .qty) | add) / quantity;
def fee: if all(.fee != null) then (map(.fee) | add) / (map(.px * .qty) | add) * 1e4 else empty end;

# Of what became of an intent in both.
def missed(one; other): map(select((.[one].fills | length) == 0 and (.[other].fills | length) > 0)) | length;
def otherwise: (.a.fills | quantity) as $a | (.b.fills | quantity) as $b | ($a - $b | fabs) > 1e-9 * ([$a, $b] | max);
def late(which): map((.[which].fills[-1].ts - .[which].intent.ts) / 1e6);
def worse: (if .a.fills[0].side == "buy" then 1 else -1 end) * ((.b.fills | price) / (.a.fills | price) - 1) * 1e4;

# How an intent ended in one of them, which may not have it.
def ended: (.end // "nothing") + if .fills | length > 0 then " with \(.fills | quantity)" else "" end;

reduce (inputs | select(.id != null)) as $r ({};
    .[$r.id][$r.file] |= (. // {fills: [], end: null})
    | if $r.type == "intent" then .[$r.id][$r.file].intent = $r
      elif $r.type == "fill" and ($r.reason == "open" or $r.reason == "reduce") then .[$r.id][$r.file].fills += [$r]
      elif $r.type == "reject" then .[$r.id][$r.file].end = $r.code
      elif $r.type == "order" and ($r.status == "filled" or $r.status == "cancelled") then .[$r.id][$r.file].end = $r.status
      else . end)
| to_entries | map({id: .key, ts: ((.value.a.intent // .value.b.intent).ts // 0)} + .value) | sort_by(.ts, .id) as $all
| ($all | map(select(.a.intent and .b.intent))) as $both
| ($both | map(select((.a.fills | length) > 0 and (.b.fills | length) > 0))) as $filled
| ($all | map(select((.a.intent == null) != (.b.intent == null) or .a.end != .b.end or otherwise)) | first) as $parts
| "a: \($a)", "b: \($b)",
  "intents: \($both | length) in both, \($all | map(select(.a.intent and (.b.intent | not))) | length) in a alone, "
      + "\($all | map(select(.b.intent and (.a.intent | not))) | length) in b alone",
  (if $parts then "they part first at \($parts.id): \($parts.a | ended) in a, \($parts.b | ended) in b"
   else "they end alike everywhere" end),
  "filled: \($filled | length) in both, \($both | missed("b"; "a")) missed by b, \($both | missed("a"; "b")) missed by a; "
      + "\($filled | map(select(otherwise)) | length) of those in both to another quantity",
  "prices of b are worse by: \($filled | map(worse) | spread(" bp"))",
  "from intent to last fill: a \($filled | late("a") | spread(" s")), b \($filled | late("b") | spread(" s"))",
  "fees: a \($filled | map(.a.fills | fee) | spread(" bp")), b \($filled | map(.b.fills | fee) | spread(" bp"))"

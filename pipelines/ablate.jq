# What the seed claims beside what pipelines/ablate measured: a table with tabs, of drift-report --table --json.

def round(places): pow(10; places) as $p | . * $p | round / $p | if . == 0 then 0 else . end;
def range(scale; places): if . == null then "not measured"
    elif .low == null then "\(.value * scale | round(places)) (no interval)"
    else "\(.value * scale | round(places)) (\(.low * scale | round(places)) to \(.high * scale | round(places)))" end;

# What rebalancing adds, to a run without it: as a share too, where there is something to have a share of.
def rebalancing: .difference | if .netReturn == null then "not measured"
    else (.netReturn | range(10000; 2)) + " bp an hour, "
        + if .netShare then (.netShare | range(100; 0)) + " % of what stops alone earn"
          else "no share: nothing shows that stops alone earn" end
    end;

(.rows | map({(.run.name): .}) | add) as $by | .rows[0].run.trades as $all
| def added(name): $by["without \(name)"].difference.winRate | range(100; 1);
["claim", "the seed", "here"],
["win rate, %", "52 to 57", ($all.winRate | range(100; 1))],
["trades a day", "20 to 40", ($all.perDay | if . == null then "not measured" else round(1) | tostring end)],
["a trade after costs, bp", "+15", ($all.expectancyShare | range(10000; 2))],
["order flow adds to the win rate, points", "+1 to +2", added("order_flow")],
["hourly drift adds to the win rate, points", "+3 to +5", added("hourly_drift")],
["cross-asset adds to the win rate, points", "+2 to +3", added("cross_asset")],
["rebalancing adds to the result", "+15 to +25 %", ($by["stops alone"] | if . == null then "not measured" else rebalancing end)]
| @tsv

# A stage in jq 1.6: adds a `spread` record, in basis points of the middle, after each quote. Run it by `spread-jq`.
#
# jq parses loosely (nan, 01, raw control characters), so the grammar of RFC 8259 is asked first. What it cannot do:
# it reads text, so a byte that is not UTF-8 is U+FFFD before this program sees it. A line with U+FFFD is therefore
# bad here, even if somebody meant it, `raw` shows what jq saw, and offsets behind it may be off.

def grammar: "(?<ws>[ \\t\\r]*){0}(?<str>\"([^\"\\\\\\x00-\\x1f]|\\\\([\"\\\\/bfnrt]|u[0-9A-Fa-f]{4}))*+\"){0}"
  + "(?<num>-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?){0}"
  + "(?<value>\\g<str>|\\g<num>|true|false|null|\\g<object>|\\[\\g<ws>(\\g<item>(,\\g<item>)*+)?\\]){0}"
  + "(?<item>\\g<ws>\\g<value>\\g<ws>){0}(?<member>\\g<ws>\\g<str>\\g<ws>:\\g<item>){0}"
  + "(?<object>\\{\\g<ws>(\\g<member>(,\\g<member>)*+)?\\}){0}\\A\\g<ws>\\g<object>\\g<ws>\\z";

def parse:
  if contains("\ufffd") then error("not UTF-8") elif test(grammar) | not then error("not a JSON object") else . end
  | fromjson | if .type | type == "string" then . else error("no type") end;

def raw: [.[:256] | @uri | scan("%..|[^%]")][:256] | map(if length > 1 then "\\u00" + .[1:] else . end) | add // "";

def spread:
  if .type == "quote"
  then "{\"type\":\"spread\",\"ts\":\(.ts),\"sym\":\(.sym | tojson),\"bps\":\((.ask - .bid) / (.ask + .bid) * 20000)}"
  else empty end;

def bad($text; $error): .status = 65 | .out = ["{\"type\":\"bad\",\"ts\":\(.ts),\"stage\":\"spread\",\"line\":\(.line),"
  + "\"offset\":\(.offset),\"error\":\($error | tojson),\"raw\":\"\($text | raw)\"}"];

def good($text; $record):
  .ts = ($record.ts // .ts) | .out = [$text] + (if .met then [] else
    ["{\"type\":\"meta\",\"ts\":\(.ts),\"stage\":\"spread\",\"version\":\"1\",\"options\":{}}"] end)
  + [$record | spread] | .met = true;

# `spread-jq` puts $mark behind the last byte of the input: what stands before it on that line has lost its LF.
foreach inputs as $text ({line: 0, offset: 0, ts: 0, status: 0};
  .line += 1
  | if $text | endswith($mark)
    then .ended = true | .out = [] | ($text | rtrimstr($mark)) as $rest
      | if $rest == "" then . else bad($rest; "torn line") end
    else . as $state | (try ($text | parse) catch {error: .}) as $record
      | (try good($text; if $record.error and ($record | length == 1) then error($record.error) else $record end)
        catch (. as $error | $state | bad($text; $error))) end
  | .offset += ($text | utf8bytelength) + 1;
  .out[], if .ended and .status > 0 then "" | halt_error(65) else empty end)

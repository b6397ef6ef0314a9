/// Lines that are no JSON object with a `type`: each is replaced by one `bad` record, and nothing else changes.
enum BadSyntax {
    static let cases: [Case] =
        lines.map { name, text in Case("bad: \(name)") { try $0.check(Market.around([.bad(text)])) } }
        + [
            Case("bad: every prefix of a trade, a quote and an unknown record") { bench in
                let whole = [KnownType["trade"].sample, KnownType["quote"].sample, unknown]
                try bench.check(Market.around(whole.flatMap(prefixes)))
            },
            // Lenient, not: a stage that reads text counts other offsets behind half a character.
            Case("bad: every prefix of a record with wide characters", .strictOnly) { bench in
                try bench.check(Market.around(prefixes(of: wide)))
            },
        ]
        + unseen.map { name, text in
            Case("bad: \(name)", .strictOnly) { try $0.check(Market.around([.bad(text)])) }
        } + [
            Case("bad: one level deeper than 32", .strictOnly) { bench in
                for count in [32, 1_000, 20_000] {
                    let arrays = String(repeating: "[", count: count) + String(repeating: "]", count: count)
                    try bench.check(Market.around([.bad(#"{"type":"x_odd","nested":\#(arrays)}"#)]))
                }
            },
            Case("bad: a line of 65,537 bytes", .strictOnly) { bench in
                try bench.check(Market.around([Line(bytes: PassThrough.padded(to: 65_537), isBad: true)]))
            },
            Case("bad: a line of 1 MiB", .strictOnly) { bench in
                try bench.check(Market.around([Line(bytes: PassThrough.padded(to: 1 << 20), isBad: true)]))
            },
        ]

    private static let unknown = #"{"type":"x_odd","ts":1,"list":[1,{"a":null}],"text":"a\u0062\n"}"#
    private static let wide = #"{"type":"x_odd","é€":"😀"}"#

    /// All of them, cut between any two bytes; the empty one included.
    private static func prefixes(of text: String) -> [Line] {
        let bytes = Bytes(text)
        return bytes.indices.map { .bad(Bytes(bytes[..<$0])) }
    }

    private static let lines: [(String, String)] = [
        ("blank line", ""), ("a space", " "), ("tabs", "\t\t"), ("CR alone", "\r"),
        ("not JSON", "hello"), ("array", #"[{"type":"x_odd"}]"#), ("string", #""x_odd""#), ("number", "1"),
        ("null", "null"), ("no type", #"{"ts":1}"#), ("empty object", "{}"), ("Type in capitals", #"{"Type":"x"}"#),
        ("type only inside", #"{"a":{"type":"x_odd"}}"#),
        ("type a number", #"{"type":1}"#), ("type null", #"{"type":null}"#), ("type an array", #"{"type":["x"]}"#),
        ("type an object", #"{"type":{"type":"x"}}"#), ("type true", #"{"type":true}"#),
        ("bytes behind the object", #"{"type":"x_odd"} x"#), ("two objects", #"{"type":"x_odd"}{"type":"x_odd"}"#),
        ("two objects and a space", #"{"type":"x_odd"} {"type":"x_odd"}"#), ("comma behind", #"{"type":"x_odd"},"#),
        ("brace behind", #"{"type":"x_odd"}}"#), ("trailing comma in an object", #"{"type":"x_odd",}"#),
        ("trailing comma in an array", #"{"type":"x_odd","a":[1,]}"#), ("leading comma", #"{,"type":"x_odd"}"#),
        ("no colon", #"{"type" "x_odd"}"#), ("no comma", #"{"type":"x_odd" "a":1}"#),
        ("brackets crossed", #"{"type":"x_odd","a":[1}]"#), ("single quotes", "{'type':'x_odd'}"),
        ("bare key", #"{type:"x_odd"}"#), ("line comment", #"{"type":"x_odd"}//"#),
        ("block comment", #"{"type":/**/"x_odd"}"#),
        ("NaN", #"{"type":"x_odd","n":NaN}"#), ("nan", #"{"type":"x_odd","n":nan}"#),
        ("Infinity", #"{"type":"x_odd","n":Infinity}"#), ("-Infinity", #"{"type":"x_odd","n":-Infinity}"#),
        ("leading zero", #"{"type":"x_odd","n":01}"#), ("-01", #"{"type":"x_odd","n":-01}"#),
        ("leading plus", #"{"type":"x_odd","n":+1}"#), (".5", #"{"type":"x_odd","n":.5}"#),
        ("1.", #"{"type":"x_odd","n":1.}"#), ("1e", #"{"type":"x_odd","n":1e}"#),
        ("0x10", #"{"type":"x_odd","n":0x10}"#),
        ("minus alone", #"{"type":"x_odd","n":-}"#), ("1_000", #"{"type":"x_odd","n":1_000}"#),
        ("True", #"{"type":"x_odd","w":True}"#), ("undefined", #"{"type":"x_odd","w":undefined}"#),
        (#"escape \x41"#, #"{"type":"x_odd","s":"\x41"}"#), (#"escape \u12"#, #"{"type":"x_odd","s":"\u12"}"#),
        (#"escape \u12G4"#, #"{"type":"x_odd","s":"\u12G4"}"#), (#"escape \'"#, #"{"type":"x_odd","s":"\'"}"#),
        ("vertical tab as white space", "{\"type\":\u{B}\"x_odd\"}"),
        ("form feed behind", "{\"type\":\"x_odd\"}\u{C}"), ("no-break space before", "\u{A0}{\"type\":\"x_odd\"}"),
    ]

    /// What common parsers take: they overflow to infinity, keep the last of two keys, and let half a pair stand.
    private static let unseen: [(String, String)] = [
        ("1e400", #"{"type":"x_odd","n":1e400}"#), ("-1e400", #"{"type":"x_odd","n":[-1e400]}"#),
        ("a lone high surrogate escape", #"{"type":"x_odd","s":"\ud800"}"#),
        ("a lone low surrogate escape", #"{"type":"x_odd","s":"a\udc00b"}"#),
        ("a high surrogate escape before a letter", #"{"type":"x_odd","s":"\ud83d\u0041"}"#),
        ("two high surrogate escapes", #"{"type":"x_odd","s":"\ud83d\ud83d"}"#),
        ("a lone surrogate escape in a key", #"{"type":"x_odd","\udfff":1}"#),
        ("a duplicate key", #"{"type":"x_odd","a":1,"a":2}"#), ("type twice", #"{"type":"x_odd","type":"x_odd"}"#),
        ("a duplicate key below", #"{"type":"x_odd","a":{"b":1,"b":1}}"#),
        ("a duplicate key in a list", #"{"type":"x_odd","a":[1,{"b":1,"c":2,"b":1}]}"#),
        ("a duplicate key, once with an escape", #"{"type":"x_odd","\u0074ype":"x_odd"}"#),
        ("a duplicate key below, twice with escapes", #"{"type":"x_odd","a":{"\u0062":1,"\u0062":1}}"#),
    ]
}

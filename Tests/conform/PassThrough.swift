/// Legal lines, however odd, come out byte for byte, in order, once.
enum PassThrough {
    static let cases: [Case] =
        [
            Case("empty input: exit 0 and no output") { bench in
                let run = try bench.run([])
                try expect("exit status", 0, got: run.status)
                try expect("output", "<>", got: show(run.output))
            },
            Case("market records pass byte for byte", .passThroughOnly) { bench in
                try bench.check(Input(Market.lines(400)))
            },
            Case("each known type passes", .passThroughOnly) { bench in
                try bench.check(Input(KnownType.all.map { .good($0.sample) }))
            },
        ] + legal.map { name, text in Case("legal: \(name)") { try $0.check(surrounded(.good(text))) } } + [
            Case("legal: depth 32, the record included", .strictOnly) { bench in
                let arrays = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
                let objects = String(repeating: #"{"a":"#, count: 31) + "1" + String(repeating: "}", count: 31)
                for nested in [arrays, objects] {
                    try bench.check(surrounded(.good(#"{"type":"x_odd","nested":\#(nested)}"#)))
                }
            },
            Case("legal: a line of 65,536 bytes", .strictOnly) { bench in
                try bench.check(surrounded(Line(bytes: padded(to: 65_536))))
            },
        ]

    /// An unknown record of exactly this many bytes.
    static func padded(to count: Int) -> Bytes {
        let head = Bytes(#"{"type":"x_long","text":""#), tail = Bytes(#""}"#)
        return head + Bytes(repeating: UInt8(ascii: "a"), count: count - head.count - tail.count) + tail
    }

    private static func surrounded(_ line: Line) -> Input { Input(Market.lines(3) + [line] + Market.lines(3, from: 3)) }

    private static let head = #""ts":\#(Market.start + 2 * Market.step),"sym":"BTCUSDT""#

    private static let legal: [(String, String)] = [
        ("unknown type without ts", #"{"type":"x_odd"}"#),
        ("unknown type with an empty name", #"{"type":""}"#),
        ("ts 0 in an unknown type", #"{"type":"x_odd","ts":0}"#),
        ("ts 2^53-1 in an unknown type", #"{"type":"x_odd","ts":9007199254740991}"#),
        ("unknown keys in a trade", #"{"type":"trade",\#(head),"px":30000,"qty":1,"side":"buy","x":{"y":[1,null]}}"#),
        ("other key order", #"{"side":"sell","qty":1,"px":30000,\#(head),"type":"trade"}"#),
        ("known keys with other types in an unknown type", #"{"type":"x_odd","px":"high","sym":7,"side":[]}"#),
        ("spaces and tabs", " \t{ \"type\" :\t\"trade\" , \(head), \"px\": 30000 ,\"qty\" : 1,\t\"side\":\"buy\" }\t "),
        ("a CRLF line", "{\"type\":\"trade\",\(head),\"px\":30000,\"qty\":1,\"side\":\"buy\"}\r"),
        ("CR between tokens", "{\r\"type\":\r\"x_odd\"\r}"),
        ("all escapes", #"{"type":"x_odd","s":"\"\\\/\b\f\n\r\t\u0000\u00e9\u20AC\ud83d\ude00"}"#),
        ("an escaped key and type", #"{"\u0074ype":"x\u005fodd","a\"b":1}"#),
        ("a known type written with escapes", #"{"type":"tr\u0061de",\#(head),"px":30000,"qty":1,"side":"buy"}"#),
        ("30 digits", #"{"type":"x_odd","n":[123456789012345678901234567890,-0.000000000000000000000000000001]}"#),
        ("number forms", #"{"type":"x_odd","n":[-0,0.0,0e1,1E+2,1e-2,-1.5e300,1e-400,5e-324]}"#),
        ("an exponent in a price", #"{"type":"trade",\#(head),"px":3.0000e+4,"qty":10E-1,"side":"buy"}"#),
        ("all words", #"{"type":"x_odd","w":[true,false,null,{},[],""]}"#),
        ("Unicode", #"{"type":"x_odd","s":"é € 😀 е́ \#u{7F}\#u{2028}\#u{FFFE}\#u{10FFFF} مرحبا"}"#),
        ("a key that is empty", #"{"type":"x_odd","":1," ":2}"#),
        ("equal keys at different depths", #"{"type":"x_odd","a":{"type":1,"a":{"a":2}},"b":[{"a":1},{"a":1}]}"#),
        (
            "a bad record of a stage before it",
            #"{"type":"bad","ts":1,"stage":"x","line":1,"offset":0,"error":"e","raw":""}"#
        ),
        ("a meta record of a stage before it", #"{"type":"meta","ts":1,"stage":"x","version":"1","options":{}}"#),
    ]
}

/// Bytes that no JSON text holds: broken UTF-8, raw control characters, a byte order mark.
enum BadText {
    static let cases: [Case] =
        sequences.map { name, bytes in
            Case("bad: \(name) in a string") { try $0.check(Market.around([inString(bytes)])) }
        } + [
            Case("bad: invalid UTF-8 in a key") { bench in
                try bench.check(Market.around([.bad(Bytes(#"{"type":"x_odd","a"#) + [0xFF] + Bytes(#"":1}"#))]))
            },
            Case("bad: invalid UTF-8 between tokens") { bench in
                try bench.check(Market.around([.bad([0x80] + Bytes(#"{"type":"x_odd"}"#))]))
            },
            Case("bad: a byte order mark before the object") { bench in
                try bench.check(Market.around([.bad("\u{FEFF}" + #"{"type":"x_odd"}"#)]))
            },
            Case("bad: a byte order mark at the start of the input") { bench in
                try bench.check(Input([.bad("\u{FEFF}" + #"{"type":"x_odd"}"#)] + Market.lines(4)))
            },
            Case("bad: NUL behind the object") { bench in
                try bench.check(Market.around([.bad(Bytes(#"{"type":"x_odd"}"#) + [0])]))
            },
            Case("bad: NUL alone") { try $0.check(Market.around([.bad([0])])) },
            Case("legal: U+FFFD itself", .strictOnly) { bench in
                try bench.check(Input(Market.lines(3) + [.good("{\"type\":\"x_odd\",\"s\":\"\u{FFFD}\"}")]))
            },
        ]

    private static func inString(_ bytes: Bytes) -> Line {
        .bad(Bytes(#"{"type":"x_odd","s":"a"#) + bytes + Bytes(#"b"}"#))
    }

    private static let sequences: [(String, Bytes)] = [
        ("overlong slash, 2 bytes", [0xC0, 0xAF]), ("overlong letter, 2 bytes", [0xC1, 0x81]),
        ("overlong slash, 3 bytes", [0xE0, 0x80, 0xAF]), ("overlong slash, 4 bytes", [0xF0, 0x80, 0x80, 0xAF]),
        ("overlong NUL", [0xC0, 0x80]), ("high surrogate", [0xED, 0xA0, 0x80]), ("low surrogate", [0xED, 0xBF, 0xBF]),
        ("a surrogate pair as two", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]), ("U+110000", [0xF4, 0x90, 0x80, 0x80]),
        ("byte F5", [0xF5, 0x80, 0x80, 0x80]), ("byte FE", [0xFE]), ("byte FF", [0xFF]),
        ("a lone continuation byte", [0x80]), ("one continuation byte too many", [0xC3, 0xA9, 0xA9]),
        ("2 bytes cut to 1", [0xC3]), ("3 bytes cut to 2", [0xE2, 0x82]), ("4 bytes cut to 3", [0xF0, 0x9F, 0x98]),
        ("Latin-1", [0xE9]),
        ("raw NUL", [0x00]), ("raw U+0001", [0x01]), ("raw tab", [0x09]), ("raw CR", [0x0D]), ("raw escape", [0x1B]),
        ("raw U+001F", [0x1F]),
    ]
}

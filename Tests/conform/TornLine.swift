/// A last line without LF was cut by a crash: it is reported, and never acted on, even if it looks whole.
enum TornLine {
    static let cases: [Case] = [
        Case("torn: a whole trade without LF") { try $0.check(torn(KnownType["trade"].sample)) },
        Case("torn: a whole quote without LF") { try $0.check(torn(KnownType["quote"].sample)) },
        Case("torn: a whole unknown record without LF") { try $0.check(torn(#"{"type":"x_odd"}"#)) },
        Case("torn: half a record") { try $0.check(torn(#"{"type":"tra"#)) },
        Case("torn: a space") { try $0.check(torn(" ")) },
        Case("torn: CR without LF") { try $0.check(torn("{\"type\":\"x_odd\"}\r")) },
        Case("torn: the only line") { bench in
            try bench.check(Input([.bad(KnownType["trade"].sample)], isTorn: true))
        },
        Case("torn: a bad line before it") { bench in
            try bench.check(Input(Market.lines(2) + [.bad("{"), .bad(#"{"type":"x_odd"}"#)], isTorn: true))
        },
        Case("torn: cut at every byte of a line") { bench in
            let text = Bytes(KnownType["clock"].sample)
            for end in text.indices.dropFirst() {
                try bench.check(Input(Market.lines(4) + [.bad(Bytes(text[..<end]))], isTorn: true))
            }
        },
        Case("torn: a line of 65,537 bytes", .strictOnly) { bench in
            let long = Line(bytes: PassThrough.padded(to: 65_537), isBad: true)
            try bench.check(Input(Market.lines(4) + [long], isTorn: true))
        },
    ]

    private static func torn(_ text: String) -> Input { Input(Market.lines(4) + [.bad(text)], isTorn: true) }
}

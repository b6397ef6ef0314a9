/// Where `bad` records stand and what they show.
enum BadRecords {
    static let cases: [Case] = [
        Case("a bad line first") { try $0.check(Input([.bad("{")] + Market.lines(5))) },
        Case("a bad line last") { try $0.check(Input(Market.lines(5) + [.bad("{")])) },
        Case("a bad line alone: ts 0") { try $0.check(Input([.bad("spoiled")])) },
        Case("nothing but bad lines") { bench in
            try bench.check(Input((0..<50).map { .bad("spoiled \($0)") }))
        },
        Case("many bad lines among many good ones") { bench in
            try bench.check(Market.around((0..<300).map { .bad("spoiled \($0) \"quoted\" \\ ") }))
        },
        Case("a bad line does not move the last ts seen") { bench in
            let late = #"{"type":"trade","ts":1800000000000000,"sym":"BTCUSDT","px":1,"qty":1,"side":"buy"},"#
            try bench.check(Market.around([.bad(late), .bad("spoiled")]))
        },
        Case("equal bad lines are reported one by one") { bench in
            try bench.check(Market.around([.bad("spoiled"), .bad("spoiled"), .bad("spoiled")]))
        },
        Case("offsets count bytes, not characters") { bench in
            let wide = Line.good(#"{"type":"x_odd","s":"é€😀"}"#)
            try bench.check(
                Input(Market.lines(2) + [wide, .bad("spoiled é€😀"), .bad("again")] + Market.lines(2, from: 2)))
        },
        Case("the report of a bad line is itself a record that passes") { bench in
            let run = try bench.run(Input([.bad("spoiled")]).bytes)
            try bench.check(Input(run.output.lines.map { Line(bytes: $0) }))
        },
        Case("raw shows every byte, those outside printable ASCII as \\u00XX", .strictOnly) { bench in
            let all = Bytes((0...255).filter { $0 != lineFeed })
            try bench.check(Market.around([.bad(all)]))
        },
        Case("raw is written with \\u00XX, never with a short escape", .strictOnly) { bench in
            let run = try bench.run(Input([.bad("\t\r\u{8}\u{C}\u{7F}é")]).bytes)
            let expected = Bytes(#"\u0009\u000d\u0008\u000c\u007f\u00c3\u00a9""#)
            let lowered = Bytes(String(decoding: run.output, as: UTF8.self).lowercased())
            guard lowered.holds(expected) else { throw Failure(expected: show(expected), got: show(run.output)) }
        },
        Case("raw shows the first 256 bytes and no more", .strictOnly) { bench in
            for count in [255, 256, 257, 5_000] {
                try bench.check(Market.around([.bad(String(repeating: "é", count: count / 2) + "abc")]))
                try bench.check(Market.around([.bad(String(repeating: "a", count: count))]))
            }
        },
    ]
}

/// What a stage adds. Which records those are is its own affair; that they are records, and that it first says what it
/// is, is the contract's.
enum Derived {
    static let cases: [Case] = [
        Case("derived lines are records: type first, then ts") { bench in
            for line in try derived(bench) {
                let json = JSON(line)
                guard let json, json.isObject, json["type"]?.string != nil else {
                    throw Failure(expected: "a JSON object with a type", got: show(line))
                }
                guard let time = json["ts"]?.integer, (0...9_007_199_254_740_991).contains(time) else {
                    throw Failure(expected: "an integer ts, 0 ... 2^53-1", got: show(line))
                }
                guard Array(json.keys.prefix(2)) == ["type", "ts"], Set(json.keys).count == json.keys.count else {
                    throw Failure(expected: "type first, then ts, no key twice", got: show(line))
                }
                if line.count > 65_536 { throw Failure(expected: "at most 65,536 bytes", got: "\(line.count)") }
            }
        },
        Case("the first derived record is meta") { bench in
            guard let first = try derived(bench).first else { return }
            let json = JSON(first)
            guard json?["type"]?.string == "meta", json?["stage"]?.string != nil, json?["version"]?.string != nil,
                json?["options"]?.isObject == true
            else { throw Failure(expected: "meta with stage, version, options", got: show(first)) }
            try expect("ts of meta", Market.start, got: json?["ts"]?.integer ?? -1)
        },
        Case("meta comes after the first valid record, bad lines or not", .passThroughOnly) { bench in
            let input = Input([.bad("spoiled")] + Market.lines(40))
            let lines = try bench.sorted(bench.run(input.bytes).output, good: input.good)
            guard let first = lines.firstIndex(where: { $0.repeats == nil && $0.bad == nil }) else { return }
            guard lines[..<first].contains(where: { $0.repeats != nil }) else {
                throw Failure(expected: "a record before the first derived one", got: show(lines[first].bytes))
            }
        },
        Case("the same input twice gives the same bytes") { bench in
            let input = Input(Market.lines(600)).bytes
            let first = try bench.run(input)
            try expectSame("output of the first run", first.output, got: bench.run(input).output)
        },
        Case("another locale, time zone and terminal change nothing") { bench in
            let input = Input(Market.lines(200) + [.good(#"{"type":"x_odd","s":"é😀"}"#)])
            let elsewhere = Setup(exports: "LC_ALL=C LANG=C TZ=Asia/Kathmandu TERM=dumb COLUMNS=40")
            try expectSame("output", bench.output(of: input.good), got: bench.run(input.bytes, elsewhere).output)
        },
        Case("from a file as from a pipe") { bench in
            let input = Input(Market.lines(600))
            let run = try bench.directory.withFile(input.bytes) { try bench.run([], Setup(source: .file($0))) }
            try expect("exit status", 0, got: run.status)
            try expectSame("output", bench.output(of: input.good), got: run.output)
        },
    ]

    private static func derived(_ bench: Bench) throws -> [Bytes] {
        let input = Input(Market.lines(600))
        return try bench.sorted(bench.output(of: input.good), good: input.good).filter { $0.repeats == nil }.map(
            \.bytes)
    }
}

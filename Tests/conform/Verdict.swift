/// A line of a stage's output.
struct OutputLine {
    let bytes: Bytes
    /// Which good line of the input it repeats; nil if it is derived.
    let repeats: Int?
    /// What it says, if it is a `bad` record of the stage's own.
    let bad: JSON?
}

extension Bench {
    /// Gives the stage `input` and holds what it wrote to the rules about lines.
    @discardableResult
    func check(_ input: Input, _ setup: Setup = Setup(), prepare: (StageProcess) -> Void = { _ in }) throws -> Run {
        let run = try run(input.bytes, setup, prepare: prepare)
        try check(run, of: input)
        return run
    }

    func check(_ run: Run, of input: Input) throws {
        if run.status != (input.hasBad ? 65 : 0) {
            throw Failure(
                expected: "exit status \(input.hasBad ? 65 : 0)", got: "\(run.status), stderr \(show(run.errors))")
        }
        let lines = try sorted(run.output, good: input.good)
        if !isSink { try expectPassThrough(lines, of: input.good) }
        guard input.hasBad else { return }
        try expectBadRecords(lines.filter { $0.bad != nil }, of: input)
        if !isSink { try expectInPlace(lines, of: input) }
        try expectSame(
            "nothing but the bad records changes", output(of: input.good),
            got: lines.filter { $0.bad == nil }.map(\.bytes).terminated)
    }

    /// Tells pass-through, `bad` records and other derived lines apart.
    func sorted(_ output: Bytes, good: [Bytes]) throws -> [OutputLine] {
        if let last = output.last, last != lineFeed {
            throw Failure(expected: "output ends with LF", got: "ends with \(show(output.suffix(80)))")
        }
        let indexes = Dictionary(zip(good, good.indices)) { first, _ in first }
        return output.lines.map { line in
            if let index = indexes[line] { return OutputLine(bytes: line, repeats: index, bad: nil) }
            let json = line.holds(Bytes("\"bad\"")) ? JSON(line) : nil
            return OutputLine(bytes: line, repeats: nil, bad: json?["type"]?.string == "bad" ? json : nil)
        }
    }

    /// Every good line once, in order, byte for byte.
    private func expectPassThrough(_ lines: [OutputLine], of good: [Bytes]) throws {
        let passed = lines.compactMap(\.repeats)
        guard passed != Array(good.indices) else { return }
        let index = zip(passed, good.indices).prefix { $0 == $1 }.count
        throw Failure(
            expected: index < good.count
                ? "good line \(index + 1) of \(good.count), once, in order: \(show(good[index]))"
                : "\(good.count) good lines",
            got: index < passed.count
                ? "good line \(passed[index] + 1)"
                : "\(passed.count) good lines; output ends \(show(lines.last?.bytes ?? []))")
    }

    /// Each `bad` record stands where its line stood: behind the good lines before it, ahead of those after.
    private func expectInPlace(_ lines: [OutputLine], of input: Input) throws {
        var passed = 0
        var places: [Int] = []
        for line in lines {
            if line.repeats != nil { passed += 1 }
            if line.bad != nil { places.append(passed) }
        }
        var before = 0
        var expected: [Int] = []
        for line in input.lines {
            if line.isBad { expected.append(before) } else { before += 1 }
        }
        try expect("good lines ahead of each bad record", expected, got: places)
    }
}

/// Output is written before the stage waits for input: nothing lies in a buffer while the world is quiet.
enum Idle {
    static let cases: [Case] = [
        Case("idle: each line is answered before the next is written") { bench in
            try converse(bench, groups: Array(repeating: 1, count: 20))
        },
        Case("idle: several lines in one write are answered before the next write") { bench in
            try converse(bench, groups: [2, 7, 100, 1, 30, 1_000, 3])
        },
        Case("idle: a half line holds back no whole line, nor is it answered") { bench in
            let input = Ending.answered(bench, 21)
            try expectEnd(bench, input) { process in
                var sent = 0
                for (index, line) in input.lines.enumerated() {
                    let middle = line.bytes.count / 2
                    process.send(Bytes(line.bytes[..<middle]))
                    try expectArrival(of: sent, input, in: process, bench)
                    process.send(line.bytes[middle...] + [lineFeed])
                    sent = index + 1
                }
                try expectArrival(of: sent, input, in: process, bench)
            }
        },
        Case("idle: a bad line is reported at once") { bench in
            let run = try bench.start { process in
                for count in 1...5 {
                    process.send(Bytes("spoiled\n"))
                    guard process.run(seconds: 2, until: { process.output.lineFeedCount >= count }) else {
                        throw Failure(expected: "bad record \(count) within 2 s", got: show(process.output))
                    }
                }
                process.closeInput()
                try bench.waitForEnd(of: process, seconds: bench.limitSeconds)
            }
            try expect("exit status", 65, got: run.status)
        },
    ]

    /// Sends groups of lines; waits for the answer to each group with the input left open.
    private static func converse(_ bench: Bench, groups: [Int]) throws {
        let input = Ending.answered(bench, groups.reduce(0, +))
        try expectEnd(bench, input) { process in
            var sent = 0
            for size in groups {
                process.send(input.lines[sent..<sent + size].map(\.bytes).terminated)
                sent += size
                try expectArrival(of: sent, input, in: process, bench)
            }
        }
    }

    /// Waits until the first `count` lines have come through. The first may take as long as the stage takes to start.
    private static func expectArrival(of count: Int, _ input: Input, in process: StageProcess, _ bench: Bench) throws {
        guard count > 0 else { return }
        let last = input.lines[count - 1].bytes + [lineFeed]
        let seconds = process.output.isEmpty ? bench.limitSeconds : 2
        let arrived = process.run(seconds: seconds) {
            if bench.isSink { return process.output.lineFeedCount >= count }
            return process.output.holds(last)
        }
        guard !arrived else { return }
        throw Failure(
            expected: "line \(count) comes through within \(seconds) s, input still open",
            got: "\(process.output.lineFeedCount) lines, the last \(show(process.output.lines.last ?? []))")
    }

    private static func expectEnd(_ bench: Bench, _ input: Input, _ body: (StageProcess) throws -> Void) throws {
        let run = try bench.start { process in
            try body(process)
            process.closeInput()
            try bench.waitForEnd(of: process, seconds: bench.limitSeconds)
        }
        try bench.check(run, of: input)
    }
}

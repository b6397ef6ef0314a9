import Glibc

/// How a stage ends when the world around it does.
enum Ending {
    static let cases: [Case] = [
        Case("closed output: ends quietly with 0 while input still comes") { try closedOutput($0, Setup()) },
        Case("closed output: the same where SIGPIPE is ignored") { bench in
            try closedOutput(bench, Setup(ignoresBrokenPipes: true))
        },
        Case("closed output: the same with 10 lines that end") { bench in
            let run = try bench.start { process in
                process.closeOutput()
                process.send(answered(bench, 10).bytes)
                process.closeInput()
                try bench.waitForEnd(of: process, seconds: bench.limitSeconds)
            }
            try expectQuiet(run, bench)
        },
        Case("full disk: exit 74 and one line of diagnostic") { bench in
            let run = try bench.run(answered(bench, 200).bytes, Setup(sink: .fullDisk))
            try expectFullDisk(run, bench)
        },
        Case("full disk: the same with one line, where only the last flush fails") { bench in
            let run = try bench.run(answered(bench, 1).bytes, Setup(sink: .fullDisk))
            try expectFullDisk(run, bench)
        },
        Case("full disk: noticed at once, not at the end of the input") { bench in
            let run = try bench.start(Setup(sink: .fullDisk)) { process in
                process.refill = endless(bench, 100)
                try bench.waitForEnd(of: process, seconds: bench.limitSeconds)
            }
            try expectFullDisk(run, bench)
        },
        Case("SIGTERM while idle: what was read is written, exit 143") { try signalled($0, SIGTERM, 143) },
        Case("SIGINT while idle: what was read is written, exit 130") { try signalled($0, SIGINT, 130) },
        Case("SIGHUP while idle: what was read is written, exit 129") { try signalled($0, SIGHUP, 129) },
        Case("SIGHUP that was ignored at the start: it goes on") { bench in
            let input = answered(bench, 30)
            let run = try bench.start(Setup(ignoresHangups: true)) { process in
                try answer(input, process, bench)
                process.signal(SIGHUP)
                process.closeInput()
                try bench.waitForEnd(of: process, seconds: bench.limitSeconds)
            }
            if !bench.isSink || run.status != 65 { try expect("exit status", 0, got: run.status) }
        },
        Case("SIGTERM while input never ends and there is nothing to write: exit 143") { bench in
            let run = try bench.start(Setup(source: .file("/dev/zero"))) { process in
                _ = process.run(seconds: 0.5, until: { false })
                process.signal(SIGTERM)
                try bench.waitForEnd(of: process, seconds: 2)
            }
            try expect("exit status", 143, got: run.status)
        },
    ]

    /// Lines that any stage answers: a sink writes nothing about a market it has no opinion on, but reports bad lines.
    static func answered(_ bench: Bench, _ count: Int, from first: Int = 0) -> Input {
        Input(bench.isSink ? (0..<count).map { .bad("spoiled \($0)") } : Market.lines(count, from: first))
    }

    /// More lines whenever the stage has read the last ones; time goes on.
    private static func endless(_ bench: Bench, _ count: Int) -> () -> Bytes {
        var sent = 0
        return {
            defer { sent += count }
            return answered(bench, count, from: sent).bytes
        }
    }

    private static func closedOutput(_ bench: Bench, _ setup: Setup) throws {
        let allowed = 2.0
        let run = try bench.start(setup) { process in
            process.refill = endless(bench, 500)
            guard process.run(seconds: bench.limitSeconds, until: { process.output.lineFeedCount >= 10 }) else {
                throw Failure(expected: "10 lines of output", got: show(process.output))
            }
            process.closeOutput()
            try bench.waitForEnd(of: process, seconds: allowed)
        }
        try expectQuiet(run, bench)
    }

    /// A sink was given bad lines to make it write: it may end with 65 for them.
    private static func expectQuiet(_ run: Run, _ bench: Bench) throws {
        if bench.isGuardian { return try expectFullDisk(run, bench) }
        if !bench.isSink || run.status != 65 { try expect("exit status", 0, got: run.status) }
        try expect("standard error", "<>", got: show(run.errors))
    }

    private static func expectFullDisk(_ run: Run, _ bench: Bench) throws {
        try expect("exit status", 74, got: run.status)
        guard run.errors.count > 1, run.errors.lines.count == 1 || bench.isGuardian, run.errors.last == lineFeed else {
            throw Failure(expected: "one line on standard error", got: show(run.errors))
        }
    }

    /// Sends lines, and waits until they are answered.
    private static func answer(_ input: Input, _ process: StageProcess, _ bench: Bench) throws {
        process.send(input.bytes)
        let wanted = input.lines.count
        guard process.run(seconds: bench.limitSeconds, until: { process.output.lineFeedCount >= wanted }) else {
            throw Failure(expected: "\(wanted) lines of output while input is open", got: show(process.output))
        }
    }

    private static func signalled(_ bench: Bench, _ number: Int32, _ status: Int) throws {
        let input = answered(bench, 30)
        let run = try bench.start { process in
            try answer(input, process, bench)
            _ = process.run(seconds: 0.1, until: { false })
            process.signal(number)
            try bench.waitForEnd(of: process, seconds: 2)
        }
        try expect("exit status", status, got: run.status)
        let whole = bench.isSink ? try bench.run(input.bytes).output : try bench.output(of: input.good)
        guard whole.starts(with: run.output), run.output.last == lineFeed else {
            throw Failure(expected: "whole lines, as without the signal", got: show(run.output.suffix(200)))
        }
        if !bench.isSink {
            let lines = try bench.sorted(run.output, good: input.good)
            try expect("lines passed", input.lines.count, got: lines.count { $0.repeats != nil })
        }
    }
}

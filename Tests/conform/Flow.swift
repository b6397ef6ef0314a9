/// However the bytes are cut and however slow a neighbour is, the output is the same.
enum Flow {
    static let cases: [Case] = [
        Case("writes of 1 byte, 4096 bytes and 1 MiB give the same bytes") { bench in
            let input = Input(Market.lines(300) + [.good(#"{"type":"x_odd","s":"é€😀"}"#)])
            for size in [1, 4_096, 1 << 20] {
                try expectUnchanged(bench, input) { $0.writing.bytes = size }
            }
        },
        Case("bytes that are read one by one give the same bytes") { bench in
            let input = Input(Market.lines(12) + [.good(#"{"type":"x_odd","s":"é€😀"}"#)])
            try expectUnchanged(bench, input) {
                $0.writing.bytes = 1
                $0.writesIntoEmptyPipe = true
            }
        },
        Case("large input in writes of 4096 bytes and 1 MiB gives the same bytes") { bench in
            let input = Input(Market.lines(12_000))
            for size in [4_096, 1 << 20] {
                try expectUnchanged(bench, input, Setup(pipeBytes: 1 << 20)) { $0.writing.bytes = size }
            }
        },
        Case("pipes of 4 KiB give the same bytes") { bench in
            try expectUnchanged(bench, Input(Market.lines(12_000)), Setup(pipeBytes: 4_096)) { _ in }
        },
        Case("a slow reader gets the same bytes") { bench in
            try expectUnchanged(bench, Input(Market.lines(3_000)), Setup(pipeBytes: 4_096)) {
                $0.reading = StageProcess.Pace(bytes: 1_500, pauseSeconds: 0.002)
            }
        },
        Case("a reader that sleeps a second gets the same bytes") { bench in
            let input = Input(Market.lines(3_000))
            try expectUnchanged(bench, input, Setup(pipeBytes: 4_096)) { $0.sleepAsReader(seconds: 1) }
        },
        Case("a slow writer gets the same bytes") { bench in
            try expectUnchanged(bench, Input(Market.lines(600))) {
                $0.writing = StageProcess.Pace(bytes: 333, pauseSeconds: 0.002)
            }
        },
        Case("lines that end where a read ends") { bench in
            // Every line is as long as the pipe, so that reads end at the end of a line.
            let lines = (0..<40).map { index in
                var line = PassThrough.padded(to: 4_095)
                line.replaceSubrange(30..<34, with: Bytes(String(1_000 + index)))
                return Line(bytes: line)
            }
            try bench.check(Input(lines), Setup(pipeBytes: 4_096))
        },
    ]

    private static func expectUnchanged(
        _ bench: Bench, _ input: Input, _ setup: Setup = Setup(), prepare: (StageProcess) -> Void
    ) throws {
        let run = try bench.run(input.bytes, setup, seconds: bench.limitSeconds * 2, prepare: prepare)
        try expect("exit status", 0, got: run.status)
        try expectSame("output", bench.output(of: input.good), got: run.output)
    }
}

/// The command line itself.
enum Options {
    static let cases: [Case] = [
        Case("an unknown option: exit 64, a diagnostic, nothing on standard output", .strictOnly) { bench in
            let run = try bench.run([], Setup(arguments: "--no-such-option"))
            try expect("exit status", 64, got: run.status)
            try expect("standard output", "<>", got: show(run.output))
            if run.errors.isEmpty { throw Failure(expected: "a diagnostic on standard error", got: "nothing") }
        },
        Case("--help: exit 0, and help on standard output", .strictOnly) { bench in
            let run = try bench.run([], Setup(arguments: "--help"))
            try expect("exit status", 0, got: run.status)
            if run.output.isEmpty { throw Failure(expected: "help on standard output", got: show(run.errors)) }
        },
    ]
}

import ArgumentParser
import Glibc

/// Holds one stage, a command line in any language, to the contract of `docs/contract.md`.
///
/// What it does not cover: which derived records a stage writes and whether they are right; what `feed` reads but its
/// own records; speed.
@main
struct ConformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift-conform",
        abstract: "Hold a stage to the contract; report in TAP version 13.",
        discussion: """
            The command line is run by /bin/sh, each case in a fresh process. "{fifo}" in it becomes the path of a \
            FIFO that has a silent writer for as long as the stage has input.
            """)

    enum Rules: String, EnumerableFlag {
        case strict, lenient
    }

    @Flag(help: "Hold it to every rule, or leave out what a ten-line stage on a common JSON parser cannot see.")
    var rules = Rules.strict

    @Flag(help: "The stage writes only its own records: ask for no pass-through.")
    var sink = false

    @Flag(
        help:
            "The stage guards what is open: an output that nobody reads is a failure, and it may say more than a line.")
    var guardian = false

    @Option(name: .customLong("case"), help: "Run only the cases whose name contains this text.")
    var only: String?

    @Option(help: "Length of the line without end, in MiB.")
    var hugeMib = 1024

    @Option(help: "Time limit of one process, in seconds; a stage that hangs is killed and fails.")
    var limitSeconds = 10

    @Argument(help: "The stage's command line, as one word.")
    var command: String

    func validate() throws {
        guard hugeMib > 0, limitSeconds > 0 else { throw ValidationError("sizes and limits are positive") }
    }

    func run() throws {
        // A stage that closes its input early is a finding, not the end of the suite.
        signal(SIGPIPE, SIG_IGN)
        let directory = try ScratchDirectory()
        defer { directory.remove() }
        let bench = Bench(
            stage: StageCommand(text: command, directory: directory), directory: directory, isSink: sink,
            isGuardian: guardian, isLenient: rules == .lenient, limitSeconds: Double(limitSeconds), hugeMiB: hugeMib)
        let cases = Self.families.joined().filter { only.map($0.name.contains) ?? true }
        var tap = try TAP(count: cases.count)
        for one in cases { try tap.report(one.name, one.outcome(on: bench)) }
        if tap.failures > 0 || cases.isEmpty { throw ExitCode.failure }
    }

    static let families: [[Case]] = [
        PassThrough.cases, Derived.cases, BadSyntax.cases, BadText.cases, BadValues.cases, BadRecords.cases,
        TornLine.cases, Ending.cases, Idle.cases, Flow.cases, HugeLine.cases, Options.cases,
    ]
}

import ArgumentParser
import Glibc
import ReportFold
import RunFold
import Stage

@main
struct RunCommand: StageCommand {
    static let verb = "run"
    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "The whole paper pipeline in one process: a market in, a report out.",
        discussion: """
            Runs feed, signal, loop, gate, paper and rebalance back to back, without pipes, and reports as drift-report does. With \
            --audit it writes the stream as well: the same bytes as pipelines/paper.

            MARKET is what drift-feed takes: files, or its options, such as --synthetic 1 --days 2; its own options come first.

            With --batch it reads runs from standard input, one JSON object a line, and writes a result a line, in the order in \
            which they end: the run as it was given, and its `report`, or the `error` that it ended with; one that fails takes no other \
            with it. A run is {"market":["ticks.gz"],"profile":"micro.toml","gate":{"edge":0.002},"report":{"name":"a"}}: what the \
            feed reads (or in "feed" a made-up market), and if wanted a profile, and options by section. With --results the results are kept in \
            a file, and what has a report there is not run again; a run that failed is tried again, and of two lines of a run the later \
            counts. Failed runs are no failure of the batch: it ends with 0.

            EXIT STATUS
              0 done; 64 usage; 65 lines that are no records, or input out of order; 66 a file that cannot be read; 74 a failed write; \
            78 a profile that cannot be used; 128+n signal n.

            EXAMPLES
              drift-run ticks.ndjson.gz
              drift-run --profile pipelines/profiles/demo.toml --set gate.edge=0.002 --json --synthetic 1 --days 2
              drift-run --audit audit.ndjson btc.gz eth.gz
              drift-run --batch <runs.ndjson | jq -c '[.run.gate.edge, .report.result.net]'
            """,
        version: pipelineVersion)

    struct Options: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "An option of a stage, as in a profile, which it overrides. May be repeated.",
                valueName: "section.key=value"))
        var set: [String] = []
    }

    @OptionGroup(title: "Run") var options: Options
    @OptionGroup(title: "Run") var common: CommonOptions

    @Option(help: ArgumentHelp("Write the stream to a file as well.", valueName: "file"), completion: .file())
    var audit: String?

    @Flag(help: "Report as one JSON object.")
    var json = false

    @Flag(help: "Carry out the runs that standard input names, a line each.")
    var batch = false

    @Option(help: ArgumentHelp("Batch: so many runs at once (default: as many as there are cores).", valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp("Batch: keep the results in this file, and go on where it ends.", valueName: "file"),
        completion: .file())
    var results: String?

    @Flag(help: "Batch: write the runs that have no report in the file of --results, and carry out none.")
    var pending = false

    @Argument(parsing: .allUnrecognized, help: "Files, or options of drift-feed.", completion: .file())
    var market: [String] = []

    func validate() throws {
        if let jobs { try Self.check("--jobs", (1...1024).contains(jobs), "1 to 1024") }
        if batch {
            guard market.isEmpty, audit == nil, !json, options.set.isEmpty, common.profile == nil else {
                throw ValidationError(
                    "--batch takes its runs from standard input: no MARKET, --set, --profile, --json or --audit")
            }
            guard !pending || results != nil else { throw ValidationError("--pending needs --results") }
        } else if jobs != nil || results != nil || pending {
            throw ValidationError("--jobs, --results and --pending need --batch")
        }
    }

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        if batch { return try carryOut() }
        guard !market.isEmpty else {
            throw ValidationError("nothing to read: name files, or --synthetic SEED --days D")
        }
        let plan = try Plan(profile: common.profile, words: try Setting.words(options.set), market: market)
        let summary = try Run.report(plan, audit: audit.map(AuditFile.init))
        let bytes = json ? try ReportJSON.line(summary) : Array(summary.text.utf8)
        try bytes.withUnsafeBytes { try OutputPort().write($0) }
    }

    private func carryOut() throws {
        let kept = try results.map { try Results($0) }
        let port = pending ? OutputPort() : kept?.port ?? OutputPort()
        let jobs = jobs ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))
        var lines = LineReader(0, lineLimit: 1 << 20)
        var runs: [[UInt8]] = []
        var isOver = false
        while !isOver {
            var files = [pollfd(fd: 0, events: Int16(POLLIN), revents: 0)]
            _ = UnixSignals.wait(&files)
            if let number = UnixSignals.pending { throw Failure.interrupted(number) }
            isOver = try lines.fill() == 0
            while let line = isOver ? lines.next() ?? lines.torn() : lines.next() {
                if case .longer? = line.defect {
                    throw Failure.refused(
                        .data, "unable to use line \(line.number): it is longer than \(1 << 20) bytes")
                }
                let run = Array(line.bytes.last == 10 ? line.bytes.dropLast() : line.bytes[...])
                if run.allSatisfy({ $0 == 0x20 }) || kept?.has(run) ?? false { continue }
                if pending {
                    try (run + [10]).withUnsafeBytes { try port.write($0) }
                } else if jobs == 1 {
                    // One at a time: each is answered before the next is read.
                    try Run.result(of: run).withUnsafeBytes { try port.write($0) }
                } else {
                    runs.append(run)
                }
            }
        }
        if !runs.isEmpty { try Batch(runs, jobs: jobs, into: port).run() }
    }
}

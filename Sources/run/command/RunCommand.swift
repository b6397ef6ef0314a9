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

            EXIT STATUS
              0 done; 64 usage; 65 lines that are no records, or input out of order; 66 a file that cannot be read; 74 a failed write; \
            78 a profile that cannot be used; 128+n signal n.

            EXAMPLES
              drift-run ticks.ndjson.gz
              drift-run --profile pipelines/profiles/demo.toml --set gate.edge=0.002 --json --synthetic 1 --days 2
              drift-run --audit audit.ndjson btc.gz eth.gz
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

    @Argument(parsing: .captureForPassthrough, help: "Files, or options of drift-feed.", completion: .file())
    var market: [String] = []

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        let market = market.first == "--" ? Array(market.dropFirst()) : market
        guard !market.isEmpty else {
            throw ValidationError("nothing to read: name files, or --synthetic SEED --days D")
        }
        let plan = try Plan(profile: common.profile, words: try Setting.words(options.set), market: market)
        let summary = try Run.report(plan, audit: try audit.map(Self.port))
        let bytes = json ? try ReportJSON.line(summary) : Array(summary.text.utf8)
        try bytes.withUnsafeBytes { try OutputPort().write($0) }
    }

    private static func port(_ path: String) throws -> OutputPort {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Failure.refused(.io, "unable to write \(path): \(errorText())") }
        return OutputPort(descriptor, name: path)
    }
}

import ArgumentParser
import FoundationEssentials
import ReportFold
import Stage

@main
struct ReportCommand: StageCommand {
    static let verb = "report"

    static let configuration = CommandConfiguration(
        commandName: program,
        abstract:
            "Says what an audit file holds: results with their uncertainty, costs, where signals died, what exits were worth.",
        discussion: """
            Reads   what a pipeline has recorded, from FILES one after the other, or from standard input.
            Writes  a summary; with --json one JSON object.

            Results are after all costs; what says "before costs" is without any. An interval holds the truth in about 95 of 100 cases, if the past is like the future, \
            which nobody knows. docs/report.md says how each is computed, and by whom.

            EXIT STATUS
              0 done; 64 usage, 65 lines that are no records, or no single run: event time goes back, or the account starts again; \
            66 no such file, 74 a failed write, 128 + n on signal n.

            EXAMPLES
              drift-report audit.ndjson
              drift-report --json audit.ndjson | jq .trades.winRate
              zstdcat audit.ndjson.zst | drift-report --trials 20
            """,
        version: pipelineVersion)

    @Argument(help: "Audit files of one run, in the order of time.")
    var files: [String] = []

    @Flag(help: "Write one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Write a page for a browser as well; it needs no network.", valueName: "file"))
    var html: String?

    @Flag(help: "FILES are reports that --json wrote, of runs over one market: set them beside the first.")
    var table = false

    @Option(
        help: ArgumentHelp(
            "FILES are reports as for --table: choose one in each window of so many hours, and judge it in the next.",
            valueName: "hours"))
    var walkForward: Int?

    @OptionGroup(title: "Report") var options: ReportOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func validate() throws {
        if let walkForward, !(1...100_000).contains(walkForward) {
            throw ValidationError("--walk-forward must be 1 to 100000 hours")
        }
        if table, walkForward != nil { throw ValidationError("--table and --walk-forward are two questions") }
        if html != nil, table || walkForward != nil {
            throw ValidationError("--html is a page of audit files: --table and --walk-forward have none")
        }
    }

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        if table || walkForward != nil { return try compare() }
        let inputs = files.isEmpty ? ["-"] : files
        if let html { try WholeFile.refuse(html, reading: inputs) }
        var reading = Reading(options)
        for file in inputs { try reading.read(file) }
        try reading.finish()
        let summary = Summary(reading.audit, options)
        try write(summary, text: summary.text)
        if let html {
            try WholeFile.write(summary.page(reading.audit, title: files.first ?? "standard input"), to: html)
        }
        try reading.check()
    }

    private func compare() throws {
        guard !files.isEmpty else { throw Failure.refused(.usage, "unable to compare: name the reports") }
        let runs = try files.map { file -> Summary in
            guard let data = FileManager.default.contents(atPath: file) else {
                throw Failure.refused(.noInput, "unable to read \(file): no such readable file")
            }
            do { return try JSONDecoder().decode(Summary.self, from: data) } catch {
                throw Failure.refused(.data, "unable to use \(file): it is no report of drift-report --json")
            }
        }
        try refuseNamesakes(runs.map(\.name))
        do {
            if let walkForward {
                let forward = try WalkForward(runs, windowHours: walkForward)
                try write(forward, text: forward.text)
            } else {
                let comparison = try Comparison(runs)
                try write(comparison, text: comparison.text)
            }
        } catch let other as OtherMarket {
            throw Failure.refused(
                .data,
                "unable to use \(files[other.index]): it is of another market than \(files[0]), or of other hours")
        } catch let short as WalkForward.TooShort {
            throw Failure.refused(.data, "unable to judge: \(short.hours) hours are less than two windows")
        }
    }

    private func refuseNamesakes(_ names: [String]) throws {
        for (index, name) in names.enumerated() {
            guard let first = names[..<index].firstIndex(of: name) else { continue }
            throw Failure.refused(
                .data, "unable to use \(files[index]): it has the name of \(files[first]), '\(name)' (see --name)")
        }
    }

    private func write(_ figures: some Encodable, text: String) throws {
        var bytes = Array(text.utf8)
        if json { bytes = try ReportJSON.line(figures) }
        try bytes.withUnsafeBytes { try OutputPort().write($0) }
    }
}

import ArgumentParser
import Stage
import WatchFold

@main
struct WatchCommand: StageCommand {
    static let verb = "watch"

    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Shows the stream to a person, and passes it on.",
        discussion: """
            Reads   every record.
            Writes  every line that it read, unless standard output is a terminal; to standard error a picture, ten times a second \
            at most, or with --plain one line for each event.

            For each symbol: the price and its last minute; the last signal beside the gate's thresholds; the layers as lights, \
            + lets through, x refuses, o is ignored; the position with why it was opened, and its age against the half-lives that drift-rebalance allows it. Then what \
            happened last. When it ends, the picture goes and a line stays: the account, signals, fills, gaps. NO_COLOR is heeded. A terminal that goes away takes nothing with it.

            With --plain nobody is waited for who does not read: lines are left out then, and counted. Beside a file each is waited for.

            With --metrics FILE.prom in the folder of node_exporter's textfile collector the same is on whatever reads that.

            EXIT STATUS
              0 end of input, or nobody reads the output; 64 usage, 65 lines that are no records, 74 a failed write, 128 + n on signal n.

            EXAMPLES
              ... | drift-paper | drift-watch | tee audit.ndjson | drift-rebalance > loop
              tail -F audit.ndjson | drift-watch > /dev/null
              drift-watch --plain < audit.ndjson 2>&1 > /dev/null | grep 'trade executed'
            """,
        version: pipelineVersion)

    @OptionGroup(title: "Watch") var options: WatchOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws { try WatchRun(options).run() }
}

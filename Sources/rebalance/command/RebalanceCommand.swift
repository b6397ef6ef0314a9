import ArgumentParser
import RebalanceFold
import Stage

@main
struct RebalanceCommand: StageCommand {
    static let verb = "rebalance"
    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Recalculates the expected return at every signal and shrinks or closes the position as it fades.",
        discussion: """
            Reads `signal`, `position`, `order`, `reject` and `account` on standard input; writes only its own records, \
            for drift-loop to feed back: a `decision` for each signal of an open position, a reduce-only `intent` where \
            a rule applies, `book` (what the gate needs to know) after each change, and `sync` after each signal.

            The rules, first that applies: drift_flip closes, time_decay closes, drift_decay halves, confidence_drop \
            halves. One intent is in flight for a symbol at a time.

            EXIT STATUS
              0 end of input, or nobody reads the output; 64 usage; 65 lines that are no records (see the `bad` records);
              74 a failed write; 78 a profile that cannot be used; 128+n signal n.

            EXAMPLES
              ... | drift-paper | tee audit.ndjson | drift-rebalance > loop
              drift-rebalance --without confidence_drop < audit.ndjson | jq 'select(.type=="decision")'
            """,
        version: pipelineVersion)

    @OptionGroup(title: "Rules") var options: RebalanceOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        try FilterRun(name: Self.program, fold: RebalanceStage(options), only: true, meta: meta).run()
    }
}

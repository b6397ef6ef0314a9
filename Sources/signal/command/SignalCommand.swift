import ArgumentParser
import SignalFold
import Stage

@main
struct SignalCommand: StageCommand {
    static let verb = "signal"
    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Four-order calculus over a Kalman filter with Ornstein-Uhlenbeck timing.",
        discussion: """
            Reads market records on standard input, passes every line on byte for byte, and adds `signal` records: the \
            expected log return over a horizon, its noise, and all figures behind it; `warmup` until a symbol has \
            enough samples. Time is the records' `ts`; the clock is never read.

            A record due at a grid point comes before the first line that is later. A `gap` record, or a symbol silent \
            for longer than --stale, starts its models anew.

            EXIT STATUS
              0 end of input, or nobody reads the output; 64 usage; 65 lines that are no records (see the `bad` records);
              74 a failed write; 78 a profile that cannot be used; 128+n signal n.

            EXAMPLES
              drift-feed ticks.ndjson.gz | drift-signal --only
              drift-feed bars.csv.gz | drift-signal --profile pipelines/profiles/bars-1m.toml | jq 'select(.type=="signal")'
            """,
        version: pipelineVersion)

    @OptionGroup(title: "Model") var options: SignalOptions
    @OptionGroup(title: "Stage") var filter: FilterOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        try FilterRun(name: Self.program, fold: SignalStage(options), only: filter.only, meta: meta).run()
    }
}

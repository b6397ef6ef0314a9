import ArgumentParser
import GateFold
import Stage

@main
struct GateCommand: StageCommand {
    static let verb = "gate"
    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Lets a trade through only if order flow, hourly drift and the other asset agree and it pays.",
        discussion: """
            Reads market records, `signal` and `book` on standard input and passes every line on byte for byte. Behind \
            each `signal` it writes one `verdict`: every layer's value and threshold, passed or not; and, only if all \
            passed, an opening `intent`.

            The layers, in the order in which they refuse: snr, confidence, edge (the drift must pay fees and \
            slippage), order_flow, hourly_drift, cross_asset, limits. Thresholds not given follow the account's tier. \
            The two symbols first named by the stream are each other's other asset.

            From a `phase` record `warmup` until `live` the stream tells history: nobody can trade on it, so the layer \
            limits refuses, as `warmup`.

            Without `book` records (drift-rebalance through drift-loop) the gate cannot know what became of an intent: \
            each symbol then gets one intent and stays shut, as `in_flight`.

            EXIT STATUS
              0 end of input, or nobody reads the output; 64 usage; 65 lines that are no records (see the `bad` records);
              74 a failed write; 78 a profile that cannot be used; 128+n signal n.

            EXAMPLES
              drift-feed ticks.ndjson.gz | drift-signal | drift-gate --only | jq 'select(.type=="verdict").blocked_by'
              drift-gate --without order_flow --edge 0.0025 < signals.ndjson
            """,
        version: pipelineVersion)

    @OptionGroup(title: "Gate") var options: GateOptions
    @OptionGroup(title: "Stage") var filter: FilterOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        try FilterRun(name: Self.program, fold: GateStage(options), only: filter.only, meta: meta).run()
    }
}

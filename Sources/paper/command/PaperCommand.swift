import ArgumentParser
import PaperFold
import Stage

@main
struct PaperCommand: StageCommand {
    static let verb = "paper"

    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Trade intents on a paper account, against the market records of the same stream.",
        discussion: """
            Reads   market records and intent; all else passes.
            Writes  every line it read, and behind it order, fill, reject, position, account.

            Every intent gets exactly one end: an order filled or cancelled (its reason says whether for margin, depth, \
            position_gone or end_of_input), or a reject. Reject codes: bad_id, duplicate_id, unknown_symbol, no_price, \
            malformed, leverage, position_open, too_small, insufficient_margin, out_of_range, no_position, wrong_side, \
            too_many_orders. A reject with id null refuses another record: an instrument, a funding rate.

            Prices, quantities and money are exact decimals; each printed figure is exact but the average entry price. \
            cash = --equity + realised - fees + funding (funding paid is negative), equity = cash + unrealised at the \
            mark price, available = cash - margin in use - what accepted orders have set aside. BTCUSDT and ETHUSDT \
            are known; an instrument record states other symbols, or other figures.

            What it assumes, and where it is not the exchange:
              size        equity x weight x leverage / price, rounded down to the step. One position a symbol.
              latency     an order meets the first quote at or after its intent + --latency; without quotes the first \
            trade; on bars alone the open of the first bar that starts at or after the intent.
              price       the quantity quoted at the best price, the remainder worse by --slippage, up to --depth times \
            the quantity quoted; what is left is cancelled. Without quotes: the price seen and --half-spread.
              fees        the taker's, on every fill, rounded up to 1e-8.
              triggers    take-profit and stop-loss on the last trade or the mark (--trigger), as market orders at the \
            book of that moment, without latency. On bars the loss comes first.
              margin      isolated. Liquidated when the mark price (without one: the reference price) reaches entry x \
            (1 - 1/leverage + --maintenance-margin), for a short (1 + 1/leverage - --maintenance-margin); taken over at \
            the bankruptcy price, so a position never loses more than its margin.
              funding     quantity x mark x rate at the funding record, rounded to 1e-8 against the account; a long pays if \
            the rate is above 0.
            It does not move the market, queue, or fill as a maker.

            EXIT STATUS
              0 end of input, or nobody reads the output; 64 usage, 65 lines that are no records, 70 broken invariant, 74 a failed write, \
            78 a profile that cannot be used, 128 + n on signal n.

            EXAMPLES
              drift-feed day.csv.gz | drift-signal | drift-gate | drift-paper --equity 25 | tee audit.ndjson
              drift-paper --only --leverage 8 --latency 0.2 < gated.ndjson | jq -c 'select(.type == "fill")'
            """,
        version: pipelineVersion)

    @OptionGroup(title: "Account and assumptions") var options: PaperOptions
    @OptionGroup(title: "Stage") var filter: FilterOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        try FilterRun(name: Self.program, fold: PaperStage(options), only: filter.only, meta: meta).run()
    }
}

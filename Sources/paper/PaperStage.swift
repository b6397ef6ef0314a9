public import Records
public import Stage
import Venue

/// A paper account behind the same plug as the exchange: `intent` in; `order`, `fill`, `reject`, `position` and
/// `account` out. What happens to an order follows from the market records alone.
///
/// Its parts: what an intent must be (`Intake`), what a tick does to orders (`Execution`) and to positions
/// (`Watching`), and the records (`Writing`). The market's rules and the simulation's assumptions are `Venue`'s.
public struct PaperStage: StageFold {
    let assumptions: Assumptions
    var account: Account
    /// By symbol number.
    var books: [Book] = []
    /// Every id that was seen: an id names one order for ever.
    var ids: Set<[UInt8]> = []
    /// The latest event time of a market record or an intent: what the stage derives is stamped with it, so that it never
    /// goes back. (An intent may be ahead: a signal for an instant comes before the record which shows that it has passed.)
    var now: Int64 = 0
    private var hasStarted = false

    public init(_ options: PaperOptions) { self.init(Assumptions(options)) }

    public init(_ assumptions: Assumptions) {
        self.assumptions = assumptions
        account = Account(start: assumptions.equity)
        books.reserveCapacity(SymbolTable.limit)
    }

    public mutating func receive(_ input: borrowing RecordReader, into out: inout Output) {
        let record = input.record
        out.pass(record)
        guard record.hasTime else { return }
        if !hasStarted { start(record.ts, into: &out) }
        if record.kind.isMarket { now = max(now, record.ts) }
        if record.symbol >= books.count { meet(input) }
        switch record.kind {
        case .quote: quote(record, into: &out)
        case .trade: trade(record, into: &out)
        case .bar: bar(record, into: &out)
        case .mark: mark(record, into: &out)
        case .funding: fund(record, into: &out)
        case .instrument: restate(record, into: &out)
        case .intent: intend(record, into: &out)
        default: break
        }
    }

    /// What still waits for a tick gets none.
    public mutating func finish(_ input: borrowing RecordReader, into out: inout Output) {
        for symbol in books.indices {
            for order in books[symbol].orders {
                release(order)
                write(order, symbol, "cancelled", because: "end_of_input", into: &out)
            }
            books[symbol].orders = []
        }
    }

    /// Tells the stages behind what there is, before anything happens.
    private mutating func start(_ ts: Int64, into out: inout Output) {
        hasStarted = true
        now = ts
        writeAccount(into: &out)
    }

    /// Makes room for symbols that the reader has numbered since.
    private mutating func meet(_ input: borrowing RecordReader) {
        for symbol in books.count..<input.symbols.count {
            let name = input.symbols.name(symbol)
            books.append(Book(name: name, stated: Instrument.builtIn(name).map(adapted)))
        }
    }

    /// The instrument with what the options override.
    private func adapted(_ instrument: Instrument) -> Instrument {
        var adapted = instrument
        adapted.takerFee = assumptions.takerFee ?? instrument.takerFee
        adapted.maintenanceMargin = assumptions.maintenanceMargin
        return adapted
    }

    private mutating func restate(_ record: Record, into out: inout Output) {
        guard let instrument = Instrument(record) else {
            books[record.symbol].stated = nil
            let reason = "the instrument's figures are beyond 1e-8 or contradict each other: nothing is opened in it"
            return writeReject(nil, record.symbol, Refusal("instrument", reason), into: &out)
        }
        books[record.symbol].stated = adapted(instrument)
    }

    func equity() -> Money { account.equity { books[$0].market.valuation } }

    mutating func release(_ order: Order) {
        if case .open(let opening) = order.purpose { account.release(opening.reserved) }
    }
}

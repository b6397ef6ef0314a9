public import Records
public import Stage
import Venue

/// A paper account behind the same plug as the exchange: `intent` in; `order`, `fill`, `reject`, `position` and
/// `account` out. What happens to an order follows from the market records alone.
///
/// The market's rules and the simulation's assumptions are those of `Venue.Engine`. Its own parts: what an intent must be
/// to become an order (`Acceptance`), and the records (`Writing`).
public struct PaperStage: StageFold {
    let assumptions: Assumptions
    var engine: Engine
    /// By symbol number.
    var books: [Book] = []
    /// Every id that was seen: an id names one order for ever.
    var ids: Set<[UInt8]> = []
    private var hasStarted = false

    public init(_ options: PaperOptions) { self.init(Assumptions(options)) }

    public init(_ assumptions: Assumptions) {
        self.assumptions = assumptions
        engine = Engine(
            matching: assumptions.matching, latency: assumptions.latency, takerFee: assumptions.takerFee,
            maintenance: assumptions.maintenanceMargin, accounts: 1, equity: assumptions.equity,
            leverage: assumptions.leverage)
        engine.setCross(false, by: 0)
    }

    public mutating func receive(_ input: borrowing RecordReader, into out: inout Output) {
        out.pass(input.record)
        guard input.record.hasTime else { return }
        if !hasStarted { start(input, into: &out) }
        switch input.record.kind {
        case .intent: intend(input, into: &out)
        case .instrument: restate(input, into: &out)
        default: if let unusable = engine.receive(input) { refuse(unusable, input.record.symbol, into: &out) }
        }
        if engine.hasEvents { write(engine.takeEvents(), into: &out) }
    }

    /// What still waits for a tick gets none.
    public mutating func finish(_ input: borrowing RecordReader, into out: inout Output) {
        engine.finish()
        write(engine.takeEvents(), into: &out)
    }

    /// Tells the stages behind what there is, before anything happens.
    private mutating func start(_ input: borrowing RecordReader, into out: inout Output) {
        hasStarted = true
        engine.note(input)
        write(engine.statement(0), into: &out)
    }

    /// Takes the time of a record (an intent may be ahead: a signal for an instant comes before the record which shows that
    /// it has passed) and makes room for symbols that the reader has numbered since.
    mutating func meet(_ input: borrowing RecordReader) {
        engine.note(input)
        for listing in engine.listings[books.count...] { books.append(Book(stated: listing.instrument)) }
    }

    private mutating func restate(_ input: borrowing RecordReader, into out: inout Output) {
        meet(input)
        let symbol = input.record.symbol
        books[symbol].stated = Instrument(input.record)
        if books[symbol].stated == nil { refuse(.instrument, symbol, into: &out) }
    }

    private func refuse(_ unusable: Unusable, _ symbol: Int, into out: inout Output) {
        writeReject(nil, symbol, Rejection(unusable.code, unusable.reason), into: &out)
    }
}

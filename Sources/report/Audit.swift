public import Records

/// What an audit file says, read once from its beginning: the trades, the gate, the account, in memory that grows with the
/// trades and not with the lines.
public struct Audit {
    private(set) var book: TradeBook
    private(set) var funnel = Funnel()
    private(set) var equity = EquityMeter()
    private(set) var tracks = Tracks()
    /// By symbol: the middle of the market.
    private(set) var prices: [Curve] = []
    private(set) var names: [String] = []
    /// Event time of the first record and of the last, microseconds.
    private(set) var from: Int64?
    private(set) var to: Int64 = 0
    /// Microseconds in which something was held.
    private(set) var timeInMarket: Int64 = 0
    /// Value of what was held, at its entry, times the microseconds.
    private(set) var valueTime = 0.0
    private(set) var gaps = 0
    /// Whether something was held that was opened before the record begins.
    private(set) var beginsOpen = false
    /// Whether it is of a made-up market that tells its truth.
    private(set) var isPlanted = false
    /// Whether it is of a made-up market whose trends order flow announces.
    private(set) var isAnnounced = false
    private(set) var records = 0
    private var markets: [MarketNow] = []
    /// Event time at which the equity was seen last.
    private var seen: Int64 = 0

    public var hasRecords: Bool { records > 0 }

    public init(_ options: ReportOptions) { book = TradeBook(halfLives: options.halfLives) }

    /// Takes the record that was read last.
    public mutating func take(_ input: borrowing RecordReader) {
        records += 1
        guard input.record.hasTime else { return }
        if input.record.kind.isMarket { pass(to: input.record.ts) }
        let symbol = input.record.symbol
        if symbol >= names.count { meet(input) }
        if input.record.kind.isPrice { take(price: input.record, symbol) } else { take(other: input, symbol) }
        if !book.inherited.isEmpty {
            beginsOpen = true
            equity.unsettle()
        }
    }

    @inline(never)
    private mutating func take(other input: borrowing RecordReader, _ symbol: Int) {
        switch input.record.kind {
        case .gap: gaps += 1
        case .meta: take(meta: input.record)
        case .verdict: funnel.take(verdict: input.record)
        case .intent: book.take(intent: input.record, markets[symbol])
        case .order, .reject: book.end(input.record)
        case .fill: book.take(fill: input.record, names[symbol], markets[symbol])
        case .position: if let trade = book.take(position: input.record) { tracks.end(symbol, won: trade.net > 0) }
        case .decision:
            book.take(decision: input.record, since: from)
            if let entry = book.open[symbol]?.conviction { tracks.take(decision: input.record, since: entry) }
        case .account:
            book.take(fundingSoFar: input.record["funding"]?.double ?? 0)
            equity.take(account: input.record, unrealised: unrealised, isFlat: book.isFlat)
            see(at: input.record.ts)
        case .planted:
            isPlanted = true
            markets[symbol].take(planted: input.record)
        default: break
        }
    }

    public mutating func finish() {
        book.finish()
        // An account may be behind all of the market, of which there need not be any.
        see(at: max(to, seen))
    }

    private mutating func take(meta record: borrowing Record) {
        book.take(meta: record)
        guard record["stage"]?.equals("drift-feed") == true, let options = record["options"] else { return }
        if options["synthetic"]?.double != nil, options["edge"]?.double == nil { isAnnounced = true }
    }

    @inline(__always)
    private mutating func pass(to ts: Int64) {
        if from == nil { (from, to) = (ts, ts) }
        if !book.open.isEmpty { hold(until: ts) }
        to = max(to, ts)
    }

    @inline(never)
    private mutating func hold(until ts: Int64) {
        timeInMarket += max(0, ts - to)
        valueTime += Double(max(0, ts - to)) * book.open.values.reduce(0) { $0 + $1.entry * $1.held }
    }

    @inline(never)
    private mutating func meet(_ input: borrowing RecordReader) {
        for symbol in names.count...input.record.symbol {
            names.append(input.symbols.text(symbol))
            markets.append(MarketNow())
            prices.append(Curve())
        }
    }

    @inline(__always)
    private mutating func take(price record: borrowing Record, _ symbol: Int) {
        let before = markets[symbol].middle
        markets[symbol].take(record)
        let middle = markets[symbol].middle
        guard middle > 0 else { return }
        let isBar = markets[symbol].bar != nil
        // Holding on in thought ends by time as well, though the price stands.
        if book.exits.mayEnd(middle, isBar: isBar, at: record.ts, symbol) {
            book.take(markets[symbol], at: record.ts, symbol)
        }
        // A bar may end where the last one did, and have been elsewhere.
        if middle != before || isBar { move(to: middle, record, symbol) }
    }

    @inline(never)
    private mutating func move(to middle: Double, _ record: borrowing Record, _ symbol: Int) {
        prices[symbol].add(middle, at: record.ts)
        if book.open[symbol] != nil { see(at: record.ts) }
    }

    private mutating func see(at ts: Int64) {
        seen = max(seen, ts)
        equity.see(unrealised: unrealised, paid: book.paid.total, planted: isPlanted ? planted(upTo: ts) : 0, at: ts)
    }

    private func planted(upTo ts: Int64) -> Double {
        book.open.reduce(book.plantedInClosed) { $0 + $1.value.planted(upTo: markets[$1.key].planted(upTo: ts)) }
    }

    /// By symbol: the last middle of the market.
    var lastPrices: [String: Double] {
        Dictionary(zip(names, markets.map(\.middle)).filter { $1 > 0 }, uniquingKeysWith: { $1 })
    }

    /// Of what is open, at the middle of the market.
    private var unrealised: Double {
        book.open.reduce(0) { sum, held in
            let (symbol, trade) = held
            guard markets[symbol].middle > 0, trade.quantity > 0 else { return sum }
            return sum + trade.sign * (markets[symbol].middle - trade.entry) * trade.held
        }
    }
}

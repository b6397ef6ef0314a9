import Bybit

/// What is kept of one symbol.
struct SymbolMarket {
    /// A book that does not change is told of again after so long, so that nobody takes it for stale.
    static let quoteInterval: Int64 = 1_000_000
    /// So many gaps are remembered; the recent trades of an answer reach back to fewer.
    private static let toldLimit = 64

    let name: [UInt8]
    var trades = TradeMemory()
    var check = Completeness()
    /// The last gaps: what lies in them stays missing, or it would come as if it were new.
    private(set) var told: [ClosedRange<Int64>] = []
    /// One book for each depth that is subscribed to.
    var books: [(depth: Int, book: BestQuote)] = []
    var quote: (bid: BestQuote.Level, ask: BestQuote.Level, matched: Int64, ts: Int64)?
    var tickerTs: Int64 = 0
    var mark: [UInt8]?
    var index: [UInt8]?
    var funding = FundingSchedule()

    init(name: [UInt8]) { self.name = name }

    /// Trades are known from here on.
    mutating func begin(at ts: Int64) {
        trades.begin(at: ts)
        check.begin(at: ts)
    }

    /// History is known from here on, and what came after it is asked for.
    mutating func begin(since ts: Int64) {
        trades.begin(at: ts)
        // Of this millisecond there may be more, from before the history.
        check.begin(at: ts + Unproven.tick)
        check.breakOff(latest: ts)
    }

    /// Trades of this time are told of as missing.
    mutating func tell(_ range: ClosedRange<Int64>) {
        if told.count == Self.toldLimit { told.removeFirst() }
        told.append(range)
        check.tell(range)
    }

    /// Where `depth`'s book stands in `books`.
    mutating func place(ofBook depth: Int) -> Int {
        if let place = books.firstIndex(where: { $0.depth == depth }) { return place }
        books.append((depth, BestQuote()))
        return books.count - 1
    }

    /// Lines are missing: books are void until their next snapshot, and trades are to be asked for.
    mutating func breakOff() {
        for place in books.indices { books[place].book = BestQuote() }
        quote = nil
        guard trades.first != nil else { return }
        check.breakOff(latest: trades.latest)
    }
}

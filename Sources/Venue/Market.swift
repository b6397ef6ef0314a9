public import Records

/// What is known of one symbol's market, and the finest kind of data that has been seen of it.
public struct Market: Sendable {
    /// What prices the symbol: the finest kind of record so far. It only ever gets finer.
    public enum Source: Int, Comparable, Sendable {
        case none, bars, trades, quotes

        public static func < (a: Source, b: Source) -> Bool { a.rawValue < b.rawValue }
    }

    public private(set) var source = Source.none
    public private(set) var bid = Price.zero
    public private(set) var ask = Price.zero
    public private(set) var bidQuantity = Quantity.zero
    public private(set) var askQuantity = Quantity.zero
    /// The last trade's price; zero before the first.
    public private(set) var last = Price.zero
    /// The last mark price; zero before the first.
    public private(set) var mark = Price.zero
    /// The index price that came with the last mark price; the mark price where none did.
    public private(set) var index = Price.zero
    /// The middle of the last quote; without quotes the last trade's price; without trades the last bar's close. Zero
    /// before the first.
    public private(set) var reference = Price.zero
    /// False while the last record that should have priced the symbol held a price beyond `Price.limit` or nearer to
    /// zero than 1e-8: what was known before stands, but nothing is traded on it.
    public private(set) var isUsable = true

    public init() {}

    /// What positions are valued and liquidated at: the mark price, or the reference price where no mark is known.
    @inline(__always)
    public var valuation: Price { mark > .zero ? mark : reference }

    public var hasMark: Bool { mark > .zero }
    public var hasTrades: Bool { last > .zero }

    /// - Returns: whether the record could be used.
    @inline(__always)
    public mutating func take(quote record: borrowing Record) -> Bool {
        guard let bid = usable(record.bid), let ask = usable(record.ask),
            let bidQuantity = Quantity(nearest: record.bidQuantity),
            let askQuantity = Quantity(nearest: record.askQuantity)
        else { return false }
        self.bid = bid
        self.ask = ask
        self.bidQuantity = bidQuantity
        self.askQuantity = askQuantity
        source = .quotes
        reference = Price.middle(bid, ask)
        return true
    }

    /// - Returns: whether the record could be used.
    @inline(__always)
    public mutating func take(trade record: borrowing Record) -> Bool {
        guard let price = usable(record.price) else { return false }
        last = price
        if source < .quotes {
            source = .trades
            reference = price
        }
        return true
    }

    /// - Returns: the bar, if it could be used.
    public mutating func take(bar record: borrowing Record) -> Bar? {
        guard let bar = Bar(record) else {
            isUsable = false
            return nil
        }
        isUsable = true
        if source < .trades {
            source = .bars
            reference = bar.close
        }
        return bar
    }

    /// - Returns: whether the record could be used.
    public mutating func take(mark record: borrowing Record) -> Bool {
        guard let price = Price(nearest: record.mark), price > .zero else { return false }
        mark = price
        let stated = Price(nearest: record.index) ?? .zero
        index = stated > .zero ? stated : price
        return true
    }

    @inline(__always)
    private mutating func usable(_ number: Number) -> Price? {
        guard let price = Price(nearest: number), price > .zero else {
            isUsable = false
            return nil
        }
        isUsable = true
        return price
    }
}

/// One bar: what traded between its start and its end.
public struct Bar: Sendable {
    /// Event time in microseconds, like `end`.
    public let start: Int64
    public let end: Int64
    public let open: Price
    public let high: Price
    public let low: Price
    public let close: Price

    /// - Returns: nil if a price is beyond range, or the bar's own high and low do not hold its open and close.
    init?(_ record: borrowing Record) {
        guard let open = Price(nearest: record.open), let high = Price(nearest: record.high),
            let low = Price(nearest: record.low), let close = Price(nearest: record.close),
            low > .zero, low <= min(open, close), high >= max(open, close),
            let span = Int64(exactly: (record.spanSeconds.double * 1e6).rounded())
        else { return nil }
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        end = record.ts
        start = record.ts &- span
    }
}

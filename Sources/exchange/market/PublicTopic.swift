/// What a topic of the public stream names: `orderbook.50.BTCUSDT`.
struct PublicTopic: Equatable {
    enum Kind: Equatable {
        case trades, ticker
        case book(depth: Int)
        case kline(KlineInterval, name: String)
        /// Exists, but nothing ever comes: the market's records tell of no liquidations.
        case liquidations
        case priceLimit
    }

    let kind: Kind
    let symbol: String

    /// - Returns: nil if it is no topic, whatever its symbol.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let symbol = parts.last, !symbol.isEmpty else { return nil }
        self.symbol = String(symbol)
        switch (parts[0], parts.count) {
        case ("publicTrade", 2): kind = .trades
        case ("tickers", 2): kind = .ticker
        case ("allLiquidation", 2): kind = .liquidations
        case ("priceLimit", 2): kind = .priceLimit
        case ("orderbook", 3):
            guard let depth = [1, 50, 200, 1000].first(where: { String($0) == parts[1] }) else { return nil }
            kind = .book(depth: depth)
        case ("kline", 3):
            guard let interval = KlineInterval(parts[1]) else { return nil }
            kind = .kline(interval, name: String(parts[1]))
        default: return nil
        }
    }
}

extension PublicTopic.Kind {
    /// The least time between two pushes, microseconds.
    var interval: Int64 {
        switch self {
        case .trades, .liquidations: 0
        case .ticker: 100_000
        case .book(depth: 1): 10_000
        case .book(depth: 50): 20_000
        case .book(depth: 200): 100_000
        case .book: 200_000
        case .kline: 1_000_000
        case .priceLimit: 300_000
        }
    }

    /// After so long without a change the last state is pushed again; nil if it never is. Microseconds.
    var repetition: Int64? { self == .book(depth: 1) ? 3_000_000 : nil }

    /// Whether a change of the market may show in it.
    func shows(_ change: MarketChange) -> Bool {
        switch self {
        case .trades, .liquidations: false
        case .ticker: true
        case .book: change.contains(.book)
        case .kline: change.contains(.candle)
        case .priceLimit: !change.isDisjoint(with: [.book, .mark])
        }
    }
}

/// What a record has changed of a symbol's market.
struct MarketChange: OptionSet {
    let rawValue: Int

    static let book = MarketChange(rawValue: 1)
    static let candle = MarketChange(rawValue: 2)
    static let mark = MarketChange(rawValue: 4)
    static let funding = MarketChange(rawValue: 8)
}

import Venue

/// A ticker: keys and values in the exchange's order. A missing value is an empty text.
struct TickerFields {
    static let fundingInterval: Int64 = 8 * 3_600_000_000
    /// Recorded for BTCUSDT and ETHUSDT; assumed for others.
    static let fundingCap = "0.005"
    /// The exchange's base rate, as long as no funding record tells another.
    static let standardRate = Rate(units: 10_000)

    private(set) var values: [(key: String, value: String)] = []

    /// - Parameters:
    ///   - time: event time, microseconds.
    ///   - shift: from event time to the API's.
    init(_ symbol: inout ListedSymbol, _ matching: Matching, at time: Int64, shift: Int64) {
        let scales = symbol.scales
        let statistics = symbol.statistics(at: symbol.klineTime(time, shift: shift))
        let day = statistics.whole(symbol.minutes)
        let last = symbol.last
        let dayAgo = statistics.dayAgo ?? last
        func price(_ price: Price?) -> String { price.map { $0 > .zero ? scales.text($0) : "" } ?? "" }
        values = [
            ("symbol", symbol.name),
            ("tickDirection", (symbol.trades.last?.direction ?? .zeroPlus).rawValue),
            ("price24hPcnt", Self.change(from: dayAgo, to: last)),
            ("lastPrice", price(last)),
            ("prevPrice24h", price(dayAgo)),
            ("highPrice24h", price(day?.high ?? last)),
            ("lowPrice24h", price(day?.low ?? last)),
            ("prevPrice1h", price(statistics.hourAgo ?? last)),
            ("markPrice", price(symbol.market.valuation)),
            ("indexPrice", price(symbol.indexOrMark)),
            // The market's records do not tell it.
            ("openInterest", "0"),
            ("openInterestValue", "0"),
            ("turnover24h", decimal((day?.turnover ?? 0) / 1_000_000_000_000, places: 4, atLeast: 4)),
            ("volume24h", decimal((day?.volume ?? 0) / 10_000, places: 4, atLeast: 4)),
            ("fundingIntervalHour", "8"),
            ("fundingCap", Self.fundingCap),
            ("nextFundingTime", String(((time / Self.fundingInterval + 1) * Self.fundingInterval + shift) / 1000)),
            ("fundingRate", (symbol.fundings.last?.rate ?? Self.standardRate).description),
        ]
        let book = symbol.book(matching)
        values += [
            ("bid1Price", price(book?.bids.first?.price)),
            ("bid1Size", book?.bids.first.map { scales.text($0.quantity) } ?? ""),
            ("ask1Price", price(book?.asks.first?.price)),
            ("ask1Size", book?.asks.first.map { scales.text($0.quantity) } ?? ""),
            ("preOpenPrice", ""), ("preQty", ""), ("curPreListingPhase", ""),
        ]
    }

    /// The symbol, and what differs from what was told before; nil if nothing does.
    func changes(since old: TickerFields) -> TickerFields? {
        var changes = self
        changes.values = zip(values, old.values).filter { $0.key == "symbol" || $0.value != $1.value }.map(\.0)
        return changes.values.count > 1 ? changes : nil
    }

    /// As a fraction, to six places.
    private static func change(from old: Price?, to new: Price?) -> String {
        guard let old, let new, old > .zero else { return "" }
        let difference = Int128(new.units - old.units) * 2_000_000 / Int128(old.units)
        return decimal((difference + (difference < 0 ? -1 : 1)) / 2, places: 6)
    }
}

import Records
import Venue

/// What is kept of one symbol for the public.
struct ListedSymbol {
    /// Funding rates are kept for the last year or so, of three a day.
    static let fundingLimit = 1000

    struct Funding {
        /// Event time, microseconds.
        let ts: Int64
        let rate: Rate
    }

    let name: String
    /// Whether the market has named it. Who listens may come before the market; who asks gets no symbol without one.
    var isSeen = false
    /// The rules; without, the symbol is not listed.
    var instrument: Instrument? {
        didSet { scales = instrument.map(Scales.init) ?? scales }
    }
    private(set) var scales = Scales(price: 2, quantity: 0)
    private(set) var market = Market()
    private(set) var top: Top?
    private(set) var index = Price.zero
    /// Counts trades and changes of the book: smaller is older.
    private(set) var seq: Int64 = 0
    /// When the book last changed, event time.
    private(set) var bookTime: Int64 = 0
    private(set) var trades = TradeRing()
    private(set) var minutes = CandleStore(width: KlineInterval.minute, limit: CandleStore.minuteLimit)
    private(set) var days = CandleStore(width: KlineInterval.oneDay, limit: CandleStore.dayLimit)
    private(set) var fundings: [Funding] = []
    private var premium = PremiumMean()
    private var statistics: DayStatistics?
    /// The end of the last bar, event time.
    private var barEnd: Int64 = 0
    /// The topics of it that are followed: indices of the market's channels.
    var channels: [Int] = []

    init(name: String, _ instrument: Instrument?) {
        self.name = name
        self.instrument = instrument
        scales = instrument.map(Scales.init) ?? scales
    }

    // MARK: Records

    /// - Returns: what has changed. A crossed quote moves the price that positions are valued at, but not the book.
    @inline(__always)
    mutating func take(quote record: borrowing Record) -> MarketChange {
        samplePremium(until: record.ts)
        let valuation = market.valuation
        guard market.take(quote: record) else { return [] }
        guard let new = Top(market), new != top else { return valuation == market.valuation ? [] : .mark }
        top = new
        changeBook(record.ts)
        return .book
    }

    /// - Parameter time: the record's, as the API states it.
    /// - Returns: whether the trade could be used.
    mutating func take(trade record: borrowing Record, at time: Int64, number: Int64) -> Bool {
        samplePremium(until: record.ts)
        guard let quantity = Quantity(nearest: record.quantity), market.take(trade: record) else { return false }
        seq += 1
        trades.take(record, market.last, quantity, seq: seq, number: number)
        minutes.take(market.last, quantity, at: time)
        days.take(market.last, quantity, at: time)
        if market.source != .quotes { bookTime = record.ts }
        return true
    }

    /// Where trades are known, bars tell nothing more.
    /// - Returns: whether the bar could be used.
    mutating func take(bar record: borrowing Record, shift: Int64) -> Bool {
        samplePremium(until: record.ts)
        guard let bar = market.take(bar: record), !market.hasTrades, bar.start >= barEnd,
            let volume = Quantity(nearest: record.volume)
        else { return false }
        barEnd = bar.end
        minutes.take(bar, volume, at: bar.start + shift)
        days.take(bar, volume, at: bar.start + shift)
        statistics = nil
        if market.source != .quotes { changeBook(record.ts) }
        return true
    }

    mutating func take(mark record: borrowing Record) -> Bool {
        samplePremium(until: record.ts)
        guard market.take(mark: record) else { return false }
        if let stated = Price(nearest: record.index), stated > .zero { index = stated }
        return true
    }

    mutating func take(funding record: borrowing Record) {
        guard let rate = Rate(nearest: record.fundingRate) else { return }
        if fundings.count >= Self.fundingLimit { fundings.removeFirst(Self.fundingLimit / 10) }
        fundings.append(Funding(ts: record.ts, rate: rate))
    }

    private mutating func changeBook(_ ts: Int64) {
        seq += 1
        bookTime = ts
    }

    @inline(__always)
    private mutating func samplePremium(until ts: Int64) {
        if market.hasMark { premium.advance(to: ts, market.reference.units - market.mark.units) }
    }

    // MARK: What is known

    /// The last trade's price; the reference price, on a tick, where no trades are.
    var last: Price? {
        if market.hasTrades { return market.last }
        guard market.reference > .zero, let instrument else { return nil }
        return max(instrument.tick, market.reference.rounded(to: instrument.tick, .down))
    }

    var indexOrMark: Price { index > .zero ? index : market.valuation }

    /// nil as long as no price is known.
    func book(_ matching: Matching) -> PublicBook? {
        guard let instrument, market.reference > .zero else { return nil }
        guard market.source == .quotes else {
            return PublicBook(
                bids: [matching.level(.sell, around: market.reference, instrument)],
                asks: [matching.level(.buy, around: market.reference, instrument)], seq: seq, ts: bookTime)
        }
        guard let top else { return nil }
        return PublicBook(
            bids: matching.levels(.sell, top, instrument), asks: matching.levels(.buy, top, instrument),
            seq: seq, ts: bookTime)
    }

    /// The band at `time` (event time); nil as long as no price is known.
    func priceLimits(at time: Int64) -> PriceLimits? {
        guard let instrument, market.valuation > .zero else { return nil }
        var premium = premium
        if market.hasMark { premium.advance(to: time, market.reference.units - market.mark.units) }
        return PriceLimits(
            mark: market.valuation, index: indexOrMark, premium: premium.mean, .of(name), tick: instrument.tick)
    }

    /// How far its klines have come, as the API states it: bars are known at their end only, so where there are only
    /// bars, time passes with them.
    func klineTime(_ eventTime: Int64, shift: Int64) -> Int64 { (isOfBars ? barEnd : eventTime) + shift }

    var isOfBars: Bool { !market.hasTrades && barEnd > 0 }

    mutating func statistics(at time: Int64) -> DayStatistics {
        if let statistics, statistics.holds(minutes, at: time) { return statistics }
        let fresh = DayStatistics(minutes, at: time)
        statistics = fresh
        return fresh
    }
}

/// With how many digits behind the point the exchange writes a symbol's figures.
struct Scales {
    let price: Int
    let quantity: Int

    init(price: Int, quantity: Int) {
        self.price = price
        self.quantity = quantity
    }

    /// Prices have the tick's, but two at least: BTCUSDT with its tick of 0.1 is recorded as `65000.50`.
    init(_ instrument: Instrument) {
        price = max(2, Self.places(instrument.tick.units))
        quantity = Self.places(instrument.step.units)
    }

    private static func places(_ units: Int64) -> Int {
        var (units, places) = (units, 8)
        while places > 0, units % 10 == 0 { (units, places) = (units / 10, places - 1) }
        return places
    }

    func text(_ price: Price) -> String { decimal(price.units, places: 8, atLeast: self.price) }
    func text(_ quantity: Quantity) -> String { decimal(quantity.units, places: 8, atLeast: self.quantity) }
}

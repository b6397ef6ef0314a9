import Records

/// What is known of one symbol's market at the point that the reading has come to.
struct MarketNow {
    private(set) var bid = 0.0
    private(set) var ask = 0.0
    /// The last trade, or close of a bar.
    private(set) var last = 0.0
    /// The last bar, of a market of which nothing finer is known.
    private(set) var bar: Bar?
    private var isFinerKnown = false

    struct Bar {
        let open, high, low, close: Double
    }

    /// The log return that was planted in a made-up market so far, and each second of it now.
    private(set) var planted = 0.0
    private var drift = 0.0
    private var plantedAt: Int64 = 0

    /// - Returns: what was planted up to a time, a log return.
    func planted(upTo ts: Int64) -> Double {
        planted + drift * Double(ts - plantedAt) / 1e6
    }

    mutating func take(planted record: borrowing Record) {
        planted = planted(upTo: record.ts)
        (drift, plantedAt) = (record["mu"]?.double ?? 0, record.ts)
    }

    /// The middle, or the last price where there is no quote; 0 before the first.
    private(set) var middle = 0.0

    /// What an order met: the middle, or the open of a bar, as its fill comes behind the bar.
    var met: Double { bar?.open ?? middle }

    @inline(__always)
    mutating func take(_ record: borrowing Record) {
        switch record.kind {
        case .quote:
            (bid, ask) = record.best
            middle = hasMiddle ? (bid + ask) / 2 : last
            if !isFinerKnown { (bar, isFinerKnown) = (nil, true) }
        case .trade:
            take(last: record.price.double)
            if !isFinerKnown { (bar, isFinerKnown) = (nil, true) }
        case .bar:
            take(last: record.close.double)
            guard !isFinerKnown else { return }
            bar = Bar(open: record.open.double, high: record.high.double, low: record.low.double, close: last)
        default: break
        }
    }

    private var hasMiddle: Bool { bid > 0 && ask >= bid }

    private mutating func take(last price: Double) {
        last = price
        if !hasMiddle { middle = price }
    }

    /// What an order of this side costs against what it met by crossing half the spread, and what beyond it, for each unit.
    func crossing(_ side: Side, at price: Double, met: Double) -> (spread: Double, slippage: Double) {
        let sign = side == .buy ? 1.0 : -1.0
        guard hasMiddle else { return (0, sign * (price - met)) }
        let touch = side == .buy ? ask : bid
        return (sign * (touch - middle), sign * (price - touch))
    }
}

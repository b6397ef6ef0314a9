import Records

/// What is known of one symbol's market at the point that the reading has come to.
struct MarketNow {
    var bid = 0.0
    var ask = 0.0
    /// The last trade, or close of a bar.
    var last = 0.0
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
    var middle: Double { bid > 0 && ask >= bid ? (bid + ask) / 2 : last }

    /// What an order met: the middle, or the open of a bar, as its fill comes behind the bar.
    var met: Double { bar?.open ?? middle }

    mutating func take(_ record: borrowing Record) {
        switch record.kind {
        case .quote:
            (bid, ask) = record.best
            (bar, isFinerKnown) = (nil, true)
        case .trade:
            last = record.price.double
            (bar, isFinerKnown) = (nil, true)
        case .bar:
            last = record.close.double
            guard !isFinerKnown else { return }
            bar = Bar(open: record.open.double, high: record.high.double, low: record.low.double, close: last)
        default: break
        }
    }

    /// What an order of this side costs against what it met by crossing half the spread, and what beyond it, for each unit.
    func crossing(_ side: Side, at price: Double, met: Double) -> (spread: Double, slippage: Double) {
        let sign = side == .buy ? 1.0 : -1.0
        guard bid > 0, ask >= bid else { return (0, sign * (price - met)) }
        let touch = side == .buy ? ask : bid
        return (sign * (touch - middle), sign * (price - touch))
    }
}

import Venue

/// The last 24 hours of a symbol, in whole minutes: this minute and the 1439 before it.
///
/// The candles before the newest are summed once a minute; the newest is added when it is asked for.
struct DayStatistics {
    private let minute: Int64
    /// The newest candle's start.
    private let newest: Int64
    private let windowStart: Int64
    private var before: Candle?
    /// The price 24 hours ago; the first one known if the market is younger.
    let dayAgo: Price?
    /// The same, an hour ago.
    let hourAgo: Price?

    init(_ minutes: CandleStore, at time: Int64) {
        minute = Self.minute(time)
        newest = minutes.candles.last?.start ?? 0
        windowStart = minute - 1439 * KlineInterval.minute
        let first = minutes.index(from: windowStart)
        dayAgo = Self.price(minutes, before: first)
        hourAgo = Self.price(minutes, before: minutes.index(from: minute - 59 * KlineInterval.minute))
        for candle in minutes.candles.dropLast().dropFirst(first) {
            if before == nil { before = candle } else { before!.take(candle) }
        }
    }

    /// Whether it is still right.
    func holds(_ minutes: CandleStore, at time: Int64) -> Bool {
        minute == Self.minute(time) && newest == minutes.candles.last?.start
    }

    /// High, low, volume and turnover of the day; nil if nothing traded.
    func whole(_ minutes: CandleStore) -> Candle? {
        guard let last = minutes.candles.last, last.start >= windowStart else { return before }
        guard var whole = before else { return last }
        whole.take(last)
        return whole
    }

    private static func minute(_ time: Int64) -> Int64 { KlineInterval.minutes(1).start(of: time) }

    private static func price(_ minutes: CandleStore, before index: Int) -> Price? {
        index > 0 ? minutes.candles[index - 1].close : minutes.candles.first?.open
    }
}

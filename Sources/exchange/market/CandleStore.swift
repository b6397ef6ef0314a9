import Venue

/// The candles of one width in which something traded, the oldest first. Those between, in which nothing did, are made
/// on demand: they repeat the close before, with no volume.
struct CandleStore {
    /// Of minutes: two weeks in which every minute trades.
    static let minuteLimit = 20_000
    /// Of days: eleven years.
    static let dayLimit = 4_000

    private let width: Int64
    private let limit: Int
    private(set) var candles: [Candle] = []
    /// Whether older candles were let go.
    private var isTrimmed = false

    /// - Parameters:
    ///   - width: microseconds.
    ///   - limit: how many are kept, at least; an eighth more before the oldest go together.
    init(width: Int64, limit: Int) {
        self.width = width
        self.limit = limit
    }

    /// - Parameter time: as the API states it. One earlier than the newest candle counts as of that one: what was told
    ///   as final stays as it is.
    @inline(__always)
    mutating func take(_ price: Price, _ quantity: Quantity, at time: Int64) {
        if candles.last.map({ time >= $0.start + width }) ?? true { begin(at: time, price) }
        candles[candles.count - 1].take(price, quantity)
    }

    /// Takes a bar: all of it at its beginning, since it does not tell when within it what traded.
    mutating func take(_ bar: Bar, _ quantity: Quantity, at time: Int64) {
        if candles.last.map({ time >= $0.start + width }) ?? true {
            append(Candle(start: time - time % width, at: bar.open))
        }
        candles[candles.count - 1].take(bar, quantity)
    }

    @inline(never)
    private mutating func begin(at time: Int64, _ price: Price) {
        append(Candle(start: time - time % width, at: candles.last?.close ?? price))
    }

    private mutating func append(_ candle: Candle) {
        if candles.count >= limit + limit / 8 {
            candles.removeFirst(candles.count - limit + 1)
            isTrimmed = true
        }
        candles.append(candle)
    }

    /// The first candle that begins at `time` or later; the count if there is none.
    func index(from time: Int64) -> Int {
        var (low, high) = (0, candles.count)
        while low < high {
            let middle = (low + high) / 2
            if candles[middle].start < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// All of `start ..< end` as one candle; nil before the first trade.
    func candle(from start: Int64, to end: Int64) -> Candle? {
        var index = index(from: start)
        guard index < candles.count, candles[index].start < end else {
            return index > 0 ? Candle(start: start, at: candles[index - 1].close) : nil
        }
        var whole = Candle(start: start, at: candles[index].open)
        while index < candles.count, candles[index].start < end {
            whole.take(candles[index])
            index += 1
        }
        return whole
    }

    /// Where the first interval begins of which everything is known.
    func firstStart(_ interval: KlineInterval) -> Int64? {
        guard let first = candles.first else { return nil }
        let start = interval.start(of: first.start)
        return isTrimmed && start < first.start ? interval.end(of: start) : start
    }
}

import Venue

/// What traded within a time.
struct Candle: Equatable {
    /// Microseconds since the Unix epoch, as the API states times.
    let start: Int64
    /// The close before, as the exchange has it; of the first candle, the first price.
    let open: Price
    private(set) var high: Price
    private(set) var low: Price
    private(set) var close: Price
    /// In units of 1e-8.
    private(set) var volume: Int128 = 0
    /// In units of 1e-16.
    private(set) var turnover: Int128 = 0

    /// Nothing traded: the price stands still.
    init(start: Int64, at price: Price) {
        self.start = start
        open = price
        high = price
        low = price
        close = price
    }

    @inline(__always)
    mutating func take(_ price: Price, _ quantity: Quantity) {
        high = max(high, price)
        low = min(low, price)
        close = price
        add(Int128(quantity.units), (price * quantity).units)
    }

    /// Takes what followed: a candle that begins later.
    mutating func take(_ later: Candle) {
        high = max(high, later.high)
        low = min(low, later.low)
        close = later.close
        add(later.volume, later.turnover)
    }

    /// Takes a bar. A bar does not tell its turnover: its volume is valued at the mean of its four prices.
    mutating func take(_ bar: Bar, _ quantity: Quantity) {
        let prices = [bar.open, bar.high, bar.low, bar.close]
        high = max(high, bar.high)
        low = min(low, bar.low)
        close = bar.close
        let mean = Price(units: prices.reduce(0) { $0 + $1.units } / 4)
        add(Int128(quantity.units), (mean * quantity).units)
    }

    /// Sums of absurd quantities stay at the end of the range instead of trapping.
    @inline(__always)
    private mutating func add(_ volume: Int128, _ turnover: Int128) {
        self.volume = saturatingSum(self.volume, volume)
        self.turnover = saturatingSum(self.turnover, turnover)
    }
}

/// The sum of two amounts that are not negative, at most the largest number.
@inline(__always)
func saturatingSum(_ a: Int128, _ b: Int128) -> Int128 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
}

extension Candle {
    var volumeText: String { decimal(volume, places: 8) }

    /// To four places, like the exchange.
    var turnoverText: String { decimal(turnover / 1_000_000_000_000, places: 4) }

    /// `[startMs, open, high, low, close, volume, turnover]`, the row of an answer.
    var row: [String] {
        [String(start / 1000), open.description, high.description, low.description, close.description]
            + [volumeText, turnoverText]
    }
}

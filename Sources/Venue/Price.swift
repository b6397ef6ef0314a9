/// A price in quote currency (USDT) for one of the base currency, in units of 1e-8; up to 1e9 USDT.
///
/// An order's or a fill's is a multiple of the instrument's tick.
public struct Price: FixedPoint {
    public let units: Int64
    public static let limit: Int64 = 100_000_000_000_000_000

    public init(units: Int64) { self.units = units }

    /// The value of `quantity` at `price`, exactly.
    public static func * (price: Price, quantity: Quantity) -> Money {
        Money(units: Int128(price.units) * Int128(quantity.units))
    }

    /// The middle between two prices; of the two units next to an odd middle, the lower one.
    @inline(__always)
    public static func middle(_ a: Price, _ b: Price) -> Price { Price(units: (a.units + b.units) >> 1) }

    /// The price a fraction higher (or lower, if it is negative), rounded to the tick; at least one tick.
    public func moved(by fraction: Rate, tick: Price, _ rounding: Rounding) -> Price {
        let ticks = ratio(
            Int128(units), Int128(Rate.one + fraction.units), Int128(Rate.one) * Int128(tick.units), rounding)
        return Price(units: max(1, Int64(ticks)) * tick.units)
    }
}

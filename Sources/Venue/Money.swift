/// An amount of quote currency (USDT), in units of 1e-16: a price times a quantity is exact.
public struct Money: Comparable, Hashable, Sendable, CustomStringConvertible {
    public let units: Int128

    /// 1e15 USDT: the largest magnitude of an amount that is given, and the equity beyond which an account stops.
    public static let limit = Money(units: 10_000_000_000_000_000_000_000_000_000_000)
    public static let zero = Money(units: 0)

    public init(units: Int128) { self.units = units }

    /// A number of the stream or of an option, rounded to the nearest 1e-8.
    /// - Returns: nil beyond 9e10 USDT, or if it is no number.
    public init?(nearest value: Double) {
        let scaled = (value * 1e8).rounded()
        guard scaled.magnitude <= 9e18 else { return nil }
        units = Int128(Int64(scaled)) * 100_000_000
    }

    /// Reads `-12.034`, to sixteen places.
    public init?(text: some StringProtocol) {
        guard let units = decimalUnits(of: text, places: 16), units.magnitude <= Self.limit.units else { return nil }
        self.units = units
    }

    /// The shortest decimal text: no exponent, no zeros at the end.
    public var description: String { decimalText(units, places: 16) }

    public static func < (a: Money, b: Money) -> Bool { a.units < b.units }
    public static func + (a: Money, b: Money) -> Money { Money(units: a.units + b.units) }
    public static func - (a: Money, b: Money) -> Money { Money(units: a.units - b.units) }
    public static func += (a: inout Money, b: Money) { a = a + b }
    public static func -= (a: inout Money, b: Money) { a = a - b }
    public static prefix func - (money: Money) -> Money { Money(units: -money.units) }

    /// The amount times a rate, rounded once where 1e-16 does not hold it.
    public func times(_ rate: Rate, _ rounding: Rounding) -> Money {
        Money(units: ratio(units, Int128(rate.units), Int128(Rate.one), rounding))
    }

    /// The amount divided by a rate above 0, rounded once.
    public func over(_ rate: Rate, _ rounding: Rounding) -> Money {
        Money(units: ratio(units, Int128(Rate.one), Int128(rate.units), rounding))
    }

    /// The share of the amount that `part` has in `whole` (above 0), rounded down once.
    public func share(_ part: Quantity, of whole: Quantity) -> Money {
        Money(units: ratio(units, Int128(part.units), Int128(whole.units), .down))
    }

    /// The price at which `quantity` (above 0) is worth the amount, on a multiple of `grain`.
    public func price(of quantity: Quantity, grain: Price = Price(units: 1), _ rounding: Rounding) -> Price {
        let grains = ratio(units, 1, Int128(quantity.units) * Int128(grain.units), rounding)
        return Price(units: Int64(grains) * grain.units)
    }

    /// As `price(of:)`, and at most the largest price there is: of an amount that has nothing to do with what the quantity
    /// was traded for.
    public func boundedPrice(
        of quantity: Quantity, grain: Price = Price(units: 1), _ rounding: Rounding
    ) -> Price {
        let most = Int128(Price.limit / grain.units)
        let grains = ratio(units, 1, Int128(quantity.units) * Int128(grain.units), rounding)
        return Price(units: Int64(min(max(grains, -most), most)) * grain.units)
    }
}

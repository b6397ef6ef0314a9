/// A quantity of the base currency, in units of 1e-8; up to 1e10. Never negative: the side says which way.
///
/// An order's or a fill's is a multiple of the instrument's step.
public struct Quantity: FixedPoint {
    public let units: Int64
    public static let limit: Int64 = 1_000_000_000_000_000_000

    public init(units: Int64) { self.units = units }

    public static func + (a: Quantity, b: Quantity) -> Quantity { Quantity(units: a.units + b.units) }
    public static func - (a: Quantity, b: Quantity) -> Quantity { Quantity(units: a.units - b.units) }
    public static func += (a: inout Quantity, b: Quantity) { a = a + b }
    public static func -= (a: inout Quantity, b: Quantity) { a = a - b }

    /// A fraction of the quantity, rounded down to a multiple of `step`.
    public func times(_ fraction: Rate, step: Quantity) -> Quantity {
        let steps = ratio(
            Int128(units), Int128(fraction.units), Int128(Rate.one) * Int128(step.units), .down)
        return Quantity(units: Int64(steps) * step.units)
    }
}

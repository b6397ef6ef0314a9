/// A fraction without a unit (a fee rate, a funding rate, a weight, a distance, a leverage), in units of 1e-8; up to
/// 1000.
public struct Rate: FixedPoint {
    public let units: Int64
    public static let limit: Int64 = 100_000_000_000

    public init(units: Int64) { self.units = units }

    public static prefix func - (rate: Rate) -> Rate { Rate(units: -rate.units) }
}

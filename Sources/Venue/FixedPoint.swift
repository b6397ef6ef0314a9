public import Records

/// Which way a result that has no exact form goes.
public enum Rounding: Sendable {
    /// Towards minus infinity.
    case down
    /// Towards plus infinity.
    case up
    /// To the nearest; from the middle away from zero.
    case nearest
}

/// An exact decimal with eight places behind the point: a whole number of units of 1e-8.
///
/// One type for each meaning, so that the compiler keeps a price from being added to a quantity.
public protocol FixedPoint: Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The value in units of 1e-8.
    var units: Int64 { get }
    init(units: Int64)
    /// The largest magnitude that input may have, in units. Chosen so that a product of two values, and sums of many
    /// such products, fit in 128 bits.
    static var limit: Int64 { get }
}

extension FixedPoint {
    /// The units of 1.
    public static var one: Int64 { 100_000_000 }

    public static var zero: Self { Self(units: 0) }

    public static func < (a: Self, b: Self) -> Bool { a.units < b.units }

    /// The number exactly; one that was written with an exponent (`1e-05`), as the decimal that it is the double of.
    /// - Returns: nil if it has digits behind the eighth place, or is beyond the limit.
    public init?(_ number: Number) {
        guard let value = Self(nearest: number) else { return nil }
        guard number.isExact else {
            guard Double(value.units) / Double(Self.one) == number.double else { return nil }
            self = value
            return
        }
        guard number.scale <= 8 || number.mantissa % tenTo(number.scale - 8) == 0 else { return nil }
        self = value
    }

    /// The number, rounded to the nearest unit.
    /// - Returns: nil if it is beyond the limit.
    @inline(__always)
    public init?(nearest number: Number) {
        guard number.isExact, number.scale <= 8 else {
            self.init(nearestOfLong: number)
            return
        }
        let (units, overflow) = number.mantissa.multipliedReportingOverflow(by: tenTo(8 - number.scale))
        guard !overflow, units <= Self.limit, units >= -Self.limit else { return nil }
        self.init(units: units)
    }

    @inline(never)
    private init?(nearestOfLong number: Number) {
        guard number.isExact else {
            self.init(nearest: number.double)
            return
        }
        let units = ratio(Int128(number.mantissa), 1, Int128(tenTo(number.scale - 8)), .nearest)
        guard units.magnitude <= Self.limit else { return nil }
        self.init(units: Int64(units))
    }

    /// The double, rounded to the nearest unit: exact for what was written with at most eight places and 15 digits.
    /// - Returns: nil if it is beyond the limit or no number.
    public init?(nearest value: Double) {
        let units = (value * Double(Self.one)).rounded()
        guard units.magnitude <= Double(Self.limit) else { return nil }
        self.init(units: Int64(units))
    }

    /// Reads `-12.034`: digits, perhaps with a sign and a point; no exponent.
    /// - Returns: nil if the text is something else, has a ninth place that is not zero, or is beyond the limit.
    public init?(text: some StringProtocol) {
        guard let units = decimalUnits(of: text, places: 8), units.magnitude <= Self.limit else { return nil }
        self.init(units: Int64(units))
    }

    /// The shortest decimal text: no exponent, no zeros at the end.
    public var description: String { decimalText(Int128(units), places: 8) }

    /// The largest multiple of `grain` that is not above the value (`down`), or the smallest not below it (`up`).
    public func rounded(to grain: Self, _ rounding: Rounding) -> Self {
        Self(units: Int64(ratio(Int128(units), 1, Int128(grain.units), rounding)) * grain.units)
    }

    public func isMultiple(of grain: Self) -> Bool { units % grain.units == 0 }
}

/// value x factor / divisor, rounded once: the product is kept in 256 bits.
///
/// Traps if the result does not fit in 128 bits, which the limits of the decimal types exclude.
/// - Parameter divisor: above 0.
func ratio(_ value: Int128, _ factor: Int128, _ divisor: Int128, _ rounding: Rounding) -> Int128 {
    let isNegative = (value < 0) != (factor < 0)
    let product = value.magnitude.multipliedFullWidth(by: factor.magnitude)
    let (quotient, remainder) = divisor.magnitude.dividingFullWidth(product)
    let awayFromZero =
        switch rounding {
        case .down: isNegative && remainder > 0
        case .up: !isNegative && remainder > 0
        case .nearest: remainder >= divisor.magnitude - remainder
        }
    let magnitude = Int128(quotient + (awayFromZero ? 1 : 0))
    return isNegative ? -magnitude : magnitude
}

/// 10^exponent, exponent of 0...18.
@inline(__always)
func tenTo(_ exponent: Int) -> Int64 { powersOfTen[exponent] }

// Written out, it is data of the program: one that is computed is asked at each use whether it has been.
private let powersOfTen: [Int64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
]

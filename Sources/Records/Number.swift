import Glibc

/// A JSON number as it stood in the text: an exact decimal where it has at most 18 digits and no exponent (every price
/// and quantity of an exchange), else the nearest `Double`.
public struct Number: Sendable {
    /// The digits as one integer, signed; meaningful if `isExact`.
    public let mantissa: Int64
    /// How many of the digits stand behind the point, 0...18; -1 if the text is beyond the exact form.
    public let scale: Int
    private let approximation: Double

    public static let zero = Number(mantissa: 0, scale: 0)

    @inline(__always)
    init(mantissa: Int64, scale: Int) {
        self.mantissa = mantissa
        self.scale = scale
        approximation = 0
    }

    @inline(__always)
    init(approximately value: Double) {
        mantissa = 0
        scale = -1
        approximation = value
    }

    public var isExact: Bool { scale >= 0 }

    /// The nearest double. Exact division of two exact doubles is correctly rounded (W. Clinger, How to read floating
    /// point numbers accurately, 1990): hence the bound 2^53 on the mantissa; what exceeds it was read by `strtod`.
    @inline(__always)
    public var double: Double {
        scale == 0 ? Double(mantissa) : scale > 0 ? Double(mantissa) / powersOfTen[scale] : approximation
    }

    /// Reads the number at `index` and moves `index` behind it; nil if what stands there is no JSON number (RFC 8259,
    /// section 6) or is not finite. The text must be followed by a byte that cannot continue a number.
    @inline(__always)
    static func scan(_ text: UnsafePointer<UInt8>, _ index: inout Int) -> Number? {
        let start = index
        var i = index
        let negative = text[i] == UInt8(ascii: "-")
        if negative { i += 1 }
        let first = i
        var mantissa: UInt64 = 0
        while case let digit = text[i] &- 48, digit < 10 {
            mantissa = mantissa &* 10 &+ UInt64(digit)
            i += 1
        }
        var digits = i - first
        guard digits > 0, digits == 1 || text[first] != 48 else { return nil }
        var scale = 0
        if text[i] == UInt8(ascii: ".") {
            i += 1
            let fraction = i
            while case let digit = text[i] &- 48, digit < 10 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                i += 1
            }
            scale = i - fraction
            guard scale > 0 else { return nil }
            digits += scale
        }
        index = i
        if digits <= 18, text[i] | 0x20 != UInt8(ascii: "e"), mantissa < 1 << 53 {
            return Number(mantissa: negative ? -Int64(mantissa) : Int64(mantissa), scale: scale)
        }
        return scanLong(text, start: start, &index)
    }

    /// More than 18 digits, more than 53 bits or an exponent: `strtod` of the C library, correctly rounded.
    @inline(never)
    private static func scanLong(_ text: UnsafePointer<UInt8>, start: Int, _ index: inout Int) -> Number? {
        var i = index
        if text[i] | 0x20 == UInt8(ascii: "e") {
            i += 1
            if text[i] == UInt8(ascii: "+") || text[i] == UInt8(ascii: "-") { i += 1 }
            let exponent = i
            while text[i] &- 48 < 10 { i += 1 }
            guard i > exponent else { return nil }
        }
        index = i
        let value = UnsafeRawPointer(text + start).withMemoryRebound(to: CChar.self, capacity: i - start) {
            strtod($0, nil)
        }
        return value.isFinite ? Number(approximately: value) : nil
    }
}

/// 10^0 ... 10^22, all exact in a double.
private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

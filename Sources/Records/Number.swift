import Glibc

/// A JSON number as it stood in the text: an exact decimal where it has at most 18 digits and no exponent (every price
/// and quantity of an exchange), else the nearest `Double`.
public struct Number: Sendable {
    /// The digits as one integer; of a number beyond the exact form the bits of the nearest double.
    @usableFromInline
    let bits: Int64
    /// How many of the digits stand behind the point, 0...18; -1 if the text is beyond the exact form.
    @usableFromInline
    let places: Int8

    public static let zero = Number(mantissa: 0, scale: 0)

    @inline(__always)
    init(mantissa: Int64, scale: Int) {
        bits = mantissa
        places = Int8(truncatingIfNeeded: scale)
    }

    @inline(__always)
    init(approximately value: Double) {
        bits = Int64(bitPattern: value.bitPattern)
        places = -1
    }

    @inlinable
    public var isExact: Bool { places >= 0 }

    /// The digits as one integer, signed; meaningful if `isExact`.
    @inlinable
    public var mantissa: Int64 { bits }

    /// How many of the digits stand behind the point; meaningful if `isExact`.
    @inlinable
    public var scale: Int { Int(places) }

    /// The nearest double. Exact division of two exact doubles is correctly rounded (W. Clinger, How to read floating
    /// point numbers accurately, 1990): hence the bound 2^53 on the mantissa; what exceeds it was read by `strtod`.
    @inlinable @inline(__always)
    public var double: Double {
        guard places > 0 else {
            return places == 0 ? Double(bits) : Double(bitPattern: UInt64(bitPattern: bits))
        }
        return Double(bits) / Number.powerOfTen(places)
    }

    /// 10^0 ... 10^18, all exact in a double.
    @inlinable @inline(__always)
    static func powerOfTen(_ exponent: Int8) -> Double {
        switch exponent {
        case 0: 1e0
        case 1: 1e1
        case 2: 1e2
        case 3: 1e3
        case 4: 1e4
        case 5: 1e5
        case 6: 1e6
        case 7: 1e7
        case 8: 1e8
        case 9: 1e9
        case 10: 1e10
        case 11: 1e11
        case 12: 1e12
        case 13: 1e13
        case 14: 1e14
        case 15: 1e15
        case 16: 1e16
        case 17: 1e17
        default: 1e18
        }
    }

    /// As `scan`, in a few steps for what nearly every price and quantity is: digits and perhaps a point, eight bytes at
    /// most. What stands behind it the caller must check: an exponent is not read.
    /// - Parameter text: followed by at least `RecordReader.padding` readable bytes.
    @inline(__always)
    static func scan(padded text: UnsafePointer<UInt8>, _ index: inout Int) -> Number? {
        let word = Digits.word(text + index)
        let others = Digits.others(word)
        // Eight times the number of digits, and of bytes with the point; the shifts wrap at 64, where no digit is left out.
        let whole = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 0x78
        let isPoint = word &>> whole & 0xFF == UInt64(UInt8(ascii: ".") ^ 48)
        let end = isPoint ? UInt64(truncatingIfNeeded: (others & (others &- 1)).trailingZeroBitCount) & 0x78 : whole
        // The digits side by side: those behind the point move up by a byte.
        let before: UInt64 = 1 &<< whole &- 1
        let digits = isPoint ? word & before | word &>> 8 & ~before : word
        let point: UInt64 = isPoint ? 8 : 0
        let isWrong = whole == 0 || end &- whole == 8 && isPoint || whole > 8 && word & 0xFF == 0
        if isWrong || end == 64 && continues(text[index &+ 8], isPoint) { return scanAny(text, &index) }
        index &+= Int(truncatingIfNeeded: end &>> 3)
        return Number(
            mantissa: Int64(truncatingIfNeeded: Digits.value(digits, bits: end &- point)),
            scale: Int(truncatingIfNeeded: isPoint ? (end &- whole &- 8) &>> 3 : 0))
    }

    /// Whether a number of eight bytes may go on with a ninth.
    @inline(__always)
    private static func continues(_ byte: UInt8, _ hasPoint: Bool) -> Bool {
        byte &- 48 < 10 || byte == UInt8(ascii: ".") && !hasPoint
    }

    @inline(never)
    private static func scanAny(_ text: UnsafePointer<UInt8>, _ index: inout Int) -> Number? { scan(text, &index) }

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

    /// Moves `index` behind a number, if one stands there, as `scan` would.
    static func skip(_ text: UnsafePointer<UInt8>, _ index: inout Int) -> Bool {
        var i = index
        if text[i] == UInt8(ascii: "-") { i += 1 }
        let first = i
        while text[i] &- 48 < 10 { i += 1 }
        guard i > first, i == first + 1 || text[first] != 48 else { return false }
        if text[i] == UInt8(ascii: ".") {
            let point = i
            i += 1
            while text[i] &- 48 < 10 { i += 1 }
            guard i > point + 1 else { return false }
        }
        guard i - first <= 200, skipExponent(text, &i) else { return scan(text, &index) != nil }
        index = i
        return true
    }

    /// Moves `index` behind an exponent, if one stands there.
    /// - Returns: false if it is none, or so large that a number of 200 digits might not be finite with it.
    @inline(__always)
    private static func skipExponent(_ text: UnsafePointer<UInt8>, _ index: inout Int) -> Bool {
        guard text[index] | 0x20 == UInt8(ascii: "e") else { return true }
        var i = index + 1
        if text[i] == UInt8(ascii: "+") || text[i] == UInt8(ascii: "-") { i += 1 }
        let first = i
        while text[i] &- 48 < 10 { i += 1 }
        guard (1...2).contains(i - first) else { return false }
        index = i
        return true
    }

    /// The sign of the number at `text` if it is at most 2^53 in size, else nil: told by its digits alone where they leave no
    /// doubt, as the double is often not wanted.
    static func boundedSign(_ text: UnsafePointer<UInt8>) -> Int? {
        let isNegative = text[0] == UInt8(ascii: "-")
        let first = isNegative ? 1 : 0
        var i = first
        var digits: UInt8 = 0
        while text[i] &- 48 < 10 {
            digits |= text[i] &- 48
            i += 1
        }
        var whole = i - first
        if text[i] == UInt8(ascii: ".") {
            i += 1
            while text[i] &- 48 < 10 {
                digits |= text[i] &- 48
                i += 1
            }
        }
        let exponent = i
        let isShort = i - first <= 200 && skipExponent(text, &i)
        if isShort, exponent < i, text[exponent + 1] != UInt8(ascii: "-") {
            let start = text[exponent + 1] == UInt8(ascii: "+") ? exponent + 2 : exponent + 1
            for place in start..<i { whole += Int(text[place] &- 48) * (i - place == 2 ? 10 : 1) }
        }
        guard isShort, whole <= 15 else {
            var index = 0
            guard let value = scan(text, &index)?.double, abs(value) <= 0x1p53 else { return nil }
            return value == 0 ? 0 : value < 0 ? -1 : 1
        }
        return digits == 0 ? 0 : isNegative ? -1 : 1
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

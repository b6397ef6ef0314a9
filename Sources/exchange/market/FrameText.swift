/// The text of a push, written straight into bytes: a market sends thousands a second, which is too many for values.
struct FrameText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    var isEmpty: Bool { bytes.isEmpty }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inline(__always)
    mutating func put(_ literal: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func put(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func put(_ integer: Int64) { put(integer, places: 0) }

    /// A comma, unless it would be the list's first.
    mutating func separate(_ index: Int) { if index > 0 { put(",") } }

    /// A decimal in quotes.
    mutating func quote<Value: FixedWidthInteger>(_ value: Value, places: Int, atLeast least: Int = 0) {
        put("\"")
        put(value, places: places, atLeast: least)
        put("\"")
    }

    /// The shortest decimal text of `value` units of 10^-places, but with at least so many digits behind the point.
    mutating func put<Value: FixedWidthInteger>(_ value: Value, places: Int, atLeast least: Int = 0) {
        // 39 digits of 128 bits, a sign and a point.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { digits in
            var first = 48
            func prepend(_ byte: UInt8) {
                first -= 1
                digits[first] = byte
            }
            var rest = value.magnitude
            for place in 0..<places {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                rest = quotient
                if digit > 0 || first < 48 || place >= places - least { prepend(48 + UInt8(digit)) }
            }
            if first < 48 { prepend(UInt8(ascii: ".")) }
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                rest = quotient
                prepend(48 + UInt8(digit))
            } while rest > 0
            if value < 0 { prepend(UInt8(ascii: "-")) }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }
}

/// The same text for an answer.
func decimal<Value: FixedWidthInteger>(_ value: Value, places: Int, atLeast least: Int = 0) -> String {
    var text = FrameText(capacity: 48)
    text.put(value, places: places, atLeast: least)
    return String(decoding: text.bytes, as: UTF8.self)
}

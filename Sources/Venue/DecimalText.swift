/// The shortest decimal text of `units` units of 10^-places: no exponent, no zeros at the end, no `-0`.
func decimalText(_ units: Int128, places: Int) -> String {
    var digits = Array(String(units.magnitude).utf8)
    if digits.count <= places {
        digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: places + 1 - digits.count), at: 0)
    }
    let point = digits.count - places
    while digits.count > point, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    if digits.count > point { digits.insert(UInt8(ascii: "."), at: point) }
    if units < 0 { digits.insert(UInt8(ascii: "-"), at: 0) }
    return String(decoding: digits, as: UTF8.self)
}

/// Reads digits, perhaps with a sign and a point, as units of 10^-places.
/// - Returns: nil if the text is something else, has a digit that the places cannot hold, or more than 36 digits.
func decimalUnits(of text: some StringProtocol, places: Int) -> Int128? {
    var bytes = Array(text.utf8)[...]
    let negative = bytes.first == UInt8(ascii: "-")
    if negative { bytes.removeFirst() }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    var fraction = parts.count == 2 ? parts[1] : []
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    guard fraction.count <= places, parts[0].count + places <= 36 else { return nil }
    let padding = repeatElement(UInt8(ascii: "0"), count: places - fraction.count)
    var units: Int128 = 0
    for byte in parts[0] + fraction + padding {
        guard byte &- 48 < 10 else { return nil }
        units = units * 10 + Int128(byte - 48)
    }
    return negative ? -units : units
}

import Records

/// A record that a row of an archive or a frame of an exchange stands for, its numbers still as text.
struct MarketRow {
    var kind: RecordKind
    var ts: Int64
    /// What the time has beyond the microsecond: it orders, and is not written.
    var nanoseconds: Int64 = 0
    /// The symbol's number in the table of the source.
    var symbol: Int
    var side: Side = .buy
    /// A bar's length in seconds.
    var span: Int64 = 0
    /// A trade's price and quantity; a quote's bid, its quantity, ask and its quantity; a bar's open, high, low, close
    /// and volume. The text must live until the row is written.
    var numbers: [5 of Decimal]
    /// The line that it came from.
    var line: Int

    /// Writes the record in the spelling of all writers.
    func write(symbol name: [UInt8], into out: inout Output) {
        out.begin(kind, ts: ts, symbol: name)
        switch kind {
        case .trade:
            out.field("px", text: numbers[0].text)
            out.field("qty", text: numbers[1].text)
            out.field("side", side == .buy ? "buy" : "sell")
        case .quote:
            out.field("bid", text: numbers[0].text)
            out.field("bid_qty", text: numbers[1].text)
            out.field("ask", text: numbers[2].text)
            out.field("ask_qty", text: numbers[3].text)
        case .bar:
            out.field("span", span)
            out.field("open", text: numbers[0].text)
            out.field("high", text: numbers[1].text)
            out.field("low", text: numbers[2].text)
            out.field("close", text: numbers[3].text)
            out.field("volume", text: numbers[4].text)
        default: preconditionFailure("rows are trades, quotes and bars")
        }
        out.end()
    }
}

/// A number of at least zero in its shortest text: `63944.00` is `63944`. It is never turned into a double, so what the
/// exchange wrote is what the record says.
struct Decimal {
    static var none: Decimal { Decimal(text: UnsafeRawBufferPointer(start: nil, count: 0)) }

    let text: UnsafeRawBufferPointer

    private init(text: UnsafeRawBufferPointer) { self.text = text }

    /// - Parameters:
    ///   - text: a JSON number (RFC 8259, section 6), perhaps with zeros at the end.
    ///   - at: where it stands in its line.
    /// - Throws: if it is no such number, is negative, or is zero where it must not be.
    init(_ text: UnsafeRawBufferPointer, _ name: StaticString, at: Int, isPositive: Bool = false) throws(Malformed) {
        var digits = Digits(text)
        guard digits.readInteger() else { throw Malformed("\(name) is not a number of at least 0", at: at) }
        let hasFraction = digits.skip(UInt8(ascii: "."))
        if hasFraction, !digits.readDigits() { throw Malformed("\(name) is not a number of at least 0", at: at) }
        var shortest = text.count
        if digits.index < text.count {
            guard digits.readExponent() else { throw Malformed("\(name) is not a number of at least 0", at: at) }
        } else if hasFraction {
            while text[shortest - 1] == UInt8(ascii: "0") { shortest -= 1 }
            if text[shortest - 1] == UInt8(ascii: ".") { shortest -= 1 }
        }
        if isPositive, !digits.isPositive { throw Malformed("\(name) is not above 0", at: at) }
        guard digits.integerDigits <= 15 || Double(String(decoding: text, as: UTF8.self)) ?? .infinity <= 0x1p53
        else { throw Malformed("\(name) is beyond 2^53", at: at) }
        self.text = UnsafeRawBufferPointer(rebasing: text[..<shortest])
    }
}

/// Reads the parts of a number.
private struct Digits {
    private let text: UnsafeRawBufferPointer
    private(set) var index = 0
    /// Whether a digit other than 0 was read.
    private(set) var isPositive = false
    /// How many stand before the point; of a number with an exponent they say nothing.
    private(set) var integerDigits = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    mutating func readInteger() -> Bool {
        let leads = text.first == UInt8(ascii: "0")
        let isRead = readDigits()
        integerDigits = index
        return isRead && (!leads || index == 1)
    }

    mutating func readDigits() -> Bool {
        let first = index
        while index < text.count, text[index] &- 48 < 10 {
            if text[index] != UInt8(ascii: "0") { isPositive = true }
            index += 1
        }
        return index > first
    }

    /// `e-05` up to the end, of two digits at most, and of a number of 24 characters: a double holds it.
    mutating func readExponent() -> Bool {
        let wasPositive = isPositive
        defer { isPositive = wasPositive }
        guard skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) else { return false }
        if !skip(UInt8(ascii: "-")) { _ = skip(UInt8(ascii: "+")) }
        let first = index
        integerDigits = .max
        return readDigits() && index - first <= 2 && index == text.count && text.count <= 24
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }
}

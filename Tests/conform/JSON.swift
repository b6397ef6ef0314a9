/// A JSON value as a stage wrote it. Members keep their order and their repetitions: the suite looks at both.
indirect enum JSON {
    case object([(key: String, value: JSON)])
    case array([JSON])
    case string(String)
    /// The digits as they stand: no conversion, no rounding.
    case number(String)
    case word(String)

    /// Reads one value that fills `text`; nil if it is not RFC 8259 in strict UTF-8.
    init?(_ text: Bytes) {
        guard String(validating: text, as: UTF8.self) != nil else { return nil }
        var reader = Reader(text: text)
        guard let value = reader.value(), reader.isAtEnd() else { return nil }
        self = value
    }

    subscript(key: String) -> JSON? {
        if case .object(let members) = self { members.last { $0.key == key }?.value } else { nil }
    }

    var keys: [String] { if case .object(let members) = self { members.map(\.key) } else { [] } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    var isObject: Bool { if case .object = self { true } else { false } }
}

private struct Reader {
    let text: Bytes
    private var index = 0

    init(text: Bytes) { self.text = text }

    private var next: UInt8? { index < text.count ? text[index] : nil }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    }

    mutating func isAtEnd() -> Bool {
        skipSpace()
        return index == text.count
    }

    mutating func value() -> JSON? {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "\""): return string().map(JSON.string)
        default: return scalar()
        }
    }

    private mutating func object() -> JSON? {
        index += 1
        var members: [(key: String, value: JSON)] = []
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard let key = string() else { return nil }
            skipSpace()
            guard take(":"), let value = value() else { return nil }
            members.append((key, value))
            skipSpace()
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array() -> JSON? {
        index += 1
        var items: [JSON] = []
        skipSpace()
        if take("]") { return .array(items) }
        repeat {
            guard let item = value() else { return nil }
            items.append(item)
            skipSpace()
        } while take(",")
        return take("]") ? .array(items) : nil
    }

    private mutating func scalar() -> JSON? {
        let start = index
        while let byte = next, byte > 0x20, !Bytes(",]}").contains(byte) { index += 1 }
        let word = String(decoding: text[start..<index], as: UTF8.self)
        if ["true", "false", "null"].contains(word) { return .word(word) }
        return word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) == nil ? nil : .number(word)
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var units: [UInt16] = []
        var start = index
        while let byte = next, byte >= 0x20 {
            guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            units += String(decoding: text[start..<index], as: UTF8.self).utf16
            index += 1
            if byte == UInt8(ascii: "\"") { return String(validating: units, as: UTF16.self) }
            guard let unit = escape() else { return nil }
            units.append(unit)
            start = index
        }
        return nil
    }

    /// What stands behind a backslash, as one UTF-16 unit.
    private mutating func escape() -> UInt16? {
        guard let byte = next else { return nil }
        index += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return UInt16(byte)
        case "b": return 8
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "u":
            let digits = text[index...].prefix(4)
            index += digits.count
            return digits.count == 4 ? UInt16(String(decoding: digits, as: UTF8.self), radix: 16) : nil
        default: return nil
        }
    }
}

public import Records

/// A JSON value of the exchange's API: what a client or the exchange sends, in the order in which it stands.
///
/// For requests and answers, which are rare. Ticks are read where they lie (`ObjectReader`).
public enum JSON: Equatable, Sendable {
    case object([Member])
    case array([JSON])
    case string(String)
    /// A number as it is written: its digits are kept, so a price stays exact.
    case number(String)
    case bool(Bool)
    case null

    public struct Member: Equatable, Sendable {
        public let key: String
        public let value: JSON

        public init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// Reads one object, as strictly as the pipeline's records: UTF-8, no key twice, at most 32 levels.
    /// - Throws: `Malformed`, if the text is anything else.
    public init(reading text: [UInt8]) throws(Malformed) {
        var padded = text
        padded.append(contentsOf: repeatElement(0, count: RecordReader.padding))
        var problem: Malformed?
        let value = padded.withUnsafeBytes { buffer -> JSON? in
            let line = UnsafeRawBufferPointer(rebasing: buffer[..<text.count])
            var reader = ObjectReader()
            do throws(Malformed) { try reader.read(line) } catch {
                problem = error
                return nil
            }
            var builder = Builder(text: line)
            return builder.value()
        }
        if let problem { throw problem }
        self = value ?? .null
    }

    /// The value of a key; nil if this is no object, or has no such key.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string, or of a number: the exchange takes either for a figure.
    public var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    public var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// Compact text: no white space, keys in their order.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    private func write(into bytes: inout [UInt8]) {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.quote(member.key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): Self.quote(text, into: &bytes)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .null: bytes.append(contentsOf: "null".utf8)
        }
    }

    private static func quote(_ text: String, into bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20, 0x7F:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByStringInterpolation
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .number(String(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

/// Builds values from text that has been checked.
private struct Builder {
    private let text: UnsafeRawBufferPointer
    private var i = 0

    init(text: UnsafeRawBufferPointer) { self.text = text }

    mutating func value() -> JSON {
        skipSpace()
        switch text[i] {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "\""): return .string(string())
        case UInt8(ascii: "t"): return word(4, .bool(true))
        case UInt8(ascii: "f"): return word(5, .bool(false))
        case UInt8(ascii: "n"): return word(4, .null)
        default: return number()
        }
    }

    private mutating func skipSpace() {
        while i < text.count, text[i] == 0x20 || text[i] == 0x09 || text[i] == 0x0D || text[i] == 0x0A { i += 1 }
    }

    private mutating func word(_ count: Int, _ value: JSON) -> JSON {
        i += count
        return value
    }

    private mutating func object() -> JSON {
        var members: [JSON.Member] = []
        while opens(UInt8(ascii: "}")) {
            let key = string()
            skipSpace()
            i += 1
            members.append(JSON.Member(key, value()))
        }
        return .object(members)
    }

    private mutating func array() -> JSON {
        var elements: [JSON] = []
        while opens(UInt8(ascii: "]")) { elements.append(value()) }
        return .array(elements)
    }

    /// Steps over the bracket or comma in front of an element; false at the closing bracket.
    private mutating func opens(_ closing: UInt8) -> Bool {
        skipSpace()
        if text[i] == closing {
            i += 1
            return false
        }
        i += 1
        skipSpace()
        guard text[i] == closing else { return true }
        i += 1
        return false
    }

    private mutating func number() -> JSON {
        let start = i
        while i < text.count, !Self.ends.contains(text[i]) { i += 1 }
        return .number(String(decoding: text[start..<i], as: UTF8.self))
    }

    private static let ends = Set(", ]}\t\r\n".utf8)

    private mutating func string() -> String {
        let start = i + 1
        i = start
        var hasEscape = false
        while text[i] != UInt8(ascii: "\"") {
            if text[i] == UInt8(ascii: "\\") {
                hasEscape = true
                i += 1
            }
            i += 1
        }
        let inner = text[start..<i]
        i += 1
        return String(decoding: hasEscape ? JSONText.unescape(inner) : Array(inner), as: UTF8.self)
    }
}

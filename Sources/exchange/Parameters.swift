import Bybit

/// The parameters of a request: a query's, or the members of a body. An empty value counts as none, as the exchange
/// takes it.
struct Parameters {
    private let values: JSON

    /// - Parameter query: `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
    init(query: String) {
        values = .object(
            query.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return JSON.Member(Self.decode(parts[0]), .string(parts.count > 1 ? Self.decode(parts[1]) : ""))
            })
    }

    init(_ body: JSON) { values = body }

    /// One request of a batch, whose category stands outside.
    init(_ item: JSON, category: String) {
        guard case .object(let members) = item else {
            values = [:]
            return
        }
        values = .object([JSON.Member("category", .string(category))] + members)
    }

    subscript(key: String) -> String? {
        guard let text = values[key]?.text, !text.isEmpty else { return nil }
        return text
    }

    func flag(_ key: String) -> Bool { values[key]?.bool ?? (self[key] == "true") }

    func list(_ key: String) -> [JSON] { values[key]?.elements ?? [] }

    /// A whole number within the range, or the default without one.
    func limit(_ key: String = "limit", _ range: ClosedRange<Int>, default standard: Int) throws(APIError) -> Int {
        guard let text = self[key] else { return standard }
        guard let value = Int(text), value >= range.lowerBound else { throw .parameter(key) }
        return min(value, range.upperBound)
    }

    /// Milliseconds, as far as every reader keeps them exact.
    func time(_ key: String) throws(APIError) -> Int64? {
        guard let text = self[key] else { return nil }
        guard let value = Int64(text), (0..<1 << 53).contains(value) else { throw .parameter(key) }
        return value
    }

    private static func decode(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

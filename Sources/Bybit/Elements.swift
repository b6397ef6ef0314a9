/// The elements of a JSON array, one after the other, where they lie. For text that has been checked: a strict reader
/// has found that it is JSON.
public struct Elements: Sequence, IteratorProtocol {
    private let text: UnsafeRawBufferPointer
    private var i = 1

    /// - Parameter text: from the opening bracket to the closing one; anything else has no elements.
    public init(_ text: UnsafeRawBufferPointer) {
        let isArray = text.count >= 2 && text[0] == UInt8(ascii: "[")
        self.text = isArray ? text : UnsafeRawBufferPointer(start: nil, count: 0)
    }

    public mutating func next() -> UnsafeRawBufferPointer? {
        while i < text.count, Self.isBetween(text[i]) { i += 1 }
        guard i < text.count, text[i] != UInt8(ascii: "]") else { return nil }
        let start = i
        var depth = 0
        repeat {
            switch text[i] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            i += 1
        } while i < text.count && (depth > 0 || !Self.isBetween(text[i]) && text[i] != UInt8(ascii: "]"))
        return UnsafeRawBufferPointer(rebasing: text[start..<i])
    }

    /// Moves to the closing quote.
    private mutating func skipString() {
        i += 1
        while text[i] != UInt8(ascii: "\"") { i += text[i] == UInt8(ascii: "\\") ? 2 : 1 }
    }

    private static func isBetween(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: ",") }
}

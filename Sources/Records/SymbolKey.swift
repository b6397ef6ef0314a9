/// A symbol's name with the quote and comma behind it, as two words to compare with.
struct SymbolKey {
    /// Bytes, of the name and what is behind it.
    let count: Int
    let symbol: Int
    private let words: (UInt64, UInt64)
    private let masks: (UInt64, UInt64)

    /// Matches nothing.
    static let none = SymbolKey()

    private init() {
        (count, symbol, words, masks) = (0, -1, (1, 1), (0, 0))
    }

    /// - Parameter text: sixteen readable bytes, of which `count` are the name, a quote and a comma.
    /// - Returns: nil if there are more.
    init?(_ text: UnsafePointer<UInt8>, count: Int, symbol: Int) {
        guard count <= 16 else { return nil }
        self.count = count
        self.symbol = symbol
        let rest = UInt64(8 * max(0, count - 8))
        masks = (count >= 8 ? .max : (1 << UInt64(8 * count)) - 1, rest == 64 ? .max : (1 << rest) - 1)
        words = (word(text) & masks.0, word(text + 8) & masks.1)
    }

    /// - Parameter text: sixteen readable bytes.
    @inline(__always)
    func stands(at text: UnsafePointer<UInt8>) -> Bool {
        word(text) & masks.0 == words.0 && word(text + 8) & masks.1 == words.1
    }
}

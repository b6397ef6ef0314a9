/// How wide text is on a terminal: a letter of Chinese takes two columns, an accent none.
enum Columns {
    static func count(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 128 } ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// As much of a text as fits into so many columns, by whole letters.
    static func prefix(_ text: String, _ room: Int) -> String {
        guard count(text) > room else { return text }
        var (end, used) = (text.startIndex, 0)
        while end < text.endIndex {
            used += count(String(text[end]))
            if used > room { break }
            end = text.index(after: end)
        }
        return String(text[..<end])
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: 0
        default: isWide(scalar) ? 2 : 1
        }
    }

    /// Source: Unicode Standard Annex 11, East Asian Width, W and F; those outside these blocks are shown as pictures.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmojiPresentation || blocks.contains { $0.contains(scalar.value) }
    }

    private static let blocks: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FB,
        0x1F200...0x1F2FF, 0x20000...0x3FFFD,
    ]
}

/// What is known of the trades of one minute, and what the exchange has stated of them.
struct Minute {
    static let span: Int64 = 60_000_000

    /// A volume, and the time of the last trade in it.
    struct Statement {
        let until: Int64
        let volume: Int128

        init(_ until: Int64, _ volume: Int128) {
            self.until = until
            self.volume = volume
        }
    }

    let start: Int64
    var trades: [(ts: Int64, quantity: Int128)] = []
    /// What was agreed outside of the book may be part of the volume, or not.
    var blocks: [(id: [UInt8], ts: Int64, quantity: Int128)] = []
    /// What was stated first: later statements are held to the trades after it.
    var anchor: Statement?
    var last: Statement?
    /// The last one was that of the whole minute.
    var hasEnded = false
    /// What came before the first statement has been asked for.
    var hasAsked = false
    /// It was short when it ended, and no answer has said yet why.
    var isDisputed = false

    var end: Int64 { start + Self.span }

    /// From when on statements can be held to the trades.
    var heldFrom: Int64 { max(start, anchor.map { $0.until + 1 } ?? 0) }

    init(start: Int64) { self.start = start }

    /// Whether the trades are as many as the last volume says, as far as it was stated.
    /// - Parameter countsBlocks: whether volumes hold what was agreed outside of the book; nil if that is not known.
    func isWhole(_ countsBlocks: Bool?) -> Bool {
        guard let (stated, offered, blocks) = sums else { return false }
        return switch countsBlocks {
        case true?: stated == offered + blocks
        case false?: stated == offered
        case nil: stated == offered || stated == offered + blocks
        }
    }

    /// Whether trades are missing by the last volume, as far as that can be told.
    func isShort(_ countsBlocks: Bool?) -> Bool {
        guard hasEnded, anchor != nil, let (stated, offered, blocks) = sums else { return false }
        return !isWhole(countsBlocks) && stated > offered + (countsBlocks == true ? blocks : 0)
    }

    /// Whether the volume holds what was agreed outside of the book, if it is equal to the one or the other.
    var showsBlocks: Bool? {
        guard let (stated, offered, blocks) = sums, blocks > 0 else { return nil }
        return stated == offered ? false : stated == offered + blocks ? true : nil
    }

    /// Whether several trades are known of one time.
    func isCrowded(at ts: Int64) -> Bool {
        trades.count { $0.ts == ts } + blocks.count { $0.ts == ts } > 1
    }

    /// A further trade of a time up to which something was stated: nobody knows whether that counts it. The first one of that
    /// time it does count, late as it may come.
    mutating func splits(at ts: Int64) {
        guard !hasEnded, anchor?.until == ts || last?.until == ts,
            trades.contains(where: { $0.ts == ts }) || blocks.contains(where: { $0.ts == ts })
        else { return }
        if anchor?.until == ts { anchor = nil }
        if last?.until == ts { last = nil }
    }

    /// What was stated from the first statement to the last, and what is known of that time.
    private var sums: (stated: Int128, offered: Int128, blocks: Int128)? {
        let from = anchor ?? Statement(start - 1, 0)
        guard let last, last.until > from.until else { return nil }
        let range = from.until + 1..<last.until + 1
        return (
            last.volume - from.volume,
            trades.reduce(0) { $0 + (range.contains($1.ts) ? $1.quantity : 0) },
            blocks.reduce(0) { $0 + (range.contains($1.ts) ? $1.quantity : 0) }
        )
    }
}

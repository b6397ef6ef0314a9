/// Holds the trades of a minute to the volume that the exchange states for it: so a message that it left out is found,
/// though the connection never broke.
struct MinuteCheck {
    static let minute: Int64 = 60_000_000
    /// Minutes that may still be stated.
    private static let limit = 4

    /// Quantities in units of 1e-10. What was agreed outside of the book may be part of the volume, or not.
    private var minutes: [(start: Int64, traded: Int64, blocks: Int64)] = []
    /// From when on trades are known without a gap.
    private var completeFrom: Int64 = 0
    /// Where trades are missing from on, as far as is known.
    private(set) var doubt: Range<Int64>?

    /// Takes note of a trade.
    mutating func add(at ts: Int64, _ quantity: Int64, isBlock: Bool) {
        let start = ts / Self.minute * Self.minute
        var place = minutes.firstIndex { $0.start == start }
        if place == nil, start >= minutes.last?.start ?? 0 {
            if minutes.count == Self.limit { minutes.removeFirst() }
            minutes.append((start, 0, 0))
            place = minutes.count - 1
        }
        guard let place else { return }
        if isBlock { minutes[place].blocks &+= quantity } else { minutes[place].traded &+= quantity }
    }

    /// Trades before `ts` are not known, or told of as missing.
    mutating func begin(at ts: Int64) { completeFrom = max(completeFrom, ts) }

    /// The exchange states the volume of a minute that has ended.
    /// - Returns: whether trades of it are missing.
    mutating func close(_ start: Int64, volume: Int64) -> Bool {
        guard start >= completeFrom else { return false }
        let known = minutes.first { $0.start == start } ?? (start, 0, 0)
        guard volume > known.traded &+ known.blocks else { return false }
        doubt = min(start, doubt?.lowerBound ?? start)..<(start + Self.minute)
        return true
    }

    /// The doubt has been answered, or told of.
    mutating func settle() { doubt = nil }
}

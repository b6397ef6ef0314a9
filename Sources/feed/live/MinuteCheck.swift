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
    /// The end of the last minute that the exchange has stated on this connection; nil before.
    private var stated: Int64?
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
    /// - Returns: whether trades may be missing: of this minute, or of those before it that it has left out.
    mutating func close(_ start: Int64, volume: Int64) -> Bool {
        let unstated = max(stated ?? start, completeFrom)
        stated = max(stated ?? 0, start + Self.minute)
        let known = minutes.first { $0.start == start } ?? (start, 0, 0)
        let isLess = start >= completeFrom && volume > known.traded &+ known.blocks
        guard isLess || unstated < start else { return false }
        let from = min(unstated, start, doubt?.lowerBound ?? start)
        doubt = from..<(isLess ? start + Self.minute : max(start, doubt?.upperBound ?? start))
        return true
    }

    /// The connection broke: minutes that end meanwhile are not stated, and nothing follows from that.
    mutating func breakOff() { stated = nil }

    /// The doubt has been answered, or told of.
    mutating func settle() { doubt = nil }
}

/// Holds the trades of a minute to the volume that the exchange states for it: so a message that it left out is found,
/// though the connection never broke.
///
/// A volume that is equal proves that what came is all there was; one that is more, at the end of the minute, puts in
/// doubt whatever was not proven before.
struct MinuteCheck {
    static let minute: Int64 = 60_000_000
    /// Minutes that may still be stated.
    private static let limit = 4

    /// Quantities in units of 1e-10. What was agreed outside of the book may be part of the volume, or not.
    private var minutes: [(start: Int64, traded: Int64, blocks: Int64)] = []
    /// From when on trades are known without a gap.
    private var completeFrom: Int64 = 0
    /// Up to when they are known to be all, or have been asked for.
    private var proven: Int64 = 0
    /// The exchange states volumes on this connection, or has done so: without them nothing is ever in doubt.
    private var isStated = false
    /// Where trades may be missing.
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

    /// The exchange states the volume of the minute so far; the last trade that is known is one of `latest`.
    mutating func compare(_ start: Int64, volume: Int64, latest: Int64) {
        isStated = true
        guard start >= completeFrom, let known = minutes.first(where: { $0.start == start }) else { return }
        if volume == known.traded || volume == known.traded &+ known.blocks {
            proven = max(proven, min(latest, start + Self.minute))
        }
    }

    /// The exchange states the volume of a minute that has ended.
    /// - Returns: whether trades may be missing: of this minute, or of those before it that it has left out.
    mutating func close(_ start: Int64, volume: Int64) -> Bool {
        isStated = true
        let end = start + Self.minute
        let known = minutes.first { $0.start == start } ?? (start, 0, 0)
        let isLess = volume > known.traded &+ known.blocks
        let isWhole = start >= completeFrom
        let open = max(proven, completeFrom)
        guard open < end || isLess && isWhole else { return false }
        proven = max(proven, end)
        // What is missing of a whole minute may be missing anywhere in it.
        guard isLess else { return raise(open..<max(open, start)) }
        return raise((isWhole ? min(open, start) : open)..<end)
    }

    /// The connection broke, and what came last of it, up to `latest`, no volume has spoken for yet.
    mutating func breakOff(latest: Int64) {
        let open = max(proven, completeFrom)
        if isStated { _ = raise(open..<max(open, latest)) }
    }

    /// What is in doubt has been told of; or the exchange has answered with its trades up to `latest`, which are all of
    /// them, or else told of.
    mutating func settle(upTo latest: Int64 = 0) {
        doubt = nil
        proven = max(proven, latest)
    }

    private mutating func raise(_ range: Range<Int64>) -> Bool {
        guard !range.isEmpty else { return false }
        doubt = min(range.lowerBound, doubt?.lowerBound ?? .max)..<max(range.upperBound, doubt?.upperBound ?? 0)
        return true
    }
}

/// Holds the trades of a minute to the volume that the exchange states for it: so a message that it left out is found,
/// though the connection never broke.
///
/// A volume is stated up to the time of its last trade. One that is equal to the trades until then proves that they are all;
/// one that is more, once the minute has ended, puts in doubt whatever was not proven before. Of a minute of which trades
/// are missing, or came before the first message, only what comes after its first statement can be held to the others.
struct MinuteCheck {
    static let minute: Int64 = 60_000_000
    /// Minutes that may still be stated.
    private static let limit = 4
    /// So many minutes in a row that are more than their trades, though the exchange has been asked for those, and its
    /// volumes count something else.
    private static let patience = 3

    private struct Minute {
        let start: Int64
        /// Quantities in units of 1e-10.
        var trades: [(ts: Int64, quantity: Int64)] = []
        /// What was agreed outside of the book may be part of the volume, or not.
        var blocks: [(id: [UInt8], ts: Int64, quantity: Int64)] = []
        /// What was stated first, and until when: later statements are held to the trades after it.
        var anchor: (ts: Int64, volume: Int64)?
        var final: Int64?
        /// From when on its trades are less than its volume, if they are.
        var disputed: Int64?

        var end: Int64 { start + MinuteCheck.minute }
        var isWhole: Bool { anchor.map { $0.ts < start } ?? false }

        init(start: Int64) { self.start = start }

        /// Whether the trades until `ts` are as many as a volume says, or fewer.
        func holds(_ volume: Int64, until ts: Int64) -> (isEqual: Bool, isLess: Bool) {
            let (from, before) = anchor ?? (start - 1, 0)
            let known = trades.reduce(0) { $0 &+ ($1.ts > from && $1.ts <= ts ? $1.quantity : 0) }
            let blocks = blocks.reduce(0) { $0 &+ ($1.ts > from && $1.ts <= ts ? $1.quantity : 0) }
            let stated = volume &- before
            let isEqual = stated == known || stated == known &+ blocks
            return (isEqual, !isEqual && stated > known)
        }
    }

    private var minutes: [Minute] = []
    /// From when on trades are known without a gap.
    private var completeFrom: Int64 = 0
    /// Up to when they are known to be all, or have been asked for.
    private var proven: Int64 = 0
    /// The exchange states volumes, that mean what they say: without them nothing is ever in doubt.
    private var isStated = false
    private(set) var isDistrusted = false
    private var refuted = 0
    /// What a break left unproven before the first volume was stated.
    private var pending: Range<Int64>?
    /// Where trades may be missing.
    private(set) var doubt: Range<Int64>?

    /// The end of the last minute that has been stated whole.
    private var statedUpTo: Int64 = 0

    /// What is in doubt of minutes that have been stated.
    var doubtStated: Range<Int64>? { doubt.flatMap { Self.part(of: $0, to: statedUpTo) } }

    // MARK: Trades

    /// Takes note of a trade.
    mutating func add(at ts: Int64, _ quantity: Int64) {
        guard let place = place(of: ts / Self.minute * Self.minute) else { return }
        minutes[place].trades.append((ts, quantity))
    }

    /// Takes note of a trade outside of the book, which may come again.
    mutating func add(block id: [UInt8], at ts: Int64, _ quantity: Int64) {
        guard let place = place(of: ts / Self.minute * Self.minute),
            !minutes[place].blocks.contains(where: { $0.id == id })
        else { return }
        minutes[place].blocks.append((id, ts, quantity))
    }

    private mutating func place(of start: Int64) -> Int? {
        if let place = minutes.firstIndex(where: { $0.start == start }) { return place }
        guard start >= minutes.last?.start ?? 0 else { return nil }
        if minutes.count == Self.limit { minutes.removeFirst() }
        minutes.append(Minute(start: start))
        return minutes.count - 1
    }

    /// Trades before `ts` are not known, or told of as missing.
    mutating func begin(at ts: Int64) {
        completeFrom = max(completeFrom, ts)
        for place in minutes.indices
        where minutes[place].start < ts && minutes[place].anchor.map({ $0.ts < ts }) ?? false {
            minutes[place].anchor = nil
        }
    }

    // MARK: Volumes

    /// The exchange states the volume of a minute so far.
    /// - Parameters:
    ///   - ts: of the last trade in it.
    ///   - sent: when that was so.
    ///   - isFinal: the minute has ended.
    /// - Returns: whether trades may be missing, and are to be asked for.
    mutating func state(_ start: Int64, volume: Int64, at ts: Int64, sent: Int64, isFinal: Bool) -> Bool {
        guard !isDistrusted else { return false }
        isStated = true
        var isAsking = false
        if let pending { isAsking = raise(pending) }
        pending = nil
        guard let place = place(of: start), minutes[place].final == nil else { return isAsking }
        let end = minutes[place].end
        let until = isFinal ? end - 1 : ts
        let open = max(proven, completeFrom)
        if minutes[place].anchor == nil, start >= completeFrom { minutes[place].anchor = (start - 1, 0) }
        let (isEqual, isLess) = minutes[place].holds(volume, until: until)
        if isEqual {
            proven = max(proven, isFinal ? end : until)
            if isFinal { refuted = 0 }
        } else if minutes[place].anchor == nil, !isFinal {
            guard sent >= completeFrom else { return isAsking }
            minutes[place].anchor = (until, volume)
            // Until here no volume can tell: it is asked for while an answer still reaches back.
            isAsking = raise(open..<max(open, until)) || isAsking
            proven = max(proven, until)
        } else if isFinal, isLess {
            minutes[place].disputed = max(open, start)
            isAsking = raise(max(open, start)..<max(open, end)) || isAsking
        }
        guard isFinal else { return isAsking }
        minutes[place].final = volume
        statedUpTo = max(statedUpTo, end)
        proven = max(proven, end)
        // A minute that was left out itself.
        return raise(open..<max(open, start)) || isAsking
    }

    /// The connection broke, and what came last of it, up to `latest`, no volume has spoken for yet.
    mutating func breakOff(latest: Int64) {
        let open = max(proven, completeFrom)
        guard open < latest, !isDistrusted else { return }
        if isStated { _ = raise(open..<latest) } else { pending = min(open, pending?.lowerBound ?? open)..<latest }
    }

    // MARK: Answers

    /// The exchange has answered with its trades; what they do not reach has been told of.
    /// - Parameter joined: up to when they go on without a gap from what is known; nil if they do not.
    mutating func settle(joined: Int64? = nil, from oldest: Int64 = .max) {
        proven = max(proven, joined ?? 0, doubt?.upperBound ?? 0)
        doubt = nil
        if joined != nil, let pending {
            self.pending = oldest <= pending.lowerBound ? nil : Self.part(of: pending, to: oldest)
        }
    }

    /// What is in doubt up to `ts` has been told of.
    mutating func tell(upTo ts: Int64) { doubt = doubt.flatMap { Self.part(of: $0, from: ts) } }

    /// Minutes whose trades are still less than their volume, though the exchange has answered: it does not have them yet.
    /// - Returns: where trades are missing.
    mutating func losses() -> [Range<Int64>] {
        var losses: [Range<Int64>] = []
        for place in minutes.indices {
            guard let from = minutes[place].disputed, let volume = minutes[place].final else { continue }
            minutes[place].disputed = nil
            let minute = minutes[place]
            guard minute.isWhole, minute.holds(volume, until: minute.end - 1).isLess, from < minute.end else {
                refuted = 0
                continue
            }
            refuted += 1
            losses.append(from..<minute.end)
        }
        if refuted >= Self.patience {
            isDistrusted = true
            doubt = nil
        }
        return losses
    }

    private mutating func raise(_ range: Range<Int64>) -> Bool {
        guard !range.isEmpty else { return false }
        doubt = min(range.lowerBound, doubt?.lowerBound ?? .max)..<max(range.upperBound, doubt?.upperBound ?? 0)
        return true
    }

    private static func part(of range: Range<Int64>, from lower: Int64 = 0, to upper: Int64 = .max) -> Range<Int64>? {
        let part = range.clamped(to: lower..<max(lower, upper))
        return part.isEmpty ? nil : part
    }
}

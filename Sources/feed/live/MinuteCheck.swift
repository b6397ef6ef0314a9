/// Holds the trades of a minute to the volume that the exchange states for it: so a message that it left out is found,
/// though the connection never broke.
///
/// Until shown otherwise, trades may be missing at any time. A volume is stated up to the time of its last trade: one that is
/// equal to the trades until then proves that they are all. One that is more, once the minute has ended, puts in doubt
/// whatever is not proven by then, and so do a minute that is left out itself and a break. Of a minute of which trades are
/// missing, or came before the first message, only what comes after its first statement can be held to the others.
struct MinuteCheck {
    static let minute: Int64 = 60_000_000
    /// Minutes that may still be stated.
    private static let limit = 4
    /// The last volume of a minute may come so much later than the first of the next.
    private static let grace: Int64 = 10_000_000
    /// An answer may lack the trades of so long.
    private static let lag: Int64 = 5_000_000
    /// Volumes of so many minutes in a row that are more than their trades count something else.
    private static let patience = 5

    private var minutes: [Minute] = []
    /// The end of the last gap, or the beginning.
    private var completeFrom: Int64 = 0
    /// Where trades may be missing, in the order of time; the last one has no end.
    private var unproven: [Range<Int64>] = [0..<Int64.max]
    /// The exchange states volumes: without them nothing is ever in doubt.
    private var isStated = false
    /// They do not mean what they say.
    private(set) var isDistrusted = false
    /// Minutes in a row that were short at their end.
    private var short = 0
    /// The end of the last minute that has been stated whole.
    private var statedUpTo: Int64 = 0
    /// Where trades may be missing, and are to be asked for.
    private(set) var doubt: Range<Int64>?

    /// What is in doubt of minutes that have been stated.
    var doubtStated: Range<Int64>? { doubt.flatMap { Self.part(of: $0, to: statedUpTo) } }

    // MARK: Trades

    /// Takes note of a trade.
    /// - Parameter quantity: in units of 1e-10.
    mutating func add(at ts: Int64, _ quantity: Int128) {
        guard let place = place(of: ts / Self.minute * Self.minute) else { return }
        minutes[place].trades.append((ts, quantity))
    }

    /// Takes note of a trade outside of the book, which may come again.
    mutating func add(block id: [UInt8], at ts: Int64, _ quantity: Int128) {
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

    /// Trades are known from here on.
    mutating func begin(at ts: Int64) {
        tell(0...max(0, ts - 1))
        completeFrom = max(completeFrom, ts)
    }

    /// Trades in a range are told of as missing, or of no interest.
    mutating func tell(_ range: ClosedRange<Int64>) {
        let (from, to) = (range.lowerBound, range.upperBound)
        prove(from..<to + 1)
        completeFrom = max(completeFrom, to)
        // What is missing before the first statement says nothing against those that are held to it.
        for place in minutes.indices where from < minutes[place].end && to > minutes[place].anchor?.until ?? .max {
            minutes[place].anchor = nil
        }
        doubt = doubt.flatMap { open(in: $0) }
    }

    // MARK: Volumes

    /// The exchange states the volume of a minute so far.
    /// - Parameters:
    ///   - volume: in units of 1e-10.
    ///   - ts: of the last trade in it.
    ///   - sent: when that was so.
    ///   - isFinal: the minute has ended.
    /// - Returns: whether trades may be missing, and are to be asked for.
    mutating func state(_ start: Int64, volume: Int128, at ts: Int64, sent: Int64, isFinal: Bool) -> Bool {
        // A trade of the far future, if there was one, makes no room for its minute.
        minutes.removeAll { $0.start > sent + Self.minute }
        guard !isDistrusted, (0...max(0, sent)).contains(start), let place = place(of: start),
            !minutes[place].hasEnded
        else { return false }
        isStated = true
        let end = minutes[place].end
        let until = isFinal ? end - 1 : min(ts, sent, end - 1)
        // Of several trades in one millisecond the volume may hold some: the next one says it better.
        guard isFinal || !minutes[place].isCrowded(at: until) else { return false }
        if minutes[place].anchor == nil, start >= completeFrom {
            minutes[place].anchor = Minute.Statement(start - 1, 0)
        }
        minutes[place].last = Minute.Statement(until, volume)
        hold(place)
        if !isFinal, minutes[place].anchor == nil, sent >= completeFrom {
            minutes[place].anchor = Minute.Statement(until, volume)
            // Until here no volume can tell: it is asked for while an answer still reaches back.
            return raise(0..<until)
        }
        guard isFinal else { return until - start > Self.grace ? raise(0..<start) : false }
        judgeEarlier(than: place)
        minutes[place].hasEnded = true
        statedUpTo = max(statedUpTo, end)
        if minutes[place].isShort {
            minutes[place].disputed = open(in: start..<end)
            short += 1
        } else if minutes[place].anchor != nil {
            short = 0
        }
        defer { isDistrusted = short >= Self.patience }
        return raise(0..<(minutes[place].isShort || minutes[place].anchor == nil ? end : start))
    }

    /// Holds what has been stated last of a minute to the trades that are known by now.
    private mutating func hold(_ place: Int) {
        guard let last = minutes[place].last, minutes[place].isEqual(last) else { return }
        let from = max(minutes[place].anchor?.until ?? 0, minutes[place].start)
        // All that ended with the minute is in its last volume.
        prove(from..<max(from, last.until == minutes[place].end - 1 ? minutes[place].end : last.until))
    }

    /// What the minute before was short of may have come since.
    private mutating func judgeEarlier(than place: Int) {
        guard place > 0, let last = minutes[place - 1].last, minutes[place - 1].isEqual(last) else { return }
        short = 0
    }

    /// The connection broke, and what came last of it, up to `latest`, no volume has spoken for yet.
    mutating func breakOff(latest: Int64) {
        for place in minutes.indices { hold(place) }
        if isStated, !isDistrusted { _ = raise(0..<(latest + 1)) }
    }

    // MARK: Answers

    /// The exchange has answered with all trades of a time, and they are known now; what lies behind them and was asked for
    /// did not happen, as far as an answer may be behind the time.
    /// - Parameters:
    ///   - answered: from the first trade of the answer to the last. There may be more of the first one's millisecond.
    ///   - now: when it was given.
    mutating func settle(_ answered: ClosedRange<Int64>?, at now: Int64) {
        if let answered {
            let end = max(min(answered.upperBound, now), min((doubt?.upperBound ?? 0) - 1, now - Self.lag))
            prove(answered.lowerBound + 1..<max(end, answered.lowerBound) + 1)
        }
        doubt = nil
    }

    /// Minutes whose trades are still less than their volume, though the exchange has answered: it does not have them yet.
    /// - Returns: where trades are missing.
    mutating func losses() -> [Range<Int64>] {
        minutes.indices.compactMap { place in
            defer { minutes[place].disputed = nil }
            return minutes[place].isShort ? minutes[place].disputed : nil
        }
    }

    // MARK: Ranges

    /// Puts in doubt what is not proven of a range.
    private mutating func raise(_ range: Range<Int64>) -> Bool {
        guard !isDistrusted, let open = open(in: range) else { return false }
        let isNews = doubt.map { open.lowerBound < $0.lowerBound || open.upperBound > $0.upperBound } ?? true
        doubt = min(open.lowerBound, doubt?.lowerBound ?? .max)..<max(open.upperBound, doubt?.upperBound ?? 0)
        return isNews
    }

    /// From the first to the last of a range that is not proven.
    private func open(in range: Range<Int64>) -> Range<Int64>? {
        let parts = unproven.compactMap { Self.part(of: $0, from: range.lowerBound, to: range.upperBound) }
        guard let first = parts.first, let last = parts.last else { return nil }
        return first.lowerBound..<last.upperBound
    }

    private mutating func prove(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        unproven = unproven.flatMap { open in
            [Self.part(of: open, to: range.lowerBound), Self.part(of: open, from: range.upperBound)].compactMap { $0 }
        }
    }

    private static func part(of range: Range<Int64>, from lower: Int64 = 0, to upper: Int64 = .max) -> Range<Int64>? {
        let part = range.clamped(to: lower..<max(lower, upper))
        return part.isEmpty ? nil : part
    }
}

/// What is known of one minute, and what the exchange has stated of it.
private struct Minute {
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
    /// Where its trades are less than its volume, if they are.
    var disputed: Range<Int64>?

    var end: Int64 { start + MinuteCheck.minute }

    init(start: Int64) { self.start = start }

    /// Whether trades are missing by the last volume, as far as that can be told.
    var isShort: Bool {
        guard hasEnded, let last, let anchor else { return false }
        return !isEqual(last) && last.volume - anchor.volume > sum(anchor.until + 1..<end)
    }

    /// Whether the trades until then are as many as a volume says.
    func isEqual(_ statement: Statement) -> Bool {
        let from = anchor ?? Statement(start - 1, 0)
        let stated = statement.volume - from.volume
        let until = statement.until + 1
        guard until > from.until else { return false }
        let blocks = blocks.reduce(Int128(0)) { $0 + ($1.ts > from.until && $1.ts < until ? $1.quantity : 0) }
        let known = sum(from.until + 1..<until)
        return stated == known || stated == known + blocks
    }

    /// Whether several trades are known of one time.
    func isCrowded(at ts: Int64) -> Bool { trades.reduce(0) { $0 + ($1.ts == ts ? 1 : 0) } > 1 }

    private func sum(_ range: Range<Int64>) -> Int128 {
        trades.reduce(0) { $0 + (range.contains($1.ts) ? $1.quantity : 0) }
    }
}

/// Of when all trades of a symbol are known, and where some may be missing: because the connection broke, or because they
/// are less than the exchange states for a minute, so that a message that it left out is found too.
///
/// Until shown otherwise, trades may be missing at any time. A volume is stated up to the time of its last trade: one that is
/// equal to the trades until then proves that they are all. One that is more, once the minute has ended, puts in doubt
/// whatever is not proven by then, and so do a minute that is left out itself and a break. What is in doubt is asked for at
/// once, while an answer still reaches back, and again when no answer can be behind it any more. Of a minute of which
/// trades are missing, or came before the first message, only what comes after its first statement can be held to the
/// others.
struct Completeness {
    /// Minutes that may still be stated.
    private static let limit = 4
    /// The last volume of a minute may come so much later than the first of the next.
    private static let grace: Int64 = 10_000_000
    /// An answer may lack the trades of so long.
    static let lag: Int64 = 5_000_000
    /// Volumes of so many minutes in a row that are more than their trades count something else.
    private static let patience = 5

    private var minutes: [Minute] = []
    /// The end of the last gap, or the beginning.
    private var completeFrom: Int64 = 0
    /// Where trades may be missing.
    private var unproven = Unproven()
    /// What is in doubt is what is not proven of this. It has no end while nobody knows where a break ends.
    private var doubted: Range<Int64> = 0..<0
    /// Since when an answer about what is in doubt is awaited; nil if none is.
    private(set) var awaitedSince: Int64?
    /// Where an answer begins that was ahead of the lines; nil if none was.
    private var ahead: Int64?
    /// The exchange states volumes: without them nothing is in doubt but what a break has swallowed.
    private var isStated = false
    /// They do not mean what they say.
    private(set) var isDistrusted = false
    /// Minutes in a row that were short at their end.
    private var short = 0
    /// Whether the volumes hold what was agreed outside of the book; nil until one has shown it.
    private var countsBlocks: Bool?
    /// The end of the last minute that has been stated whole.
    private var statedUpTo: Int64 = 0
    /// When lines came last of which some are missing before it.
    private var lostUpTo: Int64 = 0

    /// Volumes speak for the trades.
    var isTrusted: Bool { isStated && !isDistrusted }

    /// A break, and nobody knows yet where it ends.
    var isBroken: Bool { doubted.upperBound == .max }

    /// From when on what is in doubt is to be asked for again, as no answer can be behind it, or ahead of the lines; nil if
    /// it is not.
    var dueAt: Int64? {
        if awaitedSince != nil { return nil }
        if isBroken { return ahead }
        return doubts.isEmpty ? nil : doubted.upperBound + Self.lag
    }

    /// Where trades are in doubt.
    var doubts: [Range<Int64>] { unproven.parts(of: doubted) }

    /// Where trades are in doubt before a time.
    func doubts(before ts: Int64) -> [Range<Int64>] { unproven.parts(of: doubted.clamped(to: 0..<ts)) }

    /// What stays missing if no line comes any more. Of what comes behind the last volume, and of a connection that is
    /// closed, nothing is known.
    mutating func missingAtEnd() -> [Range<Int64>] {
        holdAll()
        reopen()
        let asked = isBroken ? 0 : doubted.upperBound
        return isTrusted
            ? unproven.parts(of: 0..<max(statedUpTo, lostUpTo, asked)) : doubts(before: max(lostUpTo, asked))
    }

    // MARK: Trades

    /// Takes note of a trade.
    /// - Parameter quantity: in units of 1e-10.
    mutating func add(at ts: Int64, _ quantity: Int128) {
        guard let place = place(of: ts / Minute.span * Minute.span) else { return }
        minutes[place].splits(at: ts)
        minutes[place].trades.append((ts, quantity))
    }

    /// Takes note of a trade outside of the book, which may come again.
    mutating func add(block id: [UInt8], at ts: Int64, _ quantity: Int128) {
        guard let place = place(of: ts / Minute.span * Minute.span),
            !minutes[place].blocks.contains(where: { $0.id == id })
        else { return }
        minutes[place].splits(at: ts)
        minutes[place].blocks.append((id, ts, quantity))
    }

    private mutating func place(of start: Int64) -> Int? {
        let place = minutes.firstIndex { $0.start >= start } ?? minutes.count
        if place < minutes.count, minutes[place].start == start { return place }
        guard place > 0 || minutes.count < Self.limit else { return nil }
        minutes.insert(Minute(start: start), at: place)
        guard minutes.count > Self.limit else { return place }
        minutes.removeFirst()
        return place - 1
    }

    /// Trades are known from here on.
    mutating func begin(at ts: Int64) {
        tell(0...max(0, ts - Unproven.tick))
        completeFrom = max(completeFrom, ts)
    }

    /// Trades in a range are told of as missing, or of no interest.
    mutating func tell(_ range: ClosedRange<Int64>) {
        let (from, to) = (range.lowerBound, range.upperBound)
        unproven.prove(from..<Unproven.roundUp(to + 1))
        completeFrom = max(completeFrom, to)
        // What is missing before the first statement says nothing against those that are held to it.
        for place in minutes.indices where from < minutes[place].end && to > minutes[place].anchor?.until ?? .max {
            minutes[place].anchor = nil
        }
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
        minutes.removeAll { $0.start > sent + Minute.span }
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
        // What was late when the last one was stated may have come since.
        hold(place)
        minutes[place].last = Minute.Statement(until, volume)
        hold(place)
        if !isFinal, minutes[place].anchor == nil, until >= completeFrom {
            minutes[place].anchor = Minute.Statement(until, volume)
            // Until here no volume can tell: it is asked for while an answer still reaches back, once a minute.
            defer { minutes[place].hasAsked = true }
            return !minutes[place].hasAsked && doubt(upTo: until + Unproven.tick, at: sent)
        }
        guard isFinal else { return until - start > Self.grace ? doubt(upTo: start, at: sent) : false }
        // What the minute before was short of may have come since.
        if place > 0, minutes[place - 1].isWhole(countsBlocks) { short = 0 }
        minutes[place].hasEnded = true
        statedUpTo = max(statedUpTo, end)
        let isShort = minutes[place].isShort(countsBlocks)
        if isShort {
            minutes[place].isDisputed = true
            if unproven.parts(of: start..<end).isEmpty { reopen() }
            short += 1
        } else if minutes[place].anchor != nil {
            short = 0
        }
        defer { isDistrusted = short >= Self.patience }
        return doubt(upTo: isShort || minutes[place].anchor == nil ? end : start, at: sent)
    }

    /// Holds what has been stated last of a minute to the trades that are known by now.
    private mutating func hold(_ place: Int) {
        guard let last = minutes[place].last, minutes[place].isWhole(countsBlocks) else { return }
        countsBlocks = countsBlocks ?? minutes[place].showsBlocks
        let from = minutes[place].heldFrom
        // All that ended with the minute is in its last volume.
        unproven.prove(from..<max(from, last.until == minutes[place].end - 1 ? minutes[place].end : last.until))
    }

    /// What seemed to be all of a minute was not, if its volume is more.
    private mutating func reopen() {
        for minute in minutes where minute.isDisputed && minute.isShort(countsBlocks) {
            unproven.reopen(minute.heldFrom..<minute.end)
        }
    }

    private mutating func holdAll() { for place in minutes.indices { hold(place) } }

    /// Puts in doubt what is not proven.
    /// - Returns: whether there is more of it than before.
    private mutating func doubt(upTo end: Int64, at sent: Int64) -> Bool {
        guard !isBroken, unproven.parts(of: 0..<end) != doubts(before: end) else { return false }
        doubted = 0..<max(end, doubted.upperBound)
        awaitedSince = sent
        return true
    }

    // MARK: Breaks and answers

    /// The connection broke, and what came last of it, up to `latest`, no volume has spoken for yet. Others of that time may
    /// have been on their way.
    mutating func breakOff(latest: Int64) {
        holdAll()
        let from = isTrusted ? 0 : latest
        doubted = (doubts.isEmpty ? from : min(from, doubted.lowerBound))..<Int64.max
        (awaitedSince, ahead) = (latest, nil)
    }

    /// Lines of this time were lost, and not for the connection's sake.
    mutating func lose(at ts: Int64) { lostUpTo = max(lostUpTo, ts) }

    /// Lines of this time have come: a break ended before, though nobody has said when.
    mutating func resume(at ts: Int64) { if isBroken { lose(at: ts) } }

    /// The connection has brought a trade of this time, and nobody has told of those before it.
    /// - Returns: where trades stay missing.
    mutating func endBreak(at ts: Int64) -> [Range<Int64>] {
        defer { (doubted, awaitedSince) = (0..<0, nil) }
        return doubts(before: ts + Unproven.tick)
    }

    /// Nobody answers about what is in doubt, or not far enough. If an answer might have been behind it, it is asked for once
    /// more.
    /// - Parameters:
    ///   - now: up to when a break has lasted at least.
    ///   - ahead: where the answer begins, if there was one.
    /// - Returns: where trades stay missing.
    mutating func giveUp(at now: Int64, ahead: Int64? = nil) -> [Range<Int64>] {
        holdAll()
        defer { (awaitedSince, self.ahead) = (nil, ahead) }
        if isBroken { return doubts(before: now) }
        guard doubted.upperBound + Self.lag <= max(now, awaitedSince ?? 0) else { return [] }
        reopen()
        defer { doubted = 0..<0 }
        return doubts
    }

    /// Asks for what is due.
    /// - Returns: whether something is.
    mutating func ask(at sent: Int64) -> Bool {
        holdAll()
        guard let dueAt, sent >= dueAt else { return false }
        awaitedSince = sent
        return true
    }

    /// Whether an answer would have come by now.
    func isUnanswered(at sent: Int64) -> Bool { awaitedSince.map { sent > $0 + Self.lag } ?? false }

    /// The exchange has answered with all trades of a time, and they are known now; what lies behind them and was asked for
    /// did not happen, as far as an answer may be behind the time.
    /// - Parameters:
    ///   - answered: of when the answer holds all trades.
    ///   - isBehind: it lacks one that is known, and old enough.
    ///   - now: when it was given, at least.
    ///   - latest: at most. Lines that come now are later than a break.
    /// - Returns: where trades stay missing.
    mutating func settle(
        _ answered: Range<Int64>, isBehind: Bool, now: Int64, latest: Int64
    ) -> [Range<Int64>] {
        awaitedSince = nil
        if isBroken { doubted = doubted.lowerBound..<max(latest, doubted.lowerBound) }
        let isLast = doubted.upperBound + Self.lag <= now
        // A volume may have been equal by chance.
        if isLast { reopen() }
        unproven.prove(answered)
        let unreached = doubts(before: answered.lowerBound)
        guard isLast else { return unreached }
        let rest = answered.upperBound..<max(answered.upperBound, doubted.upperBound)
        defer {
            unproven.prove(rest)
            doubted = 0..<0
        }
        return unreached + (isBehind ? unproven.parts(of: rest) : [])
    }

    /// Minutes whose trades are still less than their volume, though the exchange has answered: it does not have them.
    mutating func losses() -> [Range<Int64>] {
        let (doubts, countsBlocks) = (doubts, countsBlocks)
        return minutes.indices.compactMap { place in
            let minute = minutes[place].start..<minutes[place].end
            guard minutes[place].isDisputed, !doubts.contains(where: { $0.overlaps(minute) }) else { return nil }
            minutes[place].isDisputed = false
            return minutes[place].isShort(countsBlocks) ? minute : nil
        }
    }
}

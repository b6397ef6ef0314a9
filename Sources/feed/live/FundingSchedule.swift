/// When funding is exchanged, and at which rate: the last one that the ticker told before the instant.
struct FundingSchedule {
    /// A ticker may name the next instant a little before this one has passed, not more.
    private static let advance: Int64 = 60_000_000
    private static let limit = 4

    /// By time; the last one is what the ticker speaks of now.
    private var instants: [(ts: Int64, rate: [UInt8]?)] = []

    /// The next instant; `.max` if none is known.
    var next: Int64 { instants.first?.ts ?? .max }

    /// Takes what a ticker says. What was due before its own time must have been taken.
    /// - Parameters:
    ///   - ts: the ticker's time, microseconds.
    ///   - instant: its `nextFundingTime`, nil if it does not say.
    ///   - rate: its `fundingRate` in shortest text, nil if it does not say.
    mutating func update(at ts: Int64, instant: Int64?, rate: [UInt8]?) {
        if let instant, instant > ts, instant != instants.last?.ts {
            let known = instants.last?.rate
            while let last = instants.last, last.ts >= instant || last.ts - ts > Self.advance { instants.removeLast() }
            if instants.count == Self.limit { instants.removeFirst() }
            instants.append((instant, known))
        }
        if let rate, !instants.isEmpty { instants[instants.count - 1].rate = rate }
    }

    /// What has been exchanged by `ts`, one a call; nil if nothing (more) has.
    mutating func take(upTo ts: Int64) -> (ts: Int64, rate: [UInt8])? {
        while let first = instants.first, first.ts <= ts {
            instants.removeFirst()
            if let rate = first.rate { return (first.ts, rate) }
        }
        return nil
    }
}

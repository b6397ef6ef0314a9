/// The identifiers of a symbol's last trades, so that none is written twice, whichever way it comes.
struct TradeMemory {
    /// More than a REST answer and several messages hold (1000, and 1024 each).
    static let limit = 8192

    private var known: Set<[UInt8]> = []
    private var ring: [(id: [UInt8], ts: Int64)] = []
    private var head = 0
    /// The time of the latest that has been forgotten.
    private var forgotten: Int64 = -1

    /// From when on trades are known; nil before.
    private(set) var first: Int64?
    /// Up to when they are.
    private(set) var latest: Int64 = 0

    var isEmpty: Bool { ring.isEmpty }

    /// Trades are known from here on, if they were not before.
    mutating func begin(at ts: Int64) {
        guard first == nil else { return }
        first = ts
        latest = ts
    }

    /// What there was up to here is known, or told of as missing.
    mutating func reach(_ ts: Int64) { latest = max(latest, ts) }

    func contains(_ id: [UInt8]) -> Bool { known.contains(id) }

    /// Whether one is known from behind a time, and up to another.
    func knows(after from: Int64, upTo to: Int64) -> Bool { ring.contains { $0.ts > from && $0.ts <= to } }

    /// Whether a trade of this time may have been forgotten.
    func mayHaveForgotten(_ ts: Int64) -> Bool { ts <= forgotten }

    /// - Returns: false if the trade was there before.
    mutating func insert(_ id: [UInt8], ts: Int64) -> Bool {
        guard known.insert(id).inserted else { return false }
        first = min(first ?? ts, ts)
        latest = ring.isEmpty ? ts : max(latest, ts)
        if ring.count < Self.limit {
            ring.append((id, ts))
        } else {
            forgotten = max(forgotten, ring[head].ts)
            known.remove(ring[head].id)
            ring[head] = (id, ts)
            head = (head + 1) % Self.limit
        }
        return true
    }
}

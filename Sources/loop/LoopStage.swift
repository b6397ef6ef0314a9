public import Records

/// The order in which the stream and what comes back are merged, without the waiting.
///
/// In lock-step the last signal of an instant is awaited: what comes back up to its `sync` goes in before the first
/// record that is later. So the order, and with it the run, does not depend on how fast anybody is.
public struct LoopStage {
    private let isLive: Bool
    private var instant: Int64 = 0
    /// The `seq` of the signal whose `sync` must come before anything later goes on.
    public private(set) var awaited: Int64?

    public init(_ options: LoopOptions) { isLive = options.live }

    /// Whether a record of the stream has to wait for the awaited `sync`.
    public func mustWait(_ record: borrowing Record) -> Bool {
        guard awaited != nil, record.hasTime else { return false }
        return record.ts > instant
    }

    /// Notes a record of the stream that goes on.
    public mutating func pass(_ record: borrowing Record) {
        guard !isLive, record.kind == .signal, let seq = record["seq"]?.integer else { return }
        awaited = seq
        instant = record.ts
    }

    /// Whether a record may come back: what opens a position is decided by the gate, and by nobody behind it.
    public func mayReturn(_ record: borrowing Record) -> Bool {
        guard record.kind == .intent else { return true }
        return record["reduce_only"]?.bool == true
    }

    /// Notes a record that came back and was inserted.
    public mutating func insert(_ record: borrowing Record) {
        guard record.kind == .sync, let seq = record["seq"]?.integer else { return }
        if seq == awaited { awaited = nil }
    }
}

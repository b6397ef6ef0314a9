/// What one reader has found in a tick, for another reader of the same line: in one process a line need be read only once.
public struct Tick {
    let kind: RecordKind
    let side: Side
    let ts: Int64
    let values: (Number, Number, Number, Number)
}

extension RecordReader {
    /// Of the record read last; nil if it is no tick in the writers' own order. A bar has more numbers, and is read anew.
    @inline(__always)
    public var tick: Tick? {
        guard record.found.pointee.members.isEmpty, record.kind != .bar else { return nil }
        let values = record.values
        return Tick(
            kind: record.kind, side: record.side, ts: record.ts, values: (values[0], values[1], values[2], values[3]))
    }
}

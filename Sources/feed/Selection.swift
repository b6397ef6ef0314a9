import Records
import Stage

/// Which records are wanted: `--symbols`, `--from`, `--to`.
struct Selection {
    let from: Int64
    let to: Int64
    private let names: [[UInt8]]
    /// Symbols whose name has been compared, and those of them that are wanted: a bit for each number of the table.
    private var known: UInt64 = 0
    private var wanted: UInt64 = 0

    init(_ options: FeedOptions) {
        from = Int64(options.from?.rawValue ?? 0)
        to = Int64(options.to?.rawValue ?? Int.max)
        names = options.symbolNames.map { Array($0.utf8) }
    }

    /// Whether a record is wanted. Instruments before `from` are: they say what holds from then on.
    /// - Parameter symbol: its number, -1 for a record that names none: such a record concerns all.
    @inline(__always)
    mutating func admits(_ ts: Int64, _ kind: RecordKind, _ symbol: Int, named name: (Int) -> [UInt8]) -> Bool {
        guard ts < to, ts >= from || kind == .instrument else { return false }
        if names.isEmpty || symbol < 0 { return true }
        let bit: UInt64 = 1 << UInt64(symbol)
        if known & bit == 0 { compare(name(symbol), bit) }
        return wanted & bit != 0
    }

    /// The same of the record read last.
    @inline(__always)
    mutating func admits(_ reader: borrowing RecordReader) -> Bool {
        let (ts, kind, symbol) = (reader.record.ts, reader.record.kind, reader.record.symbol)
        return admits(ts, kind, symbol, named: { reader.symbols.name($0) })
    }

    private mutating func compare(_ name: [UInt8], _ bit: UInt64) {
        known |= bit
        if names.contains(name) { wanted |= bit }
    }
}

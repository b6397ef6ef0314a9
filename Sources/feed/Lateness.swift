import Records
import Stage

/// Records that come later than `--reorder` allows: refused, or dropped and told of in a `gap`.
struct Lateness {
    private let file: String
    private let mode: OnDisorder
    private var dropped = 0
    private var firstLine = 0
    private var symbol: [UInt8]?
    private var earliest: Int64 = 0
    private var last: Int64 = 0
    /// Whether a record ever came later in time than the one before it.
    private var ascends = false
    private var previous: Int64 = -1

    init(file: String, mode: OnDisorder) {
        self.file = file
        self.mode = mode
    }

    /// Whether records were dropped that no gap has told of.
    var hasDropped: Bool { dropped > 0 }

    /// Takes note of a record in time.
    @inline(__always)
    mutating func note(_ ts: Int64) {
        if ts > previous, previous >= 0 { ascends = true }
        previous = ts
    }

    func isOtherSymbol(_ name: [UInt8]?) -> Bool { hasDropped && name != symbol }

    /// Takes note of a late record.
    /// - Returns: why the feed ends, if it does.
    mutating func record(_ ts: Int64, _ name: [UInt8]?, line: Int, latest: Int64) -> Failure? {
        guard mode == .gap else { return .refused(.data, complaint(ts, line: line, latest: latest)) }
        if dropped == 0 {
            firstLine = line
            symbol = name
            earliest = ts
            last = ts
        }
        earliest = min(earliest, ts)
        last = max(last, ts)
        dropped += 1
        return nil
    }

    /// Writes a record that says what was dropped.
    /// - Returns: false if nothing was.
    mutating func writeGap(ts: Int64, into out: inout Output) -> Bool {
        guard dropped > 0 else { return false }
        if let symbol { out.begin(.gap, ts: ts, symbol: symbol) } else { out.begin(.gap, ts: ts) }
        out.field("from", earliest)
        out.field("to", last)
        out.field("reason", "\(dropped) late from line \(firstLine) of \(file) on, dropped")
        out.end()
        dropped = 0
        return true
    }

    private func complaint(_ ts: Int64, line: Int, latest: Int64) -> String {
        if !ascends {
            return "unable to order \(file): it runs backwards in time up to line \(line), newest first; sort it by "
                + "time first (tac, or sort)"
        }
        let late = latest - ts
        let seconds = late < 1_000_000 ? Double(late) / 1e6 : Double(late / 1000) / 1e3
        return
            "unable to order \(file): line \(line) is \(seconds) s earlier than one before it; sort the file by time, "
            + "allow more with --reorder, or drop such lines with --on-disorder gap"
    }
}

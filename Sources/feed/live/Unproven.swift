/// Where trades may be missing: at any time, until shown otherwise.
struct Unproven {
    /// Trades are stamped in milliseconds: so ranges begin and end with one.
    static let tick: Int64 = 1000

    private var ranges = RangeSet(0..<Int64.max)

    /// What is not proven of a range, in whole milliseconds.
    func parts(of range: Range<Int64>) -> [Range<Int64>] {
        ranges.intersection(RangeSet(range)).ranges.compactMap { part in
            let (from, to) = (Self.roundUp(part.lowerBound), Self.roundUp(part.upperBound))
            return from < to ? from..<to : nil
        }
    }

    mutating func prove(_ range: Range<Int64>) { ranges.remove(contentsOf: range) }

    /// What was proven of it is so no more.
    mutating func reopen(_ range: Range<Int64>) { ranges.insert(contentsOf: range) }

    /// To a whole millisecond; what has no end keeps none.
    static func roundUp(_ ts: Int64) -> Int64 { ts == .max ? .max : (ts + tick - 1) / tick * tick }
}

extension Range<Int64> {
    /// The last millisecond of a range that ends with one.
    var lastTick: Int64 { upperBound - Unproven.tick }
}

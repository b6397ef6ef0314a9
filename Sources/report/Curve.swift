/// A series of any length in a bounded number of points: each says the lowest, the highest and the last value of its time, and how
/// far the series fell.
struct Curve: Equatable {
    struct Point: Equatable {
        /// Of its first value, microseconds.
        let ts: Int64
        var low: Double
        var high: Double
        var last: Double
        /// How far below the highest value until then, at most, as a share of that: 0 or less.
        var depth: Double
    }

    private static let limit = 2000
    private(set) var points: [Point] = []
    /// Microseconds that a point covers.
    private(set) var span: Int64 = 1_000_000
    private var peak = 0.0

    mutating func add(_ value: Double, at ts: Int64) {
        peak = max(peak, value)
        let depth = peak > 0 ? value / peak - 1 : 0
        if let last = points.last, ts / span == last.ts / span {
            let index = points.count - 1
            points[index].low = min(points[index].low, value)
            points[index].high = max(points[index].high, value)
            points[index].last = value
            points[index].depth = min(points[index].depth, depth)
            return
        }
        points.append(Point(ts: ts, low: value, high: value, last: value, depth: depth))
        if points.count > Self.limit { halve() }
    }

    /// The same, standing where nothing was added: the last value holds until the next.
    var standing: [Point] {
        var (all, peak): ([Point], Double) = ([], 0)
        for (place, point) in points.enumerated() {
            all.append(point)
            peak = max(peak, point.high)
            guard place + 1 < points.count else { break }
            let next = points[place + 1].ts
            guard next / span - point.ts / span > 1 else { continue }
            let depth = peak > 0 ? point.last / peak - 1 : 0
            all += [point.ts + span, next - 1].map {
                Point(ts: $0, low: point.last, high: point.last, last: point.last, depth: depth)
            }
        }
        return all
    }

    private mutating func halve() {
        while points.count > Self.limit / 2 {
            span *= 2
            var merged: [Point] = []
            for point in points {
                if let last = merged.last, point.ts / span == last.ts / span {
                    let index = merged.count - 1
                    merged[index].low = min(last.low, point.low)
                    merged[index].high = max(last.high, point.high)
                    merged[index].last = point.last
                    merged[index].depth = min(last.depth, point.depth)
                } else {
                    merged.append(point)
                }
            }
            points = merged
        }
    }
}

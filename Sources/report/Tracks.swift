import Records
import Statistics

/// How the conviction of trades faded: from `decision` records, of some trades, each of which is as likely to be among them.
struct Tracks: Equatable {
    struct Point: Equatable {
        /// Since the entry, in half-lives.
        let age: Double
        /// Expected return in the direction of the position, over that at the entry.
        let drift: Double
        let confidence: Double
    }

    struct Track: Equatable {
        var points: [Point] = []
        var won = false
    }

    private static let limit = 200
    private static let pointLimit = 400

    private(set) var tracks: [Track] = []
    private var count = 0
    private var open: [Int: Track] = [:]
    private var random = SeededRandom(seed: 3)

    /// - Parameter entry: of the intent that opened the position. (A decision's own `entry_drift` is that of the last
    ///   reduction.)
    mutating func take(decision record: borrowing Record, since entry: Trade.Conviction) {
        guard let age = record["age"]?.double, let halfLife = record["half_life"]?.double, halfLife > 0,
            let drift = record["drift"]?.double, entry.drift.isFinite, entry.drift != 0,
            entry.confidence.isFinite, let confidence = record["confidence"]?.double
        else { return }
        let start = Track(points: [Point(age: 0, drift: 1, confidence: entry.confidence)])
        if open[record.symbol, default: start].points.count < Self.pointLimit {
            open[record.symbol, default: start].points.append(
                Point(age: age / halfLife, drift: drift / entry.drift, confidence: confidence))
        }
    }

    mutating func end(_ symbol: Int, won: Bool) {
        guard var track = open.removeValue(forKey: symbol), track.points.count > 1 else { return }
        track.won = won
        count += 1
        if tracks.count < Self.limit { return tracks.append(track) }
        let place = Int(random.uniform() * Double(count))
        if place < Self.limit { tracks[place] = track }
    }

    static func == (a: Tracks, b: Tracks) -> Bool { a.tracks == b.tracks }
}

import Stage

/// How far the feed is behind, for a person: a line on standard error now and then, and as soon as it is far behind.
struct Lag {
    private static let interval: Int64 = 60_000_000
    private static let alarm: Int64 = 1_000_000

    private var since: Int64?
    private var most: Int64 = 0
    private var lines = 0
    private var hasWarned = false

    /// Takes note of a line; both times are of the wall clock, microseconds.
    /// - Returns: what is to be said, if it is time.
    mutating func note(received: Int64, now: Int64, conflated: Int, letGo: Int) -> String? {
        let lag = max(0, now - received)
        most = max(most, lag)
        lines += 1
        guard let since else {
            since = now
            return nil
        }
        let isLate = lag >= Self.alarm && !hasWarned
        guard isLate || now - since >= Self.interval else { return nil }
        hasWarned = lag >= Self.alarm
        defer {
            self.since = now
            most = 0
            lines = 0
        }
        return "lag \(Self.milliseconds(lag)) ms, at most \(Self.milliseconds(most)) ms over \(lines) lines; "
            + "\(conflated) quotes conflated, \(letGo) lines let go since the start"
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        "\(microseconds / 1000).\(microseconds / 100 % 10)"
    }
}

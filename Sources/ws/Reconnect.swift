/// When to try again, and when to give up.
///
/// The delay grows from half a second by half with each failure in a row, up to a minute; the first five stay below
/// 3 s. Jitter takes up to half of it away, so that many clients of one server do not come back at once. A connection
/// that was soon lost counts as one more failure: a server that takes everybody in and throws everybody out is not
/// asked twice a second.
public struct Reconnect {
    static let firstDelaySeconds = 0.5
    static let growth = 1.5
    static let longestDelaySeconds = 60.0
    /// A connection that lived as long as this ends a row of failures.
    static let settledSeconds = 10.0

    private let attempts: Int
    private let retries: Int?
    private var wasOpen = false
    /// Failures in a row, short connections among them.
    private var row = 0
    /// Attempts that failed since a connection was open.
    private var failedAttempts = 0

    /// - Parameters:
    ///   - attempts: how many may fail before the first connection.
    ///   - retries: how many may fail in a row after a connection was lost; nil: any number.
    public init(attempts: Int, retries: Int?) {
        self.attempts = attempts
        self.retries = retries
    }

    /// An attempt succeeded.
    public mutating func opened() {
        wasOpen = true
        failedAttempts = 0
    }

    /// An attempt failed.
    /// - Returns: seconds until the next one; nil to give up.
    public mutating func failed(using random: inout some RandomNumberGenerator) -> Double? {
        failedAttempts += 1
        return delay(using: &random)
    }

    /// An open connection is gone.
    /// - Parameter lifetime: how long it was open, in seconds.
    /// - Returns: seconds until the next attempt; nil to give up.
    public mutating func closed(after lifetime: Double, using random: inout some RandomNumberGenerator) -> Double? {
        if lifetime >= Self.settledSeconds { row = 0 }
        return delay(using: &random)
    }

    private mutating func delay(using random: inout some RandomNumberGenerator) -> Double? {
        let bound = wasOpen ? retries : attempts
        if let bound, failedAttempts >= bound { return nil }
        var longest = Self.firstDelaySeconds
        for _ in 0..<row where longest < Self.longestDelaySeconds { longest *= Self.growth }
        row += 1
        longest = min(longest, Self.longestDelaySeconds)
        return longest * (1 - Double.random(in: 0..<1, using: &random) / 2)
    }
}

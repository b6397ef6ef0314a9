/// Receive times that never decrease, whatever is done to the machine's clock.
public struct ReceiveClock {
    private var last: Int64 = 0

    public init() {}

    /// - Parameter now: what the clock shows, in microseconds since the Unix epoch.
    /// - Returns: the time to write.
    public mutating func time(_ now: Int64) -> Int64 {
        last = max(last, now)
        return last
    }
}

/// What time it is at the exchange, by the receive times of lines: when a line comes that says no time itself.
///
/// The receive time, less the longest way that a message took within the last two minutes: so what it says has been
/// reached by all that came. Two clocks that differ do not matter.
struct ExchangeClock {
    private static let span: Int64 = 60_000_000
    /// A message may once be faster than all others were.
    private static let allowance: Int64 = 1_000_000
    private var minute: Int64 = -1
    private var least = Int64.max
    private var leastBefore = Int64.max
    private var most = Int64.min
    private var mostBefore = Int64.min

    /// Takes note of a message, both times in microseconds.
    mutating func observe(sent ts: Int64, received: Int64) {
        if received / Self.span != minute {
            minute = received / Self.span
            leastBefore = least
            least = .max
            mostBefore = most
            most = .min
        }
        least = min(least, ts - received)
        most = max(most, ts - received)
    }

    /// The latest that it may be at the exchange when a line was received, give or take; nil before the first message.
    func latest(at received: Int64) -> Int64? {
        let offset = max(most, mostBefore)
        return offset == .min ? nil : received + offset + Self.allowance
    }

    /// The exchange's time when a line was received; nil before the first message.
    func time(at received: Int64) -> Int64? {
        let offset = min(least, leastBefore)
        return offset == .max ? nil : received + offset
    }
}

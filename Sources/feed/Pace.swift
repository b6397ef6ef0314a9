import Glibc

/// Replay by the clock: when each record is due.
struct Pace {
    private let speed: Double
    private let from: Int64
    private var origin: (event: Int64, clock: Double)?
    private var now = 0.0

    /// - Parameters:
    ///   - speed: how many seconds of the record pass in one of the clock.
    ///   - from: what comes before goes at once.
    init(speed: Double, from: Int64) {
        self.speed = speed
        self.from = from
    }

    /// How many seconds are left until the record of `ts` is due; 0 or less if none are.
    mutating func wait(until ts: Int64) -> Double {
        guard ts >= from else { return 0 }
        guard let origin else {
            now = Self.clock()
            origin = (ts, now)
            return 0
        }
        let due = origin.clock + Double(ts - origin.event) / (1e6 * speed)
        // The clock is asked only when the last answer does not do.
        if due > now { now = Self.clock() }
        return due - now
    }

    /// Seconds of the monotonic clock.
    static func clock() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

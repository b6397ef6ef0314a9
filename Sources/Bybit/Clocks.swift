import Glibc

/// Waits.
public func pause(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

/// Milliseconds of the monotonic clock.
public func monotonicMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Microseconds since the Unix epoch.
public func wallMicroseconds() -> Int64 { microseconds(CLOCK_REALTIME) }

/// Microseconds since the Unix epoch, by a clock that nobody sets: the wall clock as it was at the first call, and what has
/// passed since, sleep included.
public func steadyMicroseconds() -> Int64 { epoch + microseconds(CLOCK_BOOTTIME) }

private let epoch = wallMicroseconds() - microseconds(CLOCK_BOOTTIME)

private func microseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}

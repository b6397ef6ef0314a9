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
public func wallMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}

import Glibc

/// How a program of the pipeline waits: what is ready to go has been written before, the ending signals are let in, and
/// an output that nobody reads is an end.
public enum Waiting {
    /// Waits until `descriptor` can be read.
    /// - Parameter flush: called before the process sleeps, and before it ends for a signal.
    /// - Throws: `Failure.interrupted`, `Failure.closedOutput`, and what `flush` throws.
    public static func forInput(_ descriptor: Int32, flush: () throws -> Void) throws {
        var files = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: 1, events: 0, revents: 0),
        ]
        var ready = UnixSignals.wait(&files, timeout: timespec())
        if ready == 0 {
            try flush()
            ready = UnixSignals.wait(&files)
        }
        try endIfInterrupted(flush: flush)
        if ready > 0, files[0].revents == 0, files[1].revents & Int16(POLLERR) != 0 { throw Failure.closedOutput }
    }

    /// Sleeps, at most a second at a time.
    public static func sleep(seconds: Double, flush: () throws -> Void) throws {
        try flush()
        var files = [pollfd(fd: 1, events: 0, revents: 0)]
        let nanoseconds = Int(min(1, seconds) * 1e9)
        let ready = UnixSignals.wait(
            &files, timeout: timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000))
        try endIfInterrupted(flush: flush)
        if ready > 0, files[0].revents & Int16(POLLERR) != 0 { throw Failure.closedOutput }
    }

    /// For a program that works without waiting.
    public static func endIfInterrupted(flush: () throws -> Void) throws {
        guard let number = UnixSignals.pending else { return }
        try flush()
        throw Failure.interrupted(number)
    }
}

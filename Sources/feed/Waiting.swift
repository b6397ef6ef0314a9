import Glibc
import Stage

/// How the feed waits: what is ready to go has been written before, the ending signals are let in, and
/// an output that nobody reads is an end.
enum Waiting {
    /// Waits until `descriptor` can be read.
    /// - Parameters:
    ///   - isDrained: whether nothing is at hand, most likely.
    ///   - flush: called before the process sleeps, and before it ends for a signal.
    /// - Throws: `Failure.interrupted`, `Failure.closedOutput`, and what `flush` throws.
    static func forInput(_ descriptor: Int32, isDrained: Bool, flush: () throws -> Void) throws {
        var files = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), OutputPort.closing,
        ]
        var ready = isDrained ? 0 : UnixSignals.wait(&files, timeout: timespec())
        if ready == 0 {
            try flush()
            ready = UnixSignals.wait(&files)
        }
        try endIfInterrupted(flush: flush)
        if ready > 0, files[0].revents == 0 { try OutputPort.check(files[1]) }
    }

    /// Sleeps, at most a second at a time.
    static func sleep(seconds: Double, flush: () throws -> Void) throws {
        try flush()
        var files = [OutputPort.closing]
        let nanoseconds = Int(min(1, seconds) * 1e9)
        let ready = UnixSignals.wait(
            &files, timeout: timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000))
        try endIfInterrupted(flush: flush)
        if ready > 0 { try OutputPort.check(files[0]) }
    }

    /// For a program that works without waiting.
    static func endIfInterrupted(flush: () throws -> Void) throws {
        guard let number = UnixSignals.pending else { return }
        try flush()
        throw Failure.interrupted(number)
    }
}

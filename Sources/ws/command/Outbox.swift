import Glibc
import Stage
import Synchronization

/// What the connection's thread has to write, until the main thread writes it: bounded, because the connection is not
/// read while this is full.
final class Outbox: Sendable {
    /// From here on the connection is not read.
    static let fullBytes = 1 << 20

    private struct State {
        var lines: [UInt8] = []
        var isAnnounced = false
        var end: Failure?
        var isHandingOver = false
        var isOpened = false
    }

    private let state = Mutex(State())
    private let wakeReader: Int32
    private let wakeWriter: Int32

    /// - Throws: `Failure` if the process may open no more files.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure.refused(.temporary, "unable to open a pipe: \(errorText())") }
        (wakeReader, wakeWriter) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    /// Adds lines, to be announced when there are no more at hand: one write for all frames of a read.
    /// - Returns: whether the outbox is full now.
    func append(_ body: (inout [UInt8]) -> Void) -> Bool {
        state.withLock { state in
            body(&state.lines)
            return state.lines.count >= Self.fullBytes
        }
    }

    /// Wakes the main thread, if there is something new to write.
    func announce() {
        let isNews = state.withLock { state in
            defer { state.isAnnounced = !state.lines.isEmpty }
            return !state.lines.isEmpty && !state.isAnnounced
        }
        if isNews { wake() }
    }

    /// There will be nothing more.
    func end(_ failure: Failure) {
        state.withLock { $0.end = $0.end ?? failure }
        wake()
    }

    /// Swaps the lines for an empty buffer, whose room is used again.
    func take(_ lines: inout [UInt8]) {
        lines.removeAll(keepingCapacity: true)
        state.withLock { state in
            swap(&state.lines, &lines)
            state.isAnnounced = false
        }
    }

    var ending: Failure? { state.withLock { $0.end } }

    /// A connection was open: there is somebody to send to.
    func opened() {
        state.withLock { $0.isOpened = true }
        wake()
    }

    /// Lines of standard input are on their way to the connection.
    func handOver() { state.withLock { $0.isHandingOver = true } }

    /// They have gone to the socket, or nowhere.
    func handedOver() {
        state.withLock { $0.isHandingOver = false }
        wake()
    }

    /// Whether lines to send may be read: one read's worth of them is on the way at most, and there is room for the
    /// events that say which could not be sent.
    var wantsInput: Bool {
        state.withLock { $0.isOpened && !$0.isHandingOver && $0.lines.count < Self.fullBytes }
    }

    // MARK: - The wake-up

    /// A file to wait for along with others.
    var waking: pollfd { pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0) }

    /// After a wait: the next one sleeps again.
    func clear() {
        var bytes = [UInt8](repeating: 0, count: 256)
        while read(wakeReader, &bytes, bytes.count) == bytes.count {}
    }

    /// A full pipe wakes as well.
    private func wake() {
        var byte: UInt8 = 0
        _ = write(wakeWriter, &byte, 1)
    }
}

import Glibc
import Records
import Stage
import WsFold

/// The standard streams and the ending signals, on the main thread; the connection has the other one.
final class WsRun {
    /// More than the connection takes to close by itself, less than the second that a signal leaves.
    private static let closeLimitHundredths = 60

    private let session: Session
    private let outbox: Outbox
    private let port = OutputPort()
    private var output = Output()
    private var lines: [UInt8] = []
    private var input = LineReader(0)
    private var isInputOver = false

    init(_ session: Session) {
        self.session = session
        outbox = session.outbox
        port.unblock()
    }

    /// Runs until a signal comes, nobody reads the output any more, or the session gives up.
    /// - Throws: `Failure`, always.
    func run() throws -> Never {
        session.start()
        while true {
            do { try step() } catch Failure.interrupted(let number) {
                try close(because: "ended by signal \(number)") { try self.write() }
                throw Failure.interrupted(number)
            } catch Failure.closedOutput {
                close(because: "nobody reads the output") {}
                throw Failure.closedOutput
            }
        }
    }

    private func step() throws {
        var files = [reading, outbox.waking, OutputPort.closing]
        _ = UnixSignals.wait(&files)
        if let number = UnixSignals.pending { throw Failure.interrupted(number) }
        if files[0].revents != 0 { try readInput() }
        try OutputPort.check(files[2])
        // First the wake-up, then what it was for: so nothing that comes in between is slept over.
        outbox.clear()
        let ending = outbox.ending
        try write()
        if let ending { throw ending }
    }

    private func write() throws {
        outbox.take(&lines)
        let wasFull = lines.count >= Outbox.fullBytes
        try lines.withUnsafeBytes { bytes in
            output.pass(bytes)
            try port.flush(&output) { try self.whileBlocked() }
        }
        if wasFull { session.resume() }
    }

    /// The output is full: what is to be sent goes on.
    private func whileBlocked() throws {
        var files = [reading, pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)]
        _ = UnixSignals.wait(&files)
        if files[0].revents != 0 { try readInput() }
    }

    // MARK: - Standard input

    private var reading: pollfd {
        pollfd(fd: isInputOver || !outbox.wantsInput ? -1 : 0, events: Int16(POLLIN), revents: 0)
    }

    /// Reads once, and hands on what is whole. The end of the input ends nothing: the connection goes on.
    private func readInput() throws {
        guard let count = try input.fill() else { return }
        var texts: [[UInt8]] = []
        var refused = Refused()
        while let line = input.next() {
            if let defect = line.defect {
                refused.add(defect.malformed.problem)
            } else if line.bytes.count > RecordReader.lineLimit {
                refused.add("longer than \(RecordReader.lineLimit) bytes")
            } else if let text = Text.ofLine(line.bytes) {
                if !text.isEmpty { texts.append(text) }
            } else {
                refused.add("not UTF-8")
            }
        }
        isInputOver = count == 0
        if isInputOver, let torn = input.torn()?.defect { refused.add(torn.malformed.problem) }
        if !texts.isEmpty || !refused.events.isEmpty { session.send(texts, refused: refused.events) }
    }

    // MARK: - The end

    /// Says goodbye to the server, which has a moment to answer.
    private func close<E: Error>(because reason: String, write: () throws(E) -> Void) throws(E) {
        session.stop(because: reason)
        for _ in 0..<Self.closeLimitHundredths where outbox.ending == nil {
            var files = [outbox.waking]
            _ = UnixSignals.wait(&files, timeout: timespec(tv_sec: 0, tv_nsec: 10_000_000))
            outbox.clear()
            try write()
        }
        try write()
    }
}

/// Lines that cannot be sent: an event for those in a row that have the same reason.
private struct Refused {
    private(set) var events: [Event] = []

    mutating func add(_ reason: String) {
        if case .unsent(let lines, reason) = events.last {
            events[events.count - 1] = .unsent(lines: lines + 1, reason: reason)
        } else {
            events.append(.unsent(lines: 1, reason: reason))
        }
    }
}

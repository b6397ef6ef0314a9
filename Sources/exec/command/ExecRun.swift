import Bybit
import ExecFold
import Glibc
import Records
import Stage
import Venue

/// The run: one loop that waits for standard input, the exchange, the private stream and time, and lets none of them wait for
/// another.
final class ExecRun {
    /// While so much waits for whoever reads the output, no further line is read.
    private static let fullBytes = 1 << 20
    /// So long the end may take, microseconds.
    private static let endLimit: Int64 = 60_000_000
    /// So long of it goes to questions alone.
    private static let questionLimit: Int64 = 5_000_000

    private var executor: Executor
    private let state: State
    private var wire: Wire
    private let stream: PrivateStream
    private var input: Intake
    private var output: Output
    private var outbox: [UInt8] = []
    private var isInputOpen = true
    /// Why nothing can be written to standard output any more.
    private var outputFailure: String?
    private var isReadable = false
    private var isStreamReadable = false
    private var endBy: Int64?
    private var interruption: Int32?
    /// The `meta` record, until it is written.
    private var meta: ((Int64) -> [UInt8])?
    private var hasRead = false
    private var haltCheckedAt: Int64 = 0

    init(
        _ executor: Executor, _ state: State, _ caller: Caller, _ stream: PrivateStream, _ output: consuming Output,
        meta: @escaping (Int64) -> [UInt8]
    ) throws {
        self.executor = executor
        self.state = state
        self.stream = stream
        self.output = output
        self.meta = meta
        input = Intake(0, program: "drift-exec", meta: nil)
        do throws(RESTFailure) { wire = try Wire(caller) } catch {
            throw Failure.refused(.unavailable, "unable to reach \(caller.host.base): \(error.text)")
        }
        _ = fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK)
    }

    /// Runs to the end of standard input, or until it is asked to end.
    /// - Throws: `Failure`.
    func run() throws {
        defer { _ = fcntl(1, F_SETFL, fcntl(1, F_GETFL) & ~O_NONBLOCK) }
        do {
            while !isOver {
                try turn()
                try wait()
            }
        } catch {
            tellOpen()
            throw error
        }
        try finish()
    }

    private var isOver: Bool {
        guard let endBy else { return false }
        let now = steadyMicroseconds()
        // What is only asked, as what the account is worth, keeps the end for some seconds, not for all that it may take.
        let isQuiet = wire.isIdle || now >= endBy - Self.endLimit + Self.questionLimit
        // An exit may have come with the signal.
        let isRead = !isReadable || !isInputOpen
        return executor.isDone && isQuiet && isRead && (outbox.isEmpty || outputFailure != nil) || now >= endBy
    }

    private func turn() throws {
        let now = steadyMicroseconds()
        if now - haltCheckedAt > 100_000 {
            haltCheckedAt = now
            executor.setHalted(state.hasHaltFile)
        }
        try takeStream(at: now)
        try takeAnswers()
        executor.advance(to: now, into: &output)
        try act()
        if isReadable, isInputOpen { try takeInput() }
        flush()
    }

    // MARK: What comes

    private func takeInput() throws {
        isReadable = false
        guard let count = try input.fill() else { return }
        if count > 0 { hasRead = true }
        while input.next(&output) {
            if let meta, input.reader.record.hasTime {
                output.open(with: meta(input.reader.record.ts))
                self.meta = nil
            }
            executor.receive(input.reader, at: steadyMicroseconds(), into: &output)
            try act()
        }
        guard count == 0 else { return }
        input.end(&output)
        isInputOpen = false
        end()
    }

    private func takeStream(at now: Int64) throws {
        for event in try stream.run(at: now, offset: executor.clockOffset, isReadable: isStreamReadable) {
            switch event {
            case .frame(let frame): executor.receive(frame: frame, at: now, into: &output)
            case .isUp(let isUp): executor.setStreaming(isUp, at: now)
            }
        }
        isStreamReadable = false
        try act()
    }

    private func takeAnswers() throws {
        let now = steadyMicroseconds()
        let ended = wire.run(
            at: now, offset: executor.clockOffset, bannedUntil: executor.bannedUntil, standstill: standstill)
        for (flight, result) in ended {
            // A slow answer does not say when its time was.
            if case .success(let answer) = result, flight.request.subject == .time, now - flight.sent < 1_000_000,
                let ts = answer.ts
            {
                executor.clockOffset = ts + 500 - (flight.sent + now) / 2
            }
            executor.receive(result, of: flight.request, at: now, into: &output)
            if case .failure(.banned) = result { state.keepBan(until: executor.bannedUntil) }
        }
        try act()
    }

    /// Why what opens, and has not left, does not leave any more.
    private var standstill: String? {
        if outputFailure != nil { return "what becomes of it could not be told" }
        if interruption != nil { return "the program is about to end" }
        return executor.standstill?.reason
    }

    // MARK: What is done

    /// Does what the executor wants, in its order: nothing goes out whose entry is not in the journal.
    private func act() throws {
        guard executor.hasEffects else { return }
        // As far as the reader takes it, what is told of is not in the journal alone: after a crash it is rather told twice
        // than never.
        flush()
        let began = steadyMicroseconds()
        for effect in executor.takeEffects() {
            switch effect {
            case .keep(let entry):
                guard state.keep(entry) else { throw Failure.refused(.io, state.failure ?? "") }
            // On a slow disk what opens has waited for it; what closes is late rather than never.
            case .ask(let request): wire.add(request, at: request.mayOpen ? began : steadyMicroseconds())
            case .say(let text): tell(text)
            }
        }
        // What was added leaves now.
        try takeAnswers()
    }

    private func flush() {
        output.settle()
        // What happens before the first line comes is told at once, and behind what says who tells it.
        if !hasRead, output.count > 0, let meta {
            outbox += meta(steadyMicroseconds() + executor.clockOffset)
            self.meta = nil
        }
        output.drain { outbox.append(contentsOf: $0) }
        guard outputFailure == nil else { return outbox.removeAll() }
        var sent = 0
        while sent < outbox.count {
            let count = outbox.withUnsafeBytes { write(1, $0.baseAddress! + sent, $0.count - sent) }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                closeOutput(errno == EPIPE ? Self.unread : errorText())
                break
            }
        }
        outbox.removeFirst(sent)
    }

    private func wait() throws {
        var files = [
            pollfd(fd: wantsInput ? 0 : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: outputFailure == nil ? 1 : -1, events: Int16(outbox.isEmpty ? 0 : POLLOUT), revents: 0),
        ]
        let streamIndex = files.count
        stream.addFiles(to: &files)
        let hasStream = files.count > streamIndex
        wire.addFiles(to: &files)
        let now = steadyMicroseconds()
        let due = max(0, min(executor.nextDue, stream.nextDue, endBy ?? .max, now + 200_000) - now)
        let timeout = min(due, Int64(wire.timeoutMilliseconds ?? 200) * 1000)
        var ready = UnixSignals.wait(
            &files, timeout: timespec(tv_sec: Int(timeout / 1_000_000), tv_nsec: Int(timeout % 1_000_000) * 1000))
        if let number = UnixSignals.pending, interruption == nil {
            // The end may take longer than the second that other stages have.
            alarm(0)
            interruption = number
            // A second one ends it with no further word.
            for position in executor.held { tell("\(position) is held as the end begins") }
            for order in executor.doubts { tell("\(order) has not ended as the end begins") }
            end()
            // Interrupted, it has not been looked what is there.
            if ready < 0 { ready = poll(&files, nfds_t(files.count), 0) }
        }
        guard ready > 0 else { return }
        isReadable = files[0].revents != 0
        if files[1].revents & Int16(POLLERR) != 0, outputFailure == nil { closeOutput(Self.unread) }
        isStreamReadable = hasStream && files[streamIndex].revents != 0
    }

    private var wantsInput: Bool { isInputOpen && endBy == nil && outbox.count < Self.fullBytes }

    // MARK: The end

    private static let unread = "nobody reads it"

    /// What happens can be told no more: nothing is opened, and what is open ends as `--on-end` says.
    private func closeOutput(_ cause: String) {
        outputFailure = cause
        tell("unable to write to standard output: \(cause); nothing further is opened")
        end()
    }

    private func end() {
        guard endBy == nil else { return }
        endBy = steadyMicroseconds() + Self.endLimit
        executor.end(at: steadyMicroseconds())
    }

    /// What a person must know of an end that leaves something.
    private func tellOpen() {
        for position in executor.held { tell("\(position) is still held") }
        for order in executor.doubts { tell("\(order) has not ended, as far as is known") }
    }

    private func finish() throws {
        let isKept = state.keep(Remark.stop(at: steadyMicroseconds()))
        tell("the journal ends with \(state.head)")
        tellOpen()
        let isDone = executor.isDone
        executor.abandon(into: &output)
        flush()
        if !isDone { tell("the end came before all was known: the next start asks the exchange") }
        if let outputFailure { throw Failure.refused(.io, "unable to write to standard output: \(outputFailure)") }
        guard outbox.isEmpty else {
            throw Failure.refused(
                .io, "unable to write to standard output: \(outbox.count) bytes are not read for a minute")
        }
        guard isKept else { throw Failure.refused(.io, state.failure ?? "") }
        if !isDone { throw Failure.refused(.unavailable, "unable to end all that was begun") }
        if let interruption { throw Failure.interrupted(interruption) }
        try input.check()
    }
}

import Glibc

/// How a process ended.
struct Run {
    var output: Bytes
    var errors: Bytes
    /// As a shell reports it: 128 + n if signal n ended it.
    var status: Int
    /// The largest resident set of it and of the children it waited for.
    var peakKiB: Int
}

/// A running stage: one thread polls its three streams, so that none of them can block another.
final class StageProcess {
    /// How fast one end of a pipe is used.
    struct Pace {
        var bytes = 65_536
        var pauseSeconds = 0.0
    }

    var writing = Pace()
    /// Whether the next write waits until the stage has read the last, so that each is a read of its own.
    var writesIntoEmptyPipe = false
    var reading = Pace()
    /// Asked for more input whenever all has been written.
    var refill: (() -> Bytes)?
    private(set) var output: Bytes = []
    private(set) var errors: Bytes = []
    private(set) var hasExited = false

    private let id: pid_t
    private var streams: Streams
    private let fifo: FIFO?
    private var queue: Bytes = []
    private var position = 0
    private var closesWhenWritten = false
    private var nextWrite = 0.0
    private var nextRead = 0.0
    private var lastProgress = monotonicSeconds()
    private var isReaped = false

    init(_ command: StageCommand, _ setup: Setup) throws {
        fifo = command.wantsFIFO ? try FIFO(in: command.directory) : nil
        let text = command.shellText(arguments: setup.arguments, exports: setup.exports, fifo: fifo?.path)
        (id, streams) = try spawnShell(text, setup)
    }

    func send(_ bytes: Bytes) {
        if position == queue.count { (queue, position) = ([], 0) }
        queue += bytes
    }

    /// Ends the stage's input once all that was sent is written.
    func closeInput() { closesWhenWritten = true }

    /// Goes away as a reader.
    func closeOutput() { shut(&streams.output) }

    /// Reads nothing for a while.
    func sleepAsReader(seconds: Double) { nextRead = monotonicSeconds() + seconds }

    /// To the whole group, as a terminal and a supervisor do.
    func signal(_ number: Int32) { if !isReaped { kill(-id, number) } }

    /// Serves the streams until `condition` holds; false if it does not within the time, or can no longer.
    func run(seconds: Double, until condition: () -> Bool) -> Bool {
        let deadline = monotonicSeconds() + seconds
        while !condition() {
            if isOver || monotonicSeconds() > deadline { return condition() }
            turn()
        }
        return true
    }

    /// Ended, and everything it wrote has been read.
    var isOver: Bool { hasExited && streams.output < 0 && streams.errors < 0 }

    /// Kills what is left of the group, and only then lets go of its id, so that no other process can have it.
    func reap() -> Run {
        guard !isReaped else { preconditionFailure("a process is reaped once") }
        if !hasExited { kill(-id, SIGKILL) }
        refill = nil
        for path in [\Streams.input, \.output, \.errors] { shut(&streams[keyPath: path]) }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(id, &status, 0, &usage) < 0, errno == EINTR {}
        isReaped = true
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return Run(output: output, errors: errors, status: Int(code), peakKiB: usage.ru_maxrss)
    }

    private func turn() {
        fifo?.open()
        feed()
        let now = monotonicSeconds()
        let wantsWrite = streams.input >= 0 && position < queue.count && now >= nextWrite && mayWrite
        var polls = [
            pollfd(fd: wantsWrite ? streams.input : -1, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: now >= nextRead ? streams.output : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: streams.errors, events: Int16(POLLIN), revents: 0),
        ]
        let pauses = nextWrite > now || nextRead > now
        let waits: Int32 = writesIntoEmptyPipe && position < queue.count ? 0 : pauses ? 1 : 5
        let ready = poll(&polls, 3, waits)
        if polls[0].revents != 0 { writeSome() }
        if polls[1].revents != 0 {
            read(&streams.output, into: &output, atMost: reading.bytes)
            if reading.pauseSeconds > 0 { nextRead = monotonicSeconds() + reading.pauseSeconds }
        }
        if polls[2].revents != 0 { read(&streams.errors, into: &errors, atMost: 65_536) }
        if ready == 0 || streams.output < 0 { lookForExit() }
        // The silent writer outlives the stage's input until the stage has nothing more to say about it.
        if streams.input < 0, monotonicSeconds() - lastProgress > 0.3 { fifo?.end() }
    }

    private var mayWrite: Bool {
        guard writesIntoEmptyPipe else { return true }
        var unread: Int32 = 0
        return ioctl(streams.input, UInt(FIONREAD), &unread) != 0 || unread == 0
    }

    private func feed() {
        guard streams.input >= 0, position == queue.count else { return }
        if let refill {
            send(refill())
        } else if closesWhenWritten {
            shut(&streams.input)
            lastProgress = monotonicSeconds()
        }
    }

    private func writeSome() {
        let size = min(writing.bytes, queue.count - position)
        let count = queue.withUnsafeBytes { write(streams.input, $0.baseAddress! + position, size) }
        if count > 0 {
            position += count
            if writing.pauseSeconds > 0 { nextWrite = monotonicSeconds() + writing.pauseSeconds }
        } else if errno != EAGAIN, errno != EINTR {
            (queue, position, refill) = ([], 0, nil)
            shut(&streams.input)
        }
    }

    private func read(_ descriptor: inout Int32, into buffer: inout Bytes, atMost limit: Int) {
        let before = buffer.count
        var count = 0
        let chunk = Bytes(unsafeUninitializedCapacity: limit) { target, filled in
            count = Glibc.read(descriptor, target.baseAddress, limit)
            filled = max(0, count)
        }
        buffer += chunk
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { shut(&descriptor) }
        if buffer.count > before { lastProgress = monotonicSeconds() }
    }

    /// Sees the end without reaping, then ends the rest of the group: nothing a case started outlives it.
    private func lookForExit() {
        guard !hasExited else { return }
        var information = siginfo_t()
        let found = waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT | WNOHANG)
        guard found == 0, information.si_signo == SIGCHLD else { return }
        hasExited = true
        kill(-id, SIGKILL)
    }

    private func shut(_ descriptor: inout Int32) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}

func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

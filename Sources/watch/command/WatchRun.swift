import Glibc
import Records
import Stage
import WatchFold

/// The run: lines pass on as in any filter, and what there is to see is drawn when nothing else is to be done, or has not been for a
/// tenth of a second.
final class WatchRun {
    private static let interval: Int64 = 100_000
    /// A picture grows old though nothing comes: its lag does, and its window may have changed.
    private static let restInterval: Int64 = 1_000_000
    private static let metricsInterval: Int64 = 5_000_000

    private var input = Intake(0, program: WatchCommand.program, meta: nil)
    private var output: Output
    private let port = OutputPort()
    private let terminal: Terminal?
    private var scene = Scene()
    private var narrator = Narrator()
    private var lines = Lines()
    private var drawnAt: Int64 = 0
    private let metrics: String?
    private var metricsAt: Int64 = 0
    private var hasFailed = false
    private var isStale = false
    /// Event time of the last record, and how many bad lines of the input have been told of.
    private var time: Int64 = 0
    private var badLines = 0
    /// Whether event time was ever near the clock; that of a recording is not.
    private var isLive = false

    init(_ options: WatchOptions) throws {
        if let metrics = options.metrics {
            try WholeFile.refuse(metrics, reading: ["-"])
            try WholeFile.refusePipe(metrics)
        }
        // A terminal would show lines and picture through each other.
        output = Output(passesOn: isatty(1) == 0)
        metrics = options.metrics
        terminal = options.plain ? nil : Terminal()
    }

    func run() throws {
        defer { terminal?.leave(Screen.farewell(scene)) }
        while true {
            try wait()
            guard let count = try input.fill() else { continue }
            while input.next(&output) {
                tellBadLines()
                take()
            }
            tellBadLines()
            if count == 0 { break }
            isLive = isLive || behind.magnitude < 600
            output.settleUnlessFull(OutputPort.fullBytes)
            if output.count >= OutputPort.fullBytes { try port.flush(&output) }
            draw()
            writeMetrics()
        }
        input.end(&output)
        tellBadLines()
        try port.flush(&output)
        draw(isLast: true)
        lines.settle()
        writeMetrics(isEnd: true)
        try input.check()
    }

    /// Lines of the input that are no records: they are in what is written, and in nothing that is read.
    private func tellBadLines() {
        let more = input.badLines - badLines
        guard more > 0 else { return }
        let text = Narrator.tell(badLines: more, badLines == 0 ? input.firstBad?.problem.problem : nil, at: time)
        badLines += more
        scene.meet(badLines: more, text)
        isStale = true
        if terminal == nil { lines.say(text) }
    }

    private func take() {
        output.pass(input.reader.record)
        if input.reader.record.hasTime { time = input.reader.record.ts }
        if terminal != nil || metrics != nil { scene.take(input.reader) }
        if terminal != nil {
            isStale = true
        } else if let text = narrator.tell(input.reader) {
            lines.say(text)
        }
    }

    private func wait() throws {
        var files = [pollfd(fd: 0, events: Int16(POLLIN), revents: 0), OutputPort.closing, lines.room]
        var ready = UnixSignals.wait(&files, timeout: timespec())
        // Whoever stopped the process and lets it go on interrupts the wait too.
        while files[0].revents == 0, UnixSignals.pending == nil {
            if ready > 0 {
                try OutputPort.check(files[1])
                lines.settle()
            }
            try port.flush(&output)
            files[2] = lines.room
            ready = UnixSignals.wait(&files, timeout: timeToShow)
            draw()
            writeMetrics()
        }
        if let number = UnixSignals.pending {
            try port.flush(&output)
            throw Failure.interrupted(number)
        }
    }

    /// Until the next picture or the next metrics; nil if neither comes by itself.
    private var timeToShow: timespec? {
        let next = [
            terminal == nil ? nil : drawnAt + pause, metrics == nil ? nil : metricsAt + Self.metricsInterval,
        ]
        return next.compactMap { $0 }.min().map { next in
            let rest = max(0, next - now())
            return timespec(tv_sec: Int(rest / 1_000_000), tv_nsec: Int(rest % 1_000_000) * 1000)
        }
    }

    private var pause: Int64 { isStale ? Self.interval : Self.restInterval }

    private func draw(isLast: Bool = false) {
        guard let terminal, isLast || now() - drawnAt >= pause else { return }
        isStale = false
        drawnAt = now()
        terminal.draw { width, height, hasColour in
            Screen(width: width, height: height, hasColour: hasColour).lines(scene, lag: lag)
        }
    }

    /// Seconds from event time to the clock.
    private var behind: Double { Double(now() - scene.time) / 1e6 }

    /// The same; nil for a recording, which has no lag.
    private var lag: Double? { isLive ? behind : nil }

    /// Whole or not at all: a reader never sees half of it. What cannot be written is said once; the stream goes on.
    private func writeMetrics(isEnd: Bool = false) {
        guard let metrics, isEnd || now() - metricsAt >= Self.metricsInterval else { return }
        metricsAt = now()
        do {
            try WholeFile.write(Metrics(scene, lag: lag).text, to: metrics)
            // What collects it is somebody else.
            chmod(metrics, 0o644)
            hasFailed = false
        } catch {
            if !hasFailed, case Failure.refused(_, let text) = error {
                diagnose(WatchCommand.program, "error: \(text)")
            }
            hasFailed = true
        }
    }

    private func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

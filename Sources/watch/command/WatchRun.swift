import Glibc
import Records
import Stage
import WatchFold

/// The run: lines pass on as in any filter, and what there is to see is drawn when nothing else is to be done, or has not been for a
/// tenth of a second.
final class WatchRun {
    private static let interval: Int64 = 100_000
    private static let metricsInterval: Int64 = 5_000_000

    private var input = Intake(0, program: WatchCommand.program, meta: nil)
    private var output: Output
    private let port = OutputPort()
    private let terminal: Terminal?
    private var scene = Scene()
    private var narrator = Narrator()
    private var drawnAt: Int64 = 0
    private let metrics: String?
    private var metricsAt: Int64 = 0
    private var hasFailed = false
    private var isStale = false

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
            while input.next(&output) { take() }
            if count == 0 { break }
            output.settleUnlessFull(OutputPort.fullBytes)
            if output.count >= OutputPort.fullBytes { try port.flush(&output) }
            if now() - drawnAt >= Self.interval { draw() }
            writeMetrics()
        }
        input.end(&output)
        try port.flush(&output)
        draw()
        writeMetrics(isEnd: true)
        try input.check()
    }

    private func take() {
        output.pass(input.reader.record)
        if terminal != nil || metrics != nil { scene.take(input.reader) }
        if terminal != nil {
            isStale = true
        } else if let text = narrator.tell(input.reader) {
            say(text)
        }
    }

    private func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    private func wait() throws {
        var files = [pollfd(fd: 0, events: Int16(POLLIN), revents: 0), OutputPort.closing]
        var ready = UnixSignals.wait(&files, timeout: timespec())
        while ready == 0 {
            try port.flush(&output)
            let due = [
                isStale ? drawnAt + Self.interval : nil, metrics == nil ? nil : metricsAt + Self.metricsInterval,
            ]
            .compactMap { $0 }.min().map { max(0, $0 - now()) }
            ready = UnixSignals.wait(
                &files,
                timeout: due.map { timespec(tv_sec: Int($0 / 1_000_000), tv_nsec: Int($0 % 1_000_000) * 1000) })
            if ready == 0 {
                draw()
                writeMetrics()
            }
        }
        if let number = UnixSignals.pending {
            try port.flush(&output)
            throw Failure.interrupted(number)
        }
        if ready > 0, files[0].revents == 0 { try OutputPort.check(files[1]) }
    }

    private func draw() {
        guard let terminal, isStale else { return }
        isStale = false
        drawnAt = now()
        terminal.draw { width, height, hasColour in
            Screen(width: width, height: height, hasColour: hasColour).lines(scene, lag: lag)
        }
    }

    /// Seconds; nil for a recording, which has none.
    private var lag: Double? {
        let lag = Double(now() - scene.time) / 1e6
        return lag.magnitude < 600 ? lag : nil
    }

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

import Glibc
import LoopFold
import Records
import Stage

/// The loop's input and output: the stream on standard input, what comes back in a FIFO.
///
/// It never deadlocks: while its output is full it reads the FIFO, so the stage that writes there can go on, and with
/// it everything between.
final class LoopRun {
    private static let program = LoopCommand.program
    private var stage: LoopStage
    private let isLive: Bool
    private let fifo: Int32
    /// The writer of the FIFO has gone. What it sent before still counts; only who must wait for more ends.
    private var isReturnOver = false
    private var stream: Intake
    private var returned: Intake
    private var output = Output()
    private let port = OutputPort()

    init(path: String, options: LoopOptions, meta: @escaping (Int64) -> [UInt8]) throws {
        stage = LoopStage(options)
        isLive = options.live
        fifo = try Self.open(path)
        stream = Intake(0, program: Self.program, meta: meta)
        returned = Intake(fifo, program: Self.program, meta: nil)
        port.unblock()
    }

    /// Opens the FIFO for reading only: so its writer's end is an end of file here.
    private static func open(_ path: String) throws -> Int32 {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
            throw Failure.refused(.noInput, "unable to open \(path): not a FIFO (make one with mkfifo)")
        }
        return try UnixSignals.letIn {
            while true {
                let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
                if descriptor >= 0 { return descriptor }
                if let number = UnixSignals.pending { throw Failure.interrupted(number) }
                if errno != EINTR { throw Failure.refused(.noInput, "unable to open \(path): \(errorText())") }
            }
        }
    }

    func run() throws {
        while true {
            try waitForStream()
            guard let count = try stream.fill() else { continue }
            while Self.passOn(&stream, through: &stage, to: &output) {
                try awaitSync()
                output.pass(stream.reader.record)
                stage.pass(stream.reader.record)
            }
            if count == 0 { break }
            output.settleUnlessFull(OutputPort.fullBytes)
            if output.count >= OutputPort.fullBytes { try flush() }
        }
        stream.end(&output)
        if stage.awaited != nil { try awaitSync() }
        if isReturnOver { returned.end(&output) }
        try flush()
        let badLines = returned.badLines
        try drain()
        try stream.check()
        guard returned.badLines == badLines else {
            throw Failure.refused(.data, "unable to use lines that came back after the end of the stream")
        }
        try returned.check()
    }

    /// Lets the pipeline run dry: what still comes back has nowhere to go, but its writer must not find the FIFO closed
    /// while lines are on their way to it.
    private func drain() throws {
        close(1)
        while !isReturnOver {
            var files = [returning]
            _ = UnixSignals.wait(&files)
            if let number = UnixSignals.pending { throw Failure.interrupted(number) }
            if files[0].revents != 0 { try readReturned() }
            while returned.next(&output) {}
        }
        returned.end(&output)
    }

    /// Passes on what need not wait. Apart from the object, whose parts are checked for exclusive access each time they are
    /// touched.
    /// - Returns: whether a record was found that has to wait.
    private static func passOn(
        _ stream: inout Intake, through stage: inout LoopStage, to output: inout Output
    ) -> Bool {
        while stream.next(&output) {
            if stage.mustWait(stream.reader.record) { return true }
            output.pass(stream.reader.record)
            stage.pass(stream.reader.record)
        }
        return false
    }

    /// Inserts what came back, up to the awaited `sync`; live, all of it.
    private func insert() {
        while isLive || stage.awaited != nil, returned.next(&output) {
            guard stage.mayReturn(returned.reader.record) else {
                let problem = Malformed("an intent to open comes from the gate, not back from behind it", at: 0)
                returned.refuse(problem, &output)
                continue
            }
            output.pass(returned.reader.record)
            stage.insert(returned.reader.record)
        }
        output.settle()
    }

    private func awaitSync() throws {
        while true {
            insert()
            guard stage.awaited != nil else { return }
            try flush()
            try requireWriter()
            var files = [returning, OutputPort.closing]
            _ = UnixSignals.wait(&files)
            try heed(files)
        }
    }

    /// Waits for the stream; live, what comes back goes in meanwhile.
    private func waitForStream() throws {
        while true {
            var files = [returning, OutputPort.closing, pollfd(fd: 0, events: Int16(POLLIN), revents: 0)]
            // Where the writer has gone it must be known that nothing is at hand: what is, goes on.
            if stream.isDrained && !isReturnOver || UnixSignals.wait(&files, timeout: timespec()) == 0 {
                let (hasWritten, wasOver) = (output.count > 0, isReturnOver)
                try flush()
                // While the output was full the writer may have gone.
                if isReturnOver, !wasOver { continue }
                try requireWriter()
                _ = UnixSignals.wait(&files, haveBeenLetIn: hasWritten)
            }
            if files[2].revents != 0 { files[1].revents = 0 }
            try heed(files)
            if isLive { insert() }
            if files[2].revents != 0 { return }
        }
    }

    /// Ignored by a wait once the writer has gone, which would wake it for ever.
    private var returning: pollfd { pollfd(fd: isReturnOver ? -1 : fifo, events: Int16(POLLIN), revents: 0) }

    private func requireWriter() throws {
        if isReturnOver { throw Failure.refused(.unavailable, "unable to close the loop: its writer has gone") }
    }

    /// Reads what came back, and ends where the process was asked to, or where nobody is left to write or to read.
    /// - Parameter files: `returning` and `closing`, after a wait.
    private func heed(_ files: [pollfd]) throws {
        if let number = UnixSignals.pending {
            try flush()
            throw Failure.interrupted(number)
        }
        if files[0].revents != 0 { try readReturned() }
        try OutputPort.check(files[1])
    }

    private func readReturned() throws {
        if try returned.fill() == 0 { isReturnOver = true }
    }

    /// Writes the output; while it is full, reads what comes back.
    private func flush() throws {
        try port.flush(&output) { [self] in
            var files = [returning, pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)]
            _ = UnixSignals.wait(&files)
            if files[0].revents != 0 { try readReturned() }
        }
    }
}

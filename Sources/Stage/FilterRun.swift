import Glibc
import Records

/// The run loop of a filter: standard input through a fold to standard output.
///
/// Output is written before the process waits for input: large writes under load, one line at once when it is quiet.
public struct FilterRun<Fold: StageFold & ~Copyable>: ~Copyable {
    private var fold: Fold
    private var input: Intake
    private var output: Output
    private let port = OutputPort()
    /// Kept, as a read would else allocate it.
    private var files = [pollfd(fd: 0, events: Int16(POLLIN), revents: 0), OutputPort.closing]

    /// - Parameters:
    ///   - name: the program's, as in its `bad` records and diagnostics.
    ///   - only: whether the lines that are read stay out of the output.
    ///   - meta: the stage's `meta` record, given the time of the first record.
    public init(name: String, fold: consuming Fold, only: Bool, meta: @escaping (Int64) -> [UInt8]) {
        self.fold = fold
        input = Intake(0, program: name, meta: meta)
        output = Output(passesOn: !only)
    }

    /// Runs to the end of the input.
    /// - Throws: `Failure`.
    public consuming func run() throws {
        while true {
            try waitForInput()
            guard let count = try input.fill() else { continue }
            while input.next(&output) { fold.receive(input.reader, into: &output) }
            if count == 0 { break }
            output.settleUnlessFull(OutputPort.fullBytes)
            if output.count >= OutputPort.fullBytes { try port.flush(&output) }
        }
        input.end(&output)
        fold.finish(input.reader, into: &output)
        try port.flush(&output)
        try input.check()
    }

    private mutating func waitForInput() throws {
        var ready = input.isDrained ? 0 : UnixSignals.wait(&files, timeout: timespec())
        if ready == 0 {
            let hasWritten = output.count > 0
            try port.flush(&output)
            ready = UnixSignals.wait(&files, haveBeenLetIn: hasWritten)
        }
        if let number = UnixSignals.pending {
            try port.flush(&output)
            throw Failure.interrupted(number)
        }
        if ready > 0, files[0].revents == 0 { try OutputPort.check(files[1]) }
    }
}

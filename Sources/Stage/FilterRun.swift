import Records

/// The run loop of a filter: standard input through a fold to standard output.
///
/// Output is written before the process waits for input: large writes under load, one line at once when it is quiet.
public struct FilterRun<Fold: StageFold>: ~Copyable {
    private let name: String
    private var fold: Fold
    private var lines = LineReader(0)
    private var reader = RecordReader()
    private var output: Output
    private let port = OutputPort()
    private var preamble: ((Int64) -> [UInt8])?
    private var lastTime: Int64 = 0
    private var badLines = 0
    private var firstBadLine = 0

    /// - Parameters:
    ///   - name: the program's, as in its `bad` records and diagnostics.
    ///   - only: whether the lines that are read stay out of the output.
    ///   - meta: the stage's `meta` record, given the time of the first record.
    public init(name: String, fold: Fold, only: Bool, meta: @escaping (Int64) -> [UInt8]) {
        self.name = name
        self.fold = fold
        output = Output(passesOn: !only)
        preamble = meta
    }

    /// Runs to the end of the input.
    /// - Throws: `Failure`.
    public mutating func run() throws {
        while true {
            try waitForInput()
            guard let count = try lines.fill() else { continue }
            while let line = lines.next() { receive(line) }
            if count == 0 { break }
            output.settleUnlessFull(OutputPort.fullBytes)
            if output.count >= OutputPort.fullBytes { try port.flush(&output) }
        }
        if let torn = lines.torn() { receive(torn) }
        fold.finish(reader, into: &output)
        try port.flush(&output)
        guard badLines == 0 else {
            throw Failure.refused(
                .data, "unable to use \(badLines) of the lines read, first line \(firstBadLine): see the bad records")
        }
    }

    @inline(__always)
    private mutating func receive(_ line: LineReader.Line) {
        do throws(Malformed) {
            if let defect = line.defect { throw defect }
            try reader.read(line.bytes)
        } catch {
            badLines += 1
            if badLines == 1 { firstBadLine = line.number }
            output.bad(
                stage: name, ts: lastTime, line: line.number, offset: line.offset, problem: error,
                line: line.defect == nil ? UnsafeRawBufferPointer(rebasing: line.bytes.dropLast()) : line.bytes)
            return
        }
        if reader.record.hasTime {
            lastTime = reader.record.ts
            if let preamble {
                output.open(with: preamble(lastTime))
                self.preamble = nil
            }
        }
        fold.receive(reader, into: &output)
    }

    private mutating func waitForInput() throws {
        try Waiting.forInput(0) { try port.flush(&output) }
    }
}

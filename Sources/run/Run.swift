import FeedFold
import Records
public import ReportFold
import Stage

/// One run of the pipeline in this process, from the files to the report.
public enum Run {
    /// - Parameter audit: where the stream is written, all of it; nil to write it nowhere.
    /// - Throws: `Failure`.
    public static func report(_ plan: Plan, audit: AuditFile? = nil) throws -> Summary {
        let options = plan.report.options
        try audit?.refuse(plan.feed.options.inputs)
        let chain = Chain(plan, into: Recorder(options, audit))
        var feed = try FeedStage(plan.feed.options, into: ChainOutlet(chain), meta: plan.feed.meta)
        try feed.run()
        try audit?.finish()
        return Summary(feed.outlet.chain.recorder.audit, options)
    }
}

/// The feed's end: the chain.
struct ChainOutlet: FeedOutlet, ~Copyable {
    private(set) var chain: Chain
    private var meta: [UInt8]?

    init(_ chain: consuming Chain) { self.chain = chain }

    mutating func open(with meta: [UInt8]) { self.meta = meta }

    @inline(__always)
    mutating func pass(_ line: UnsafeMutablePointer<FoundLine>) throws {
        try chain.take(line)
        if meta != nil { try passMeta() }
    }

    @inline(never)
    private mutating func passMeta() throws {
        guard let meta else { return }
        self.meta = nil
        try RecordReader.withPadding(meta) { try chain.take($0) }
    }

    mutating func makeWay() throws {
        // The chain need not wait or write for hours.
        UnixSignals.letIn()
        try flush()
    }

    mutating func flush() throws {
        if let number = UnixSignals.pending { throw Failure.interrupted(number) }
    }

    mutating func finish() throws { try chain.finish() }
}

/// The end of the chain: the report reads the stream, and it is written down, if somebody wants it.
struct Recorder: ~Copyable {
    private(set) var audit: Audit
    private let file: AuditFile?
    private var output = Output()

    init(_ options: ReportOptions, _ file: AuditFile?) {
        audit = Audit(options)
        self.file = file
    }

    /// Takes the record that `reader` has read last: it may be overwritten then.
    mutating func take(_ reader: borrowing RecordReader) throws {
        audit.take(reader)
        guard let file else { return }
        output.pass(reader.record)
        output.settle()
        if output.count >= OutputPort.fullBytes { try file.write(&output) }
    }

    mutating func finish() throws {
        audit.finish()
        try file?.write(&output)
    }
}

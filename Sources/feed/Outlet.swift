public import Records
public import Stage

/// Where the merged lines go.
public protocol FeedOutlet: ~Copyable {
    /// The stage's `meta` record, to stand right behind the next line.
    mutating func open(with meta: [UInt8])

    /// Takes the next line: it lies where it is until `makeWay` is called, and what was found in it until the next line is taken.
    mutating func pass(_ line: UnsafeMutablePointer<FoundLine>) throws

    /// What was passed on may lie where the next read goes.
    mutating func makeWay() throws

    /// Lets go of all: the feed is about to wait.
    mutating func flush() throws

    /// No more lines.
    mutating func finish() throws
}

/// Standard output, or another descriptor.
public struct PipeOutlet: FeedOutlet, ~Copyable {
    private let port: OutputPort
    private var output = Output()

    public init(_ port: OutputPort = OutputPort()) { self.port = port }

    public mutating func open(with meta: [UInt8]) { output.open(with: meta) }

    public mutating func pass(_ line: UnsafeMutablePointer<FoundLine>) throws {
        output.pass(line.pointee.bytes)
        if output.count >= OutputPort.fullBytes { try flush() }
    }

    public mutating func makeWay() throws {
        output.settleUnlessFull(OutputPort.fullBytes)
        if output.count >= OutputPort.fullBytes { try flush() }
    }

    public mutating func finish() throws { try flush() }

    public mutating func flush() throws {
        try port.flush(&output)
        try Waiting.endIfInterrupted {}
    }
}

import Records
public import Stage

/// Runs a fold over lines in memory: lines in, lines out, as the run loop would.
public struct Rehearsal<Fold: StageFold & ~Copyable>: ~Copyable {
    private var fold: Fold
    private var reader = RecordReader()
    private var output: Output

    /// - Parameter only: whether the output leaves out the lines that are passed on.
    public init(_ fold: consuming Fold, only: Bool = true) {
        self.fold = fold
        output = Output(passesOn: !only)
    }

    /// Feeds one line, without its LF; returns the lines that came out.
    public mutating func receive(_ line: String) throws -> [String] {
        try withPaddedLine(line) { bytes in
            try reader.read(bytes)
            fold.receive(reader, into: &output)
            output.settle()
        }
        return drained()
    }

    public mutating func receive(_ lines: [String]) throws -> [String] {
        var derived: [String] = []
        for line in lines { derived += try receive(line) }
        return derived
    }

    public mutating func finish() -> [String] {
        fold.finish(reader, into: &output)
        return drained()
    }

    private mutating func drained() -> [String] {
        var bytes: [UInt8] = []
        output.drain { bytes.append(contentsOf: $0) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Lends a line as the reader wants it: with its LF and readable bytes behind.
public func withPaddedLine<Result>(_ line: some Sequence<UInt8>, _ body: (UnsafeRawBufferPointer) throws -> Result)
    rethrows -> Result
{
    try RecordReader.withPadding(Array(line) + [10], body)
}

public func withPaddedLine<Result>(_ line: String, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
{
    try withPaddedLine(line.utf8, body)
}

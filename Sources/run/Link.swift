import Glibc
import Records
import Stage

/// A stage in the chain: its fold, and what it has written of its own and nobody has taken yet.
struct Link<Fold: StageFold & ~Copyable>: ~Copyable {
    private var fold: Fold
    /// The stage's `meta` record, until its first record with a time has been read.
    private var meta: ((Int64) -> [UInt8])?
    private var output = Output(passesOn: false)

    init(_ fold: consuming Fold, meta: @escaping (Int64) -> [UInt8]) {
        self.fold = fold
        self.meta = meta
    }

    /// Takes the record that `reader` has read last, as the run loop of a filter would.
    /// - Returns: whether the stage has anything to say.
    @inline(__always)
    mutating func receive(_ reader: borrowing RecordReader) -> Bool {
        if meta != nil, reader.record.hasTime { open(reader.record.ts) }
        fold.receive(reader, into: &output)
        return output.count > 0
    }

    mutating func finish(_ reader: borrowing RecordReader) { fold.finish(reader, into: &output) }

    @inline(never)
    private mutating func open(_ ts: Int64) {
        if let meta { output.open(with: meta(ts)) }
        meta = nil
    }

    /// What the stage has written: whole lines, there until it receives something again; and how much of it comes before
    /// the record that it received.
    mutating func take() -> (lines: Lines, before: Lines) {
        let written = output.written()
        let split = output.passedAt
        output.removeAll()
        return (
            Lines(UnsafeRawBufferPointer(rebasing: written[split...])),
            Lines(UnsafeRawBufferPointer(rebasing: written[..<split]))
        )
    }

    /// All that the stage has written since the last call; there until it receives something again.
    mutating func takeAll() -> UnsafeRawBufferPointer {
        let written = output.written()
        output.removeAll()
        return written
    }
}

/// Whole lines, one after the other.
struct Lines: Sequence, IteratorProtocol {
    private var rest: UnsafeRawBufferPointer

    init(_ text: UnsafeRawBufferPointer) { rest = text }

    var isEmpty: Bool { rest.isEmpty }

    /// With its LF.
    mutating func next() -> UnsafeRawBufferPointer? {
        guard let start = rest.baseAddress, let feed = memchr(start, 10, rest.count) else { return nil }
        let count = UnsafeRawPointer(feed) - start + 1
        let line = UnsafeRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return line
    }
}

public import Records

/// What a stage does, without the world: a pure function of its options and of the records it receives. No clock, no
/// file, no randomness, no environment; the run loop around it reads, writes and flushes.
public protocol StageFold: ~Copyable {
    /// Takes the record that `input` has read last: passes it on and writes what follows from it. What was due at an
    /// earlier instant comes before it, all else right behind.
    mutating func receive(_ input: borrowing RecordReader, into out: inout Output)

    /// The end of the stream.
    mutating func finish(_ input: borrowing RecordReader, into out: inout Output)
}

extension StageFold where Self: ~Copyable {
    public mutating func finish(_ input: borrowing RecordReader, into out: inout Output) {}
}

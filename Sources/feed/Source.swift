import Records

/// Where lines come from: a file, standard input, or the made-up market.
class Source {
    /// For diagnostics.
    final let name: String
    /// What was read and has not gone out.
    final var held: ReorderBuffer
    /// Whether nothing more will come.
    final var isFinished = false
    /// Why not, if it was not the end of the input.
    final var failure: (any Error)?
    final var faults = Faults()

    init(name: String, reorderMicroseconds: Int64) {
        self.name = name
        held = ReorderBuffer(reorderMicroseconds: reorderMicroseconds)
    }

    /// What to wait for before `fill`; nil if there is still something at hand to `take`.
    var awaited: Int32? { nil }

    /// Whether `awaited` most likely has nothing to read.
    var isDrained: Bool { false }

    /// Reads once from what was awaited. Lines that went out are overwritten: they must have been written.
    func fill() throws {}

    /// Moves what is at hand to `held`, or a part of it.
    func take() {}

    /// No more lines: what is held may go.
    final func end(_ failure: (any Error)? = nil) {
        isFinished = true
        self.failure = failure
        held.finish()
    }
}

/// The lines of one source that are no records.
struct Faults {
    private(set) var count = 0
    private(set) var firstLine = 0

    mutating func note(_ line: Int) {
        if count == 0 { firstLine = line }
        count += 1
    }
}

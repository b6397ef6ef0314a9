import Glibc
public import Records

/// The records of one input, in their order. A line that is none is not dropped: it becomes a `bad` record in the
/// output, and is counted.
public struct Intake: ~Copyable {
    /// Holds the record that `next` found.
    public private(set) var reader = RecordReader()
    private let program: String
    private var lines: LineReader
    private var lastTime: Int64 = 0
    /// Lines of this file that were no records so far.
    public private(set) var badLines = 0
    /// The first of them, and what is wrong with it.
    public private(set) var firstBad: (line: Int, problem: Malformed)?
    private var meta: ((Int64) -> [UInt8])?
    /// Of the record that `next` found: which line it is, and where it begins.
    private var place = (number: 0, offset: 0)

    /// - Parameters:
    ///   - program: the stage's name in `bad` records.
    ///   - meta: the stage's `meta` record, given the time of the first record; nil to write none.
    public init(_ descriptor: Int32, program: String, meta: ((Int64) -> [UInt8])?) {
        lines = LineReader(descriptor)
        self.program = program
        self.meta = meta
    }

    /// Goes on with another file of the same stream: symbols keep their numbers, lines are counted anew.
    public mutating func go(on descriptor: Int32, name: String) {
        lines = LineReader(descriptor, name: name)
        (badLines, firstBad) = (0, nil)
    }

    /// Where the record that `next` found stands, from 1.
    public var line: Int { place.number }

    /// See `LineReader`.
    public var isDrained: Bool { lines.isDrained }

    /// Reads once; see `LineReader.fill`. What the output took from here must be settled.
    public mutating func fill() throws -> Int? { try lines.fill() }

    /// Finds the next record of what was read.
    /// - Returns: whether there was one.
    @inline(__always)
    public mutating func next(_ output: inout Output) -> Bool {
        if reader.readTick(lines.ahead) {
            note(lines.pass(reader.record.bytes.count), &output)
            return true
        }
        while let line = lines.next() {
            if accept(line, &output) { return true }
        }
        return false
    }

    /// The record that `next` found must not stand here: it is treated as a line that is none.
    public mutating func refuse(_ problem: Malformed, _ output: inout Output) {
        let line = LineReader.Line(
            bytes: reader.record.bytes, number: place.number, offset: place.offset)
        refuse(line, problem, &output)
    }

    /// The end of the input: a line without LF is torn and never acted on.
    public mutating func end(_ output: inout Output) {
        if let torn = lines.torn() { _ = accept(torn, &output) }
    }

    /// - Throws: `Failure` with status 65 if a line was no record.
    public func check() throws {
        guard let firstBad else { return }
        throw Failure.refused(
            .data, "unable to use \(badLines) of the lines read, first line \(firstBad.line): see the bad records")
    }

    @inline(__always)
    private mutating func accept(_ line: LineReader.Line, _ output: inout Output) -> Bool {
        do throws(Malformed) {
            if let defect = line.defect { throw defect.malformed }
            try reader.read(line.bytes)
        } catch {
            refuse(line, error, &output)
            return false
        }
        note((line.number, line.offset), &output)
        return true
    }

    /// Takes note of the record at hand.
    @inline(__always)
    private mutating func note(_ place: (number: Int, offset: Int), _ output: inout Output) {
        self.place = place
        guard reader.record.hasTime else { return }
        lastTime = reader.record.ts
        if meta != nil { writeMeta(&output) }
    }

    @inline(never)
    private mutating func refuse(_ line: LineReader.Line, _ problem: Malformed, _ output: inout Output) {
        badLines += 1
        if badLines == 1 { firstBad = (line.number, problem) }
        let isWhole = line.bytes.last == 10
        output.bad(
            stage: program, ts: lastTime, line: line.number, offset: line.offset, problem: problem,
            line: isWhole ? UnsafeRawBufferPointer(rebasing: line.bytes.dropLast()) : line.bytes)
    }

    @inline(never)
    private mutating func writeMeta(_ output: inout Output) {
        guard let meta else { return }
        output.open(with: meta(lastTime))
        self.meta = nil
    }
}

import FeedFold
import GateFold
import LoopFold
import PaperFold
import RebalanceFold
import Records
import SignalFold
import Stage

/// The stages behind the feed, back to back in one process: the records go from one to the next as the pipes would carry them,
/// in the same order, so that what arrives at the end is the same bytes.
///
/// A line of the feed is read once, for all stages; what a stage derives is read as the next one would read it. The loop
/// is the order of `LoopStage`: what rebalance says waits until the loop would insert it.
struct Chain: ~Copyable {
    private var reader: RecordReader
    /// Hold what goes first, so that the record at hand need not be read again: what signal puts before it, and what the loop
    /// inserts.
    private var readerAhead: RecordReader
    private var readerOfReturned: RecordReader
    private var signal: Link<SignalStage>
    private var loop: LoopStage
    private var loopMeta: ((Int64) -> [UInt8])?
    private var gate: Link<GateStage>
    private var paper: Link<PaperStage>
    private var rebalance: Link<RebalanceStage>
    /// What rebalance has said and the loop has not inserted yet.
    private var returned: [UInt8] = []
    private var insertedCount = 0
    private(set) var recorder: Recorder

    init(_ plan: Plan, into recorder: consuming Recorder) {
        reader = RecordReader()
        readerAhead = RecordReader(beside: reader)
        readerOfReturned = RecordReader(beside: reader)
        signal = Link(SignalStage(plan.signal.options), meta: plan.signal.meta)
        loop = LoopStage(plan.loop.options)
        loopMeta = plan.loop.meta
        gate = Link(GateStage(plan.gate.options), meta: plan.gate.meta)
        paper = Link(PaperStage(plan.paper.options), meta: plan.paper.meta)
        rebalance = Link(RebalanceStage(plan.rebalance.options), meta: plan.rebalance.meta)
        self.recorder = recorder
    }

    /// Takes a line of the feed, with what the feed has found in it.
    /// - Throws: what is wrong with it in this stream, and the feed could not know; and what the recorder throws.
    @inline(__always)
    mutating func take(_ line: UnsafeMutablePointer<FoundLine>) throws {
        do throws(Malformed) { try reader.take(line) } catch {
            throw Failure.refused(
                .data, "unable to use the market: \(error.problem) in all of it; choose with --symbols")
        }
        try throughSignal()
    }

    /// Takes a line that nobody has read.
    mutating func take(_ line: UnsafeRawBufferPointer) throws {
        try reader.read(line)
        try throughSignal()
    }

    @inline(__always)
    private mutating func throughSignal() throws {
        guard signal.receive(reader) else { return try throughLoop() }
        let (after, before) = signal.take()
        if !before.isEmpty {
            swap(&reader, &readerAhead)
            defer { swap(&reader, &readerAhead) }
            try sendThroughLoop(before)
        }
        try throughLoop()
        try sendThroughLoop(after)
    }

    /// The end of the feed.
    mutating func finish() throws {
        signal.finish(reader)
        try sendThroughLoop(signal.take().lines)
        try awaitSync()
        // The loop has ended: what comes back now goes nowhere.
        gate.finish(reader)
        try sendThroughPaper(gate.take().lines)
        paper.finish(reader)
        try sendThroughEnd(paper.take().lines)
        try recorder.finish()
    }

    // MARK: From stage to stage: what the reader has read last

    @inline(__always)
    private mutating func throughLoop() throws {
        if loop.mustWait(reader.record) { try awaitSync() }
        let (hasTime, ts) = (reader.record.hasTime, reader.record.ts)
        loop.pass(reader.record)
        try throughGate()
        if hasTime, let meta = loopMeta {
            loopMeta = nil
            try RecordReader.withPadding(meta(ts)) { line in
                try reader.read(line)
                try throughGate()
            }
        }
    }

    /// Inserts what has come back, up to the `sync` of the last signal, if that has not been.
    private mutating func awaitSync() throws {
        swap(&reader, &readerOfReturned)
        defer { swap(&reader, &readerOfReturned) }
        while loop.awaited != nil {
            if insertedCount == returned.count { takeReturned() }
            let (text, start) = (returned, insertedCount)
            try text.withUnsafeBytes { bytes in
                let end = bytes.count - RecordReader.padding
                var lines = Lines(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                while loop.awaited != nil, let line = lines.next() {
                    insertedCount += line.count
                    try reader.read(line)
                    loop.insert(reader.record)
                    try throughGate()
                }
                if insertedCount == end { insertedCount = bytes.count }
            }
        }
    }

    /// The lines of rebalance, with padding behind them.
    private mutating func takeReturned() {
        let lines = rebalance.takeAll()
        precondition(!lines.isEmpty, "rebalance has not answered a signal")
        returned = Array(lines) + Array(repeating: 0, count: RecordReader.padding)
        insertedCount = 0
    }

    @inline(__always)
    private mutating func throughGate() throws {
        guard gate.receive(reader) else { return try throughPaper() }
        let (after, _) = gate.take()
        try throughPaper()
        try sendThroughPaper(after)
    }

    @inline(__always)
    private mutating func throughPaper() throws {
        guard paper.receive(reader) else { return try throughEnd() }
        let (after, _) = paper.take()
        try throughEnd()
        try sendThroughEnd(after)
    }

    @inline(__always)
    private mutating func throughEnd() throws {
        try recorder.take(reader)
        _ = rebalance.receive(reader)
    }

    // MARK: What a stage has derived

    private mutating func sendThroughLoop(_ lines: Lines) throws {
        for line in lines {
            try reader.read(line)
            try throughLoop()
        }
    }

    private mutating func sendThroughPaper(_ lines: Lines) throws {
        for line in lines {
            try reader.read(line)
            try throughPaper()
        }
    }

    private mutating func sendThroughEnd(_ lines: Lines) throws {
        for line in lines {
            try reader.read(line)
            try throughEnd()
        }
    }
}

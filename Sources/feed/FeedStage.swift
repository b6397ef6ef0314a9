import Records
import Stage

/// The feed: sources merged by time into one stream of market records.
///
/// It is an end of the pipeline, where the world comes in, so it owns its files and its clock; what it writes is
/// still a function of its options and the bytes of its files alone.
public struct FeedStage<Outlet: FeedOutlet & ~Copyable>: ~Copyable {
    private let sources: [Source]
    public private(set) var outlet: Outlet
    private var meta: ((Int64) -> [UInt8])?
    private var pace: Pace?
    private var progress = Progress()
    private var time: Int64 = 0

    /// - Parameters:
    ///   - meta: the stage's `meta` record, given the time of the first record.
    /// - Throws: `Failure` if a file cannot be read.
    public init(
        _ options: FeedOptions, into outlet: consuming Outlet, meta: @escaping (Int64) -> [UInt8]
    ) throws {
        self.outlet = outlet
        self.meta = meta
        pace = options.speed.map { Pace(speed: $0, from: Int64(options.from?.rawValue ?? 0)) }
        if let seed = options.synthetic {
            sources = [SyntheticSource(seed: seed, options)]
        } else {
            sources = try options.inputs.map { try FileSource($0, options) }
        }
    }

    /// Runs to the end of all sources.
    /// - Throws: `Failure`; what was in order by then has been written.
    public mutating func run() throws {
        defer { progress.clear() }
        do {
            try merge()
            try outlet.finish()
        } catch Failure.closedOutput {
            throw Failure.closedOutput
        } catch Failure.refused(.io, let text) {
            // No end may follow: a part of the lines has gone out, and a chain has stopped in the midst of a record.
            throw Failure.refused(.io, text)
        } catch {
            try outlet.finish()
            throw error
        }
        try reportFaults()
    }

    /// Writes the earliest line that any source has due, until none is left; at the same time, that of the source
    /// named first.
    private mutating func merge() throws {
        while true {
            for source in sources where !source.held.hasDue { try refill(source) }
            var first: Source?
            var bound = Int64.max
            for source in sources where source.held.hasDue {
                let place = source.held.nextPlace
                guard let leader = first else {
                    first = source
                    continue
                }
                if place < leader.held.nextPlace {
                    // The leader is named first, so it may go at the same time.
                    bound = min(bound, leader.held.nextPlace)
                    first = source
                } else {
                    bound = min(bound, place == .max ? place : place + 1)
                }
            }
            guard let first else { return }
            try emit(&first.held, before: bound)
        }
    }

    /// Reads until the source has a line due, or is at its end.
    private mutating func refill(_ source: Source) throws {
        while !source.held.hasDue, !source.isFinished {
            try outlet.makeWay()
            if let descriptor = source.awaited {
                try Waiting.forInput(descriptor, isDrained: source.isDrained) { try outlet.flush() }
                try source.fill()
            }
            source.take()
            progress.show(time: time, share: Self.share(of: sources))
        }
        if !source.held.hasDue, let failure = source.failure { throw failure }
    }

    private mutating func emit(_ held: inout ReorderBuffer, before bound: Int64) throws {
        while let line = held.pop(before: bound) {
            if line.pointee.hasTime {
                if meta != nil { open(line.pointee.ts) }
                if pace != nil { try wait(until: line.pointee.ts) }
                time = line.pointee.ts
            }
            try outlet.pass(line)
        }
    }

    private mutating func open(_ ts: Int64) {
        if let meta { outlet.open(with: meta(ts)) }
        meta = nil
    }

    /// Waits until a record is due by the clock.
    private mutating func wait(until ts: Int64) throws {
        while let seconds = pace?.wait(until: ts), seconds > 0 {
            progress.show(time: time, share: Self.share(of: sources))
            try Waiting.sleep(seconds: seconds) { try outlet.flush() }
        }
    }

    // MARK: What a person wants to know

    private static func share(of sources: [Source]) -> Double? {
        if let market = sources.first as? SyntheticSource { return market.share }
        let files = sources.compactMap { $0 as? FileSource }
        let whole = files.reduce(0) { $0 + $1.size }
        guard whole > 0, files.allSatisfy({ $0.size > 0 }) else { return nil }
        return Double(files.reduce(0) { $0 + ($1.isFinished ? $1.size : $1.position) }) / Double(whole)
    }

    private func reportFaults() throws {
        let count = sources.reduce(0) { $0 + $1.faults.count }
        guard let first = sources.first(where: { $0.faults.count > 0 }) else { return }
        throw Failure.refused(
            .data,
            "unable to use \(count) of the lines read, first line \(first.faults.firstLine) of \(first.name): "
                + "see the bad records")
    }
}

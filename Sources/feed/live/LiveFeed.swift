import Bybit
import Glibc
import Records
public import Stage

/// The live door: lines of `drift-ws` on standard input, REST, and the clock come in here and become one stream of lines;
/// all else is `LiveMarket`, which a recording of the lines gives the same records again.
public final class LiveFeed {
    private let port: OutputPort
    private let client: RESTClient
    private let input: Int32
    private var lines: LineReader
    private var isAtEnd = false
    private var backlog = Backlog()
    private var fetcher: Fetcher
    private var recording: Recording?
    private var reader = FrameReader()
    private var market: LiveMarket!
    private var output = Output()
    private var meta: ((Int64) -> [UInt8])?
    private var lag = Lag()
    private var faults = Faults()
    /// A line could not be read: trades are to be asked for before the next one. It may have been the fetcher's own.
    private var hasMissed = false
    private var lineNumber = 0
    private var offset = 0

    /// - Parameter meta: the stage's `meta` record, given the time of the first record.
    /// - Throws: `Failure`.
    public init(
        _ options: FeedOptions, input: Int32 = 0, output port: OutputPort = OutputPort(),
        meta: @escaping (Int64) -> [UInt8]
    ) throws {
        self.port = port
        self.meta = meta
        self.input = input
        lines = LineReader(input, lineLimit: FrameLine.limit)
        recording = try options.record.map { try Recording($0) }
        do throws(RESTFailure) { client = try RESTClient(options.restUrl.host) } catch {
            throw Self.unreachable(options.restUrl.host, error)
        }
        fetcher = Fetcher(
            symbols: options.symbolNames, makerFee: options.makerFee, takerFee: options.takerFee,
            backfillSeconds: options.backfill.rawValue,
            ask: { [client] (path, query) throws(RESTFailure) in
                // A signal need not wait for the exchange.
                try UnixSignals.letIn { () throws(RESTFailure) in try client.ask(path, query: query) }
            }, now: wallMicroseconds)
        market = LiveMarket { [unowned self] bytes, ts, _, _ in pass(bytes, ts) }
        port.unblock()
    }

    private static func unreachable(_ host: Host, _ failure: RESTFailure) -> Failure {
        .refused(.unavailable, "unable to reach \(host.base): \(failure.text)")
    }

    /// Runs to the end of standard input.
    /// - Throws: `Failure`; what was taken by then has been written.
    public func run() throws {
        do {
            try start()
            try takeAll()
            market.finish()
            try flush()
        } catch Failure.closedOutput {
            try recording?.flush()
            throw Failure.closedOutput
        } catch {
            market.finish()
            try flush()
            throw error
        }
        guard faults.count > 0 else { return }
        throw Failure.refused(
            .data,
            "unable to use \(faults.count) of the lines read, first line \(faults.firstLine): see the bad records")
    }

    private func start() throws {
        do {
            try fetcher.start { try take(own: $0) }
        } catch let failure as RESTFailure {
            throw Self.unreachable(client.host, failure)
        } catch let unknown as UnknownInstrument {
            throw Failure.refused(.usage, "unable to trade \(unknown.symbol): \(client.host.base) does not know it")
        }
    }

    private func takeAll() throws {
        while true {
            if let line = backlog.next(now: wallMicroseconds()) {
                try handle(own: line)
            } else if let line = lines.next() {
                try handle(line.bytes)
            } else if isAtEnd {
                if let torn = lines.torn() { try take(torn.bytes, torn.defect) }
                return
            } else {
                try Waiting.forInput(input, isDrained: lines.isDrained) { try flush() }
                isAtEnd = try lines.fill() == 0
            }
            if output.count >= OutputPort.fullBytes || recording?.isFull ?? false { try flush() }
        }
    }

    // MARK: Lines

    /// A line that lies in the input; what it calls for is asked first.
    private func handle(_ bytes: UnsafeRawBufferPointer) throws {
        if hasMissed { fetcher.miss() }
        hasMissed = false
        let doubted = market.takeDoubt()
        if !doubted.isEmpty { fetcher.miss(of: doubted) }
        let content = UnsafeRawBufferPointer(rebasing: bytes.dropLast())
        guard let (received, line) = try? reader.read(content) else { return try take(bytes, nil) }
        if fetcher.isNeeded(before: line) {
            // To ask takes time: what there is goes out, and the input may be overwritten meanwhile.
            return try Array(bytes).withUnsafeBytes { copy in
                let content = UnsafeRawBufferPointer(rebasing: copy.dropLast())
                let (_, line) = try reader.read(content)
                try flush()
                try fetcher.fetch(before: line, received: received) { try take(own: $0) }
                try take(copy, nil)
            }
        }
        market.receive(line, received: received)
        recorded(bytes)
        report(received)
    }

    private func handle(own line: [UInt8]) throws {
        try line.withUnsafeBytes { try handle($0) }
    }

    private func take(own line: [UInt8]) throws { try line.withUnsafeBytes { try take($0, nil) } }

    /// Gives a line to the market, or writes why it is none.
    private func take(_ bytes: UnsafeRawBufferPointer, _ defect: LineReader.Defect?) throws {
        do throws(Malformed) {
            if let defect { throw defect.malformed }
            let (received, line) = try reader.read(UnsafeRawBufferPointer(rebasing: bytes.dropLast()))
            market.receive(line, received: received)
        } catch { refuse(bytes, error) }
        recorded(bytes)
    }

    private func recorded(_ bytes: UnsafeRawBufferPointer) {
        recording?.add(bytes)
        lineNumber += 1
        offset += bytes.count
        for notice in market.takeNotices() { diagnose("drift-feed", notice) }
    }

    /// Numbers and offsets are those of the recording, so that its replay says the same.
    private func refuse(_ bytes: UnsafeRawBufferPointer, _ problem: Malformed) {
        market.miss()
        hasMissed = true
        faults.note(lineNumber + 1)
        output.bad(
            stage: "drift-feed", ts: market.time, line: lineNumber + 1, offset: offset, problem: problem,
            line: bytes.last == 10 ? UnsafeRawBufferPointer(rebasing: bytes.dropLast()) : bytes)
    }

    private func pass(_ record: UnsafeRawBufferPointer, _ ts: Int64) {
        if let meta { output.open(with: meta(ts)) }
        meta = nil
        output.pass(record)
        output.settle()
    }

    private func report(_ received: Int64) {
        let text = lag.note(
            received: received, now: wallMicroseconds(), conflated: backlog.conflated, letGo: backlog.overrunLines)
        if let text { diagnose("drift-feed", text) }
    }

    // MARK: Output

    /// Writes the recording, then the records. While nobody takes them, lines that come in join the backlog.
    private func flush() throws {
        try recording?.flush()
        try port.flush(&output) { [self] in
            while let line = lines.next() { backlog.add(line.bytes) }
            var files = [
                pollfd(fd: 1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: isAtEnd ? -1 : input, events: Int16(POLLIN), revents: 0),
            ]
            _ = UnixSignals.wait(&files)
            if files[1].revents != 0 { isAtEnd = try lines.fill() == 0 }
        }
        try Waiting.endIfInterrupted {}
    }
}

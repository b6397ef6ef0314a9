import Records
import Stage

/// A file or standard input, of any format.
final class FileSource: Source {
    /// Rows are written in batches of so many, so that what a window of input becomes stays small.
    private static let batchLines = 512

    private let options: FeedOptions
    private let reorder: Int64
    private let isMarketOnly: Bool
    private let input: InputFile
    private var lines: LineReader
    private var reader = RecordReader()
    private var selection: Selection
    private var format: Format?
    /// Reads a format that is not the pipeline's own.
    private var rows: (any RowFormat)?
    private var rowSymbols = SymbolTable()
    /// Reads lines of the live feed.
    private var market: LiveMarket?
    private var frames = FrameReader()
    private var scratch = Output()
    private var lateness: Lateness
    private var hasLinesAtHand = false
    private var isAtEnd = false
    /// The time read last, for what has none.
    private var lastTime: Int64 = 0

    init(_ path: String, _ options: FeedOptions) throws {
        let name = path == "-" ? "standard input" : path
        self.options = options
        input = try InputFile(path)
        lines = LineReader(input.descriptor)
        selection = Selection(options)
        isMarketOnly = options.marketOnly
        lateness = Lateness(file: name, mode: options.onDisorder)
        reorder = options.reorderMicroseconds(isStream: path == "-")
        super.init(name: name, reorderMicroseconds: reorder)
        if let format = options.format { try use(format) }
    }

    var size: Int64 { input.size }
    var position: Int64 { input.position }

    override var awaited: Int32? { hasLinesAtHand || isAtEnd ? nil : input.descriptor }

    override var isDrained: Bool { lines.isDrained }

    override func fill() throws {
        held.settle()
        guard let count = try lines.fill() else { return }
        hasLinesAtHand = true
        isAtEnd = count == 0
    }

    override func take() {
        if format == .records { takeRecords() } else { takeRows() }
        if failure != nil { return end(failure) }
        if isAtEnd, !hasLinesAtHand, !isFinished { finish() }
    }

    private func takeRecords() {
        hasLinesAtHand = false
        while let (line, problem) = Self.takeInOrder(&lines, &reader, &selection, &lateness, &lastTime, into: &held) {
            guard receive(line, problem) else { return }
        }
    }

    /// Takes lines as long as they are wanted records of the market, in time: nearly all of a file. Apart from the
    /// object, whose parts are checked for exclusive access each time they are touched.
    /// - Returns: the first line that is something else, and what is wrong with it; nil if no line is left.
    private static func takeInOrder(
        _ lines: inout LineReader, _ reader: inout RecordReader, _ selection: inout Selection,
        _ lateness: inout Lateness, _ lastTime: inout Int64, into held: inout ReorderBuffer
    ) -> (LineReader.Line, Malformed?)? {
        while true {
            let room = held.room
            if reader.readTick(lines.ahead, into: room) {
                let place = lines.pass(room.pointee.bytes.count)
                guard takeInOrder(reader, &selection, &lateness, &lastTime, into: &held) else {
                    return (LineReader.Line(bytes: room.pointee.bytes, number: place.number, offset: place.offset), nil)
                }
            } else {
                guard let line = lines.next() else { return nil }
                if let problem = read(line, &reader, into: room) { return (line, problem) }
                guard reader.record.kind.isMarket, reader.record.hasTime,
                    takeInOrder(reader, &selection, &lateness, &lastTime, into: &held)
                else { return (line, nil) }
            }
        }
    }

    /// Takes a record of the market that was read into the room of `held`.
    /// - Returns: whether it is wanted, and in time.
    @inline(__always)
    private static func takeInOrder(
        _ reader: borrowing RecordReader, _ selection: inout Selection, _ lateness: inout Lateness,
        _ lastTime: inout Int64, into held: inout ReorderBuffer
    ) -> Bool {
        let ts = reader.record.ts
        guard selection.admits(reader), held.admits(ts), !lateness.hasDropped else { return false }
        lastTime = ts
        lateness.note(ts)
        held.addMarket()
        return true
    }

    /// - Returns: what is wrong with the line.
    @inline(__always)
    private static func read(
        _ line: LineReader.Line, _ reader: inout RecordReader, into room: UnsafeMutablePointer<FoundLine>
    ) -> Malformed? {
        do throws(Malformed) {
            if let defect = line.defect { throw defect.malformed }
            try reader.read(line.bytes, into: room)
            return nil
        } catch { return error }
    }

    private func takeRows() {
        held.settle()
        for _ in 0..<Self.batchLines {
            guard let line = lines.next() else {
                hasLinesAtHand = false
                return
            }
            if format == nil { recognise(line) }
            if failure != nil { return }
            if rows == nil && market == nil || line.bytes.first == UInt8(ascii: "{") {
                guard receive(line, Self.read(line, &reader, into: held.room)) else { return }
            } else {
                receive(row: line)
            }
            if failure != nil || isFinished || format == .records { return }
        }
    }

    private func finish() {
        if let torn = lines.torn() { refuse(torn, torn.defect!.malformed) }
        rows?.finish(symbols: &rowSymbols) { deliver($0, $1) }
        market?.finish()
        if let failure { return end(failure) }
        if let bars = rows as? Bars, bars.lacksSpan {
            return end(
                Failure.refused(.data, "unable to tell how long the bars of \(name) are: say it with --span SECONDS"))
        }
        writeGap()
        do {
            try input.finish()
            end()
        } catch { end(error) }
    }

    // MARK: Formats

    private func recognise(_ line: LineReader.Line) {
        if Format.isExchangeMessage(line.bytes) {
            failure = Failure.refused(
                .data,
                "unable to read \(name): it holds messages of an exchange, not records; a recording has the receive time in "
                    + "nanoseconds and a space before each")
            return
        }
        guard line.defect == nil, let found = Format.recognise(content(line)) else {
            guard line.number == Format.recognitionLines else { return }
            if input.descriptor == 0 {
                format = .records
            } else {
                failure = Failure.refused(
                    .data, "unable to recognise the format of \(name) in \(line.number) lines: say it with --format")
            }
            return
        }
        do { try use(found) } catch { failure = error }
    }

    private func use(_ format: Format) throws {
        self.format = format
        switch format {
        case .records: rows = nil
        case .frames: rows = Frames()
        case .bybitFrames:
            lines.lineLimit = FrameLine.limit
            market = LiveMarket { [unowned self] in deliver($0, $1, $2, $3) }
        case .bybitTrades: rows = BybitTrades()
        case .binanceTrades, .binanceAggTrades:
            rows = BinanceTrades(symbol: try fileSymbol(), isAggregated: format == .binanceAggTrades)
        case .bars: rows = Bars(spanSeconds: options.span)
        }
    }

    private func fileSymbol() throws -> String {
        if let symbol = BinanceTrades.symbol(ofFile: name) { return symbol }
        let names = options.symbolNames
        guard names.count == 1 else {
            throw Failure.refused(
                .data, "unable to tell the symbol of \(name): name the file SYMBOL-trades-DATE.csv or give --symbols")
        }
        return names[0]
    }

    /// A line without its line end, which may be CR LF.
    private func content(_ line: LineReader.Line) -> UnsafeRawBufferPointer {
        var count = line.bytes.count - 1
        if count > 0, line.bytes[count - 1] == 0x0D { count -= 1 }
        return UnsafeRawBufferPointer(rebasing: line.bytes[..<count])
    }

    // MARK: Lines

    /// Takes what the reader has read last.
    /// - Returns: false if reading ends here.
    private func receive(_ line: LineReader.Line, _ problem: Malformed?) -> Bool {
        if let problem {
            refuse(line, problem)
            return true
        }
        guard reader.record.kind.isMarket, reader.record.hasTime else {
            receiveDerived()
            return true
        }
        let ts = reader.record.ts
        lastTime = ts
        guard selection.admits(reader) else { return passOver(ts) }
        guard held.admits(ts) else {
            let symbol = reader.record.symbol
            return late(ts, symbol < 0 ? nil : reader.symbols.name(symbol), line.number)
        }
        if lateness.hasDropped {
            writeGap()
            // The gap has taken the room that the line was read into.
            _ = Self.read(line, &reader, into: held.room)
        }
        lateness.note(ts)
        held.addMarket()
        return true
    }

    /// What other stages wrote moves no time.
    private func receiveDerived() {
        if isMarketOnly { return }
        if reader.record.hasTime {
            lastTime = reader.record.ts
            guard selection.admits(reader) else { return }
        }
        held.addDerived()
    }

    private func receive(row line: LineReader.Line) {
        do throws(Malformed) {
            if let defect = line.defect { throw defect.malformed }
            if let market {
                let (received, frame) = try frames.read(content(line))
                return market.receive(frame, received: received)
            }
            try rows!.read(content(line), number: line.number, symbols: &rowSymbols) { deliver($0, $1) }
        } catch { refuse(line, error) }
    }

    /// Takes a record of the live market.
    private func deliver(_ record: UnsafeRawBufferPointer, _ ts: Int64, _ kind: RecordKind, _ name: [UInt8]?) {
        guard failure == nil, !isFinished else { return }
        lastTime = ts
        let symbol = name.flatMap { $0.withUnsafeBytes { rowSymbols.number(of: $0) } } ?? -1
        guard selection.admits(ts, kind, symbol, named: { rowSymbols.name($0) }) else {
            _ = passOver(ts)
            return
        }
        held.add(copying: record, marketTime: ts)
    }

    private func deliver(_ row: MarketRow, _ symbols: SymbolTable) {
        guard failure == nil, !isFinished else { return }
        lastTime = row.ts
        guard selection.admits(row.ts, row.kind, row.symbol, named: { symbols.name($0) }) else {
            _ = passOver(row.ts)
            return
        }
        let name = symbols.name(row.symbol)
        guard held.admits(row.ts, nanoseconds: row.nanoseconds) else {
            _ = late(row.ts, name, row.line)
            return
        }
        if lateness.hasDropped { writeGap() }
        lateness.note(row.ts)
        row.write(symbol: name, into: &scratch)
        scratch.drain { held.add(copying: $0, marketTime: row.ts, nanoseconds: row.nanoseconds) }
    }

    /// A record that is not wanted still tells the time: past `--to` there is nothing more to come.
    /// - Returns: false if reading ends here.
    private func passOver(_ ts: Int64) -> Bool {
        held.advance(to: min(ts, selection.to))
        guard ts >= selection.to, ts - selection.to >= reorder else { return true }
        writeGap()
        end()
        return false
    }

    // MARK: What is wrong

    private func refuse(_ line: LineReader.Line, _ problem: Malformed) {
        faults.note(line.number)
        market?.miss()
        scratch.bad(
            stage: "drift-feed", ts: lastTime, line: line.number, offset: line.offset, problem: problem,
            line: line.defect == nil ? UnsafeRawBufferPointer(rebasing: line.bytes.dropLast()) : line.bytes)
        scratch.drain { held.add(copying: $0, marketTime: nil) }
    }

    private func late(_ ts: Int64, _ symbol: [UInt8]?, _ line: Int) -> Bool {
        if lateness.isOtherSymbol(symbol) { writeGap() }
        failure = lateness.record(ts, symbol, line: line, latest: held.latestTime)
        return failure == nil
    }

    private func writeGap() {
        let ts = held.latestTime
        guard lateness.writeGap(ts: ts, into: &scratch) else { return }
        scratch.drain { held.add(copying: $0, marketTime: nil) }
    }
}

import Records

/// WebSocket frames as they came: `<receive time> <frame>` a line, the frame a message of Binance's combined streams
/// (`{"stream":...,"data":{...}}`) or a single one. Trades, aggregated trades and best quotes are read; depth and what
/// is unknown is passed over, as a recording holds whatever was subscribed to.
///
/// The record is stamped with the receive time, not the exchange's: that is when it could be acted on.
struct Frames: RowFormat {
    private let envelope = Scanner()
    private let message = Scanner()

    /// A reader that a copyable format can hold.
    private final class Scanner {
        var object = ObjectReader()
    }

    mutating func read(
        _ line: UnsafeRawBufferPointer, number: Int, symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void
    ) throws(Malformed) {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), let time = Self.receiveTime(line[..<space]) else {
            throw Malformed("no receive time", at: 0)
        }
        try Self.reading(line, from: space + 1, envelope)
        let stream = envelope.object["stream"]
        var start = space + 1
        var fields = envelope
        if stream != nil, let data = envelope.object["data"], data.isObject {
            start = data.text.baseAddress! - line.baseAddress!
            guard Self.isRead(stream) else { return }
            try Self.reading(UnsafeRawBufferPointer(rebasing: line[..<(start + data.text.count)]), from: start, message)
            fields = message
        }
        guard let kind = Self.kind(fields.object["e"], stream) else { return }
        let frame = Frame(line: line, start: start, time: time, number: number)
        if kind == .quote {
            yield(try frame.quote(fields.object, &symbols), symbols)
        } else if fields.object["X"]?.equals("MARKET") ?? true {
            // What the insurance fund or a deleveraging took over was never offered in the book.
            yield(try frame.trade(fields.object, &symbols), symbols)
        }
    }

    private static func reading(
        _ line: UnsafeRawBufferPointer, from start: Int, _ scanner: Scanner
    ) throws(Malformed) {
        do throws(Malformed) {
            try scanner.object.read(UnsafeRawBufferPointer(rebasing: line[start...]))
        } catch { throw Malformed(error.problem, at: start + error.at) }
    }

    /// Nanoseconds or, below 10^17, microseconds; as microseconds and what is beyond.
    static func receiveTime(_ text: Slice<UnsafeRawBufferPointer>) -> (ts: Int64, nanoseconds: Int64)? {
        guard (15...19).contains(text.count), text.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        let value = text.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 48) }
        let (ts, rest) = value < 100_000_000_000_000_000 ? (value, 0) : value.quotientAndRemainder(dividingBy: 1000)
        return ts < 1 << 53 ? (Int64(ts), Int64(rest)) : nil
    }

    /// Whether a stream can hold what is read: the rest need not be scanned twice.
    private static func isRead(_ stream: RecordValue?) -> Bool {
        guard let text = stream?.text else { return true }
        return !text.contains(UInt8(ascii: "@")) || text.hasSuffix("rade\"") || text.hasSuffix("bookTicker\"")
    }

    /// What a message is. The quotes of the spot market name their kind only in the stream.
    private static func kind(_ event: RecordValue?, _ stream: RecordValue?) -> RecordKind? {
        guard let event else { return stream?.text.hasSuffix("@bookTicker\"") ?? false ? .quote : nil }
        if event.equals("bookTicker") { return .quote }
        return event.equals("trade") || event.equals("aggTrade") ? .trade : nil
    }
}

/// One frame: turns the values of its message into a row.
private struct Frame {
    let line: UnsafeRawBufferPointer
    let start: Int
    let time: (ts: Int64, nanoseconds: Int64)
    let number: Int

    func trade(_ object: borrowing ObjectReader, _ symbols: inout SymbolTable) throws(Malformed) -> MarketRow {
        guard let buyerIsMaker = object["m"]?.bool else { throw Malformed("trade without m", at: start) }
        let price = try decimal(object, "p", isPositive: true)
        let quantity = try decimal(object, "q")
        return MarketRow(
            kind: .trade, ts: time.ts, nanoseconds: time.nanoseconds, symbol: try symbol(object, &symbols),
            side: buyerIsMaker ? .sell : .buy, numbers: [price, quantity, .none, .none, .none], line: number)
    }

    func quote(_ object: borrowing ObjectReader, _ symbols: inout SymbolTable) throws(Malformed) -> MarketRow {
        let bid = try decimal(object, "b", isPositive: true)
        let bidQuantity = try decimal(object, "B")
        let ask = try decimal(object, "a", isPositive: true)
        let askQuantity = try decimal(object, "A")
        return MarketRow(
            kind: .quote, ts: time.ts, nanoseconds: time.nanoseconds, symbol: try symbol(object, &symbols),
            numbers: [bid, bidQuantity, ask, askQuantity, .none], line: number)
    }

    private func symbol(_ object: borrowing ObjectReader, _ symbols: inout SymbolTable) throws(Malformed) -> Int {
        let text = try quoted(object, "s")
        return try symbols.number(ofForeign: text, at: offset(text))
    }

    /// A number that the exchange writes as a string.
    private func decimal(
        _ object: borrowing ObjectReader, _ key: StaticString, isPositive: Bool = false
    ) throws(Malformed) -> Decimal {
        let text = try quoted(object, key)
        return try Decimal(text, key, at: offset(text), isPositive: isPositive)
    }

    private func quoted(
        _ object: borrowing ObjectReader, _ key: StaticString
    ) throws(Malformed) -> UnsafeRawBufferPointer {
        guard let value = object[key] else { throw Malformed("message without \(key)", at: start) }
        guard value.isString else { throw Malformed("\(key) is not a string", at: offset(value.text)) }
        return UnsafeRawBufferPointer(rebasing: value.text.dropFirst().dropLast())
    }

    private func offset(_ text: UnsafeRawBufferPointer) -> Int { text.baseAddress! - line.baseAddress! }
}

extension UnsafeRawBufferPointer {
    fileprivate func hasSuffix(_ literal: StaticString) -> Bool {
        literal.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
    }
}

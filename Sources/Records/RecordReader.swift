/// Reads lines into records: by a checked fast path where a tick or a bar stands in the writers' own order, else by the strict
/// general scanner. Both accept the same records; the fast path accepts fewer spellings of them.
public struct RecordReader: ~Copyable {
    /// The longest line, without its LF.
    public static let lineLimit = 65_536
    /// What must be readable behind a line: the fast path compares eight bytes at a time.
    public static let padding = 64

    /// The record read last.
    public private(set) var record: Record
    /// The reader's own, for lines that nobody keeps.
    private let own: UnsafeMutablePointer<FoundLine>
    private let names: Names
    /// Apart from the reader, which so is no more than a few pointers: it is lent for each line.
    private let rooms: UnsafeMutablePointer<Rooms>

    /// The symbols of a stream, which several readers may read.
    private final class Names {
        let table = UnsafeMutablePointer<SymbolTable>.allocate(capacity: 1)

        init() { table.initialize(to: SymbolTable()) }

        deinit {
            table.deinitialize(count: 1)
            table.deallocate()
        }
    }

    private struct Rooms: ~Copyable {
        var scanner = JSONScanner()
        /// The two symbols that the fast path met last, the latest first: a stream seldom names more.
        var keys = (SymbolKey.none, SymbolKey.none)
    }

    public init() { self.init(Names()) }

    /// Another reader of the same stream: the two hold a record each, and number its symbols together.
    public init(beside other: borrowing RecordReader) { self.init(other.names) }

    private init(_ names: Names) {
        self.names = names
        rooms = .allocate(capacity: 1)
        rooms.initialize(to: Rooms())
        own = .allocate(capacity: 1)
        own.initialize(to: FoundLine())
        record = Record(own)
    }

    deinit {
        own.deallocate()
        rooms.deinitialize(count: 1)
        rooms.deallocate()
    }

    public var symbols: SymbolTable {
        _read { yield names.table.pointee }
    }

    private var found: UnsafeMutablePointer<FoundLine> { record.found }

    /// Reads one line into `record`.
    /// - Parameter bytes: the line with its LF, its only one, followed by `padding` readable bytes.
    /// - Throws: what is wrong with a line that is no record.
    @inline(__always)
    public mutating func read(_ bytes: UnsafeRawBufferPointer) throws(Malformed) { try read(bytes, into: own) }

    /// Reads one line into a room of the caller's, which is `record` until something is read again.
    @inline(__always)
    public mutating func read(
        _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutablePointer<FoundLine>
    ) throws(Malformed) {
        if readTick(bytes.baseAddress!, into: room) { return }
        found.pointee.bytes = bytes
        try readAny()
    }

    /// Reads the line that begins there into `record`, if it is a tick or a bar in the writers' own order: its end need not be
    /// known.
    /// - Parameter start: what is known of the line ends with its LF or a byte of 0, followed by `padding` readable bytes.
    @inline(__always)
    public mutating func readTick(_ start: UnsafeRawPointer) -> Bool { readTick(start, into: own) }

    /// The same, into a room of the caller's.
    @inline(__always)
    public mutating func readTick(_ start: UnsafeRawPointer, into room: UnsafeMutablePointer<FoundLine>) -> Bool {
        record = Record(room)
        let text = start.assumingMemoryBound(to: UInt8.self)
        guard word(text) == word(#"{"type":"#) else { return false }
        let type = word(text + 8)
        if type == word(#""quote","#) { return readQuote(text) }
        if type == word(#""trade","#) { return readTrade(text) }
        if type == word(#""mark","t"#) { return readMark(text) }
        if type == word(#""bar","t"#) { return readBar(text) }
        return false
    }

    /// Takes over a line that another reader has read and somebody has kept: it is `record` until something is read again.
    /// - Parameter line: followed by `padding` readable bytes. What was found in a tick or a bar is left as it is, but for the
    ///   symbol's number, as each stream has its own; any other line is read.
    /// - Throws: what is wrong with a line that is no record.
    @inline(__always)
    public mutating func take(_ line: UnsafeMutablePointer<FoundLine>) throws(Malformed) {
        guard line.pointee.isWhole else { return try read(line.pointee.bytes) }
        let text = line.pointee.bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
        // Behind the type, as `readTick` knows it, and the time.
        var i =
            switch line.pointee.kind {
            case .bar: 14 + 22
            case .mark: 15 + 22
            default: 16 + 22
            }
        guard let symbol = symbol(text, &i) else { return try read(line.pointee.bytes) }
        line.pointee.symbol = symbol
        record = Record(line)
    }

    // MARK: The fast path

    /// `{"type":"trade","ts":1,"sym":"BTCUSDT","px":1,"qty":1,"side":"buy"}`, perhaps with an `id` of plain characters
    private mutating func readTrade(_ text: UnsafePointer<UInt8>) -> Bool {
        var i = 16
        guard let ts = time(text, &i), let symbol = symbol(text, &i) else { return false }
        guard let price = positive(#""px":"#, text, &i), let quantity = nonNegative(#","qty":"#, text, &i),
            match(text, &i, #","side":""#)
        else { return false }
        let side: Side
        if match(text, &i, #"buy""#) {
            side = .buy
        } else if match(text, &i, #"sell""#) {
            side = .sell
        } else {
            return false
        }
        if text[i] == UInt8(ascii: ","), !skipPlainIdentifier(text, &i) { return false }
        guard ends(text, &i) else { return false }
        accept(.trade, text, i, ts, symbol)
        found.pointee.side = side
        found.pointee.values.0 = price
        found.pointee.values.1 = quantity
        return true
    }

    /// `{"type":"quote","ts":1,"sym":"BTCUSDT","bid":1,"bid_qty":1,"ask":1,"ask_qty":1}`
    private mutating func readQuote(_ text: UnsafePointer<UInt8>) -> Bool {
        var i = 16
        guard let ts = time(text, &i), let symbol = symbol(text, &i) else { return false }
        guard let bid = positive(#""bid":"#, text, &i), let bidQuantity = nonNegative(#","bid_qty":"#, text, &i),
            let ask = positive(#","ask":"#, text, &i), let askQuantity = nonNegative(#","ask_qty":"#, text, &i),
            ends(text, &i)
        else { return false }
        accept(.quote, text, i, ts, symbol)
        found.pointee.values.0 = bid
        found.pointee.values.1 = bidQuantity
        found.pointee.values.2 = ask
        found.pointee.values.3 = askQuantity
        return true
    }

    /// `{"type":"mark","ts":1,"sym":"BTCUSDT","mark":1,"index":1}`, perhaps without `index`
    private mutating func readMark(_ text: UnsafePointer<UInt8>) -> Bool {
        var i = 15
        guard let ts = time(text, &i), let symbol = symbol(text, &i) else { return false }
        guard let mark = positive(#""mark":"#, text, &i) else { return false }
        var index = Number.zero
        if match(text, &i, #","index":"#) {
            guard let number = Number.scan(padded: text, &i) else { return false }
            index = number
        }
        guard ends(text, &i) else { return false }
        accept(.mark, text, i, ts, symbol)
        found.pointee.values.0 = mark
        found.pointee.values.1 = index
        return true
    }

    /// `{"type":"bar","ts":1,"sym":"BTCUSDT","span":60,"open":1,"high":1,"low":1,"close":1,"volume":1}`
    private mutating func readBar(_ text: UnsafePointer<UInt8>) -> Bool {
        var i = 14
        guard let ts = time(text, &i), let symbol = symbol(text, &i) else { return false }
        guard let span = positive(#""span":"#, text, &i), let open = positive(#","open":"#, text, &i),
            let high = positive(#","high":"#, text, &i), let low = positive(#","low":"#, text, &i),
            let close = positive(#","close":"#, text, &i), let volume = nonNegative(#","volume":"#, text, &i),
            ends(text, &i)
        else { return false }
        accept(.bar, text, i, ts, symbol)
        found.pointee.values.0 = open
        found.pointee.values.1 = high
        found.pointee.values.2 = low
        found.pointee.values.3 = close
        found.pointee.values.4 = volume
        found.pointee.values.5 = span
        return true
    }

    /// A key and an exact number above 0.
    @inline(__always)
    private func positive(_ key: StaticString, _ text: UnsafePointer<UInt8>, _ i: inout Int) -> Number? {
        guard match(text, &i, key), let number = Number.scan(padded: text, &i), number.isExact, number.mantissa > 0
        else { return nil }
        return number
    }

    /// A key and an exact number of 0 or more.
    @inline(__always)
    private func nonNegative(_ key: StaticString, _ text: UnsafePointer<UInt8>, _ i: inout Int) -> Number? {
        guard match(text, &i, key), let number = Number.scan(padded: text, &i), number.isExact, number.mantissa >= 0
        else { return nil }
        return number
    }

    /// The end of the object and of its line, which may be no longer than others.
    @inline(__always)
    private func ends(_ text: UnsafePointer<UInt8>, _ i: inout Int) -> Bool {
        guard text[i] == UInt8(ascii: "}"), text[i + 1] == 10, i < Self.lineLimit else { return false }
        i += 2
        return true
    }

    @inline(__always)
    private mutating func accept(
        _ kind: RecordKind, _ text: UnsafePointer<UInt8>, _ count: Int, _ ts: Int64, _ symbol: Int
    ) {
        found.pointee.bytes = UnsafeRawBufferPointer(start: text, count: count)
        found.pointee.kind = kind
        found.pointee.hasTime = true
        found.pointee.hasBest = false
        found.pointee.ts = ts
        found.pointee.symbol = symbol
        found.pointee.members = UnsafeBufferPointer(start: nil, count: 0)
    }

    /// `"ts":1,` of sixteen digits: every time since 2001
    @inline(__always)
    private func time(_ text: UnsafePointer<UInt8>, _ i: inout Int) -> Int64? {
        guard match(text, &i, #""ts":"#), text[i] != UInt8(ascii: "0") else { return nil }
        let high = Digits.word(text + i), low = Digits.word(text + i + 8)
        guard Digits.others(high) | Digits.others(low) == 0, text[i + 16] == UInt8(ascii: ",") else { return nil }
        let value = Digits.value(high, bits: 64) &* 100_000_000 &+ Digits.value(low, bits: 64)
        guard value < 1 << 53 else { return nil }
        i += 17
        return Int64(truncatingIfNeeded: value)
    }

    /// `"sym":"BTCUSDT",` of printable ASCII, if the stream has named it before
    @inline(__always)
    private mutating func symbol(_ text: UnsafePointer<UInt8>, _ i: inout Int) -> Int? {
        guard match(text, &i, #""sym":""#) else { return nil }
        if rooms.pointee.keys.0.stands(at: text + i) {
            i += rooms.pointee.keys.0.count
            return rooms.pointee.keys.0.symbol
        }
        if rooms.pointee.keys.1.stands(at: text + i) {
            i += rooms.pointee.keys.1.count
            return rooms.pointee.keys.1.symbol
        }
        return otherSymbol(text, &i)
    }

    @inline(never)
    private mutating func otherSymbol(_ text: UnsafePointer<UInt8>, _ i: inout Int) -> Int? {
        let first = i
        while text[i] > 0x20, text[i] < 0x7F, text[i] != UInt8(ascii: "\""), text[i] != UInt8(ascii: "\\") { i += 1 }
        guard i > first, i - first <= SymbolTable.nameLimit, text[i] == UInt8(ascii: "\""),
            text[i + 1] == UInt8(ascii: ",")
        else { return nil }
        let name = UnsafeRawBufferPointer(start: text + first, count: i - first)
        i += 2
        // One that is new gets its number when the whole line has been found to be a record, on the general path.
        guard let number = names.table.pointee.find(name) else { return nil }
        if let key = SymbolKey(text + first, count: i - first, symbol: number) {
            rooms.pointee.keys = (key, rooms.pointee.keys.0)
        }
        return number
    }

    /// `,"id":"..."` of printable ASCII, or `,"id":1`
    private func skipPlainIdentifier(_ text: UnsafePointer<UInt8>, _ i: inout Int) -> Bool {
        guard match(text, &i, #","id":"#) else { return false }
        guard text[i] == UInt8(ascii: "\"") else { return Number.scan(text, &i) != nil }
        i += 1
        while text[i] >= 0x20, text[i] < 0x7F, text[i] != UInt8(ascii: "\""), text[i] != UInt8(ascii: "\\") { i += 1 }
        i += 1
        return text[i - 1] == UInt8(ascii: "\"")
    }

    // MARK: The general path

    @inline(never)
    private mutating func readAny() throws(Malformed) {
        let line = UnsafeRawBufferPointer(rebasing: record.bytes.dropLast())
        if line.count > Self.lineLimit { throw Malformed("longer than \(Self.lineLimit) bytes", at: Self.lineLimit) }
        try rooms.pointee.scanner.scan(line)
        found.pointee.members = UnsafeBufferPointer(
            start: rooms.pointee.scanner.members, count: rooms.pointee.scanner.count)
        found.pointee.likely = 0
        guard let type = record["type"] else { throw Malformed("no type", at: 0) }
        guard type.isString else { throw Malformed("type is no string", at: 0) }
        found.pointee.kind = type.withString { RecordKind(named: $0) }
        found.pointee.hasTime = false
        found.pointee.hasBest = false
        found.pointee.ts = 0
        found.pointee.symbol = -1
        for (index, rule) in record.kind.keyRules.enumerated() { try hold(rule, index) }
        if let ts = record["ts"]?.integer {
            found.pointee.ts = ts
            found.pointee.hasTime = true
        }
        if record.kind != .other, let name = record["sym"], name.isString {
            guard let number = name.withString({ names.table.pointee.number(of: $0) }) else {
                throw Malformed("more than \(SymbolTable.limit) symbols", at: 0)
            }
            found.pointee.symbol = number
        }
        if record.kind == .mark { found.pointee.values.1 = record["index"]?.number ?? .zero }
        if record.kind.hasSide { found.pointee.side = record["side"]?.equals("sell") == true ? .sell : .buy }
    }

    /// Checks one rule and, of a market record, keeps the number.
    private mutating func hold(_ rule: KeyRule, _ index: Int) throws(Malformed) {
        guard let value = record[rule.key] else {
            if rule.isOptional { return }
            throw Malformed("\(record.kind.name) without \(rule.key)", at: 0)
        }
        guard rule.rule.holds(value) else {
            throw Malformed("\(rule.key) is not \(rule.rule.expectation)", at: record.offset(of: value))
        }
        guard record.kind.isMarket, let number = value.number else { return }
        if index < FoundLine.valueLimit { found.pointee[index] = number }
    }
}

/// Reads lines into records: by a checked fast path where a tick stands in the writers' own order, else by the strict
/// general scanner. Both accept the same records; the fast path accepts fewer spellings of them.
public struct RecordReader: ~Copyable {
    /// The longest line, without its LF.
    public static let lineLimit = 65_536
    /// What must be readable behind a line: the fast path compares eight bytes at a time.
    public static let padding = 64

    /// The record read last.
    public private(set) var record = Record(bytes: UnsafeRawBufferPointer(start: nil, count: 0))
    public private(set) var symbols = SymbolTable()
    private var scanner = JSONScanner()

    public init() {}

    /// Reads one line into `record`.
    /// - Parameter bytes: the line with its LF, followed by `padding` readable bytes.
    /// - Throws: what is wrong with a line that is no record.
    @inline(__always)
    public mutating func read(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
        record.bytes = bytes
        if bytes.count > 40 {
            let text = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
            if word(text) == word(#"{"type":"#) {
                let type = word(text + 8)
                if type == word(#""quote","#), readQuote(text, bytes.count) { return }
                if type == word(#""trade","#), readTrade(text, bytes.count) { return }
            }
        }
        try readAny()
    }

    // MARK: The fast path

    /// `{"type":"trade","ts":1,"sym":"BTCUSDT","px":1,"qty":1,"side":"buy"}`, perhaps with an `id` of plain characters
    private mutating func readTrade(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var i = 16
        guard let ts = time(text, &i), let symbol = symbol(text, &i) else { return false }
        guard match(text, &i, #""px":"#), let price = Number.scan(text, &i), price.isExact, price.mantissa > 0,
            match(text, &i, #","qty":"#), let quantity = Number.scan(text, &i), quantity.isExact,
            quantity.mantissa >= 0,
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
        guard text[i] == UInt8(ascii: "}"), i == count - 2 else { return false }
        accept(.trade, ts, symbol)
        record.side = side
        record.values.0 = price
        record.values.1 = quantity
        return true
    }

    /// `{"type":"quote","ts":1,"sym":"BTCUSDT","bid":1,"bid_qty":1,"ask":1,"ask_qty":1}`
    private mutating func readQuote(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var i = 16
        guard let ts = time(text, &i), let symbol = symbol(text, &i) else { return false }
        guard match(text, &i, #""bid":"#), let bid = Number.scan(text, &i), bid.isExact, bid.mantissa > 0,
            match(text, &i, #","bid_qty":"#), let bidQuantity = Number.scan(text, &i), bidQuantity.isExact,
            bidQuantity.mantissa >= 0,
            match(text, &i, #","ask":"#), let ask = Number.scan(text, &i), ask.isExact, ask.mantissa > 0,
            match(text, &i, #","ask_qty":"#), let askQuantity = Number.scan(text, &i), askQuantity.isExact,
            askQuantity.mantissa >= 0,
            text[i] == UInt8(ascii: "}"), i == count - 2
        else { return false }
        accept(.quote, ts, symbol)
        record.values.0 = bid
        record.values.1 = bidQuantity
        record.values.2 = ask
        record.values.3 = askQuantity
        return true
    }

    @inline(__always)
    private mutating func accept(_ kind: RecordKind, _ ts: Int64, _ symbol: Int) {
        record.kind = kind
        record.hasTime = true
        record.ts = ts
        record.symbol = symbol
        record.members = UnsafeBufferPointer(start: nil, count: 0)
    }

    /// `"ts":1,`
    @inline(__always)
    private func time(_ text: UnsafePointer<UInt8>, _ i: inout Int) -> Int64? {
        guard match(text, &i, #""ts":"#), text[i] != UInt8(ascii: "0") else { return nil }
        let first = i
        var value: Int64 = 0
        while case let digit = text[i] &- 48, digit < 10 {
            value = value &* 10 &+ Int64(digit)
            i += 1
        }
        guard i > first, i - first <= 16, value < 1 << 53, text[i] == UInt8(ascii: ",") else { return nil }
        i += 1
        return value
    }

    /// `"sym":"BTCUSDT",` of printable ASCII
    @inline(__always)
    private mutating func symbol(_ text: UnsafePointer<UInt8>, _ i: inout Int) -> Int? {
        guard match(text, &i, #""sym":""#) else { return nil }
        let first = i
        while text[i] > 0x20, text[i] < 0x7F, text[i] != UInt8(ascii: "\""), text[i] != UInt8(ascii: "\\") { i += 1 }
        guard i > first, i - first <= SymbolTable.nameLimit, text[i] == UInt8(ascii: "\""),
            text[i + 1] == UInt8(ascii: ",")
        else { return nil }
        let name = UnsafeRawBufferPointer(start: text + first, count: i - first)
        i += 2
        return symbols.number(of: name)
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
        try scanner.scan(line)
        record.members = UnsafeBufferPointer(start: scanner.members, count: scanner.count)
        guard let type = record["type"] else { throw Malformed("no type", at: 0) }
        guard let name = type.string else { throw Malformed("type is no string", at: 0) }
        record.kind = RecordKind(rawValue: String(decoding: name, as: UTF8.self)) ?? .other
        record.hasTime = false
        record.ts = 0
        record.symbol = -1
        for (index, rule) in record.kind.keyRules.enumerated() { try hold(rule, index) }
        if let ts = record["ts"]?.integer {
            record.ts = ts
            record.hasTime = true
        }
        if record.kind != .other, let name = record["sym"]?.string {
            guard let number = name.withUnsafeBytes({ symbols.number(of: $0) }) else {
                throw Malformed("more than \(SymbolTable.limit) symbols", at: 0)
            }
            record.symbol = number
        }
        if let side = record["side"], record.kind != .other { record.side = side.equals("sell") ? .sell : .buy }
    }

    /// Checks one rule and, of a market record, keeps the number.
    private mutating func hold(_ rule: KeyRule, _ index: Int) throws(Malformed) {
        guard let value = record[rule.key] else {
            if rule.isOptional { return }
            throw Malformed("\(record.kind.rawValue) without \(rule.key)", at: 0)
        }
        guard rule.rule.holds(value) else {
            throw Malformed("\(rule.key) is not \(rule.rule.expectation)", at: record.offset(of: value))
        }
        guard record.kind.isMarket, let number = value.number else { return }
        switch index {
        case 0: record.values.0 = number
        case 1: record.values.1 = number
        case 2: record.values.2 = number
        case 3: record.values.3 = number
        case 4: record.values.4 = number
        case 5: record.values.5 = number
        default: break
        }
    }
}

extension Record {
    func offset(of value: RecordValue) -> Int { value.text.baseAddress! - bytes.baseAddress! }
}

@inline(__always)
private func word(_ text: UnsafePointer<UInt8>) -> UInt64 {
    UnsafeRawPointer(text).loadUnaligned(as: UInt64.self)
}

@inline(__always)
private func word(_ literal: StaticString) -> UInt64 { word(literal.utf8Start) }

@inline(__always)
private func match(_ text: UnsafePointer<UInt8>, _ i: inout Int, _ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    for k in 0..<count where text[i + k] != literal.utf8Start[k] { return false }
    i += count
    return true
}

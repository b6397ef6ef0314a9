/// A line, and what a reader has found in it. Who keeps lines for another reader keeps them in such a room, so that a tick is
/// read once, and handed on as it is (`RecordReader.read(_:into:)`, `take`).
public struct FoundLine {
    /// The line with its LF; whoever moves it says so here.
    public var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    @usableFromInline var kind = RecordKind.other
    /// Whether it carries a time.
    public internal(set) var hasTime = false
    /// Whether `best` is of this record.
    @usableFromInline var hasBest = false
    @usableFromInline var side = Side.buy
    /// Event time, microseconds since the Unix epoch.
    public internal(set) var ts: Int64 = 0
    @usableFromInline var symbol = -1
    /// The numbers of a market record, in the order of its key rules.
    @usableFromInline var values: (Number, Number, Number, Number, Number, Number) =
        (.zero, .zero, .zero, .zero, .zero, .zero)
    @usableFromInline var best = (bid: 0.0, ask: 0.0)
    /// The line's members; empty if it was read by a fast path, which knows no keys but its own.
    var members = UnsafeBufferPointer<Member>(start: nil, count: 0)
    /// The member to begin with when a key is looked for: the one behind that found last, as keys are asked for in about the
    /// order in which they were written.
    var likely = 0

    /// No market record has more numbers.
    static let valueLimit = 6

    public init() {}

    /// A line that its writer knows, and no reader has read.
    /// - Parameter ts: its event time, nil if it carries none.
    public init(unread bytes: UnsafeRawBufferPointer, ts: Int64?) {
        self.bytes = bytes
        hasTime = ts != nil
        self.ts = ts ?? 0
    }

    /// One of `values`: a tuple of one type lies in memory as an array does.
    subscript(index: Int) -> Number {
        get { withUnsafePointer(to: values) { Self.first($0)[index] } }
        set {
            withUnsafeMutablePointer(to: &values) { UnsafeMutablePointer(mutating: Self.first($0))[index] = newValue }
        }
    }

    private static func first(_ values: UnsafeRawPointer) -> UnsafePointer<Number> {
        values.assumingMemoryBound(to: Number.self)
    }

    /// Whether a fast path has read it: all that it found is here.
    @inline(__always)
    var isWhole: Bool { kind != .other && members.isEmpty }
}

/// A view of one line that is a record. It is valid only until the next line is read: a stage copies what it keeps. (Itself
/// it is not copied: it is lent, and small, so that lending it costs nothing.)
public struct Record: ~Copyable {
    @usableFromInline let found: UnsafeMutablePointer<FoundLine>

    init(_ found: UnsafeMutablePointer<FoundLine>) { self.found = found }

    /// The line with its LF.
    @inlinable public var bytes: UnsafeRawBufferPointer { found.pointee.bytes }
    @inlinable public var kind: RecordKind { found.pointee.kind }
    /// Whether the record carries a `ts`: all known types do.
    @inlinable public var hasTime: Bool { found.pointee.hasTime }
    /// Event time, microseconds since the Unix epoch.
    @inlinable public var ts: Int64 { found.pointee.ts }
    /// The symbol's number in the reader's table; -1 where the record names none.
    @inlinable public var symbol: Int { found.pointee.symbol }
    /// The taker's side, of a trade; the order's, of an intent or fill.
    @inlinable public var side: Side { found.pointee.side }

    @inlinable public var price: Number { found.pointee.values.0 }
    @inlinable public var quantity: Number { found.pointee.values.1 }

    @inlinable public var bid: Number { found.pointee.values.0 }
    @inlinable public var bidQuantity: Number { found.pointee.values.1 }
    @inlinable public var ask: Number { found.pointee.values.2 }
    @inlinable public var askQuantity: Number { found.pointee.values.3 }

    /// A quote's prices as doubles. Several models of a stage ask for them, and each is a division: the first one makes them.
    @inlinable @inline(__always) public var best: (bid: Double, ask: Double) {
        if !found.pointee.hasBest {
            found.pointee.best = (bid.double, ask.double)
            found.pointee.hasBest = true
        }
        return found.pointee.best
    }

    @inlinable public var open: Number { found.pointee.values.0 }
    @inlinable public var high: Number { found.pointee.values.1 }
    @inlinable public var low: Number { found.pointee.values.2 }
    @inlinable public var close: Number { found.pointee.values.3 }
    @inlinable public var volume: Number { found.pointee.values.4 }
    @inlinable public var spanSeconds: Number { found.pointee.values.5 }

    @inlinable public var mark: Number { found.pointee.values.0 }
    /// Of a mark record; 0 if it tells none.
    @inlinable public var index: Number { found.pointee.values.1 }
    @inlinable public var fundingRate: Number { found.pointee.values.0 }

    /// The value of a key, nil if the record has no such key. For the types that no fast path reads: all but
    /// `trade`, `quote`, `mark` and `bar`.
    public subscript(key: StaticString) -> RecordValue? {
        find(key, in: found.pointee.members, of: bytes, from: &found.pointee.likely)
    }

    /// Where a value of this record begins in its line.
    func offset(of value: RecordValue) -> Int { value.text.baseAddress! - bytes.baseAddress! }
}

/// The value of a key among the members of an object, nil if it has no such key.
func find(
    _ key: StaticString, in members: UnsafeBufferPointer<Member>, of line: UnsafeRawBufferPointer
) -> RecordValue? {
    var first = 0
    return find(key, in: members, of: line, from: &first)
}

/// The same, for who asks for several keys.
/// - Parameter likely: where to begin; moved behind the member that was found.
func find(
    _ key: StaticString, in members: UnsafeBufferPointer<Member>, of line: UnsafeRawBufferPointer,
    from likely: inout Int
) -> RecordValue? {
    let word = KeyWord.of(key)
    var index = likely
    for _ in members.indices {
        let place = index
        index = place + 1 == members.count ? 0 : place + 1
        guard members[place].word == word || members[place].hasEscape, isSame(key, members[place], line) else {
            continue
        }
        likely = index
        return RecordValue(
            text: UnsafeRawBufferPointer(rebasing: line[members[place].valueStart...]), members[place])
    }
    return nil
}

@inline(__always)
private func isSame(_ key: StaticString, _ member: Member, _ line: UnsafeRawBufferPointer) -> Bool {
    let count = member.keyEnd - member.keyStart
    // Up to eight bytes the word, which is the same, holds the whole key.
    if !member.hasEscape, count <= 8 { return count == key.utf8CodeUnitCount }
    return isSameLong(key, member, line)
}

@inline(never)
private func isSameLong(_ key: StaticString, _ member: Member, _ line: UnsafeRawBufferPointer) -> Bool {
    let text = UnsafeRawBufferPointer(rebasing: line[member.keyStart..<member.keyEnd])
    guard member.hasEscape else { return isSame(key, text) }
    return key.withUTF8Buffer { $0.elementsEqual(JSONText.unescape(text)) }
}

/// The value of one key.
public struct RecordValue {
    /// From the value's first byte to the end of the line: a number must be followed by a byte that ends it.
    private let rest: UnsafeRawBufferPointer
    private let count: Int
    private let first: UInt8

    init(text: UnsafeRawBufferPointer, _ member: Member) {
        rest = text
        count = member.valueEnd - member.valueStart
        first = member.valueFirst
    }

    /// The value as it stands in the line.
    public var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: rest[..<count]) }

    public var isNull: Bool { first == UInt8(ascii: "n") }
    public var isString: Bool { first == UInt8(ascii: "\"") }
    public var isObject: Bool { first == UInt8(ascii: "{") }

    public var bool: Bool? {
        switch first {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    public var number: Number? {
        guard first == UInt8(ascii: "-") || first &- 48 < 10 else { return nil }
        var i = 0
        return Number.scan(rest.baseAddress!.assumingMemoryBound(to: UInt8.self), &i)
    }

    public var double: Double? { number?.double }

    /// The sign of a number of at most 2^53 in size: -1, 0 or 1; nil if it is none.
    var boundedSign: Int? {
        guard first == UInt8(ascii: "-") || first &- 48 < 10 else { return nil }
        return Number.boundedSign(rest.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }

    /// An integer of 0 ..< 2^53, written without fraction or exponent.
    public var integer: Int64? {
        guard let number, number.isExact, number.scale == 0, number.mantissa >= 0,
            first != UInt8(ascii: "-")
        else { return nil }
        return number.mantissa
    }

    /// The bytes that a string stands for.
    public var string: [UInt8]? { isString ? withString { Array($0) } : nil }

    /// The bytes that a string stands for, where they lie if nothing is escaped; it must be a string.
    func withString<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let inner = UnsafeRawBufferPointer(rebasing: rest[1..<(count - 1)])
        guard inner.contains(UInt8(ascii: "\\")) else { return body(inner) }
        return JSONText.unescape(inner).withUnsafeBytes(body)
    }

    public func equals(_ literal: StaticString) -> Bool { isString && withString { isSame(literal, $0) } }

    /// The keys of an object with their values, in their order; empty if it is none.
    public func forEachMember(_ body: (_ key: [UInt8], _ value: RecordValue) -> Void) {
        withMembers { members in
            for member in members {
                let key = UnsafeRawBufferPointer(rebasing: rest[member.keyStart..<member.keyEnd])
                let value = RecordValue(text: UnsafeRawBufferPointer(rebasing: rest[member.valueStart...]), member)
                body(member.hasEscape ? JSONText.unescape(key) : Array(key), value)
            }
        }
    }

    /// Those of an object; nothing if it is none.
    private func withMembers(_ body: (UnsafeBufferPointer<Member>) -> Void) {
        guard isObject else { return }
        var scanner = JSONScanner()
        guard (try? scanner.scan(text)) != nil else { return }
        body(UnsafeBufferPointer(start: scanner.members, count: scanner.count))
    }

    /// The value of a key of an object.
    public subscript(key: StaticString) -> RecordValue? {
        var found: RecordValue?
        withMembers { members in found = Records.find(key, in: members, of: rest) }
        return found
    }
}

import Glibc

/// A member of an object: where its key and its value stand in the line.
struct Member {
    let keyStart: Int
    let keyEnd: Int
    /// `KeyWord` of the key as it stands.
    let word: UInt64
    let hasEscape: Bool
    /// The first byte of the value: tells its JSON type.
    var valueFirst: UInt8 = 0
    var valueStart = 0
    var valueEnd = 0
}

/// A strict reader of one JSON object (RFC 8259): UTF-8, no duplicate keys, at most `depthLimit` levels, numbers
/// finite. It indexes the object's own members and only checks what lies deeper.
///
/// Strict, because two lenient parsers that disagree about one line are two different trades.
struct JSONScanner: ~Copyable {
    static let depthLimit = 32
    /// Keys of one object, or open at once on a path of nested objects: a limit on everything.
    static let memberLimit = 1024

    let members: UnsafeMutablePointer<Member>
    private(set) var count = 0
    private let nested: UnsafeMutablePointer<Member>
    private var nestedCount = 0
    private var text: UnsafePointer<UInt8>
    private var end = 0
    private var i = 0

    init() {
        members = .allocate(capacity: Self.memberLimit)
        nested = .allocate(capacity: Self.memberLimit)
        text = UnsafePointer(bitPattern: 1)!
    }

    deinit {
        members.deallocate()
        nested.deallocate()
    }

    /// Reads an object that fills `line`, white space around it allowed.
    /// - Parameter line: followed by at least one readable byte that cannot continue a number (its LF).
    mutating func scan(_ line: UnsafeRawBufferPointer) throws(Malformed) {
        text = line.baseAddress!.assumingMemoryBound(to: UInt8.self)
        end = line.count
        i = 0
        count = 0
        nestedCount = 0
        if end >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { throw Malformed("byte order mark", at: 0) }
        skipSpace()
        guard i < end else { throw Malformed("blank line", at: 0) }
        guard text[i] == UInt8(ascii: "{") else { throw Malformed("not a JSON object", at: i) }
        try object(depth: 1)
        skipSpace()
        guard i == end else { throw Malformed("text behind the object", at: i) }
    }

    @inline(__always)
    private mutating func skipSpace() {
        while i < end, text[i] <= 0x20, text[i] == 0x20 || text[i] == 0x09 || text[i] == 0x0D || text[i] == 0x0A {
            i += 1
        }
    }

    @inline(__always)
    private mutating func expect(_ byte: UInt8, _ problem: String) throws(Malformed) {
        skipSpace()
        guard i < end else { throw Malformed("truncated", at: end) }
        guard text[i] == byte else { throw Malformed(problem, at: i) }
        i += 1
    }

    private mutating func object(depth: Int) throws(Malformed) {
        guard depth <= Self.depthLimit else { throw Malformed("nested deeper than \(Self.depthLimit)", at: i) }
        i += 1
        let first = nestedCount
        var seen: UInt64 = 0
        skipSpace()
        if i < end, text[i] == UInt8(ascii: "}") {
            i += 1
            return
        }
        while true {
            skipSpace()
            let member = try key()
            try refuseDuplicate(member, depth: depth, from: first, &seen)
            try expect(UInt8(ascii: ":"), "a colon is expected")
            skipSpace()
            let start = i
            try value(depth: depth)
            if depth == 1 {
                let own = members + (count - 1)
                own.pointee.valueFirst = text[start]
                own.pointee.valueStart = start
                own.pointee.valueEnd = i
            }
            skipSpace()
            guard i < end else { throw Malformed("truncated", at: end) }
            i += 1
            if text[i - 1] == UInt8(ascii: ",") { continue }
            guard text[i - 1] == UInt8(ascii: "}") else { throw Malformed("a comma or brace is expected", at: i - 1) }
            nestedCount = first
            return
        }
    }

    @inline(__always)
    private mutating func key() throws(Malformed) -> Member {
        guard i < end else { throw Malformed("truncated", at: end) }
        guard text[i] == UInt8(ascii: "\"") else { throw Malformed("a key is expected", at: i) }
        let start = i + 1
        if start + 8 <= end {
            // Most keys are shorter than a word, which then holds the key, its end, and what `KeyWord` wants of it.
            let word = UnsafeRawPointer(text + start).loadUnaligned(as: UInt64.self)
            let bits = UInt64(truncatingIfNeeded: Self.special(word).trailingZeroBitCount) & 0x78
            if bits < 64, word &>> bits & 0xFF == UInt64(UInt8(ascii: "\"")) {
                let end = start + Int(bits >> 3)
                i = end + 1
                return Member(keyStart: start, keyEnd: end, word: word & (1 &<< bits &- 1), hasEscape: false)
            }
        }
        let hasEscape = try string()
        return Member(
            keyStart: start, keyEnd: i - 1, word: KeyWord.of(text + start, count: i - 1 - start), hasEscape: hasEscape)
    }

    /// - Parameter seen: a bit for each hash that a key of the object has had (B. Bloom, 1970); all of them once a key
    ///   has an escape, as it then may be written in two ways.
    @inline(__always)
    private mutating func refuseDuplicate(
        _ member: Member, depth: Int, from first: Int, _ seen: inout UInt64
    ) throws(Malformed) {
        let isOwn = depth == 1
        let (keys, from, to) = isOwn ? (members, 0, count) : (nested, first, nestedCount)
        guard to < Self.memberLimit else { throw Malformed("too many keys", at: member.keyStart) }
        // Fibonacci hashing: the upper bits of a product with 2^64 over the golden ratio.
        let bit: UInt64 = 1 &<< ((member.word &* 0x9E37_79B9_7F4A_7C15) &>> 58)
        if seen & bit != 0 || member.hasEscape {
            for index in from..<to where sameKey(keys[index], member) {
                throw Malformed("duplicate key", at: member.keyStart)
            }
        }
        seen |= member.hasEscape ? ~0 : bit
        keys[to] = member
        if isOwn { count = to + 1 } else { nestedCount = to + 1 }
    }

    @inline(__always)
    private func sameKey(_ a: Member, _ b: Member) -> Bool {
        if a.word != b.word, !a.hasEscape, !b.hasEscape { return false }
        return sameText(a, b)
    }

    @inline(never)
    private func sameText(_ a: Member, _ b: Member) -> Bool {
        if a.hasEscape || b.hasEscape { return unescaped(a) == unescaped(b) }
        let (a, b) = (key(a), key(b))
        return a.count == b.count && (a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
    }

    private func key(_ member: Member) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text + member.keyStart, count: member.keyEnd - member.keyStart)
    }

    func unescaped(_ member: Member) -> [UInt8] { JSONText.unescape(key(member)) }

    private mutating func value(depth: Int) throws(Malformed) {
        guard i < end else { throw Malformed("truncated", at: end) }
        switch text[i] {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default:
            let start = i
            guard Number.skip(text, &i), i <= end else { throw Malformed("no valid JSON value", at: start) }
        }
    }

    private mutating func array(depth: Int) throws(Malformed) {
        guard depth <= Self.depthLimit else { throw Malformed("nested deeper than \(Self.depthLimit)", at: i) }
        i += 1
        skipSpace()
        if i < end, text[i] == UInt8(ascii: "]") {
            i += 1
            return
        }
        while true {
            skipSpace()
            try value(depth: depth)
            skipSpace()
            guard i < end else { throw Malformed("truncated", at: end) }
            i += 1
            if text[i - 1] == UInt8(ascii: ",") { continue }
            guard text[i - 1] == UInt8(ascii: "]") else { throw Malformed("a comma or bracket is expected", at: i - 1) }
            return
        }
    }

    private mutating func word(_ word: StaticString) throws(Malformed) {
        let count = word.utf8CodeUnitCount
        guard end - i >= count else { throw Malformed("truncated", at: end) }
        for k in 0..<count where text[i + k] != word.utf8Start[k] { throw Malformed("no valid JSON value", at: i) }
        i += count
    }

    /// Reads the string whose opening quote is at `i`; returns whether it holds an escape.
    @inline(__always)
    private mutating func string() throws(Malformed) -> Bool {
        i += 1
        skipPlain()
        guard i < end, text[i] == UInt8(ascii: "\"") else { return try restOfString() }
        i += 1
        return false
    }

    /// From what is no plain character on, or is one of the line's last eight.
    @inline(never)
    private mutating func restOfString() throws(Malformed) -> Bool {
        var hasEscape = false
        while i < end {
            skipPlain()
            guard i < end else { break }
            let byte = text[i]
            switch byte {
            case UInt8(ascii: "\""):
                i += 1
                return hasEscape
            case UInt8(ascii: "\\"):
                hasEscape = true
                try escape()
            case 0..<0x20: throw Malformed("control character in a string", at: i)
            case 0x20..<0x80: i += 1
            default:
                let length = JSONText.utf8Length(text + i, end - i)
                guard length > 0 else { throw Malformed("invalid UTF-8", at: i) }
                i += length
            }
        }
        throw Malformed("truncated", at: end)
    }

    /// Moves on over printable ASCII that is neither quote nor backslash, eight bytes at a time.
    @inline(__always)
    private mutating func skipPlain() {
        var place = i
        while place + 8 <= end {
            let special = Self.special(UnsafeRawPointer(text + place).loadUnaligned(as: UInt64.self))
            place += special.trailingZeroBitCount >> 3
            if special != 0 { break }
        }
        i = place
    }

    /// - Returns: the high bit of each byte that is no such character, exact up to the first of them (S. E. Anderson, Bit
    ///   twiddling hacks, "determine if a word has a byte less than n", "has a zero byte").
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* UInt64(UInt8(ascii: "\""))), backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let found = word | (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)
        return found & (ones &* 0x80)
    }

    private mutating func escape() throws(Malformed) {
        guard end - i >= 2 else { throw Malformed("truncated", at: end) }
        switch text[i + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            i += 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            if unit & 0xFC00 == 0xDC00 { throw Malformed("lone surrogate", at: i - 6) }
            guard unit & 0xFC00 == 0xD800 else { return }
            guard end - i >= 2, text[i] == UInt8(ascii: "\\"), text[i + 1] == UInt8(ascii: "u"),
                try codeUnit() & 0xFC00 == 0xDC00
            else { throw Malformed("lone surrogate", at: i) }
        default: throw Malformed("unknown escape", at: i)
        }
    }

    private mutating func codeUnit() throws(Malformed) -> UInt32 {
        guard end - i >= 6 else { throw Malformed("truncated", at: end) }
        var unit: UInt32 = 0
        for k in 2..<6 {
            guard let digit = JSONText.hexDigit(text[i + k]) else { throw Malformed("unknown escape", at: i) }
            unit = unit << 4 | digit
        }
        i += 6
        return unit
    }
}

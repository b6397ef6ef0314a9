import Records

/// The fields of a row of comma-separated values, in their order. The archives read here quote nothing.
struct CSVFields {
    private let line: UnsafeRawBufferPointer
    private var index = 0

    init(_ line: UnsafeRawBufferPointer) { self.line = line }

    /// Where the next field starts.
    var position: Int { min(index, line.count) }
    var isAtEnd: Bool { index > line.count }

    mutating func next(_ name: StaticString) throws(Malformed) -> UnsafeRawBufferPointer {
        guard !isAtEnd else { throw Malformed("the row ends before \(name)", at: line.count) }
        let start = index
        while index < line.count, line[index] != UInt8(ascii: ",") { index += 1 }
        index += 1
        return UnsafeRawBufferPointer(rebasing: line[start..<(index - 1)])
    }

    mutating func skip(_ name: StaticString) throws(Malformed) { _ = try next(name) }

    mutating func decimal(_ name: StaticString, isPositive: Bool = false) throws(Malformed) -> Decimal {
        let at = position
        return try Decimal(next(name), name, at: at, isPositive: isPositive)
    }

    /// A time, of which the unit shows in the size: milliseconds or, from 10^15 on, microseconds.
    mutating func time(_ name: StaticString) throws(Malformed) -> Int64 {
        let at = position
        guard let value = integer(try next(name)) else { throw Malformed("\(name) is not a time", at: at) }
        return value < 1_000_000_000_000_000 ? value * 1000 : value
    }

    /// A time in seconds with a fraction; digits behind the microsecond are cut off.
    mutating func seconds(_ name: StaticString) throws(Malformed) -> Int64 {
        let at = position
        let text = try next(name)
        let point = text.firstIndex(of: UInt8(ascii: ".")) ?? text.count
        guard let whole = integer(UnsafeRawBufferPointer(rebasing: text[..<point])), whole < 1 << 32 else {
            throw Malformed("\(name) is not a time", at: at)
        }
        var fraction: Int64 = 0
        for place in 1...6 {
            let digit = point + place < text.count ? text[point + place] &- 48 : 0
            guard digit < 10 else { throw Malformed("\(name) is not a time", at: at) }
            fraction = fraction * 10 + Int64(digit)
        }
        return whole * 1_000_000 + fraction
    }

    /// `true` or `false`, perhaps with a capital.
    mutating func bool(_ name: StaticString) throws(Malformed) -> Bool {
        let at = position
        let text = try next(name)
        if text.equals("true") || text.equals("True") { return true }
        guard text.equals("false") || text.equals("False") else { throw Malformed("\(name) is not a boolean", at: at) }
        return false
    }

    /// Refuses further fields.
    func end() throws(Malformed) {
        if !isAtEnd { throw Malformed("the row has too many fields", at: position) }
    }

    /// An integer below 2^53, as times are.
    private func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard !text.isEmpty, text.count <= 16, text.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        let value = text.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        return value < 1 << 53 ? value : nil
    }
}

extension UnsafeRawBufferPointer {
    func equals(_ literal: StaticString) -> Bool { literal.withUTF8Buffer { elementsEqual($0) } }

    func starts(with literal: StaticString) -> Bool { literal.withUTF8Buffer { starts(with: $0) } }
}

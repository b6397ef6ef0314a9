public import Records

/// A figure as the exchange writes it: a string of digits or a bare number, `""` for none.
public typealias Figure = UnsafeRawBufferPointer

extension UnsafeRawBufferPointer {
    /// The text of a JSON value that is a figure; nil for none.
    public var figure: Figure? {
        guard let first else { return nil }
        if first == UInt8(ascii: "\"") {
            return count > 2 ? UnsafeRawBufferPointer(rebasing: self[1..<(count - 1)]) : nil
        }
        return first == UInt8(ascii: "-") || first &- 48 < 10 ? self : nil
    }

    /// An integer of 0 ..< 2^53.
    var integer: Int64? {
        guard (1...16).contains(count), allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        let value = reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        return value < 1 << 53 ? value : nil
    }

    /// Milliseconds as microseconds.
    var milliseconds: Int64? {
        guard let value = integer, value < 1 << 43 else { return nil }
        return value * 1000
    }
}

extension RecordValue {
    /// The text of a figure; nil for `""`, `null`, and what is none.
    public var figure: Figure? { text.figure }
}

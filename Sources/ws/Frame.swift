/// A text frame as a line: `<receive time> <frame>`.
public enum Frame {
    /// What became of a frame.
    public enum Outcome: Equatable {
        case written
        /// It is no line of JSON, and stays out of the output; why.
        case skipped(String)
        case invalidUTF8
    }

    /// Appends the frame to `lines`, byte for byte but for LF. In JSON an LF can only stand between tokens, where a
    /// space says the same.
    ///
    /// Only what begins as a JSON object or array is a frame in the output. So none can be mistaken for an event.
    public static func append(_ frame: UnsafeRawBufferPointer, at time: Int64, to lines: inout [UInt8]) -> Outcome {
        guard Text.isValid(frame) else { return .invalidUTF8 }
        guard let first = frame.first(where: { !isWhitespace($0) }) else { return .skipped("an empty text frame") }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            return .skipped("a text frame of \(frame.count) bytes that is no JSON object or array")
        }
        lines.append(contentsOf: String(time).utf8)
        lines.append(UInt8(ascii: " "))
        var rest = frame[...]
        while let feed = rest.firstIndex(of: 10) {
            lines.append(contentsOf: rest[..<feed])
            lines.append(UInt8(ascii: " "))
            rest = rest[(feed + 1)...]
        }
        lines.append(contentsOf: rest)
        lines.append(10)
        return .written
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 32 || byte == 10 || byte == 13 || byte == 9
    }
}

/// What may be sent: a line as the text of a frame.
public enum Text {
    /// The text of a line, without its line end.
    /// - Returns: nil if it is not UTF-8; empty if the line is.
    public static func ofLine(_ line: UnsafeRawBufferPointer) -> [UInt8]? {
        var text = line[...]
        if text.last == 10 { text.removeLast() }
        if text.last == 13 { text.removeLast() }
        return isValid(UnsafeRawBufferPointer(rebasing: text)) ? Array(text) : nil
    }

    /// The lines of a file that are sent after every connection, in its order, empty ones left out.
    /// - Returns: nil if the file is not UTF-8.
    public static func lines(ofFile bytes: [UInt8]) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        for line in bytes.split(separator: 10) {
            guard let text = line.withUnsafeBytes(ofLine) else { return nil }
            if !text.isEmpty { lines.append(text) }
        }
        return lines
    }

    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.withMemoryRebound(to: UInt8.self) { String(validating: $0, as: UTF8.self) != nil }
    }
}

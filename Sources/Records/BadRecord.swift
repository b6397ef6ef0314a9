extension Output {
    /// Replaces a line that is no record, so that nothing is dropped in silence.
    /// - Parameter line: its bytes, at least the first `rawLimit` of them.
    public mutating func bad(
        stage: String, ts: Int64, line number: Int, offset: Int, problem: Malformed, line: UnsafeRawBufferPointer
    ) {
        begin(.bad, ts: ts)
        field("stage", stage)
        field("line", Int64(number))
        field("offset", Int64(offset))
        field("error", "\(problem.problem) at byte \(problem.at)")
        name("raw")
        put("\"")
        for byte in line.prefix(Self.rawLimit) {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                put(UInt8(ascii: "\\"))
                put(byte)
            case 0x20..<0x7F: put(byte)
            default: putEscaped(byte)
            }
        }
        put("\"")
        end()
    }

    /// How many bytes of a bad line its record shows; each byte outside printable ASCII as `\u00XX`.
    public static let rawLimit = 256
}

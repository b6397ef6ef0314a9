extension RecordReader {
    /// Calls `body` with bytes that are followed by `padding` readable ones, as `read` wants its line.
    public static func withPadding<Result>(
        _ bytes: some Sequence<UInt8>, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let text = Array(bytes)
        return try (text + Array(repeating: 0, count: padding)).withUnsafeBytes {
            try body(UnsafeRawBufferPointer(rebasing: $0[..<text.count]))
        }
    }
}

/// Reads JSON objects that are no records, as strictly: an exchange's messages.
public struct ObjectReader: ~Copyable {
    private var scanner = JSONScanner()
    private var text = UnsafeRawBufferPointer(start: nil, count: 0)

    public init() {}

    /// Reads one object, white space around it allowed. Values that were handed out before stay valid as long as their
    /// text does.
    /// - Parameter text: followed by at least one readable byte that cannot continue a number.
    public mutating func read(_ text: UnsafeRawBufferPointer) throws(Malformed) {
        self.text = text
        guard !text.isEmpty else { throw Malformed("blank line", at: 0) }
        try scanner.scan(text)
    }

    /// The value of a key of the object read last, nil if it has no such key.
    public subscript(key: StaticString) -> RecordValue? {
        find(key, in: UnsafeBufferPointer(start: scanner.members, count: scanner.count), of: text)
    }
}

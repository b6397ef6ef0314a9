/// Records of a stage's own, written field by field: keys in the order of the calls.
extension Output {
    /// Opens a record: type and time, in the order in which every writer puts them.
    public mutating func begin(_ kind: RecordKind, ts: Int64) {
        if wantsPreamble { writePreamble() }
        settle()
        put(#"{"type":""#)
        put(kind)
        put(#"","ts":"#)
        put(ts)
        needsComma = true
    }

    public mutating func begin(_ kind: RecordKind, ts: Int64, symbol: [UInt8]) {
        begin(kind, ts: ts)
        field("sym", bytes: symbol)
    }

    /// Closes a record and its line.
    public mutating func end() {
        put("}\n")
        needsComma = false
    }

    public mutating func field(_ key: StaticString, _ value: Double) {
        name(key)
        put(value)
    }

    /// A missing value is `null`.
    public mutating func field(_ key: StaticString, _ value: Double?) {
        name(key)
        if let value { put(value) } else { put("null") }
    }

    public mutating func field(_ key: StaticString, _ value: Int64) {
        name(key)
        put(value)
    }

    public mutating func field(_ key: StaticString, _ value: Bool) {
        name(key)
        put(value ? "true" : "false")
    }

    /// A string, escaped where it must be.
    public mutating func field(_ key: StaticString, _ value: String?) {
        name(key)
        guard let value else { return put("null") }
        quote(value)
    }

    public mutating func field(_ key: StaticString, bytes: [UInt8]) {
        name(key)
        quote(bytes)
    }

    /// A string under a key that comes from the stream.
    public mutating func field(bytes key: [UInt8], _ value: String) {
        if needsComma { put(",") }
        quote(key)
        put(":")
        quote(value)
        needsComma = true
    }

    /// JSON text as it stands: an exact decimal, or a value that was read.
    public mutating func field(_ key: StaticString, json: some StringProtocol) {
        name(key)
        for byte in json.utf8 { put(byte) }
    }

    /// JSON text as it stands in an input: an exact decimal.
    public mutating func field(_ key: StaticString, text: UnsafeRawBufferPointer) {
        name(key)
        copy(text)
    }

    public mutating func open(_ key: StaticString) {
        name(key)
        put("{")
        needsComma = false
    }

    /// Opens an object under a key that comes from the stream.
    public mutating func open(bytes key: [UInt8]) {
        if needsComma { put(",") }
        quote(key)
        put(":{")
        needsComma = false
    }

    public mutating func close() {
        put("}")
        needsComma = true
    }

    @inline(__always)
    mutating func name(_ key: StaticString) {
        put(needsComma ? ",\"" : "\"")
        put(key)
        put("\":")
        needsComma = true
    }

    private mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
    }

    private mutating func quote(_ bytes: [UInt8]) { bytes.withUnsafeBytes { quote($0) } }

    private mutating func quote(_ bytes: UnsafeRawBufferPointer) {
        put("\"")
        guard bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            copy(bytes)
            return put("\"")
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                put(UInt8(ascii: "\\"))
                put(byte)
            case 0..<0x20: putEscaped(byte)
            default: put(byte)
            }
        }
        put("\"")
    }

    mutating func putEscaped(_ byte: UInt8) {
        let digits: StaticString = "0123456789abcdef"
        put("\\u00")
        put(digits.utf8Start[Int(byte >> 4)])
        put(digits.utf8Start[Int(byte & 15)])
    }

    private mutating func put(_ kind: RecordKind) {
        put(kind.name)
    }

    private mutating func put(_ value: Int64) {
        reserve(20)
        if value < 0 { put(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = used
        repeat {
            buffer.storeBytes(of: UInt8(48 + rest % 10), toByteOffset: used, as: UInt8.self)
            used += 1
            rest /= 10
        } while rest > 0
        var digits = UnsafeMutableRawBufferPointer(start: buffer + start, count: used - start)
        digits.reverse()
    }

    /// The shortest decimal text that reads back as the same double; an integer without a fraction; null for what is no
    /// finite number, as when a forecast from absurd prices overflows.
    private mutating func put(_ value: Double) {
        guard value.isFinite else { return put("null") }
        if let integer = Int64(exactly: value), integer.magnitude < 1 << 53 { return put(integer) }
        reserve(32)
        var sink = DigitSink(at: buffer + used)
        value.write(to: &sink)
        used += sink.count
    }
}

/// Takes the digits of a double without a `String` in between.
private struct DigitSink: TextOutputStream {
    private let start: UnsafeMutableRawPointer
    private(set) var count = 0

    init(at start: UnsafeMutableRawPointer) { self.start = start }

    mutating func write(_ text: String) {
        for byte in text.utf8 {
            start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
            count += 1
        }
    }

    mutating func _writeASCII(_ text: UnsafeBufferPointer<UInt8>) {
        guard let base = text.baseAddress else { return }
        (start + count).copyMemory(from: base, byteCount: text.count)
        count += text.count
    }
}

/// Where a stage writes: lines passed on as they came, and records of its own. A buffer in memory; the run loop
/// decides when it goes out.
///
/// Consecutive lines that are passed on are kept as one span of the input and copied, or written, at once.
public struct Output: ~Copyable {
    private var buffer: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0
    private var span = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Whether lines are passed on; without, only the derived records are written (`--only`).
    private let passesOn: Bool
    /// What is written before the first derived record: the stage's `meta`.
    private var preamble: [UInt8] = []
    private var wantsPreamble: Bool
    private var needsComma = false

    public init(passesOn: Bool = true) {
        self.passesOn = passesOn
        wantsPreamble = false
        capacity = 1 << 16
        buffer = .allocate(byteCount: capacity, alignment: 4096)
    }

    deinit { buffer.deallocate() }

    /// Sets what comes before the stage's first own record: right behind the first line that is passed on.
    public mutating func open(with preamble: [UInt8]) {
        self.preamble = preamble
        wantsPreamble = true
    }

    /// Passes a line on, byte for byte.
    @inline(__always)
    public mutating func pass(_ record: borrowing Record) {
        pass(record.bytes)
    }

    public mutating func pass(_ line: UnsafeRawBufferPointer) {
        if passesOn {
            if let start = span.baseAddress, start + span.count == line.baseAddress {
                span = UnsafeRawBufferPointer(start: start, count: span.count + line.count)
            } else {
                settle()
                span = line
            }
        }
        if wantsPreamble { writePreamble() }
    }

    /// Copies what still lies in the input into the buffer, so that the input may be overwritten.
    public mutating func settle() {
        guard !span.isEmpty else { return }
        let passed = span
        span = UnsafeRawBufferPointer(start: nil, count: 0)
        copy(passed)
    }

    /// As `settle`, unless there is enough to be written at once without the copy.
    public mutating func settleUnlessFull(_ fullBytes: Int) {
        if count < fullBytes { settle() }
    }

    /// All that is to be written, in order: at most two pieces.
    public mutating func drain(_ write: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        if used > 0 {
            try write(UnsafeRawBufferPointer(start: buffer, count: used))
            used = 0
        }
        if !span.isEmpty {
            try write(span)
            span = UnsafeRawBufferPointer(start: nil, count: 0)
        }
    }

    public var count: Int { used + span.count }

    @inline(never)
    private mutating func writePreamble() {
        wantsPreamble = false
        settle()
        preamble.withUnsafeBytes { copy($0) }
    }

    @inline(__always)
    private mutating func reserve(_ count: Int) {
        if used + count > capacity { grow(count) }
    }

    @inline(never)
    private mutating func grow(_ count: Int) {
        capacity = max(capacity * 2, used + count)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 4096)
        larger.copyMemory(from: buffer, byteCount: used)
        buffer.deallocate()
        buffer = larger
    }

    private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (buffer + used).copyMemory(from: start, byteCount: bytes.count)
        used += bytes.count
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        reserve(1)
        buffer.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    @inline(__always)
    private mutating func put(_ text: StaticString) {
        copy(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    // MARK: Records

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
        quote(Array(value.utf8))
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
        quote(Array(value.utf8))
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
    private mutating func name(_ key: StaticString) {
        put(needsComma ? ",\"" : "\"")
        put(key)
        put("\":")
        needsComma = true
    }

    private mutating func quote(_ bytes: [UInt8]) {
        put("\"")
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

    private mutating func putEscaped(_ byte: UInt8) {
        let digits: StaticString = "0123456789abcdef"
        put("\\u00")
        put(digits.utf8Start[Int(byte >> 4)])
        put(digits.utf8Start[Int(byte & 15)])
    }

    private mutating func put(_ kind: RecordKind) {
        for byte in kind.rawValue.utf8 { put(byte) }
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

    /// The shortest decimal text that reads back as the same double; an integer without a fraction.
    private mutating func put(_ value: Double) {
        precondition(value.isFinite, "a record holds finite numbers")
        if let integer = Int64(exactly: value), integer.magnitude < 1 << 53 { return put(integer) }
        reserve(32)
        var sink = DigitSink(at: buffer + used)
        value.write(to: &sink)
        used += sink.count
    }

    // MARK: What is not a record

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

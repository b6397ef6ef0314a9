/// Where a stage writes: lines passed on as they came, and records of its own. A buffer in memory; the run loop
/// decides when it goes out.
///
/// Consecutive lines that are passed on are kept as one span of the input and copied, or written, at once.
public struct Output: ~Copyable {
    private(set) var buffer: UnsafeMutableRawPointer
    private var capacity: Int
    var used = 0
    private var span = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Whether lines are passed on; without, only the derived records are written (`--only`).
    private let passesOn: Bool
    /// What had been written when a line was passed on last: only that comes before the line. For whoever passes lines on
    /// himself.
    public private(set) var passedAt = 0
    /// What is written before the first derived record: the stage's `meta`.
    private var preamble: [UInt8] = []
    var wantsPreamble: Bool
    /// Whether a key must be preceded by a comma: the state of the record being written.
    var needsComma = false

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

    @inline(__always)
    public mutating func pass(_ line: UnsafeRawBufferPointer) {
        passedAt = used
        if passesOn { extend(by: line) }
        if wantsPreamble { writePreamble() }
    }

    private mutating func extend(by line: UnsafeRawBufferPointer) {
        if let start = span.baseAddress, start + span.count == line.baseAddress {
            span = UnsafeRawBufferPointer(start: start, count: span.count + line.count)
        } else {
            settle()
            span = line
        }
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

    /// What was written, where no line is passed on; followed by `RecordReader.padding` readable bytes, and there until
    /// something more is written.
    public mutating func written() -> UnsafeRawBufferPointer {
        reserve(RecordReader.padding)
        return UnsafeRawBufferPointer(start: buffer, count: used)
    }

    public mutating func removeAll() {
        used = 0
        passedAt = 0
    }

    @inline(never)
    mutating func writePreamble() {
        wantsPreamble = false
        settle()
        preamble.withUnsafeBytes { copy($0) }
    }

    @inline(__always)
    mutating func reserve(_ count: Int) {
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

    mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (buffer + used).copyMemory(from: start, byteCount: bytes.count)
        used += bytes.count
    }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        reserve(1)
        buffer.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        copy(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

import Glibc
public import Records

/// Lines of a file descriptor, in bounded memory: an aligned window for read(2), with room in front for the line that a
/// read has cut. (Reads into an unaligned window were measured four times slower.)
public struct LineReader: ~Copyable {
    /// One line of input.
    public struct Line {
        /// With its LF, if it can be read whole; followed by `RecordReader.padding` readable bytes.
        public let bytes: UnsafeRawBufferPointer
        /// From 1.
        public let number: Int
        /// Of its first byte in the stream, from 0.
        public let offset: Int
        /// Set if the line cannot be read whole.
        public let defect: Defect?

        public init(bytes: UnsafeRawBufferPointer, number: Int, offset: Int, defect: Defect? = nil) {
            (self.bytes, self.number, self.offset, self.defect) = (bytes, number, offset, defect)
        }
    }

    /// Why a line cannot be read whole.
    public enum Defect {
        case longer(than: Int)
        /// The end of the input has cut it, behind so many bytes.
        case torn(at: Int)

        public var malformed: Malformed {
            switch self {
            case .longer(let limit): Malformed("longer than \(limit) bytes", at: limit)
            case .torn(let count): Malformed("torn: the input ends within the line", at: count)
            }
        }
    }

    /// What one read takes at most. With more, the next stage waits longer for what this one has read: in lock-step, where it cannot
    /// read ahead, eight per cent of all time.
    private static let window = 1 << 16

    /// The longest line, without its LF.
    public var lineLimit: Int
    private let descriptor: Int32
    /// For diagnostics.
    private let name: String
    private var base: UnsafeMutableRawPointer
    /// Where the window begins: what a read has left over stands before it.
    private var front = 69_632
    private var start: Int
    private var searched: Int
    private var end: Int
    private var lineNumber = 0
    private var offset = 0
    private var isSkipping = false
    /// Whether the last read took all that was at hand, so that the next one most likely has to wait.
    public private(set) var isDrained = false

    public init(_ descriptor: Int32, name: String = "input", lineLimit: Int = RecordReader.lineLimit) {
        self.lineLimit = lineLimit
        self.name = name
        self.descriptor = descriptor
        base = Self.allocate(front: front)
        start = front
        searched = front
        end = front
        Pipes.widen(descriptor)
    }

    deinit { base.deallocate() }

    private static func allocate(front: Int) -> UnsafeMutableRawPointer {
        let count = front + window + RecordReader.padding
        let base = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 4096)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        return base
    }

    /// Reads once. Lines that were handed out are overwritten; lines that were not are kept, in a larger buffer if
    /// they are many.
    /// - Returns: how many bytes came; 0 at the end of the input, nil if a signal came first.
    public mutating func fill() throws -> Int? {
        let carried = end - start
        let unsearched = end - searched
        if carried > front {
            let larger = (2 * carried + 4095) & ~4095
            let moved = Self.allocate(front: larger)
            (moved + larger - carried).copyMemory(from: base + start, byteCount: carried)
            base.deallocate()
            (base, front) = (moved, larger)
        } else {
            (base + front - carried).copyMemory(from: base + start, byteCount: carried)
        }
        start = front - carried
        searched = front - unsearched
        end = front
        let count = read(descriptor, base + front, Self.window)
        defer { base.storeBytes(of: 0, toByteOffset: end, as: UInt8.self) }
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return nil }
            throw Failure.refused(.noInput, "unable to read \(name): \(errorText())")
        }
        end += count
        isDrained = count < Self.window
        return count
    }

    /// Where the next line begins, if nobody has looked for its end yet; behind all that has been read stands a byte of 0. Within a
    /// line that is too long, or that a read has cut, it is that byte: such a line is read once, when it is whole.
    public var ahead: UnsafeRawPointer { UnsafeRawPointer(base + (isSkipping || searched != start ? end : start)) }

    /// Hands out the line that begins where the last one has ended, and whose end the caller has found.
    /// - Returns: its number and its place, as `Line` has them.
    @inline(__always)
    public mutating func pass(_ count: Int) -> (number: Int, offset: Int) {
        lineNumber += 1
        defer { offset += count }
        start += count
        searched = start
        return (lineNumber, offset)
    }

    /// The next whole line, or the first part of one that is too long; nil if more must be read.
    public mutating func next() -> Line? {
        while true {
            guard let feed = memchr(base + searched, 10, end - searched) else {
                searched = end
                if isSkipping {
                    offset += end - start
                    start = end
                    return nil
                }
                guard end - start > lineLimit else { return nil }
                isSkipping = true
                return take(
                    UnsafeRawBufferPointer(start: base + start, count: end - start), .longer(than: lineLimit))
            }
            let next = UnsafeRawPointer(feed) + 1 - UnsafeRawPointer(base)
            let bytes = UnsafeRawBufferPointer(start: base + start, count: next - start)
            searched = next
            guard isSkipping else { return take(bytes, nil) }
            isSkipping = false
            offset += bytes.count
            start = next
        }
    }

    /// What is left at the end of the input: a line without LF is torn and must not be acted on.
    public mutating func torn() -> Line? {
        guard end > start, !isSkipping else { return nil }
        let bytes = UnsafeRawBufferPointer(start: base + start, count: end - start)
        return take(bytes, .torn(at: bytes.count))
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer, _ defect: Defect?) -> Line {
        let place = pass(bytes.count)
        return Line(bytes: bytes, number: place.number, offset: place.offset, defect: defect)
    }
}

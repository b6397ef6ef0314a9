import Records

/// A line on its way out.
struct HeldLine {
    /// With its LF.
    var start: UnsafeRawPointer
    var count: Int32
    /// Whether the bytes still lie in the input, which the next read overwrites.
    var isBorrowed: Bool
    /// Whether the line carries a time: `ts`.
    var hasTime: Bool
    /// Where it stands in time, in nanoseconds, as two recordings of one microsecond may know which came first. What is
    /// derived, or has no time, keeps its place behind the latest market record that it came after.
    var place: Int64
    var ts: Int64
    /// What was read in it, if it is a tick.
    var tick: Tick?
}

/// The lines of one source, sorted by time as far as `--reorder` allows; stable.
///
/// A line is due once no later line may come before it. Which lines are due is a function of the lines alone, not of
/// the sizes in which they were read. Lines in order cost a comparison; they are copied only if they are still held
/// when the input is overwritten, and lie side by side then too, so that they leave as one span.
struct ReorderBuffer: ~Copyable {
    /// At most so much is held back; what exceeds it is due.
    static let limitBytes = 1 << 20

    private let reorder: Int64
    private var lines: UnsafeMutablePointer<HeldLine>
    private var capacity = 1024
    private var head = 0
    private var due = 0
    private var end = 0
    private var heldBytes = 0
    private var store = ByteStore()
    private var other = ByteStore()
    /// The place of the latest market record.
    private var latest: Int64 = 0
    /// Nothing may come before this any more.
    private var floor: Int64 = 0

    init(reorderMicroseconds: Int64) {
        reorder = reorderMicroseconds * 1000
        lines = .allocate(capacity: capacity)
    }

    deinit { lines.deallocate() }

    /// Whether a market record of this time is not too late.
    @inline(__always)
    func admits(_ ts: Int64, nanoseconds: Int64 = 0) -> Bool {
        let place = ts * 1000 + nanoseconds
        return place >= floor && place >= latest - reorder
    }

    /// The time of the latest market record.
    var latestTime: Int64 { latest / 1000 }
    var hasDue: Bool { head < due }
    var dueCount: Int { due - head }
    /// The next line to go; there must be one.
    var next: HeldLine { lines[head] }

    /// Takes the next line if it stands before `bound`.
    @inline(__always)
    mutating func pop(before bound: Int64) -> HeldLine? {
        guard head < due, lines[head].place < bound else { return nil }
        head += 1
        return lines[head - 1]
    }

    /// Adds a market record; its bytes stay where they are until `settle`.
    @inline(__always)
    mutating func add(_ bytes: UnsafeRawBufferPointer, marketTime ts: Int64, _ tick: Tick?) {
        let place = ts * 1000
        if place > latest { latest = place }
        insert(
            HeldLine(
                start: bytes.baseAddress!, count: Int32(bytes.count), isBorrowed: true, hasTime: true, place: place,
                ts: ts, tick: tick))
    }

    /// Adds a line that moves no time.
    mutating func add(_ bytes: UnsafeRawBufferPointer, ts: Int64?) {
        insert(
            HeldLine(
                start: bytes.baseAddress!, count: Int32(bytes.count), isBorrowed: true, hasTime: ts != nil,
                place: latest, ts: ts ?? 0))
    }

    /// Adds a line that the caller has written: its bytes are copied.
    /// - Parameters:
    ///   - ts: the time of a market record; nil for a line that stands where the source has come to.
    ///   - nanoseconds: what its time has beyond the microsecond.
    mutating func add(copying bytes: UnsafeRawBufferPointer, marketTime ts: Int64?, nanoseconds: Int64 = 0) {
        if !store.hasRoom(bytes.count) { compact(for: bytes.count) }
        let copy = store.append(bytes)
        let place = ts.map { $0 * 1000 + nanoseconds } ?? latest
        if place > latest { latest = place }
        insert(
            HeldLine(
                start: copy, count: Int32(bytes.count), isBorrowed: false, hasTime: ts != nil, place: place,
                ts: ts ?? 0))
    }

    /// The time has come to `ts`, though no line says so: an unwanted record.
    @inline(__always)
    mutating func advance(to ts: Int64) {
        if ts * 1000 > latest {
            latest = ts * 1000
            release()
        }
    }

    @inline(__always)
    private mutating func insert(_ line: HeldLine) {
        if end == capacity { makeRoom() }
        if end == due || lines[end - 1].place <= line.place {
            lines[end] = line
        } else {
            insertBetween(line)
        }
        end += 1
        heldBytes += Int(line.count)
        release()
    }

    @inline(never)
    private mutating func insertBetween(_ line: HeldLine) {
        var index = end
        while index > due, lines[index - 1].place > line.place {
            lines[index] = lines[index - 1]
            index -= 1
        }
        lines[index] = line
    }

    @inline(__always)
    private mutating func release() {
        while due < end, lines[due].place <= latest - reorder || heldBytes > Self.limitBytes {
            heldBytes -= Int(lines[due].count)
            floor = max(floor, lines[due].place)
            due += 1
        }
    }

    /// No more lines will come: all are due.
    mutating func finish() {
        due = end
        heldBytes = 0
    }

    /// The input is about to be overwritten: what still lies there is copied.
    mutating func settle() {
        var borrowed = 0
        for index in head..<end where lines[index].isBorrowed { borrowed += Int(lines[index].count) }
        if head == end { store.removeAll() }
        if borrowed > 0 {
            if !store.hasRoom(borrowed) { compact(for: borrowed) }
            for index in head..<end where lines[index].isBorrowed { copy(index) }
        }
    }

    private mutating func copy(_ index: Int) {
        lines[index].start = store.append(
            UnsafeRawBufferPointer(start: lines[index].start, count: Int(lines[index].count)))
        lines[index].isBorrowed = false
    }

    /// Moves the lines of the store to the other one, which leaves out those that are gone.
    private mutating func compact(for room: Int) {
        var live = room
        for index in head..<end where !lines[index].isBorrowed { live += Int(lines[index].count) }
        other.removeAll()
        other.reserve(live)
        swap(&store, &other)
        for index in head..<end where !lines[index].isBorrowed { copy(index) }
    }

    private mutating func makeRoom() {
        if head > 0 {
            lines.update(from: lines + head, count: end - head)
            end -= head
            due -= head
            head = 0
        }
        guard end > capacity / 2 else { return }
        let larger = UnsafeMutablePointer<HeldLine>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: lines, count: end)
        lines.deallocate()
        lines = larger
        capacity *= 2
    }
}

/// Bytes that stay where they are until all are removed.
private struct ByteStore: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity = 1 << 16
    private var used = 0

    init() { base = .allocate(byteCount: capacity, alignment: 64) }

    deinit { base.deallocate() }

    func hasRoom(_ count: Int) -> Bool { used + count <= capacity }

    mutating func removeAll() { used = 0 }

    /// Makes room for twice `count`, so that moving what lives is rare; the store must be empty.
    mutating func reserve(_ count: Int) {
        guard capacity < count * 2 else { return }
        base.deallocate()
        capacity = count * 2
        base = .allocate(byteCount: capacity, alignment: 64)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer {
        let start = base + used
        start.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        used += bytes.count
        return UnsafeRawPointer(start)
    }
}

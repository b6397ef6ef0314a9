import Records

/// The lines of one source, sorted by time as far as `--reorder` allows; stable.
///
/// A line is due once no later line may come before it. Which lines are due is a function of the lines alone, not of
/// the sizes in which they were read. Lines in order cost a comparison; they are copied only if they are still held
/// when the input is overwritten, and lie side by side then too, so that they leave as one span. What was found in a line is not
/// moved, unless there are more lines than ever: it is read into the room in which it waits, and handed on there.
struct ReorderBuffer: ~Copyable {
    /// At most so much is held back; what exceeds it is due.
    static let limitBytes = 1 << 20

    private let reorder: Int64
    private var rooms = Ring(capacity: 1024)
    /// Counted from the first line on: what has gone, what is due, what is held.
    private var head = 0
    private var due = 0
    private var end = 0
    /// What lies before it does not lie in the input any more.
    private var firstBorrowed = 0
    private var heldBytes = 0
    private var store = ByteStore()
    private var other = ByteStore()
    /// The place of the latest market record.
    private var latest: Int64 = 0
    /// Nothing may come before this any more.
    private var floor: Int64 = 0

    init(reorderMicroseconds: Int64) { reorder = reorderMicroseconds * 1000 }

    /// Whether a market record of this time is not too late.
    @inline(__always)
    func admits(_ ts: Int64, nanoseconds: Int64 = 0) -> Bool {
        let place = ts * 1000 + nanoseconds
        return place >= floor && place >= latest - reorder
    }

    /// The time of the latest market record.
    var latestTime: Int64 { latest / 1000 }
    var hasDue: Bool { head < due }
    /// Where the next line to go stands in time, nanoseconds; there must be one.
    var nextPlace: Int64 { rooms[head].time }

    /// Takes the next line if it stands before `bound`.
    /// - Returns: it, there until the next line is read into `room`.
    @inline(__always)
    mutating func pop(before bound: Int64) -> UnsafeMutablePointer<FoundLine>? {
        guard head < due, rooms[head].time < bound else { return nil }
        head += 1
        return rooms.line(head - 1)
    }

    /// Room for the next line: whoever reads it reads it there, and says `add` if it is to stay.
    var room: UnsafeMutablePointer<FoundLine> {
        @inline(__always) mutating get {
            if end - head == rooms.capacity { rooms.double(head..<end) }
            return rooms.line(end)
        }
    }

    /// Adds the market record that was read into `room`; its bytes stay where they are until `settle`.
    @inline(__always)
    mutating func addMarket() {
        let time = rooms.line(end).pointee.ts * 1000
        if time > latest { latest = time }
        insert(at: time, isBorrowed: true)
    }

    /// Adds the record that was read into `room`, and that moves no time.
    mutating func addDerived() { insert(at: latest, isBorrowed: true) }

    /// Adds a line that the caller has written: its bytes are copied.
    /// - Parameters:
    ///   - ts: the time of a market record; nil for a line that stands where the source has come to.
    ///   - nanoseconds: what its time has beyond the microsecond.
    mutating func add(copying bytes: UnsafeRawBufferPointer, marketTime ts: Int64?, nanoseconds: Int64 = 0) {
        if !store.hasRoom(bytes.count) { compact(for: bytes.count) }
        let place = ts.map { $0 * 1000 + nanoseconds } ?? latest
        if place > latest { latest = place }
        room.initialize(to: FoundLine(unread: store.append(bytes), ts: ts))
        insert(at: place, isBorrowed: false)
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
    private mutating func insert(at time: Int64, isBorrowed: Bool) {
        (rooms[end].time, rooms[end].isBorrowed) = (time, isBorrowed)
        heldBytes += rooms.line(end).pointee.bytes.count
        if end > due, rooms[end - 1].time > time { moveBack() }
        end += 1
        release()
    }

    /// Moves the last line to where it stands in time.
    @inline(never)
    private mutating func moveBack() {
        let place = rooms[end]
        var index = end
        while index > due, rooms[index - 1].time > place.time {
            rooms[index] = rooms[index - 1]
            index -= 1
        }
        rooms[index] = place
        firstBorrowed = min(firstBorrowed, index)
    }

    @inline(__always)
    private mutating func release() {
        while due < end, rooms[due].time <= latest - reorder || heldBytes > Self.limitBytes {
            heldBytes -= rooms.line(due).pointee.bytes.count
            floor = max(floor, rooms[due].time)
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
        if head == end { store.removeAll() }
        let borrowed = max(head, firstBorrowed)..<end
        let count = borrowed.reduce(0) { $0 + (rooms[$1].isBorrowed ? rooms.line($1).pointee.bytes.count : 0) }
        if !store.hasRoom(count) { compact(for: count) }
        for index in borrowed where rooms[index].isBorrowed { copy(index) }
        firstBorrowed = end
    }

    private mutating func copy(_ index: Int) {
        rooms.line(index).pointee.bytes = store.append(rooms.line(index).pointee.bytes)
        rooms[index].isBorrowed = false
    }

    /// Moves the lines of the store to the other one, which leaves out those that are gone.
    private mutating func compact(for count: Int) {
        var live = count
        for index in head..<end where !rooms[index].isBorrowed { live += rooms.line(index).pointee.bytes.count }
        other.removeAll()
        other.reserve(live)
        swap(&store, &other)
        for index in head..<end where !rooms[index].isBorrowed { copy(index) }
    }
}

/// Rooms for lines in an order, of which the oldest are used again.
private struct Ring: ~Copyable {
    struct Place {
        /// Where the line stands in time, in nanoseconds, as two recordings of one microsecond may know which came first. What
        /// is derived, or has no time, keeps its place behind the latest market record that it came after.
        var time: Int64
        /// Which of the rooms is the line's: putting lines in order moves no line.
        var room: Int32
        /// Whether the bytes still lie in the input, which the next read overwrites.
        var isBorrowed: Bool
    }

    /// A power of two.
    private(set) var capacity: Int
    private var lines: UnsafeMutablePointer<FoundLine>
    private var places: UnsafeMutablePointer<Place>

    init(capacity: Int) {
        self.capacity = capacity
        lines = .allocate(capacity: capacity)
        lines.initialize(repeating: FoundLine(), count: capacity)
        places = .allocate(capacity: capacity)
        for index in 0..<capacity {
            (places + index).initialize(to: Place(time: 0, room: Int32(index), isBorrowed: false))
        }
    }

    deinit {
        lines.deallocate()
        places.deallocate()
    }

    @inline(__always)
    func line(_ index: Int) -> UnsafeMutablePointer<FoundLine> { lines + Int(self[index].room) }

    subscript(index: Int) -> Place {
        @inline(__always) _read { yield places[index & (capacity - 1)] }
        @inline(__always) nonmutating _modify { yield &places[index & (capacity - 1)] }
    }

    /// Twice as many rooms, in which the lines of a range keep their numbers.
    @inline(never)
    mutating func double(_ kept: Range<Int>) {
        let larger = Ring(capacity: 2 * capacity)
        for index in kept {
            larger.line(index).pointee = line(index).pointee
            (larger[index].time, larger[index].isBorrowed) = (self[index].time, self[index].isBorrowed)
        }
        self = larger
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

    mutating func append(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = base + used
        start.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        used += bytes.count
        return UnsafeRawBufferPointer(start: start, count: bytes.count)
    }
}

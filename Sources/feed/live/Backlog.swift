import Bybit
import Records

/// Lines that wait because nobody takes what is made of them. Of best quotes only the latest waits; what exceeds the
/// limit is let go, and an `overrun` event stands in its place: it tells the market that trades are to be asked for.
struct Backlog: ~Copyable {
    /// Bytes of lines.
    static let limit = 32 << 20
    private static let quoteTopic = Array(#""topic":"orderbook.1."#.utf8)

    private enum Entry {
        case line([UInt8])
        case overrun(lines: Int64, trades: Int64)
    }

    /// From so many entries on, they are moved together once half of them are taken or replaced.
    private static let leastEntries = 1024

    /// Nil for a quote that a later one has replaced.
    private var entries: [Entry?] = []
    private var head = 0
    /// Those that are nil.
    private var replaced = 0
    private var bytes = 0
    /// Where each topic's quote waits.
    private var quotes: [[UInt8]: Int] = [:]
    private var reader = FrameReader()
    /// Quotes that a later one has replaced.
    private(set) var conflated = 0
    private(set) var overrunLines = 0

    var isEmpty: Bool { head == entries.count }

    /// How many places the lines take, those that are taken included.
    var slots: Int { entries.count }

    /// - Parameter line: with its LF, if it has one.
    mutating func add(_ line: UnsafeRawBufferPointer) {
        guard bytes + line.count <= Self.limit else { return letGo(line) }
        if let topic = Self.quoteTopic(of: line) {
            if let place = quotes[topic], case .line(let old)? = entries[place] {
                entries[place] = nil
                bytes -= old.count
                conflated += 1
                replaced += 1
                compact()
            }
            quotes[topic] = entries.count
        }
        entries.append(.line(Array(line)))
        bytes += line.count
    }

    /// The next line.
    /// - Parameter now: the wall clock, microseconds.
    mutating func next(now: Int64) -> [UInt8]? {
        while head < entries.count {
            let entry = entries[head]
            entries[head] = nil
            head += 1
            if entry == nil { replaced -= 1 }
            if head == entries.count { clear() } else { compact() }
            switch entry {
            case .line(let line)?:
                bytes = max(0, bytes - line.count)
                if let topic = line.withUnsafeBytes({ Self.quoteTopic(of: $0) }) { quotes[topic] = nil }
                return line
            case .overrun(let lines, let trades)?:
                return liveLine(
                    UInt8(ascii: "!"),
                    ["event": "overrun", "lines": .number(String(lines)), "trades": .number(String(trades))], at: now)
            case nil: continue
            }
        }
        return nil
    }

    private mutating func clear() {
        entries.removeAll()
        quotes.removeAll()
        head = 0
        bytes = 0
        replaced = 0
    }

    /// A reader that never quite catches up must not let what it has taken pile up.
    private mutating func compact() {
        guard entries.count >= Self.leastEntries, 2 * (head + replaced) > entries.count else { return }
        entries = entries[head...].filter { $0 != nil }
        (head, replaced) = (0, 0)
        for (place, entry) in entries.enumerated() {
            guard case .line(let line)? = entry else { continue }
            if let topic = line.withUnsafeBytes({ Self.quoteTopic(of: $0) }) { quotes[topic] = place }
        }
    }

    private mutating func letGo(_ line: UnsafeRawBufferPointer) {
        overrunLines += 1
        let trades = countTrades(line)
        if case .overrun(let lines, let before)? = entries.last {
            entries[entries.count - 1] = .overrun(lines: lines + 1, trades: before + trades)
        } else {
            entries.append(.overrun(lines: 1, trades: trades))
        }
    }

    private mutating func countTrades(_ line: UnsafeRawBufferPointer) -> Int64 {
        let content = UnsafeRawBufferPointer(rebasing: line.dropLast())
        guard let (_, read) = try? reader.read(content), case .frame(.push(let push)) = read, push.topic == .trades
        else {
            return 0
        }
        return Elements(push.data).reduce(0) { count, _ in count + 1 }
    }

    /// The topic of a line that is a best quote: a whole snapshot, so that the latest says it all.
    private static func quoteTopic(of line: UnsafeRawBufferPointer) -> [UInt8]? {
        let start = line.prefix(64)
        guard let first = start.indices.first(where: { start[$0...].starts(with: quoteTopic) }) else { return nil }
        return Array(line[(first + 9)...].prefix { $0 != UInt8(ascii: "\"") })
    }
}

import Records
import Venue

/// How a trade's price stands to the one before.
enum TickDirection: String {
    case plus = "PlusTick"
    case zeroPlus = "ZeroPlusTick"
    case minus = "MinusTick"
    case zeroMinus = "ZeroMinusTick"

    func next(from last: Price, to price: Price) -> TickDirection {
        if price > last { return .plus }
        if price < last { return .minus }
        return self == .plus || self == .zeroPlus ? .zeroPlus : .zeroMinus
    }
}

/// The last trades of a symbol.
struct TradeRing {
    /// As many as one answer may hold.
    static let limit = 1000
    /// A longer identifier is replaced; the exchange's have 36 characters.
    static let identifierLimit = 64

    struct Trade {
        /// Event time, microseconds.
        let ts: Int64
        let price: Price
        let quantity: Quantity
        let side: Side
        let direction: TickDirection
        let seq: Int64
        fileprivate let identifierCount: Int
    }

    private var trades: [Trade] = []
    /// The identifiers, each in a slot of the same length: so none costs an allocation.
    private var identifiers: [UInt8] = []
    private var next = 0

    var last: Trade? { trades.isEmpty ? nil : trades[newest] }
    var count: Int { trades.count }

    /// Keeps the trade of a record.
    /// - Parameter number: a number that no other trade without an identifier of its own has.
    mutating func take(
        _ record: borrowing Record, _ price: Price, _ quantity: Quantity, seq: Int64, number: Int64
    ) {
        if identifiers.isEmpty {
            identifiers = Array(repeating: 0, count: Self.limit * Self.identifierLimit)
            trades.reserveCapacity(Self.limit)
        }
        let slot = next
        let direction = last.map { $0.direction.next(from: $0.price, to: price) } ?? .zeroPlus
        let trade = Trade(
            ts: record.ts, price: price, quantity: quantity, side: record.side, direction: direction, seq: seq,
            identifierCount: keepIdentifier(of: record, number, slot))
        if trades.count < Self.limit { trades.append(trade) } else { trades[slot] = trade }
        next = (slot + 1) % Self.limit
    }

    /// The newest first.
    /// - Parameter age: 0 is the newest.
    func trade(_ age: Int) -> (trade: Trade, identifier: ArraySlice<UInt8>) {
        let slot = (newest + trades.count - age) % trades.count
        let start = slot * Self.identifierLimit
        return (trades[slot], identifiers[start..<start + trades[slot].identifierCount])
    }

    private var newest: Int { (next + Self.limit - 1) % Self.limit }

    /// - Returns: how many bytes the identifier has.
    private mutating func keepIdentifier(of record: borrowing Record, _ number: Int64, _ slot: Int) -> Int {
        let start = slot * Self.identifierLimit
        if let own = record.identifier, (1...Self.identifierLimit).contains(own.count), own.allSatisfy(isPlain) {
            for (offset, byte) in own.enumerated() { identifiers[start + offset] = byte }
            return own.count
        }
        return makeIdentifier(number, at: start)
    }

    /// In the form of a UUID, of a version (8) that leaves the digits to its maker.
    private mutating func makeIdentifier(_ number: Int64, at start: Int) -> Int {
        let form: StaticString = "00000000-0000-8000-8000-000000000000"
        let digits: StaticString = "0123456789abcdef"
        let count = form.utf8CodeUnitCount
        for offset in 0..<count { identifiers[start + offset] = form.utf8Start[offset] }
        var rest = UInt64(number)
        for offset in (count - 12..<count).reversed() {
            identifiers[start + offset] = digits.utf8Start[Int(rest & 15)]
            rest >>= 4
        }
        return count
    }
}

/// Whether a byte can stand in JSON text as it is.
@inline(__always)
private func isPlain(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

extension Record {
    /// A trade's own identifier as it stands in the line, without quotes. The reader's fast path knows no keys but its own
    /// and has the identifier last, behind the side: there it is looked for in the line.
    fileprivate var identifier: UnsafeRawBufferPointer? {
        if !isFast { return self["id"].flatMap { unquoted($0.text) } }
        let key: StaticString = "\"side\":\""
        guard var i = position(of: key) else { return nil }
        i += key.utf8CodeUnitCount + (side == .buy ? 3 : 4) + 1
        let prefix: StaticString = ",\"id\":"
        guard i + prefix.utf8CodeUnitCount < bytes.count - 2, bytes[i] == UInt8(ascii: ",") else { return nil }
        return unquoted(UnsafeRawBufferPointer(rebasing: bytes[(i + prefix.utf8CodeUnitCount)..<(bytes.count - 2)]))
    }

    private var isFast: Bool { self["type"] == nil }

    private func position(of key: StaticString) -> Int? {
        let count = key.utf8CodeUnitCount
        // `{"type":"trade","ts":1,"sym":"A","px":1` comes before it at least.
        var i = 38
        while i + count < bytes.count {
            if bytes[i] == key.utf8Start[0], (0..<count).allSatisfy({ bytes[i + $0] == key.utf8Start[$0] }) { return i }
            i += 1
        }
        return nil
    }

    private func unquoted(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard text.first == UInt8(ascii: "\""), text.count > 2 else {
            return text.first == UInt8(ascii: "n") ? nil : text
        }
        return UnsafeRawBufferPointer(rebasing: text[1..<text.count - 1])
    }
}

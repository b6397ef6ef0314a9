import Bybit
import Records

/// The book of one topic, as far as its best quote needs it: whole after a snapshot, dropped as soon as it cannot be
/// trusted, and then quiet until the next snapshot.
struct BestQuote {
    /// More levels of a side than any topic has: a book that grows beyond is broken.
    private static let levelLimit = 4096

    struct Level: Equatable {
        /// In units of 1e-10, which orders prices exactly.
        let price: Int64
        /// Both in their shortest text.
        let priceText: [UInt8]
        let quantity: [UInt8]
    }

    /// What became of a message.
    enum Outcome: Equatable {
        /// - `isRepeated`: the exchange has said again what it said before.
        case best(bid: Level, ask: Level, isRepeated: Bool)
        /// Nothing to tell: an empty side, a message of the past, or no book.
        case quiet
        case dropped(String)
    }

    /// Best first.
    private var bids: [Level] = []
    private var asks: [Level] = []
    /// The running number of the last message; nil without a book.
    private var update: Int64?
    /// The matching engine's time of the last message.
    private var matched: Int64 = 0

    /// - Parameter matched: the matching engine's time.
    mutating func apply(_ book: StreamBook, isSnapshot: Bool, matched: Int64) -> Outcome {
        let before = update
        if isSnapshot {
            if let before, book.update != 1, (matched, book.update) < (self.matched, before) { return .quiet }
            bids.removeAll(keepingCapacity: true)
            asks.removeAll(keepingCapacity: true)
        } else {
            guard let before else { return .quiet }
            guard book.update == before + 1 else {
                return drop(book.update <= before ? "an update came again" : "an update is missing")
            }
        }
        update = book.update
        self.matched = matched
        guard take(book.bids, into: \.bids, isBefore: >), take(book.asks, into: \.asks, isBefore: <) else {
            return drop("a level cannot be read")
        }
        guard bids.count <= Self.levelLimit, asks.count <= Self.levelLimit else {
            return drop("it has too many levels")
        }
        guard let bid = bids.first, let ask = asks.first else { return .quiet }
        guard bid.price < ask.price else { return drop("it is crossed") }
        return .best(bid: bid, ask: ask, isRepeated: isSnapshot && book.update == before)
    }

    private mutating func drop(_ reason: String) -> Outcome {
        self = BestQuote()
        return .dropped(reason)
    }

    /// Takes the levels of one side; one of size 0 goes.
    private mutating func take(
        _ levels: UnsafeRawBufferPointer, into side: WritableKeyPath<Self, [Level]>,
        isBefore: (Int64, Int64) -> Bool
    ) -> Bool {
        for element in Elements(levels) {
            var fields = Elements(element)
            guard let price = fields.next()?.figure, let size = fields.next()?.figure,
                let price = try? Decimal(price, "price", at: 0, isPositive: true), let key = price.tenBillionths,
                let size = try? Decimal(size, "size", at: 0)
            else { return false }
            let level = Level(price: key, priceText: Array(price.text), quantity: Array(size.text))
            Self.put(level, in: &self[keyPath: side], isBefore: isBefore)
        }
        return true
    }

    private static func put(_ level: Level, in side: inout [Level], isBefore: (Int64, Int64) -> Bool) {
        var low = 0
        var high = side.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(side[middle].price, level.price) { low = middle + 1 } else { high = middle }
        }
        let isThere = low < side.count && side[low].price == level.price
        switch (level.quantity == [UInt8(ascii: "0")], isThere) {
        case (true, true): side.remove(at: low)
        case (true, false): break
        case (false, true): side[low] = level
        case (false, false): side.insert(level, at: low)
        }
    }
}

extension Decimal {
    /// The number in units of 1e-10; nil if it is not a whole number of them, or too large.
    var tenBillionths: Int64? { tenBillionths(of: Int64.self) }

    func tenBillionths<Integer: FixedWidthInteger>(of type: Integer.Type) -> Integer? {
        var value: Integer = 0
        var places: Int?
        for byte in text {
            if byte == UInt8(ascii: ".") {
                places = 0
                continue
            }
            guard byte &- 48 < 10, places ?? 0 < 10 else { return nil }
            places = places.map { $0 + 1 }
            let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            guard !isTooLarge else { return nil }
            let (sum, overflows) = tenfold.addingReportingOverflow(Integer(byte - 48))
            guard !overflows else { return nil }
            value = sum
        }
        for _ in (places ?? 0)..<10 {
            let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            guard !isTooLarge else { return nil }
            value = tenfold
        }
        return value
    }
}

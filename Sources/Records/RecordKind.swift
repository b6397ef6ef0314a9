import Glibc

/// The record types of the wire, version 1 (`docs/records.md`).
public enum RecordKind: UInt8, CaseIterable, Sendable {
    case instrument, trade, quote, bar, mark, funding, gap, clock, phase, planted
    case warmup, signal
    case verdict, intent
    case order, fill, reject, position, account
    case decision, book, sync
    case meta, bad, fault
    /// A type that this version does not know: legal, passed through.
    case other

    /// As `type` names it.
    public var name: StaticString { Self.names[Int(rawValue)] }

    /// In the order of the cases.
    private static let names: [StaticString] = [
        "instrument", "trade", "quote", "bar", "mark", "funding", "gap", "clock", "phase", "planted", "warmup",
        "signal",
        "verdict", "intent", "order", "fill", "reject", "position", "account", "decision", "book", "sync", "meta",
        "bad",
        "fault", "other",
    ]

    private static let words = names.map { KeyWord.of($0) }

    /// - Returns: `other` for a name that is none of a known type.
    init(named name: UnsafeRawBufferPointer) {
        let word = name.withMemoryRebound(to: UInt8.self) { text in
            text.baseAddress.map { KeyWord.of($0, count: text.count) } ?? 0
        }
        let place = Self.words.indices.first { Self.words[$0] == word && isSame(Self.names[$0], name) }
        self = place.flatMap { RecordKind(rawValue: UInt8($0)) } ?? .other
    }

    /// Whether `feed` writes it. Only these move event time: what a stage derives is a consequence, not an instant.
    @inlinable @inline(__always)
    public var isMarket: Bool {
        switch self {
        case .instrument, .trade, .quote, .bar, .mark, .funding, .gap, .clock, .phase, .planted: true
        default: false
        }
    }

    /// Whether `Record.side` is of it.
    var hasSide: Bool { self == .trade || self == .intent || self == .fill }

    /// Whether it carries a price that the reference price follows.
    @inlinable @inline(__always)
    public var isPrice: Bool { self == .trade || self == .quote || self == .bar }
}

/// The side of an order or a trade (the taker's).
public enum Side: String, Sendable {
    case buy, sell

    /// +1 to buy, -1 to sell.
    public var sign: Int { self == .buy ? 1 : -1 }
    public var opposite: Side { self == .buy ? .sell : .buy }
}

/// Whether a text is a literal.
@inline(__always)
func isSame(_ literal: StaticString, _ text: UnsafeRawBufferPointer) -> Bool {
    text.count == literal.utf8CodeUnitCount
        && (text.isEmpty || memcmp(literal.utf8Start, text.baseAddress!, text.count) == 0)
}

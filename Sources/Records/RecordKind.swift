/// The record types of the wire, version 1 (`docs/records.md`).
public enum RecordKind: String, CaseIterable, Sendable {
    case instrument, trade, quote, bar, mark, funding, gap, clock, phase, planted
    case warmup, signal
    case verdict, intent
    case order, fill, reject, position, account
    case decision, book, sync
    case meta, bad, fault
    /// A type that this version does not know: legal, passed through.
    case other

    /// Whether `feed` writes it. Only these move event time: what a stage derives is a consequence, not an instant.
    public var isMarket: Bool {
        switch self {
        case .instrument, .trade, .quote, .bar, .mark, .funding, .gap, .clock, .phase, .planted: true
        default: false
        }
    }

    /// Whether it carries a price that the reference price follows.
    public var isPrice: Bool { self == .trade || self == .quote || self == .bar }
}

/// The side of an order or a trade (the taker's).
public enum Side: String, Sendable {
    case buy, sell

    /// +1 to buy, -1 to sell.
    public var sign: Int { self == .buy ? 1 : -1 }
    public var opposite: Side { self == .buy ? .sell : .buy }
}

public import Records

/// The reference price of one symbol: the mid of the last quote once one was seen, until then the last trade or bar
/// close.
public struct ReferencePrice: Sendable {
    /// In quote currency.
    public private(set) var value: Double = 0
    /// When it was last set, microseconds.
    public private(set) var ts: Int64 = 0
    public private(set) var isKnown = false
    private var hasQuote = false

    public init() {}

    /// Takes a price record of the symbol.
    /// - Returns: whether the record set the price.
    @inline(__always)
    public mutating func observe(_ record: borrowing Record) -> Bool {
        switch record.kind {
        case .quote:
            hasQuote = true
            let (bid, ask) = record.best
            value = (bid + ask) / 2
        case .trade where !hasQuote: value = record.price.double
        case .bar where !hasQuote: value = record.close.double
        default: return false
        }
        ts = record.ts
        isKnown = true
        return true
    }
}

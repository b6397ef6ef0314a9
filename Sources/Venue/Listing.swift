import Records

/// One symbol, as the engine trades it.
public struct Listing: Sendable {
    public let name: [UInt8]
    /// Nil before the rules of the symbol are known, or after a record of rules that cannot be kept.
    public internal(set) var instrument: Instrument? {
        didSet { rules = instrument ?? rules }
    }
    /// The last rules that could be kept: what is open lives on under them.
    public private(set) var rules: Instrument?
    public internal(set) var market = Market()
    /// Open orders, in the order of their numbers.
    public internal(set) var orders: [Order] = []
    var instructions: [Instruction] = []
    /// How many accounts hold a position in it.
    var holders = 0
    private var premium = PremiumMean()

    init(name: [UInt8], instrument: Instrument?) {
        self.name = name
        self.instrument = instrument
        rules = instrument
    }

    /// Whether a tick has nothing to do here but to be remembered. (An instruction does nothing without its order.)
    @inline(__always)
    var isIdle: Bool { holders == 0 && orders.isEmpty }

    func index(of number: Int) -> Int? { orders.firstIndex { $0.number == number } }

    /// Takes a market record, of a kind that prices it.
    /// - Returns: whether it could be used, and there is something that it may move.
    @inline(__always)
    mutating func take(
        _ input: borrowing RecordReader, _ take: (inout Market, borrowing RecordReader) -> Bool
    ) -> Bool {
        // What has held until now is about to change.
        if market.hasMark { premium.advance(to: input.record.ts, market.reference.units - market.mark.units) }
        return take(&market, input) && !isIdle
    }

    /// The band that orders must lie in; nil as long as no price is known.
    func limits(at ts: Int64) -> PriceLimits? {
        guard let rules, market.valuation > .zero else { return nil }
        var premium = premium
        if market.hasMark { premium.advance(to: ts, market.reference.units - market.mark.units) }
        return PriceLimits(
            mark: market.valuation, index: market.hasMark ? market.index : market.valuation, premium: premium.mean,
            .of(String(decoding: name, as: UTF8.self)), tick: rules.tick)
    }
}

public import Records

/// Simulation assumption: what a taker pays where no quotes are known.
///
/// A buy fills at the price seen plus this fraction of it, a sell at the price minus it, rounded to the tick against the
/// taker, whatever the quantity: trades and bars do not tell how much was on offer.
public struct HalfSpread: Sendable {
    /// Half the distance between bid and ask, as a fraction of the price; at least 0, below 1.
    public let fraction: Rate

    public init(fraction: Rate) { self.fraction = fraction }

    public func price(_ side: Side, from seen: Price, tick: Price) -> Price {
        side == .buy ? seen.moved(by: fraction, tick: tick, .up) : seen.moved(by: -fraction, tick: tick, .down)
    }
}

/// Simulation assumption: isolated margin, one risk tier. A position is judged by the valuation price (the mark price,
/// or the reference price without one) and never loses more than the margin it has posted.
///
/// With entry price a, leverage l and maintenance rate m, a long is liquidated at or below a (1 - 1/l + m) and is worth
/// nothing at its bankruptcy price a (1 - 1/l); a short at or above a (1 + 1/l - m), and a (1 + 1/l). Funding that was
/// taken from the position's own margin brings both nearer. The exchange takes the whole position over at the bankruptcy
/// price, rounded to the tick towards the entry, wherever the market is: what the market is beyond it is the exchange's
/// loss. So a close that would fill beyond the bankruptcy price is a liquidation instead.
public enum Liquidation {
    /// The valuation price at which the position is liquidated, rounded to 1e-8 so that comparing with it is exact.
    static func level(_ position: Position, maintenance: Rate) -> Price {
        let kept = position.cost.times(maintenance, .nearest)
        return position.side == .long
            ? (position.cost - position.collateral + kept).price(of: position.quantity, .down)
            : (position.cost + position.collateral - kept).price(of: position.quantity, .up)
    }

    /// The price at which the position's margin is gone, on the tick next to it towards the entry, at least one tick.
    static func bankruptcy(_ position: Position, tick: Price) -> Price {
        position.side == .long
            ? max(tick, (position.cost - position.collateral).price(of: position.quantity, grain: tick, .up))
            : max(tick, (position.cost + position.collateral).price(of: position.quantity, grain: tick, .down))
    }

    /// The price at which the exchange takes it over: the bankruptcy price, or a tick nearer to the entry where the fee,
    /// which is rounded up, would cost more than the margin.
    static func takeover(_ position: Position, _ instrument: Instrument) -> Price {
        let price = bankruptcy(position, tick: instrument.tick)
        let level = Level(price: price, quantity: position.quantity)
        guard isBeyond(position, [level], instrument) else { return price }
        return Price(units: price.units + (position.side == .long ? 1 : -1) * instrument.tick.units)
    }

    /// Whether closing at these levels, of at most the position's quantity, would cost more than it has posted for them.
    static func isBeyond(
        _ position: Position, _ levels: [Level], _ instrument: Instrument, _ liquidity: Liquidity = .taker
    ) -> Bool {
        let limit = bankruptcy(position, tick: instrument.tick)
        if levels.contains(where: { position.side == .long ? $0.price < limit : $0.price > limit }) { return true }
        var rest = position
        var lost = Money.zero
        for level in levels {
            let fee = Fees.of(level, liquidity, instrument)
            lost += fee - rest.reduce(level, fee: fee, instrument)
        }
        return lost > position.margin - rest.margin
    }

    /// Whether a position that opens at this leverage would not be liquidated at once.
    public static func allows(leverage: Rate, maintenance: Rate) -> Bool {
        Int128(leverage.units) * Int128(maintenance.units) < Int128(Rate.one) * Int128(Rate.one)
    }
}

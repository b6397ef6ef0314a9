/// Simulation assumption: what a liquidation takes where all positions share the account's money.
///
/// The exchange closes all of them at once. Each bears the share of the money that its entry value has in the whole, the
/// fee for closing included, rounded to the tick so that the account never ends below zero. (The exchange itself goes
/// step by step, and hands back what is left.)
enum SharedMargin {
    /// - Parameters:
    ///   - equity: of the account; may be below 0 after a gap.
    ///   - view: the valuation price and the rules of a symbol.
    /// - Returns: by symbol, in their order, the price at which its position is taken over.
    static func bankruptcies(
        _ account: Account, equity: Money, _ view: (Int) -> (Price, Instrument)?
    ) -> [(symbol: Int, price: Price)] {
        let held = account.positions.enumerated().compactMap { symbol, position in
            position.flatMap { position in view(symbol).map { (symbol, position, $0.0, $0.1) } }
        }
        // Shorts first: their price has a floor, and what it leaves short the longs can bear; the largest last, as it can
        // bear most.
        let byCost = held.sorted { ($0.1.cost, $0.0) < ($1.1.cost, $1.0) }
        let inTurn = byCost.filter { $0.1.side == .short } + byCost.filter { $0.1.side == .long }
        var left = equity
        var whole = held.reduce(into: Money.zero) { $0 += $1.1.cost }
        return inTurn.map { symbol, position, price, instrument -> (symbol: Int, price: Price) in
            let value = price * position.quantity
            let share = Money(units: ratio(left.units, position.cost.units, whole.units, .down))
            let level = self.level(position, value: value, share: share - Fees.grain, instrument)
            let closing = Level(price: level, quantity: position.quantity)
            let gain = level * position.quantity - value
            left += (position.side == .long ? gain : -gain) - Fees.taker(closing, instrument)
            whole -= position.cost
            return (symbol, level)
        }.sorted { $0.symbol < $1.symbol }
    }

    /// The price at which closing costs the share, the fee included, on the next tick in favour of the account.
    private static func level(_ position: Position, value: Money, share: Money, _ instrument: Instrument) -> Price {
        let fee = instrument.takerFee.units
        let level =
            position.side == .long
            ? (value - share).over(Rate(units: Rate.one - fee), .up)
                .boundedPrice(of: position.quantity, grain: instrument.tick, .up)
            : (value + share).over(Rate(units: Rate.one + fee), .down)
                .boundedPrice(of: position.quantity, grain: instrument.tick, .down)
        return max(instrument.tick, level)
    }
}

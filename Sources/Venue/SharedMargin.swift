/// Simulation assumption: what a liquidation takes where all positions share the account's money.
///
/// The exchange closes all of them at once. Each bears the share of the money that its value has in the whole, the fee for
/// closing included, rounded to the tick so that the account never ends below zero. (The exchange itself goes step by
/// step, and hands back what is left.)
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
        let whole = held.reduce(into: Money.zero) { $0 += $1.2 * $1.1.quantity }
        return held.map { symbol, position, price, instrument in
            let value = price * position.quantity
            let share = whole > .zero ? Money(units: ratio(equity.units, value.units, whole.units, .down)) : .zero
            let fee = instrument.takerFee.units
            let level =
                position.side == .long
                ? (value - share).over(Rate(units: Rate.one - fee), .up)
                    .price(of: position.quantity, grain: instrument.tick, .up)
                : (value + share).over(Rate(units: Rate.one + fee), .down)
                    .price(of: position.quantity, grain: instrument.tick, .down)
            return (symbol, max(instrument.tick, level))
        }
    }
}

public import Records

/// How a market order fills: at once, as a taker, against what is known of the book.
public struct Matching: Sendable {
    public let halfSpread: HalfSpread
    public let slippage: Slippage

    public init(halfSpread: HalfSpread, slippage: Slippage) {
        self.halfSpread = halfSpread
        self.slippage = slippage
    }

    /// - Parameters:
    ///   - halfSpread: from the price to bid and ask, a fraction, 0 to 0.5.
    ///   - slippage: a fraction, 0 to 0.5.
    ///   - depth: times the quantity quoted, from 1.
    public init(halfSpread: Double, slippage: Double, depth: Int) {
        self.init(
            halfSpread: HalfSpread(fraction: Rate(nearest: halfSpread) ?? .zero),
            slippage: Slippage(fraction: Rate(nearest: slippage) ?? .zero, depth: Int64(depth)))
    }

    /// What a market order gets, one level a price, the best first; less than `quantity` if the book is thin.
    /// - Parameter seen: the price to fill around where no quotes are known: a trade's, or one within a bar.
    public func levels(
        _ side: Side, _ quantity: Quantity, in market: Market, _ instrument: Instrument, seen: Price
    ) -> [Level] {
        guard market.source == .quotes else {
            let price = halfSpread.price(side, from: seen, tick: instrument.tick)
            return [Level(price: price, quantity: quantity)]
        }
        return side == .buy
            ? slippage.levels(side, quantity, best: market.ask, offered: market.askQuantity, instrument)
            : slippage.levels(side, quantity, best: market.bid, offered: market.bidQuantity, instrument)
    }
}

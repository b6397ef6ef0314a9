import Records
import Venue

/// The order book as it is published: what orders fill against.
struct PublicBook {
    /// The best level first, like `asks`.
    let bids: [Level]
    let asks: [Level]
    let seq: Int64
    /// When it last changed, event time in microseconds.
    let ts: Int64

    func hasLevels(of other: PublicBook) -> Bool { bids == other.bids && asks == other.asks }

    func prefix(_ depth: Int) -> PublicBook {
        PublicBook(bids: Array(bids.prefix(depth)), asks: Array(asks.prefix(depth)), seq: seq, ts: ts)
    }

    /// What must be told to somebody who knows `old`: new quantities, and 0 for a price that is gone.
    func changes(since old: PublicBook) -> PublicBook {
        PublicBook(
            bids: Self.changes(from: old.bids, to: bids).sorted { $0.price > $1.price },
            asks: Self.changes(from: old.asks, to: asks).sorted { $0.price < $1.price }, seq: seq, ts: ts)
    }

    private static func changes(from old: [Level], to new: [Level]) -> [Level] {
        let gone = old.filter { level in !new.contains { $0.price == level.price } }
        return new.filter { !old.contains($0) } + gone.map { Level(price: $0.price, quantity: .zero) }
    }
}

/// Simulation assumptions: what stands in the book, of which the market's records tell the best prices at most.
extension Matching {
    /// The levels behind a quote.
    /// - Parameter side: of the taker who meets them.
    func levels(_ side: Side, _ top: Top, _ instrument: Instrument) -> [Level] {
        let levels =
            side == .buy
            ? slippage.ladder(side, best: top.ask, offered: top.askQuantity, instrument)
            : slippage.ladder(side, best: top.bid, offered: top.bidQuantity, instrument)
        guard levels.count == 2, levels[0].price == levels[1].price else { return levels }
        // Without slippage, or at the smallest price, both levels are one.
        return [Level(price: levels[0].price, quantity: levels[0].quantity + levels[1].quantity)]
    }

    /// One level where no quotes are known: around the price seen, with the largest quantity that a market order may
    /// have, since it fills whatever its quantity.
    func level(_ side: Side, around price: Price, _ instrument: Instrument) -> Level {
        var best = halfSpread.price(side, from: price, tick: instrument.tick)
        // A half spread of 0 would publish a locked book, which no client believes.
        if side == .sell, best == halfSpread.price(.buy, from: price, tick: instrument.tick) {
            best = Price(units: max(instrument.tick.units, best.units - instrument.tick.units))
        }
        return Level(price: best, quantity: instrument.maxQuantity)
    }
}

/// The best bid and ask of a quote that is not crossed.
struct Top: Equatable {
    let bid: Price
    let bidQuantity: Quantity
    let ask: Price
    let askQuantity: Quantity

    /// - Returns: nil if the bid is not below the ask: such a quote is told to nobody.
    init?(_ market: borrowing Market) {
        guard market.bid < market.ask else { return nil }
        bid = market.bid
        bidQuantity = market.bidQuantity
        ask = market.ask
        askQuantity = market.askQuantity
    }
}

import Records

/// Simulation assumption: when an order that rests in the book is filled, of which the recorded market knows nothing.
///
/// It is filled at its own price, as a maker. By a quote that reaches it: up to the quantity quoted on the other side. By
/// a trade of a taker on the other side: beyond its price up to the quantity traded; at its price up to what the trade
/// leaves after all that stood there before it. That is the quantity quoted at its price when it came; it shrinks with
/// trades, and with the quantity quoted. Deeper in the book it is not known, and only a trade beyond the price fills.
enum Queue {
    /// What one record says about resting orders.
    enum Evidence {
        case quote(bid: Level, ask: Level)
        /// The taker's side, and what of the trade is left for orders of ours.
        case trade(Side, Level)

        init(quote market: Market) {
            self = .quote(
                bid: Level(price: market.bid, quantity: market.bidQuantity),
                ask: Level(price: market.ask, quantity: market.askQuantity))
        }

        init(trade record: borrowing Record) {
            let price = Price(nearest: record.price) ?? .zero
            self = .trade(record.side, Level(price: price, quantity: Quantity(nearest: record.quantity) ?? .zero))
        }
    }

    /// What stands before an order that comes to rest now.
    static func ahead(of terms: OrderTerms, in market: Market) -> Quantity? {
        guard market.source == .quotes else { return nil }
        let (best, quantity) = terms.side == .buy ? (market.bid, market.bidQuantity) : (market.ask, market.askQuantity)
        if terms.limit == best { return quantity }
        return (terms.side == .buy ? terms.limit > best : terms.limit < best) ? .zero : nil
    }

    /// How much of the order the evidence fills; what it says of the queue is kept in the order.
    static func filled(_ order: inout Order, by evidence: inout Evidence) -> Quantity {
        let terms = order.terms
        switch evidence {
        case .quote(let bid, let ask):
            let (own, other) = terms.side == .buy ? (bid, ask) : (ask, bid)
            if own.price == terms.limit {
                order.ahead = min(order.ahead ?? own.quantity, own.quantity)
            } else if terms.side == .buy ? own.price < terms.limit : own.price > terms.limit {
                order.ahead = .zero
            }
            return terms.accepts(other.price) ? min(order.remaining, other.quantity) : .zero
        case .trade(let taker, let level):
            guard taker != terms.side, terms.accepts(level.price) else { return .zero }
            var left = level.quantity
            if level.price == terms.limit {
                guard let ahead = order.ahead else { return .zero }
                order.ahead = max(.zero, ahead - level.quantity)
                left = max(.zero, level.quantity - ahead)
            }
            let part = min(order.remaining, left)
            evidence = .trade(taker, Level(price: level.price, quantity: level.quantity - part))
            return part
        }
    }
}

import Records

/// Simulation assumption: when an order that rests in the book is filled, of which the recorded market knows nothing.
///
/// It is filled at its own price, as a maker. By a quote that reaches it: up to the quantity quoted on the other side. By
/// a trade of a taker on the other side: beyond its price up to the quantity traded; at its price up to what the trade
/// leaves after all that stood there before it. That is the quantity quoted at its price when it came; it shrinks with
/// trades, and with the quantity quoted. Of orders that one record reaches, the best price comes first, then the
/// oldest; what it fills of one it does not fill of another. Deeper in the book it is not known, and only a trade beyond the price fills.
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

    /// Price before time; buys and sells do not meet each other here.
    static func precedes(_ a: Order, _ b: Order) -> Bool {
        guard a.terms.side == b.terms.side else { return a.terms.side == .buy }
        guard a.terms.limit == b.terms.limit else {
            return a.terms.side == .buy ? a.terms.limit > b.terms.limit : a.terms.limit < b.terms.limit
        }
        return (a.arrival, a.number) < (b.arrival, b.number)
    }

    /// What stands before an order that comes to rest now.
    static func ahead(of terms: OrderTerms, in market: Market) -> Quantity? {
        guard market.source == .quotes else { return nil }
        let (best, quantity) = terms.side == .buy ? (market.bid, market.bidQuantity) : (market.ask, market.askQuantity)
        if terms.limit == best { return quantity }
        return (terms.side == .buy ? terms.limit > best : terms.limit < best) ? .zero : nil
    }

    /// Whether the evidence may fill the order; what it says of the queue is kept in the order.
    static func reaches(_ order: inout Order, _ evidence: Evidence) -> Bool {
        switch evidence {
        case .quote(let bid, let ask):
            let isBuy = order.terms.side == .buy
            let (own, limit) = (isBuy ? bid : ask, order.terms.limit)
            if own.price == limit {
                order.ahead = min(order.ahead ?? own.quantity, own.quantity)
            } else if isBuy ? own.price < limit : own.price > limit {
                order.ahead = .zero
            }
            return order.terms.accepts(isBuy ? ask.price : bid.price)
        case .trade(let taker, let level): return taker != order.terms.side && order.terms.accepts(level.price)
        }
    }

    /// How much of an order that is reached the evidence fills, and no other order any more.
    static func filled(_ order: inout Order, by evidence: inout Evidence) -> Quantity {
        switch evidence {
        case .quote(let bid, let ask):
            let isBuy = order.terms.side == .buy
            let part = min(order.remaining, isBuy ? ask.quantity : bid.quantity)
            evidence = isBuy ? .quote(bid: bid, ask: ask.less(part)) : .quote(bid: bid.less(part), ask: ask)
            return part
        case .trade(let taker, let level):
            var left = level.quantity
            if level.price == order.terms.limit {
                guard let ahead = order.ahead else { return .zero }
                order.ahead = max(.zero, ahead - level.quantity)
                left = max(.zero, level.quantity - ahead)
            } else {
                // The trade went through its price: nobody stands there any more.
                order.ahead = .zero
            }
            let part = min(order.remaining, left)
            evidence = .trade(taker, level.less(part))
            return part
        }
    }
}

extension Level {
    fileprivate func less(_ part: Quantity) -> Level { Level(price: price, quantity: quantity - part) }
}

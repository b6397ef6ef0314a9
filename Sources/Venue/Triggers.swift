public import Records

/// A price that a record shows, and what it decides.
struct Glance {
    let price: Price
    var isLast = false
    var isMark = false
    var isIndex = false
    /// Whether positions are valued at it.
    var liquidates = false

    func shows(_ by: OrderTerms.TriggerBy) -> Bool {
        switch by {
        case .last: isLast
        case .mark: isMark
        case .index: isIndex
        }
    }
}

/// Simulation assumption: what a price does by itself. It takes positions over, and fires triggers: those on the last price
/// with every trade, where none was seen with the middle of every quote; those on the mark with every mark price, where
/// none was seen as the last price's. What fires goes to the book of that moment, without latency: a gap slips.
extension Engine {
    mutating func watch(_ symbol: Int, _ glance: Glance) {
        if glance.liquidates, listings[symbol].holders > 0 { liquidate(symbol, at: glance.price) }
        while let order = listings[symbol].orders.first(where: { fires($0, glance) }) { fire(order, symbol, glance) }
    }

    private func fires(_ order: Order, _ glance: Glance) -> Bool {
        guard order.status == .untriggered, order.arrival != tick, let trigger = order.terms.trigger,
            glance.shows(trigger.by)
        else { return false }
        return trigger.isReached(at: glance.price)
    }

    private mutating func fire(_ order: Order, _ symbol: Int, _ glance: Glance) {
        if order.origin.isPartial { endTwin(of: order) }
        guard let index = listings[symbol].index(of: order.number), let instrument = listings[symbol].rules else {
            fatalError("an order without rules waits for its trigger")
        }
        listings[symbol].orders[index].status = .new
        listings[symbol].orders[index].updated = now
        guard need(order, instrument) <= available(order.account) else { return end(order.number, symbol, .margin) }
        if order.terms.kind == .market { listings[symbol].orders[index].terms.limit = band(symbol, order.terms.side) }
        // On bars alone the reference is where the bar will end.
        let market = listings[symbol].market
        meet(order.number, symbol, seen: market.source == .bars ? glance.price : market.reference)
    }

    /// How far a market order may go into the book.
    public func band(_ symbol: Int, _ side: Side) -> Price {
        listings[symbol].limits(at: now)?[side] ?? .zero
    }

    // MARK: Liquidation

    private mutating func liquidate(_ symbol: Int, at price: Price) {
        for account in traders.indices {
            guard let position = traders[account].account.position(symbol) else { continue }
            if traders[account].isCross {
                if margins(account).maintenance >= equity(account) { takeOver(account) }
            } else if let level = traders[account].liquidation(symbol),
                position.side == .long ? price <= level : price >= level
            {
                takeOver(account, symbol)
            }
        }
    }

    /// The exchange takes over what an order would have closed.
    mutating func takeOver(around order: Order) {
        guard !traders[order.account].isCross else { return takeOver(order.account) }
        takeOver(order.account, order.terms.symbol)
    }

    /// The exchange takes an isolated position over, at its bankruptcy price.
    private mutating func takeOver(_ account: Int, _ symbol: Int) {
        guard let position = traders[account].account.position(symbol), let instrument = listings[symbol].rules
        else { return }
        endOrders(account, symbol)
        takeOver(account, symbol, at: Liquidation.takeover(position, instrument))
    }

    /// The exchange takes all positions of an account over, each at the price at which its share of the money is gone.
    private mutating func takeOver(_ account: Int) {
        for symbol in listings.indices { endOrders(account, symbol) }
        let prices = SharedMargin.bankruptcies(traders[account].account, equity: equity(account)) { symbol in
            listings[symbol].rules.map { (listings[symbol].market.valuation, $0) }
        }
        for (symbol, price) in prices { takeOver(account, symbol, at: price) }
    }

    private mutating func takeOver(_ account: Int, _ symbol: Int, at price: Price) {
        guard let position = traders[account].account.position(symbol) else { return }
        let terms = OrderTerms(
            symbol: symbol, side: position.side.closing, kind: .market, quantity: position.quantity, limit: price,
            isReduceOnly: true)
        let order = make(terms, by: account, origin: .liquidation)
        listings[symbol].orders.append(order)
        fill(order.number, symbol, Level(price: price, quantity: position.quantity), .taker, .takeover)
        end(order.number, symbol, nil)
        settle(order)
    }

    private mutating func endOrders(_ account: Int, _ symbol: Int) {
        for order in listings[symbol].orders where order.account == account { end(order.number, symbol, .liquidation) }
    }
}

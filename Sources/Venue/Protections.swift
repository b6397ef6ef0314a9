import Records

/// The orders that close what was opened: one pair for a whole position, replaced by later ones, or pairs for parts of it.
extension Engine {
    /// The pairs for parts of one position.
    public static let partialLimit = 20

    /// An order that is still in the book has opened something.
    mutating func protect(resting index: Int, _ symbol: Int) {
        let order = listings[symbol].orders[index]
        guard order.filled > .zero, !order.isProtected || order.terms.protection.isPartial else { return }
        listings[symbol].orders[index].isProtected = true
        protect(order)
    }

    /// Sets the levels that a filled order asks for.
    mutating func protect(_ order: Order) {
        let terms = order.terms
        guard order.origin == .client, !terms.isReduceOnly,
            let position = traders[order.account].account.position(terms.symbol), !position.isFlat,
            position.side.opening == terms.side
        else { return }
        set(terms.protection.stopLoss, isStop: true, order, order.filled)
        set(terms.protection.takeProfit, isStop: false, order, order.filled)
    }

    private mutating func set(_ leg: OrderTerms.Leg?, isStop: Bool, _ parent: Order, _ quantity: Quantity) {
        guard let leg else { return }
        let isPartial = parent.terms.protection.isPartial
        let origin: Order.Origin =
            isPartial ? (isStop ? .partialStopLoss : .partialTakeProfit) : (isStop ? .stopLoss : .takeProfit)
        set(
            leg, origin, account: parent.account, symbol: parent.terms.symbol, quantity: quantity, parent: parent,
            replaces: { isPartial ? $0.origin == origin && $0.parentNumber == parent.number : $0.origin == origin })
    }

    /// Sets one level: changes the order that stands for it, or makes one.
    private mutating func set(
        _ leg: OrderTerms.Leg, _ origin: Order.Origin, account: Int, symbol: Int, quantity: Quantity, parent: Order?,
        replaces: (Order) -> Bool
    ) {
        guard let position = traders[account].account.position(symbol) else { return }
        let isStop = origin == .stopLoss || origin == .partialStopLoss
        let trigger = OrderTerms.Trigger(
            price: leg.price, rises: (position.side == .long) != isStop, by: leg.by)
        let isWhole = origin == .takeProfit || origin == .stopLoss
        let terms = OrderTerms(
            symbol: symbol, side: position.side.closing, kind: leg.limit == nil ? .market : .limit,
            quantity: isWhole ? position.quantity : quantity, limit: leg.limit ?? .zero,
            timeInForce: leg.limit == nil ? .immediateOrCancel : .goodTillCancelled, isReduceOnly: true,
            closesOnTrigger: true, trigger: trigger)
        if let index = listings[symbol].orders.firstIndex(where: {
            $0.account == account && $0.status == .untriggered && replaces($0)
        }) {
            listings[symbol].orders[index].terms = terms
            listings[symbol].orders[index].updated = now
            events.append(.order(listings[symbol].orders[index]))
        } else {
            let order = make(terms, by: account, origin: origin, parent: parent)
            listings[symbol].orders.append(order)
            events.append(.order(order))
        }
    }

    /// The levels of the whole position that stand.
    public func protection(_ account: Int, _ symbol: Int) -> (takeProfit: Price?, stopLoss: Price?) {
        func level(_ origin: Order.Origin) -> Price? {
            listings[symbol].orders.first { $0.account == account && $0.origin == origin }?.terms.trigger?.price
        }
        return (level(.takeProfit), level(.stopLoss))
    }

    /// Sets, changes or removes the levels of a position; takes effect at once.
    /// - Parameters:
    ///   - takeProfit: the outer nil leaves it, the inner one removes it.
    ///   - part: the quantity of a pair for a part; nil for the whole.
    /// - Returns: whether anything was changed.
    public mutating func protect(
        _ account: Int, _ symbol: Int, takeProfit: OrderTerms.Leg??, stopLoss: OrderTerms.Leg??, part: Quantity?
    ) throws(Refusal) -> Bool {
        guard let position = traders[account].account.position(symbol) else { throw .isFlat }
        try checkLevels(position, symbol, takeProfit: takeProfit ?? nil, stopLoss: stopLoss ?? nil)
        let before = protection(account, symbol)
        if let part {
            let pairs = listings[symbol].orders.count { $0.account == account && $0.origin == .partialStopLoss }
            guard pairs < Self.partialLimit else { throw .tooManyConditionals }
            let pair = make(
                OrderTerms(
                    symbol: symbol, side: position.side.opening, kind: .market, quantity: part, limit: .zero,
                    protection: .init(takeProfit: takeProfit ?? nil, stopLoss: stopLoss ?? nil, isPartial: true)),
                by: account)
            set(pair.terms.protection.stopLoss, isStop: true, pair, min(part, position.quantity))
            set(pair.terms.protection.takeProfit, isStop: false, pair, min(part, position.quantity))
            return true
        }
        try change(takeProfit, .takeProfit, account, symbol)
        try change(stopLoss, .stopLoss, account, symbol)
        return before != protection(account, symbol)
    }

    private mutating func change(
        _ leg: OrderTerms.Leg??, _ origin: Order.Origin, _ account: Int, _ symbol: Int
    ) throws(Refusal) {
        guard let leg else { return }
        if let leg {
            set(leg, origin, account: account, symbol: symbol, quantity: .zero, parent: nil) { $0.origin == origin }
        } else if let order = listings[symbol].orders.first(where: { $0.account == account && $0.origin == origin }) {
            end(order.number, symbol, .client)
        }
    }

    private func checkLevels(
        _ position: Position, _ symbol: Int, takeProfit: OrderTerms.Leg?, stopLoss: OrderTerms.Leg?
    ) throws(Refusal) {
        try checkProtection(
            OrderTerms(
                symbol: symbol, side: position.side.opening, kind: .market, quantity: position.quantity, limit: .zero,
                protection: .init(takeProfit: takeProfit, stopLoss: stopLoss)))
    }

    /// The position is gone, and what protected it.
    mutating func endProtections(_ account: Int, _ symbol: Int, _ cause: Order.Cause) {
        for order in listings[symbol].orders
        where order.account == account && order.origin.isProtection && order.status == .untriggered {
            end(order.number, symbol, cause)
        }
    }

    /// The other level of a pair.
    mutating func endTwin(of order: Order) {
        let symbol = order.terms.symbol
        for other in listings[symbol].orders
        where other.number != order.number && other.parentNumber == order.parentNumber && other.account == order.account
            && other.status == .untriggered
        {
            end(other.number, symbol, .otherLevel)
        }
    }
}

import Records

/// The orders that close what was opened: one pair for a whole position, replaced by later ones, or pairs for parts of it.
extension Engine {
    /// The pairs for parts of one position.
    public static let partialLimit = 20

    /// An order that is still in the book has opened something.
    mutating func protect(resting index: Int, _ symbol: Int) {
        let order = listings[symbol].orders[index]
        listings[symbol].orders[index].covered = order.opened
        protect(order)
    }

    /// Sets the levels that an order asks for, for what it has opened and they do not cover yet. Those of a whole position
    /// follow it by themselves, so that the first fill sets them and later ones leave them.
    mutating func protect(_ order: Order) {
        let terms = order.terms
        let bare = order.opened - order.covered
        guard order.origin == .client, bare > .zero, terms.protection.isPartial || order.covered == .zero,
            let position = traders[order.account].account.position(terms.symbol), !position.isFlat,
            position.side.opening == terms.side, let instrument = listings[terms.symbol].rules
        else { return }
        let protection = terms.protection.distances?.protection(of: position, instrument) ?? terms.protection
        set(protection.stopLoss, isStop: true, order, bare)
        set(protection.takeProfit, isStop: false, order, bare)
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
        let standing = listings[symbol].orders.firstIndex {
            $0.account == account && $0.status == .untriggered && replaces($0)
        }
        // A part grows with what its order opens; it may have begun to close already, in orders of its own.
        let part = quantity + (standing.map { listings[symbol].orders[$0].terms.quantity } ?? .zero)
        let terms = OrderTerms(
            symbol: symbol, side: position.side.closing, kind: leg.limit == nil ? .market : .limit,
            quantity: origin.isWhole ? position.quantity : part, limit: leg.limit ?? .zero,
            timeInForce: leg.limit == nil ? .immediateOrCancel : .goodTillCancelled, isReduceOnly: true,
            closesOnTrigger: true, trigger: trigger)
        if let index = standing {
            listings[symbol].orders[index].terms = terms
            listings[symbol].orders[index].arrival = tick
            listings[symbol].orders[index].updated = now
            events.append(.order(listings[symbol].orders[index]))
        } else {
            var order = make(terms, by: account, origin: origin, parent: parent)
            order.arrival = tick
            listings[symbol].orders.append(order)
            events.append(.order(order))
        }
    }

    /// A level of the whole position stands as long as the position does: what the book could not fill at once is tried
    /// again with the next price, by an order of its own.
    mutating func setAgain(_ order: Order) {
        let symbol = order.terms.symbol
        guard order.origin.isWhole, order.cause == .depth,
            let position = traders[order.account].account.position(symbol), !position.isFlat
        else { return }
        var next = make(order.terms, by: order.account, origin: order.origin)
        next.terms.quantity = position.quantity
        next.parent = order.parent
        next.parentNumber = order.parentNumber
        next.arrival = tick
        listings[symbol].orders.append(next)
        events.append(.order(next))
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
        let before = levels(account, symbol)
        if let part {
            let pairs = listings[symbol].orders.filter { $0.account == account && $0.origin.isPartial }
            guard Set(pairs.map(\.parentNumber)).count < Self.partialLimit else { throw .tooManyLevels }
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
        return before != levels(account, symbol)
    }

    /// What the levels of the whole position ask for.
    private func levels(_ account: Int, _ symbol: Int) -> [OrderTerms] {
        listings[symbol].orders.filter { $0.account == account && $0.origin.isProtection && !$0.origin.isPartial }
            .map(\.terms)
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

    /// An order has gone through zero: what protected the position before it is gone with that.
    mutating func endOutlived(_ number: Int, _ symbol: Int) {
        guard let order = listings[symbol].orders.first(where: { $0.number == number }), order.opened > .zero,
            let position = traders[order.account].account.position(symbol)
        else { return }
        for other in listings[symbol].orders
        where other.account == order.account && other.origin.isProtection && other.status == .untriggered
            && other.terms.side == position.side.opening
        {
            end(other.number, symbol, .positionClosed)
        }
    }

    /// The levels of a whole position are for as much as it is.
    mutating func resizeProtections(_ account: Int, _ symbol: Int, _ position: Position) {
        guard !position.isFlat else { return }
        for index in listings[symbol].orders.indices {
            let order = listings[symbol].orders[index]
            guard order.account == account, order.status == .untriggered, order.origin.isProtection,
                !order.origin.isPartial, order.terms.quantity != position.quantity
            else { continue }
            listings[symbol].orders[index].terms.quantity = position.quantity
            listings[symbol].orders[index].updated = now
            events.append(.order(listings[symbol].orders[index]))
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

import Records

/// Why the engine takes something not in.
public enum Refusal: Error, Equatable, Sendable {
    /// No price of the symbol is known that can be used.
    case noPrice
    /// The rules of the symbol are lost: what is open can be closed, nothing is opened.
    case notListed
    /// No such order, or it has ended.
    case noOrder
    case insufficientMargin
    /// Reduce-only, and there is no position.
    case isFlat
    /// Reduce-only, and the order would add to the position.
    case wouldAdd
    /// A level lies on the wrong side of the price that it is held against.
    case takeProfitSide(base: Price), stopLossSide(base: Price)
    /// A trigger that the market is beyond already.
    case triggered(current: Price)
    case tooManyOrders, tooManyConditionals, tooManyLevels
    /// A quantity that has been filled already.
    case filledAlready
    case leverageTooHigh
    /// The position could become larger than any quantity may be.
    case positionTooLarge
}

/// A change to an open order; nil leaves a term as it is.
public struct Amendment: Sendable {
    public var quantity: Quantity?
    public var limit: Price?
    public var triggerPrice: Price?
    /// The outer nil leaves the level, the inner one removes it.
    public var takeProfit: OrderTerms.Leg??
    public var stopLoss: OrderTerms.Leg??

    public init() {}

    /// What the order would be.
    public func applied(to order: Order) -> OrderTerms {
        var changed = order
        changed.apply(self)
        return changed.terms
    }
}

/// Orders are taken in, changed and taken back. All of it is acknowledged first; it takes effect at the book.
extension Engine {
    /// Open orders an account may have in one symbol, and how many of them may wait for a trigger.
    public static let orderLimit = 500
    public static let conditionalLimit = 10

    /// Takes an order in.
    /// - Parameter terms: quantity and prices on the instrument's steps and within its bounds.
    /// - Returns: the order as it was acknowledged.
    public mutating func place(_ terms: OrderTerms, link: String, by account: Int) throws(Refusal) -> Order {
        let listing = listings[terms.symbol]
        // What only reduces had rules and a price when the position was opened.
        let reducesAtOnce = terms.isReduceOnly && terms.trigger == nil
        guard let instrument = reducesAtOnce ? listing.rules : listing.instrument else { throw .notListed }
        guard listing.market.reference > .zero, listing.market.isUsable || reducesAtOnce else { throw .noPrice }
        // What would be liquidated as it opens is not opened.
        let leverage = leverage(account, terms.symbol)
        guard terms.isReduceOnly || Liquidation.allows(leverage: leverage, maintenance: instrument.maintenanceMargin)
        else { throw .leverageTooHigh }
        try limitCount(terms, account)
        try limitPosition(terms, account, besides: nil)
        try checkProtection(terms)
        let reduced = try reduced(terms, account)
        if let trigger = reduced.trigger, trigger.isReached(at: price(trigger.by, listing.market)) {
            throw .triggered(current: price(trigger.by, listing.market))
        }
        var order = make(reduced, link: link, by: account)
        if order.terms.trigger == nil {
            order.reserved = need(order, instrument)
            guard order.reserved <= available(account) else { throw .insufficientMargin }
            traders[account].account.reserve(order.reserved)
            instruct(order, .arrive)
        }
        listings[terms.symbol].orders.append(order)
        events.append(.accepted(order))
        if order.terms.trigger != nil { events.append(.order(order)) }
        return order
    }

    /// Takes a cancellation in.
    public mutating func cancel(_ number: Int, _ symbol: Int) throws(Refusal) {
        guard let order = order(number, symbol) else { throw .noOrder }
        instruct(order, .cancel)
    }

    /// Takes a change in.
    public mutating func amend(_ number: Int, _ symbol: Int, _ amendment: Amendment) throws(Refusal) {
        guard let order = order(number, symbol), let instrument = listings[symbol].rules else { throw .noOrder }
        guard order.terms.isReduceOnly || listings[symbol].instrument != nil else { throw .notListed }
        if let quantity = amendment.quantity, quantity <= order.filled { throw .filledAlready }
        var changed = order
        changed.apply(amendment)
        try limitPosition(changed.terms, order.account, besides: number)
        try checkProtection(changed.terms)
        if changed.status == .untriggered, let trigger = amendment.triggerPrice.flatMap({ _ in changed.terms.trigger }),
            trigger.isReached(at: price(trigger.by, listings[symbol].market))
        {
            throw .triggered(current: price(trigger.by, listings[symbol].market))
        }
        if changed.status != .untriggered, need(changed, instrument) > order.reserved + available(order.account) {
            throw .insufficientMargin
        }
        instruct(order, .amend(amendment))
    }

    /// Sets the leverage of a symbol, also of an open position.
    public mutating func setLeverage(_ leverage: Rate, _ symbol: Int, by account: Int) throws(Refusal) {
        guard let instrument = listings[symbol].rules, leverage <= instrument.maxLeverage,
            Liquidation.allows(leverage: leverage, maintenance: instrument.maintenanceMargin)
        else { throw .leverageTooHigh }
        let before = (trader: traders[account], orders: listings[symbol].orders, free: free(account))
        traders[account].setLeverage(leverage, symbol)
        traders[account].account.lever(leverage, symbol, instrument)
        reserve(account, symbol)
        follow(account, symbol)
        // Whoever lacks margin already may still lower what is needed.
        guard free(account) >= min(.zero, before.free), !isDoomed(account, symbol) else {
            traders[account] = before.trader
            listings[symbol].orders = before.orders
            throw .insufficientMargin
        }
        if let position = traders[account].account.position(symbol) {
            events.append(.position(account: account, symbol: symbol, position))
        } else if free(account) == before.free {
            return
        }
        events.append(.account(account, statement(account)))
    }

    /// Whether an isolated position would be taken over at once, or has no margin left.
    private func isDoomed(_ account: Int, _ symbol: Int) -> Bool {
        guard let position = traders[account].account.position(symbol), let level = traders[account].liquidation(symbol)
        else { return false }
        let price = valuation(symbol)
        return position.collateral <= .zero || (position.side == .long ? price <= level : price >= level)
    }

    /// Shares the money among all positions, or gives each its own margin; with nothing open, and no position held.
    public mutating func setCross(_ isCross: Bool, by account: Int) {
        traders[account].isCross = isCross
        for symbol in listings.indices { follow(account, symbol) }
    }

    // MARK: Parts

    private func limitCount(_ terms: OrderTerms, _ account: Int) throws(Refusal) {
        let own = listings[terms.symbol].orders.filter { $0.account == account && $0.origin == .client }
        let conditional = own.count { $0.status == .untriggered }
        if terms.trigger != nil, conditional >= Self.conditionalLimit { throw .tooManyConditionals }
        if terms.trigger == nil, own.count - conditional >= Self.orderLimit { throw .tooManyOrders }
    }

    /// What is open on a side, with all that may still be opened there, stays a quantity.
    /// - Parameter number: the order that is about to be changed.
    func limitPosition(_ terms: OrderTerms, _ account: Int, besides number: Int?) throws(Refusal) {
        guard !terms.isReduceOnly else { return }
        var sum = Int128(terms.quantity.units)
        if let position = traders[account].account.position(terms.symbol), position.side.opening == terms.side {
            sum += Int128(position.quantity.units)
        }
        for order in listings[terms.symbol].orders
        where order.account == account && order.terms.side == terms.side && order.number != number
            && !order.terms.isReduceOnly
        { sum += Int128(order.remaining.units) }
        guard sum <= Int128(Quantity.limit) else { throw .positionTooLarge }
    }

    /// Held against the last price, of a limit order against its own, of one that waits against its trigger: a long's stop
    /// lies below, its profit above.
    func checkProtection(_ terms: OrderTerms) throws(Refusal) {
        let market = listings[terms.symbol].market
        let base = terms.kind == .limit ? terms.limit : terms.trigger?.price ?? price(.last, market)
        let isLong = terms.side == .buy
        if let level = terms.protection.takeProfit?.price, isLong ? level <= base : level >= base {
            throw .takeProfitSide(base: base)
        }
        if let level = terms.protection.stopLoss?.price, isLong ? level >= base : level <= base {
            throw .stopLossSide(base: base)
        }
    }

    /// A reduce-only order is cut to what there is to reduce; one that waits for a trigger is cut then.
    private func reduced(_ terms: OrderTerms, _ account: Int) throws(Refusal) -> OrderTerms {
        guard terms.isReduceOnly, terms.trigger == nil else { return terms }
        guard let position = traders[account].account.position(terms.symbol) else { throw .isFlat }
        guard position.side.closing == terms.side else { throw .wouldAdd }
        var terms = terms
        terms.quantity = min(terms.quantity, position.quantity)
        return terms
    }

    /// What the account must have free for what the order may still open: margin and the fees for opening and closing.
    func need(_ order: Order, _ instrument: Instrument) -> Money { need(order, opening: opening(order), instrument) }

    private func need(_ order: Order, opening: Quantity, _ instrument: Instrument) -> Money {
        guard opening > .zero else { return .zero }
        let terms = order.terms
        let price = terms.kind == .limit ? terms.limit : listings[terms.symbol].market.reference
        let leverage = leverage(order.account, terms.symbol)
        return Sizing.Terms(terms.side, price: price, leverage: leverage, instrument).need(opening)
    }

    /// How much of what remains does not close: the older orders of the same side close first.
    private func opening(_ order: Order) -> Quantity {
        guard !order.terms.isReduceOnly else { return .zero }
        var closable = closable(order)
        for other in listings[order.terms.symbol].orders where closable > .zero && other.number < order.number {
            if other.mayOpen(order.account), other.terms.side == order.terms.side {
                closable -= min(closable, other.remaining)
            }
        }
        return order.remaining - min(closable, order.remaining)
    }

    /// Sets aside anew what an account's orders in a symbol may still open.
    mutating func reserve(_ account: Int, _ symbol: Int) {
        guard let instrument = listings[symbol].rules else { return }
        let position = traders[account].account.position(symbol)
        var closable = position?.quantity ?? .zero
        for index in listings[symbol].orders.indices where listings[symbol].orders[index].mayOpen(account) {
            release(index, symbol)
            let order = listings[symbol].orders[index]
            let closing = order.terms.side == position?.side.closing ? min(closable, order.remaining) : .zero
            closable -= closing
            let need = need(order, opening: order.remaining - closing, instrument)
            listings[symbol].orders[index].reserved = need
            traders[account].account.reserve(need)
        }
    }

    func price(_ by: OrderTerms.TriggerBy, _ market: Market) -> Price {
        switch by {
        case .last: market.hasTrades ? market.last : market.reference
        case .mark where market.hasMark: market.mark
        case .index where market.hasMark: market.index
        case .mark, .index: price(.last, market)
        }
    }

    private mutating func instruct(_ order: Order, _ action: Instruction.Action) {
        listings[order.terms.symbol].instructions.append(
            Instruction(number: order.number, due: latency.due(now), action: action))
    }
}

extension Order {
    mutating func apply(_ amendment: Amendment) {
        if let quantity = amendment.quantity { terms.quantity = quantity }
        if let limit = amendment.limit { terms.limit = limit }
        if status == .untriggered, let price = amendment.triggerPrice { terms.trigger?.price = price }
        if let leg = amendment.takeProfit { terms.protection.takeProfit = leg }
        if let leg = amendment.stopLoss { terms.protection.stopLoss = leg }
    }
}

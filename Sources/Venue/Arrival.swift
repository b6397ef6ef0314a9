import Records

/// What reaches the book: arrivals, changes and cancellations, in the order in which they were acknowledged.
extension Engine {
    /// Carries out what is due.
    /// - Parameter seen: the price to fill around where no quotes are known.
    mutating func carryOut(_ symbol: Int, until ts: Int64, seen: Price) {
        while let first = listings[symbol].instructions.first, first.due <= ts {
            listings[symbol].instructions.removeFirst()
            carryOut(first, symbol, seen: seen)
        }
    }

    /// Dates the instructions of a symbol that have no date yet: so long somebody waits for the market, by a clock that is
    /// not the engine's.
    public mutating func date(_ symbol: Int, until patience: Int64) {
        for index in listings[symbol].instructions.indices where listings[symbol].instructions[index].patience == nil {
            listings[symbol].instructions[index].patience = patience
        }
    }

    /// Carries out what nobody waits for any longer, at the book as it stands.
    public mutating func carryOut(_ symbol: Int, before patience: Int64) {
        while let first = listings[symbol].instructions.first, let date = first.patience, date <= patience {
            listings[symbol].instructions.removeFirst()
            carryOut(first, symbol, seen: listings[symbol].market.reference)
        }
    }

    private mutating func carryOut(_ instruction: Instruction, _ symbol: Int, seen: Price) {
        guard let index = listings[symbol].index(of: instruction.number) else { return }
        switch instruction.action {
        case .arrive: meet(instruction.number, symbol, seen: seen)
        case .cancel: end(instruction.number, symbol, .client)
        case .amend(let amendment): amend(index, symbol, amendment, seen: seen)
        }
    }

    private mutating func amend(_ index: Int, _ symbol: Int, _ amendment: Amendment, seen: Price) {
        var order = listings[symbol].orders[index]
        let before = order.terms
        let reserved = order.reserved
        order.apply(amendment)
        // It was checked against what stood then; others may have come through since. What no longer holds changes nothing.
        guard order.remaining > .zero, isAdmissible(order, reserved: reserved) else {
            return events.append(.order(listings[symbol].orders[index]))
        }
        order.updated = now
        // A larger or dearer order goes to the end of the queue; a smaller one keeps its place.
        let keepsPlace = order.terms.limit == before.limit && order.terms.quantity <= before.quantity
        listings[symbol].orders[index] = order
        guard order.isAtBook, !keepsPlace else {
            reserve(order.account, symbol)
            return events.append(.order(listings[symbol].orders[index]))
        }
        meet(order.number, symbol, seen: seen)
    }

    private func isAdmissible(_ order: Order, reserved: Money) -> Bool {
        let terms = order.terms
        guard let rules = listings[terms.symbol].rules else { return false }
        let isWorthIt =
            terms.kind == .market || terms.isReduceOnly || terms.limit * terms.quantity >= rules.minNotional
        let isCarried = order.status == .untriggered || need(order, rules) <= reserved + available(order.account)
        do throws(Refusal) {
            try limitPosition(terms, order.account, besides: order.number)
            try checkProtection(terms)
            return isWorthIt && isCarried
        } catch { return false }
    }

    /// An order at the book: it takes what its price allows; what is left rests, or ends.
    mutating func meet(_ number: Int, _ symbol: Int, seen: Price) {
        guard let index = listings[symbol].index(of: number), let instrument = listings[symbol].rules else {
            return
        }
        guard cut(index, symbol) else { return end(number, symbol, .reduceOnly) }
        let order = listings[symbol].orders[index]
        let terms = order.terms
        // A level that has fired closes at any price; other orders end at theirs, a market order's is the price band.
        let isFree = order.origin.isProtection && terms.kind == .market
        let offered = matching.levels(
            terms.side, order.remaining, in: listings[symbol].market, instrument, seen: seen
        ).filter { isFree || terms.accepts($0.price) }
        if terms.timeInForce == .postOnly, !offered.isEmpty { return end(number, symbol, .wouldTake) }
        if terms.timeInForce == .fillOrKill, offered.total < order.remaining { return end(number, symbol, .notWhole) }
        if bankrupts(order, offered, instrument, .taker) { return takeOver(around: order) }
        listings[symbol].orders[index].isAtBook = true
        listings[symbol].orders[index].arrival = tick
        release(index, symbol)
        let levels = affordable(order, offered, instrument)
        if terms.timeInForce == .fillOrKill, levels.total < order.remaining { return end(number, symbol, .margin) }
        let isShort = levels.total < offered.total
        if !terms.isReduceOnly, levels.total < terms.leastPosition {
            return end(number, symbol, isShort ? .margin : .depth)
        }
        for level in levels { fill(number, symbol, level, .taker) }
        conclude(number, symbol, isShort: isShort)
        if !levels.isEmpty { settle(order) }
    }

    /// What becomes of an order after it has met the book.
    /// - Parameter isShort: whether the account could not carry what the book had for it.
    private mutating func conclude(_ number: Int, _ symbol: Int, isShort: Bool) {
        endOutlived(number, symbol)
        guard let index = listings[symbol].index(of: number) else { return }
        let order = listings[symbol].orders[index]
        let rests = order.terms.timeInForce == .goodTillCancelled || order.terms.timeInForce == .postOnly
        if order.remaining == .zero {
            finish(index, symbol, .filled, nil)
        } else if rests, !isShort {
            listings[symbol].orders[index].ahead = Queue.ahead(of: order.terms, in: listings[symbol].market)
            listings[symbol].orders[index].status = order.filled > .zero ? .partiallyFilled : .new
            listings[symbol].orders[index].updated = now
            reserve(order.account, symbol)
            events.append(.order(listings[symbol].orders[index]))
        } else {
            finish(index, symbol, .cancelled, isShort ? .margin : .depth)
        }
    }

    /// Cuts a reduce-only order to the position.
    /// - Returns: whether something is left of it.
    private mutating func cut(_ index: Int, _ symbol: Int) -> Bool {
        let order = listings[symbol].orders[index]
        guard order.terms.isReduceOnly else { return true }
        guard let position = traders[order.account].account.position(symbol),
            position.side.closing == order.terms.side
        else { return false }
        let wanted =
            order.origin.isWhole
            ? position.quantity
            : Sizing.reduction(of: position.quantity, by: order.remaining, leaving: order.terms.leastPosition)
        listings[symbol].orders[index].terms.quantity = order.filled + wanted
        return true
    }

    /// As much of the levels as closes, and as the free money carries at the dearest of their prices: the price may have
    /// moved since the order was taken in.
    func affordable(_ order: Order, _ levels: [Level], _ instrument: Instrument) -> [Level] {
        let closing = closable(order)
        guard levels.total > closing, let dearest = levels.map(\.price).max() else { return levels }
        let leverage = leverage(order.account, order.terms.symbol)
        let terms = Sizing.Terms(order.terms.side, price: dearest, leverage: leverage, instrument)
        return levels.prefix(closing + terms.affordable(available(order.account)))
    }

    /// Whether closing at these levels would cost an isolated position more than it has posted, or an account that shares
    /// its money more than it has: then the exchange takes over instead.
    func bankrupts(_ order: Order, _ levels: [Level], _ instrument: Instrument, _ liquidity: Liquidity) -> Bool {
        let trader = traders[order.account]
        let symbol = order.terms.symbol
        guard let position = trader.account.position(symbol), position.side.closing == order.terms.side else {
            return false
        }
        let closing = levels.prefix(position.quantity)
        guard trader.isCross else { return Liquidation.isBeyond(position, closing, instrument, liquidity) }
        var account = trader.account
        for level in closing { _ = account.reduce(level, symbol, instrument, liquidity) }
        return account.equity(valuation) < .zero
    }

    /// How much of an order would close what is open.
    func closable(_ order: Order) -> Quantity {
        guard let position = traders[order.account].account.position(order.terms.symbol),
            position.side.closing == order.terms.side
        else { return .zero }
        return position.quantity
    }

    /// An order that nobody has asked for, at the book of the moment.
    public mutating func trade(_ terms: OrderTerms, by account: Int) throws(Refusal) {
        guard listings[terms.symbol].rules != nil, listings[terms.symbol].market.reference > .zero else {
            throw .noPrice
        }
        try limitPosition(terms, account, besides: nil)
        let order = make(terms, by: account, origin: .external)
        listings[terms.symbol].orders.append(order)
        meet(order.number, terms.symbol, seen: listings[terms.symbol].market.reference)
    }
}

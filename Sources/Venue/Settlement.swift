import Records

/// Fills are booked, orders end, positions and money are told of.
extension Engine {
    /// Books a level for an order, in as many fills as are wanted.
    mutating func fill(_ number: Int, _ symbol: Int, _ level: Level, _ liquidity: Liquidity, _ kind: Fill.Kind = .trade)
    {
        guard let index = listings[symbol].index(of: number), let instrument = listings[symbol].rules else { return }
        let steps = level.quantity.units / instrument.step.units
        let parts = kind == .trade ? max(1, min(Int64(fillParts), steps)) : 1
        var rest = level.quantity
        for part in 0..<parts {
            let share = Quantity(units: (steps / parts + (part < steps % parts ? 1 : 0)) * instrument.step.units)
            let quantity = part == parts - 1 ? rest : share
            rest -= quantity
            book(index, symbol, Level(price: level.price, quantity: quantity), liquidity, kind, instrument)
        }
    }

    private mutating func book(
        _ index: Int, _ symbol: Int, _ level: Level, _ liquidity: Liquidity, _ kind: Fill.Kind, _ instrument: Instrument
    ) {
        var order = listings[symbol].orders[index]
        let closing = close(order, level, liquidity, instrument)
        let rest = Level(price: level.price, quantity: level.quantity - closing.quantity)
        let fee = Fees.of(level, liquidity, instrument)
        if rest.quantity > .zero { open(order, rest, fee: fee - closing.fee, instrument) }
        traders[order.account].note(realised: closing.realised - fee, symbol)
        order.filled += level.quantity
        order.value += level.price * level.quantity
        order.fees += fee
        order.realised += closing.realised
        order.opened += rest.quantity
        order.updated = now
        order.status = order.remaining == .zero ? .filled : .partiallyFilled
        listings[symbol].orders[index] = order
        events.append(
            .fill(
                Fill(
                    order: order, kind: kind, level: level, liquidity: liquidity, fee: fee,
                    rate: Fees.rate(liquidity, instrument), closed: closing.quantity, realised: closing.realised,
                    openingFee: closing.openingFee, entry: closing.entry, leverage: closing.leverage,
                    mark: listings[symbol].market.valuation, ts: now)))
    }

    /// What a fill takes off a position on the other side.
    private struct Closing {
        var quantity = Quantity.zero
        var fee = Money.zero
        var realised = Money.zero
        var openingFee = Money.zero
        var entry = Price.zero
        var leverage = Rate(units: Rate.one)
    }

    private mutating func close(
        _ order: Order, _ level: Level, _ liquidity: Liquidity, _ instrument: Instrument
    ) -> Closing {
        let symbol = order.terms.symbol
        guard let position = traders[order.account].account.position(symbol), !position.isFlat,
            position.side.closing == order.terms.side
        else { return Closing() }
        let part = Level(price: level.price, quantity: min(level.quantity, position.quantity))
        let (fee, realised) = traders[order.account].account.reduce(part, symbol, instrument, liquidity)
        let left = traders[order.account].account.position(symbol)?.openingFees ?? .zero
        return Closing(
            quantity: part.quantity, fee: fee, realised: realised, openingFee: position.openingFees - left,
            entry: position.averageEntry, leverage: position.leverage)
    }

    private mutating func open(_ order: Order, _ level: Level, fee: Money, _ instrument: Instrument) {
        let symbol = order.terms.symbol
        if traders[order.account].account.position(symbol)?.isFlat == true {
            // Through zero: what was there is gone, and what follows is a new position.
            traders[order.account].account.clear(symbol)
            listings[symbol].holders -= 1
        }
        if traders[order.account].account.position(symbol) == nil {
            let leverage = leverage(order.account, symbol)
            traders[order.account].account.open(
                symbol,
                Position(Direction(opening: order.terms.side), leverage: leverage, opened: now, since: barStart))
            listings[symbol].holders += 1
        }
        traders[order.account].account.add(level, fee: fee, symbol, instrument)
    }

    /// Ends an order, wherever it is.
    /// - Parameter cause: nil for one that is filled.
    mutating func end(_ number: Int, _ symbol: Int, _ cause: Order.Cause?) {
        guard let index = listings[symbol].index(of: number) else { return }
        let status: Order.Status = listings[symbol].orders[index].status == .untriggered ? .deactivated : .cancelled
        finish(index, symbol, cause == nil ? .filled : status, cause)
    }

    /// Takes an order out of the book.
    mutating func finish(_ index: Int, _ symbol: Int, _ status: Order.Status, _ cause: Order.Cause?) {
        release(index, symbol)
        var order = listings[symbol].orders.remove(at: index)
        order.status = status
        order.cause = cause
        order.updated = now
        // What it would have closed is left to the orders behind it.
        if closable(order) > .zero { reserve(order.account, symbol) }
        events.append(.order(order))
        protect(order)
        setAgain(order)
    }

    /// Tells what an order has made of its account's position and money.
    mutating func settle(_ order: Order) {
        let symbol = order.terms.symbol
        if let index = listings[symbol].index(of: order.number) { protect(resting: index, symbol) }
        guard let position = traders[order.account].account.position(symbol) else { return }
        resizeProtections(order.account, symbol, position)
        events.append(.position(account: order.account, symbol: symbol, position))
        if position.isFlat {
            traders[order.account].account.clear(symbol)
            listings[symbol].holders -= 1
            endProtections(order.account, symbol, .positionClosed)
        }
        follow(order.account, symbol)
        cutReduceOnly(order.account, symbol)
        reserve(order.account, symbol)
        events.append(.account(order.account, statement(order.account)))
    }

    mutating func release(_ index: Int, _ symbol: Int) {
        let order = listings[symbol].orders[index]
        traders[order.account].account.release(order.reserved)
        listings[symbol].orders[index].reserved = .zero
    }

    /// Brings the price at which an isolated position is taken over up to date.
    mutating func follow(_ account: Int, _ symbol: Int) {
        guard let instrument = listings[symbol].rules, !traders[account].isCross,
            let position = traders[account].account.position(symbol)
        else { return traders[account].setLiquidation(nil, symbol) }
        let level = Liquidation.level(position, maintenance: instrument.maintenanceMargin)
        traders[account].setLiquidation(level, symbol)
    }

    /// Orders that reduce only never exceed the position.
    private mutating func cutReduceOnly(_ account: Int, _ symbol: Int) {
        let position = traders[account].account.position(symbol)
        for order in listings[symbol].orders
        where order.account == account && order.terms.isReduceOnly && order.isAtBook && order.status.isOpen {
            guard let position, position.side.closing == order.terms.side else {
                end(order.number, symbol, .reduceOnly)
                continue
            }
            guard order.remaining > position.quantity, let index = listings[symbol].index(of: order.number) else {
                continue
            }
            listings[symbol].orders[index].terms.quantity = order.filled + position.quantity
            listings[symbol].orders[index].updated = now
            events.append(.order(listings[symbol].orders[index]))
        }
    }

    /// - Returns: false if it cannot be booked.
    mutating func fund(_ input: borrowing RecordReader) -> Bool {
        let symbol = input.record.symbol
        guard listings[symbol].holders > 0, let instrument = listings[symbol].rules else { return true }
        guard let rate = Rate(nearest: input.record.fundingRate), rate.units.magnitude <= Rate.one,
            traders.allSatisfy({ $0.account.position(symbol) == nil || $0.account.cash <= .limit })
        else { return false }
        let mark = listings[symbol].market.valuation
        for account in traders.indices {
            guard let position = traders[account].account.position(symbol) else { continue }
            let before = traders[account].account.funding
            let owed = Funding.received(position, mark: mark, rate: rate)
            if traders[account].isCross {
                traders[account].account.settle(funding: owed, symbol)
            } else {
                traders[account].account.fund(owed, symbol, instrument)
            }
            let received = traders[account].account.funding - before
            traders[account].note(realised: received, symbol)
            follow(account, symbol)
            events.append(
                .funding(account: account, symbol: symbol, position, rate: rate, mark: mark, received: received))
            events.append(.account(account, statement(account)))
        }
        watch(symbol, Glance(price: mark, liquidates: true))
        return true
    }
}

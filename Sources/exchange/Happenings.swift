import Bybit
import Records
import Venue

/// What the engine did goes three ways: into the ledger, into the desks that can be asked, and to who listens.
extension Exchange {
    /// What one account's streams are told of at once.
    private struct News {
        let account: Int
        var orders: [JSON] = []
        var executions: [JSON] = []
        var fast: [JSON] = []
        var symbols: [Int] = []
        var hasMoney = false

        mutating func touch(_ symbol: Int) {
            if !symbols.contains(symbol) { symbols.append(symbol) }
        }
    }

    func deliver(at now: Int64, into ledger: inout Output) {
        let events = engine.takeEvents()
        guard !events.isEmpty else { return }
        // Few accounts are concerned at once, of many that there may be.
        var all: [News] = []
        for event in events {
            let place = Self.place(of: event.account, in: &all)
            take(event, &all[place], into: &ledger)
        }
        for news in all { send(news, at: now) }
    }

    private static func place(of account: Int, in all: inout [News]) -> Int {
        if let place = all.firstIndex(where: { $0.account == account }) { return place }
        all.append(News(account: account))
        return all.count - 1
    }

    private func take(_ event: Event, _ news: inout News, into ledger: inout Output) {
        switch event {
        case .accepted(let order):
            keep(order)
            writeOrder(order, "accepted", into: &ledger)
        case .order(let order):
            keep(order)
            writeOutcome(order, into: &ledger)
            tell(order, &news)
        case .fill(let fill): take(fill, &news, into: &ledger)
        case .position(let account, let symbol, let position):
            if position.isFlat { desks[account].setOpener(nil, symbol) }
            desks[account].note(change: engine.now, of: symbol)
            writePosition(account, symbol, position, into: &ledger)
            news.touch(symbol)
        case .funding(let account, let symbol, let position, let rate, let mark, let received):
            desks[account].note(change: engine.now, of: symbol)
            news.executions.append(
                fundingRow(account, symbol, position, rate: rate, mark: mark, received: received))
            news.touch(symbol)
        case .account(let account, let statement):
            writeAccount(account, statement, ts: engine.now, into: &ledger)
            news.hasMoney = true
        }
    }

    private func keep(_ order: Order) { desks[order.account].note(order, id: Identifier.order(order.number)) }

    private func writeOutcome(_ order: Order, into ledger: inout Output) {
        switch order.status {
        case .untriggered, .new: writeOrder(order, "accepted", into: &ledger)
        case .partiallyFilled: writeOrder(order, "partial", into: &ledger)
        case .filled: writeOrder(order, "filled", into: &ledger)
        case .cancelled, .deactivated:
            if order.filled > .zero { writeOrder(order, "partial", into: &ledger) }
            writeOrder(order, "cancelled", into: &ledger)
        }
    }

    private func tell(_ order: Order, _ news: inout News) {
        sequence += 1
        guard streams.hasPrivate(order.account) else { return }
        if options.newBeforeFilled, order.terms.kind == .market, !order.status.isOpen, order.origin == .client {
            news.orders.append(orderRow(order.asNew, isPush: true))
        }
        news.orders.append(orderRow(order, isPush: true))
        // A position is told of with every change of an order, even if it did not change itself.
        news.touch(order.terms.symbol)
    }

    private func take(_ fill: Fill, _ news: inout News, into ledger: inout Output) {
        let account = fill.order.account
        let symbol = fill.order.terms.symbol
        sequence += 1
        executions += 1
        let name = Identifier.execution(executions)
        if fill.closed < fill.level.quantity, desks[account].opener(symbol).isEmpty || fill.closed > .zero {
            desks[account].setOpener(fill.order.link, symbol)
        }
        writeFill(fill, execution: name, opener: desks[account].opener(symbol), into: &ledger)
        if fill.closed > .zero, let instrument = engine.listings[symbol].rules {
            let part = Level(price: fill.level.price, quantity: fill.closed)
            desks[account].note(closing: fill, fee: Fees.of(part, fill.liquidity, instrument))
        }
        let row = executionRow(fill, name: name)
        desks[account].note(
            Desk.Execution(
                number: executions, symbol: symbol, ts: fill.ts, orderID: Identifier.order(fill.order.number),
                link: fill.order.link, type: Self.type(fill.kind), row: row))
        news.executions.append(row)
        if fill.kind == .trade { news.fast.append(fastRow(fill, name: name)) }
    }

    private func fundingRow(
        _ account: Int, _ symbol: Int, _ position: Position, rate: Rate, mark: Price, received: Money
    ) -> JSON {
        sequence += 1
        executions += 1
        let row = fundingRow(
            symbol, position, rate: rate, mark: mark, received: received, name: Identifier.execution(executions))
        desks[account].note(
            Desk.Execution(
                number: executions, symbol: symbol, ts: engine.now, orderID: "", link: "", type: "Funding", row: row))
        return row
    }

    private func send(_ news: News, at now: Int64) {
        let account = news.account
        guard streams.hasPrivate(account) else { return }
        push("order", news.orders, to: account, at: now)
        push("execution", news.executions, to: account, at: now)
        push("execution.fast", news.fast, to: account, at: now)
        let positions = news.symbols.map { positionRow(account, $0, isPush: true) }
        push("position", positions, to: account, at: now)
        if news.hasMoney { push("wallet", [walletRow(account)], to: account, at: now) }
    }

    private func push(_ topic: String, _ rows: [JSON], to account: Int, at now: Int64) {
        guard !rows.isEmpty else { return }
        sequence += 1
        streams.send(topic, to: account) { name in
            [
                "id": .string(Identifier.message(self.sequence)), "topic": .string(name),
                "creationTime": .number(String((now + self.clockOffset) / 1000)), "data": .array(rows),
            ]
        }
    }
}

import Records
import Venue

/// What a tick does to the orders that wait for it.
extension PaperStage {
    /// Executes the orders that reach the book with this record.
    /// - Parameters:
    ///   - seen: the price to fill around where no quotes are known.
    ///   - start: of the bar, if the record is one.
    mutating func execute(
        _ symbol: Int, at ts: Int64, seen: Price, barStart start: Int64? = nil, into out: inout Output
    ) {
        var index = 0
        while index < books[symbol].orders.count {
            let accepted = books[symbol].orders[index].accepted
            let isDue = start.map { $0 >= accepted } ?? (ts >= assumptions.latency.due(accepted))
            guard isDue else {
                index += 1
                continue
            }
            let order = books[symbol].orders.remove(at: index)
            release(order)
            switch order.purpose {
            case .open(let opening):
                open(order, opening, symbol, seen: seen, since: start ?? ts, into: &out)
            case .reduce(let position):
                reduce(order, of: position, symbol, seen: seen, into: &out)
            }
        }
    }

    private mutating func open(
        _ order: Order, _ opening: Opening, _ symbol: Int, seen: Price, since: Int64, into out: inout Output
    ) {
        guard let instrument = books[symbol].instrument, account.position(symbol) == nil else {
            return write(order, symbol, "cancelled", because: "position_open", into: &out)
        }
        let offered = levels(order.side, order.quantity, symbol, instrument, seen: seen)
        let levels = affordable(offered, order.side, instrument)
        let filled = levels.total
        let shortage = filled < offered.total ? "margin" : "depth"
        guard filled >= instrument.minQuantity else {
            return write(order, symbol, "cancelled", because: shortage, into: &out)
        }
        account.open(
            symbol, Position(Direction(opening: order.side), leverage: assumptions.leverage, opened: now))
        for level in levels {
            let fee = account.add(level, symbol, instrument)
            writeFill(order.id, symbol, order.side, level, fee: fee, realised: .zero, reason: "open", into: &out)
        }
        conclude(order, symbol, isWhole: filled == order.quantity, because: shortage, into: &out)
        hold(symbol, Holding(id: order.id, conviction: opening.conviction, since: since), opening, instrument)
        settle(symbol, into: &out)
    }

    private mutating func hold(_ symbol: Int, _ holding: Holding, _ opening: Opening, _ instrument: Instrument) {
        guard let position = account.position(symbol) else { return }
        books[symbol].holding = holding
        books[symbol].watch = Watch(
            position, takeProfit: opening.takeProfit, stopLoss: opening.stopLoss, instrument)
    }

    private mutating func reduce(
        _ order: Order, of opener: [UInt8], _ symbol: Int, seen: Price, into out: inout Output
    ) {
        guard let position = account.position(symbol), let instrument = books[symbol].instrument,
            books[symbol].holding?.id == opener
        else { return write(order, symbol, "cancelled", because: "position_gone", into: &out) }
        let wanted = Sizing.reduction(of: position.quantity, by: order.quantity, instrument)
        let levels = levels(order.side, wanted, symbol, instrument, seen: seen)
        guard !levels.isEmpty else { return write(order, symbol, "cancelled", because: "depth", into: &out) }
        guard !Liquidation.isBeyond(position, levels, instrument) else {
            liquidate(symbol, into: &out)
            return write(order, symbol, "cancelled", because: "position_gone", into: &out)
        }
        close(symbol, levels, id: order.id, reason: "reduce", into: &out)
        conclude(order, symbol, isWhole: levels.total == wanted, because: "depth", into: &out)
        settle(symbol, into: &out)
    }

    private mutating func conclude(
        _ order: Order, _ symbol: Int, isWhole: Bool, because reason: String, into out: inout Output
    ) {
        if isWhole { return write(order, symbol, "filled", into: &out) }
        write(order, symbol, "partial", into: &out)
        write(order, symbol, "cancelled", because: reason, into: &out)
    }

    func levels(
        _ side: Side, _ quantity: Quantity, _ symbol: Int, _ instrument: Instrument, seen: Price
    ) -> [Level] {
        assumptions.matching.levels(side, quantity, in: books[symbol].market, instrument, seen: seen)
    }

    /// As much of the levels as the free money carries at the highest of their prices: the price may have moved since
    /// the order was sized.
    private func affordable(_ levels: [Level], _ side: Side, _ instrument: Instrument) -> [Level] {
        guard let highest = levels.map(\.price).max() else { return [] }
        let terms = Sizing.Terms(side, price: highest, leverage: assumptions.leverage, instrument)
        return levels.prefix(terms.affordable(account.available))
    }

    /// Books fills that close a part or all of the position.
    mutating func close(_ symbol: Int, _ levels: [Level], id: [UInt8], reason: String, into out: inout Output) {
        guard let position = account.position(symbol), let instrument = books[symbol].instrument else { return }
        for level in levels {
            let (fee, realised) = account.reduce(level, symbol, instrument)
            writeFill(
                id, symbol, position.side.closing, level, fee: fee, realised: realised, reason: reason, into: &out)
        }
    }

    /// Writes what the position and the account have become.
    mutating func settle(_ symbol: Int, into out: inout Output) {
        guard let position = account.position(symbol), let instrument = books[symbol].instrument else { return }
        writePosition(position, symbol, into: &out)
        if position.isFlat {
            account.clear(symbol)
            books[symbol].watch = nil
            books[symbol].holding = nil
        } else {
            books[symbol].watch?.follow(position, instrument)
        }
        writeAccount(into: &out)
    }
}

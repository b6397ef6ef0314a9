import Records
import Venue

/// What a tick does to positions: take-profit, stop-loss, liquidation, funding.
extension PaperStage {
    @inline(__always)
    mutating func quote(_ record: Record, into out: inout Output) {
        let symbol = record.symbol
        guard books[symbol].market.take(quote: record), !books[symbol].isIdle else { return }
        let market = books[symbol].market
        watch(
            symbol, at: market.reference, triggers: assumptions.trigger.isQuote(market), liquidates: !market.hasMark,
            into: &out)
        execute(symbol, at: record.ts, seen: market.reference, into: &out)
    }

    @inline(__always)
    mutating func trade(_ record: Record, into out: inout Output) {
        let symbol = record.symbol
        guard books[symbol].market.take(trade: record), !books[symbol].isIdle else { return }
        let market = books[symbol].market
        let isFinest = market.source == .trades
        watch(
            symbol, at: market.last, triggers: assumptions.trigger.isTrade(market),
            liquidates: isFinest && !market.hasMark, into: &out)
        if isFinest { execute(symbol, at: record.ts, seen: market.last, into: &out) }
    }

    /// At the open, first what it does to the position, then the orders that waited for it; then the way within the bar.
    mutating func bar(_ record: Record, into out: inout Output) {
        let symbol = record.symbol
        guard let bar = books[symbol].market.take(bar: record), books[symbol].market.source == .bars else { return }
        let market = books[symbol].market
        let triggers = assumptions.trigger.isTrade(market)
        if isAfterOpening(bar, symbol) {
            watch(symbol, at: bar.open, triggers: triggers, liquidates: !market.hasMark, into: &out)
        }
        execute(symbol, at: bar.end, seen: bar.open, barStart: bar.start, into: &out)
        guard let watch = books[symbol].watch, isAfterOpening(bar, symbol),
            let (reason, price) = watch.fired(within: bar, triggers: triggers, liquidates: !market.hasMark)
        else { return }
        close(symbol, reason, seen: price, into: &out)
    }

    private func isAfterOpening(_ bar: Bar, _ symbol: Int) -> Bool {
        books[symbol].holding.map { bar.start >= $0.since } ?? false
    }

    mutating func mark(_ record: Record, into out: inout Output) {
        let symbol = record.symbol
        guard books[symbol].market.take(mark: record), books[symbol].watch != nil else { return }
        let market = books[symbol].market
        watch(
            symbol, at: market.mark, triggers: assumptions.trigger.isMark(market), liquidates: true, into: &out)
    }

    @inline(__always)
    private mutating func watch(
        _ symbol: Int, at price: Price, triggers: Bool, liquidates: Bool, into out: inout Output
    ) {
        guard let watch = books[symbol].watch else { return }
        if liquidates, watch.isLiquidated(at: price) {
            liquidate(symbol, into: &out)
        } else if triggers, let reason = watch.fired(at: price) {
            let market = books[symbol].market
            close(symbol, reason, seen: market.source == .bars ? price : market.reference, into: &out)
        }
    }

    /// A market order of the whole position. What the book does not hold stays open and is tried again with the next tick
    /// that fires.
    private mutating func close(_ symbol: Int, _ reason: Watch.Reason, seen: Price, into out: inout Output) {
        guard let position = account.position(symbol), let instrument = books[symbol].instrument,
            let holding = books[symbol].holding
        else { return }
        let levels = levels(position.side.closing, position.quantity, symbol, instrument, seen: seen)
        guard reason != .liquidation, !Liquidation.isBeyond(position, levels, instrument) else {
            return liquidate(symbol, into: &out)
        }
        guard !levels.isEmpty else { return }
        close(symbol, levels, id: holding.id, reason: reason.rawValue, into: &out)
        settle(symbol, into: &out)
    }

    /// The exchange takes the position over at its bankruptcy price.
    mutating func liquidate(_ symbol: Int, into out: inout Output) {
        guard let position = account.position(symbol), let instrument = books[symbol].instrument,
            let holding = books[symbol].holding
        else { return }
        let level = Level(price: Liquidation.takeover(position, instrument), quantity: position.quantity)
        close(symbol, [level], id: holding.id, reason: Watch.Reason.liquidation.rawValue, into: &out)
        settle(symbol, into: &out)
    }

    mutating func fund(_ record: Record, into out: inout Output) {
        let symbol = record.symbol
        guard let position = account.position(symbol), let instrument = books[symbol].instrument else { return }
        guard let rate = Rate(nearest: record.fundingRate), rate.units.magnitude <= Rate.one, account.cash <= .limit
        else {
            let refusal = Refusal("out_of_range", "a funding rate beyond 1, or an account above \(Money.limit) USDT")
            return writeReject(nil, symbol, refusal, into: &out)
        }
        let price = books[symbol].market.valuation
        account.fund(Funding.received(position, mark: price, rate: rate), symbol, instrument)
        if let changed = account.position(symbol) { books[symbol].watch?.follow(changed, instrument) }
        writeAccount(into: &out)
        watch(symbol, at: price, triggers: false, liquidates: true, into: &out)
    }
}

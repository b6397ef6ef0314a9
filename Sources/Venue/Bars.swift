import Records

/// Simulation assumption: what a bar does where nothing finer is known.
///
/// An order meets the open of the first bar that starts at or after its acceptance. A level that the open is beyond fires
/// there; else at the level itself, if the bar's low or high reaches it. Of two levels that one bar reaches the loss comes
/// first, of two losses the nearer one. A bar that began before a position was opened touches nothing. Orders that rest in
/// the book are not filled by bars.
extension Engine {
    mutating func bar(_ input: borrowing RecordReader) {
        let symbol = input.record.symbol
        guard let bar = listings[symbol].market.take(bar: input.record), listings[symbol].market.source == .bars,
            !listings[symbol].isIdle
        else { return }
        tick += 1
        if tells(bar, symbol) { watch(symbol, glance(symbol, bar.open)) }
        barStart = bar.start
        carryOut(symbol, until: latency.due(bar.start), seen: bar.open)
        barStart = nil
        // What was set at the open stands on the way.
        tick += 1
        guard tells(bar, symbol) else { return }
        for account in traders.indices {
            if let price = firstTouched(account, symbol, bar) { watch(symbol, glance(symbol, price)) }
        }
    }

    private func tells(_ bar: Bar, _ symbol: Int) -> Bool {
        traders.allSatisfy { $0.account.position(symbol).map { $0.since <= bar.start } ?? true }
    }

    private func glance(_ symbol: Int, _ price: Price) -> Glance {
        let hasMark = listings[symbol].market.hasMark
        return Glance(price: price, isLast: true, isMark: !hasMark, isIndex: !hasMark, liquidates: !hasMark)
    }

    /// The level of an account that the way within the bar comes to first.
    private func firstTouched(_ account: Int, _ symbol: Int, _ bar: Bar) -> Price? {
        guard let position = traders[account].account.position(symbol) else { return nil }
        let isLong = position.side == .long
        let glance = glance(symbol, bar.open)
        func level(_ origin: Order.Origin) -> Price? {
            let order = listings[symbol].orders.first { $0.account == account && $0.origin == origin }
            return order?.terms.trigger.flatMap { glance.shows($0.by) ? $0.price : nil }
        }
        let losses = [level(.stopLoss), glance.liquidates ? traders[account].liquidation(symbol) : nil]
        return WithinBar.first(
            isLong: isLong, low: bar.low, high: bar.high, losses: losses.compactMap { $0 }, gain: level(.takeProfit))
    }
}

/// Which level a bar comes to first: what the venue does to a position, and the report to one that it imagines.
public enum WithinBar {
    /// - Parameters:
    ///   - low: of the bar; its open, as `high`, for what the open is beyond.
    ///   - losses: levels that close the position at a loss, `gain` the one that closes it at a profit.
    /// - Returns: nil if the bar reaches none.
    @inlinable
    public static func first<Level: Comparable>(
        isLong: Bool, low: Level, high: Level, losses: some Sequence<Level>, gain: Level?
    ) -> Level? {
        var nearest: Level?
        for loss in losses where isLong ? low <= loss : high >= loss {
            nearest = nearest.map { isLong ? max($0, loss) : min($0, loss) } ?? loss
        }
        if let nearest { return nearest }
        return gain.flatMap { (isLong ? high >= $0 : low <= $0) ? $0 : nil }
    }
}

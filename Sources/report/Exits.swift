import Records
import Venue

/// What leaving early by a rule was worth: against holding on to the position's take-profit, its stop-loss or its last half-life,
/// whichever the market came to first, as the venue would have seen it. What the fee would have been is left out: it is about the
/// same.
struct Exits {
    struct Tally: Equatable {
        var count = 0
        /// Of those for which it is known what holding on came to, in that order: how much better they were, USDT, and what
        /// was left, in value.
        var saved: [Double] = []
        var left: [Double] = []
        /// The market ended before it was known.
        var open = 0
        /// Left by a rule with nothing to be compared with: behind the last half-life, or of a position whose intent is not on
        /// the record.
        var beyond = 0
    }

    private struct Shadow {
        let exit: String
        let sign: Double
        let quantity: Double
        let left: Double
        /// What leaving cost against the price that the order met, as a share of it: holding on would have cost as much.
        let crossing: Double
        let takeProfit: Double
        let stopLoss: Double
        let until: Int64

        /// - Returns: the price at which holding on ends, before the crossing; nil if it goes on.
        func end(_ market: MarketNow, _ ts: Int64) -> Double? {
            guard let bar = market.bar else {
                // What a tick reaches is filled at the market, as far beyond the level as that is.
                return reached(market.middle, market.middle) != nil || ts >= until ? market.middle : nil
            }
            if reached(bar.open, bar.open) != nil { return bar.open }
            return reached(bar.low, bar.high) ?? (ts >= until ? bar.close : nil)
        }

        /// Between these two the middle of ticks ends nothing.
        var band: (low: Double, high: Double) { sign > 0 ? (stopLoss, takeProfit) : (takeProfit, stopLoss) }

        private func reached(_ low: Double, _ high: Double) -> Double? {
            WithinBar.first(isLong: sign > 0, low: low, high: high, losses: CollectionOfOne(stopLoss), gain: takeProfit)
        }
    }

    private let halfLivesAsked: Double?
    private var halfLivesOfRun: Double?
    /// By rule, or by the exchange's reason.
    private(set) var tallies: [String: Tally] = [:]
    private struct Held {
        var shadows: [Shadow] = []
        /// As long as ticks stay within, and time before, none of them ends.
        var band = (low: -Double.infinity, high: Double.infinity, until: Int64.max)

        mutating func add(_ shadow: Shadow) {
            shadows.append(shadow)
            band = (
                max(band.low, shadow.band.low), min(band.high, shadow.band.high), min(band.until, shadow.until)
            )
        }
    }
    /// By symbol: each tick asks for its own.
    private var held: [Held] = []

    /// - Parameter halfLives: nil for those of the run's own `time_decay`, which are 2 where no `meta` record says so.
    init(halfLives: Double?) { halfLivesAsked = halfLives }

    /// How many half-lives behind the entry holding on ends.
    var halfLives: Double { halfLivesAsked ?? halfLivesOfRun ?? 2 }
    var areHalfLivesAssumed: Bool { halfLivesAsked == nil && halfLivesOfRun == nil }

    mutating func take(meta record: borrowing Record) {
        guard record["stage"]?.equals("drift-rebalance") == true,
            let halfLives = record["options"]?["half_lives"]?.double, halfLives > 0
        else { return }
        halfLivesOfRun = halfLives
    }

    /// - Parameter isByRule: only of those it is asked what they were worth: a stop is what holding on comes to.
    mutating func leave(
        _ trade: Trade, by exit: Trade.Exit, _ symbol: Int, _ market: MarketNow, isByRule: Bool
    ) {
        tallies[exit.reason, default: Tally()].count += 1
        guard isByRule else { return }
        guard let conviction = trade.conviction, conviction.takeProfit > 0, conviction.stopLoss > 0,
            conviction.halfLifeSeconds > 0, market.met > 0
        else { return tallies[exit.reason]!.beyond += 1 }
        let until = Double(trade.opened) + halfLives * conviction.halfLifeSeconds * 1e6
        // The rule that closes at that very time has nothing to be compared with.
        guard until > Double(exit.ts) else { return tallies[exit.reason]!.beyond += 1 }
        let shadow = Shadow(
            exit: exit.reason, sign: trade.sign, quantity: exit.quantity, left: exit.price,
            crossing: trade.sign * (market.met - exit.price) / market.met,
            takeProfit: trade.entry * (1 + trade.sign * conviction.takeProfit),
            stopLoss: trade.entry * (1 - trade.sign * conviction.stopLoss), until: Int64(min(until, 0x1p53)))
        // A bar's order is filled at its open: the rest of it is still to come.
        if market.bar != nil, let end = shadow.end(market, exit.ts) { return settle(shadow, end) }
        while symbol >= held.count { held.append(Held()) }
        held[symbol].add(shadow)
    }

    /// Whether holding on in a symbol, in thought, may end here: nearly no tick ends one.
    @inline(__always)
    func mayEnd(_ middle: Double, isBar: Bool, at ts: Int64, _ symbol: Int) -> Bool {
        guard symbol < held.count, !held[symbol].shadows.isEmpty else { return false }
        let band = held[symbol].band
        return isBar || middle <= band.low || middle >= band.high || ts >= band.until
    }

    /// What the market has come to, where something may end: the middle of ticks, or a bar.
    mutating func take(_ market: MarketNow, at ts: Int64, _ symbol: Int) {
        guard symbol < held.count else { return }
        let shadows = held[symbol].shadows
        held[symbol] = Held()
        for shadow in shadows {
            if let end = shadow.end(market, ts) { settle(shadow, end) } else { held[symbol].add(shadow) }
        }
    }

    private mutating func settle(_ shadow: Shadow, _ end: Double) {
        let got = end * (1 - shadow.sign * shadow.crossing)
        tallies[shadow.exit]!.saved.append(shadow.sign * (shadow.left - got) * shadow.quantity)
        tallies[shadow.exit]!.left.append(shadow.left * shadow.quantity)
    }

    mutating func finish() {
        for shadow in held.flatMap(\.shadows) { tallies[shadow.exit]!.open += 1 }
        held = []
    }
}

/// What leaving early by a rule was worth: against holding on to the position's take-profit, its stop-loss or its last half-life,
/// whichever the market came to first. What the fee would have been is left out: it is about the same.
struct Exits {
    struct Tally: Equatable {
        var count = 0
        /// What was left, in value.
        var value = 0.0
        /// Better than holding on, USDT; each as a share of its value in `shares`.
        var saved = 0.0
        var shares: [Double] = []
        /// The market ended before it was known.
        var open = 0
    }

    private struct Shadow {
        let exit: String
        let sign: Double
        let quantity: Double
        let left: Double
        let takeProfit: Double
        let stopLoss: Double
        let until: Int64
    }

    private let halfLives: Double
    /// By rule, or by the exchange's reason.
    private(set) var tallies: [String: Tally] = [:]
    private var shadows: [Int: [Shadow]] = [:]

    init(halfLives: Double) { self.halfLives = halfLives }

    /// - Parameter isByRule: only of those it is asked what they were worth: a stop is what holding on comes to.
    mutating func leave(
        _ trade: Trade, _ symbol: Int, at ts: Int64, _ price: Double, _ quantity: Double, isByRule: Bool
    ) {
        tallies[trade.exit, default: Tally()].count += 1
        tallies[trade.exit]!.value += price * quantity
        guard isByRule, let conviction = trade.conviction, conviction.takeProfit > 0, conviction.stopLoss > 0,
            conviction.halfLifeSeconds > 0
        else { return }
        let until = Double(trade.opened) + halfLives * conviction.halfLifeSeconds * 1e6
        // The rule that closes at that very time has nothing to be compared with.
        guard until > Double(ts) else { return }
        shadows[symbol, default: []].append(
            Shadow(
                exit: trade.exit, sign: trade.sign, quantity: quantity, left: price,
                takeProfit: trade.entry * (1 + trade.sign * conviction.takeProfit),
                stopLoss: trade.entry * (1 - trade.sign * conviction.stopLoss), until: Int64(min(until, 0x1p53))))
    }

    mutating func take(price: Double, at ts: Int64, _ symbol: Int) {
        guard shadows[symbol]?.isEmpty == false else { return }
        shadows[symbol]!.removeAll { shadow in
            let held: Double
            if shadow.sign * (price - shadow.takeProfit) >= 0 {
                held = shadow.takeProfit
            } else if shadow.sign * (price - shadow.stopLoss) <= 0 || ts >= shadow.until {
                // A stop is filled at the market.
                held = price
            } else {
                return false
            }
            let saved = shadow.sign * (shadow.left - held) * shadow.quantity
            tallies[shadow.exit]!.saved += saved
            tallies[shadow.exit]!.shares.append(saved / (shadow.left * shadow.quantity))
            return true
        }
    }

    mutating func finish() {
        for shadow in shadows.values.joined() { tallies[shadow.exit]!.open += 1 }
        shadows = [:]
    }
}

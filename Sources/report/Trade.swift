import Records

/// A position from its first fill until it is flat: what came of it, and what it cost. Money in USDT.
struct Trade: Equatable {
    let symbol: String
    let isLong: Bool
    /// Event time, microseconds.
    let opened: Int64
    var closed: Int64
    /// Bought for a long, sold for a short, in all; and for how much.
    var quantity = 0.0
    var cost = 0.0
    /// What is held of it now.
    var held = 0.0
    /// Of what was closed, before fees.
    var realised = 0.0
    var costs = Costs()
    /// Whether each of its fills came behind a price of its market: else what it cost, but for fees, is not known.
    var isMeasured = true
    /// What it gains by the drift that was planted in a made-up market, USDT: as `gross`, between what the intents saw.
    var planted = 0.0
    /// What was closed of it, in its order.
    var exits: [Exit] = []
    /// Of the opening intent; nil where it is not on the record.
    var conviction: Conviction?

    struct Exit: Equatable {
        let ts: Int64
        let price: Double
        let quantity: Double
        /// A rule of rebalance, or the exchange's reason.
        let reason: String
    }

    struct Conviction: Equatable {
        let drift: Double
        let confidence: Double
        let halfLifeSeconds: Double
        /// Distances from the entry.
        let takeProfit: Double
        let stopLoss: Double
    }

    var sign: Double { isLong ? 1 : -1 }

    /// The price at which the exchange closes it for this reason; nil where that is not on the record.
    func level(_ reason: String) -> Double? {
        guard let conviction else { return nil }
        let distance =
            switch reason {
            case "take_profit": conviction.takeProfit
            case "stop_loss": -conviction.stopLoss
            default: Double.nan
            }
        return distance.isFinite ? entry * (1 + sign * distance) : nil
    }

    /// Average price.
    var entry: Double { cost / quantity }
    /// After all costs: `realised` holds what was lost to spread and slippage.
    var net: Double { realised - costs.fees + costs.funding }
    /// What the market gave, from the middle when the intents were written (of a level, from the level): without any cost of trading.
    var gross: Double { net + costs.total }
    /// On what the position was worth.
    var netReturn: Double { net / cost }
    var grossReturn: Double { gross / cost }
    var plantedReturn: Double { planted / cost }
    var seconds: Double { Double(closed - opened) / 1e6 }

    /// - Parameters:
    ///   - planted: the log return that was planted in the market until its intent.
    ///   - isMeasured: whether its costs but for the fee are known.
    mutating func add(_ price: Double, _ quantity: Double, _ costs: Costs, planted: Double, isMeasured: Bool) {
        self.isMeasured = self.isMeasured && isMeasured
        self.planted -= sign * planted * quantity * price
        self.quantity += quantity
        held += quantity
        cost += quantity * price
        self.costs = self.costs + costs
    }

    mutating func leave(_ exit: Exit, realised: Double, _ costs: Costs, planted: Double, isMeasured: Bool) {
        self.isMeasured = self.isMeasured && isMeasured
        self.planted += sign * planted * exit.quantity * entry
        self.realised += realised
        self.costs = self.costs + costs
        held -= exit.quantity
        exits.append(exit)
    }

    /// What was planted for it so far, of what is held too, USDT.
    func planted(upTo planted: Double) -> Double { self.planted + sign * planted * held * entry }
}

/// What trading cost, apart from being wrong. Positive is paid, but for funding.
struct Costs: Equatable {
    var fees = 0.0
    /// Received minus paid.
    var funding = 0.0
    /// From the middle of the market to its near side, as it was when the fill came.
    var spread = 0.0
    /// From the near side to what was paid; of a bar, which has no sides, from what the order met.
    var slippage = 0.0
    /// What the market moved against the order between its intent and what it met.
    var delay = 0.0

    static func + (a: Costs, b: Costs) -> Costs {
        Costs(
            fees: a.fees + b.fees, funding: a.funding + b.funding, spread: a.spread + b.spread,
            slippage: a.slippage + b.slippage, delay: a.delay + b.delay)
    }

    /// All that was paid.
    var total: Double { fees - funding + spread + slippage + delay }
}

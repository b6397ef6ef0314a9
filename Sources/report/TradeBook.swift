import Records

/// The trades of an audit file, put together from its fills.
struct TradeBook {
    private struct Intent {
        /// How many came before it.
        let number: Int
        /// The middle of the market when it was written; 0 if there was none.
        let middle: Double
        /// Of one that reduces.
        let rule: String?
        let conviction: Trade.Conviction?
    }

    /// By symbol.
    private(set) var open: [Int: Trade] = [:]
    private(set) var closed: [Trade] = []
    private(set) var exits: Exits
    /// Value of all fills, USDT.
    private(set) var turnover = 0.0
    private(set) var fills = 0
    /// What trading has cost so far, of open positions too, USDT.
    private(set) var paid = 0.0
    /// Intents to open that were not filled, by the code of their end.
    private(set) var rejects: [String: Int] = [:]
    /// Those that have not ended. The gate sends no second one of a symbol before the first has ended, nor does rebalance, and a
    /// stream has 64 symbols: more than 128 are never open at once, so the older half of a thousand has lost its end.
    private var intents: [[UInt8]: Intent] = [:]
    private static let intentLimit = 1024
    private var intentCount = 0
    /// Which symbol's funding the next `account` tells of.
    private var funded: Int?
    private var fundingSoFar = 0.0

    init(halfLives: Double) { exits = Exits(halfLives: halfLives) }

    mutating func take(intent record: borrowing Record, _ market: MarketNow) {
        guard let id = record["id"]?.string else { return }
        let isReduction = record["reduce_only"]?.bool == true
        func number(_ value: RecordValue?) -> Double { value?.double ?? .nan }
        let conviction = Trade.Conviction(
            drift: number(record["drift"]), confidence: number(record["confidence"]),
            halfLifeSeconds: number(record["half_life"]), takeProfit: number(record["take_profit"]),
            stopLoss: number(record["stop_loss"]))
        intentCount += 1
        intents[id] = Intent(
            number: intentCount, middle: market.middle, rule: Self.text(record["rule"]),
            conviction: isReduction ? nil : conviction)
        if intents.count > Self.intentLimit {
            intents = intents.filter { $0.value.number > intentCount - Self.intentLimit / 2 }
        }
    }

    /// How many intents have not ended.
    var pending: Int { intents.count }

    /// An intent has ended without a fill, or with its last one.
    mutating func end(_ record: borrowing Record) {
        guard let id = record["id"]?.string, !id.isEmpty else { return }
        if record.kind == .reject, intents[id]?.conviction != nil {
            rejects[Self.text(record["code"]) ?? "?", default: 0] += 1
        }
        let status = record["status"]
        let isOver = status.map { $0.equals("filled") || $0.equals("cancelled") } ?? false
        if record.kind == .reject || isOver { intents[id] = nil }
    }

    mutating func take(fill record: borrowing Record, _ name: String, _ market: MarketNow) {
        guard let quantity = record["qty"]?.double, let price = record["px"]?.double, quantity > 0, price > 0 else {
            return
        }
        let intent = record["id"]?.string.flatMap { intents[$0] }
        let reason = Self.text(record["reason"]) ?? "reduce"
        let isReduction = record["reduce_only"]?.bool == true
        let (isBuy, ts) = (record.side == .buy, record.ts)
        turnover += quantity * price
        fills += 1
        var costs = Costs(fees: record["fee"]?.double ?? 0)
        let crossing = market.crossing(record.side, at: price)
        (costs.spread, costs.slippage) = (crossing.spread * quantity, crossing.slippage * quantity)
        if let intent, intent.middle > 0 {
            costs.delay = Double(record.side.sign) * (market.middle - intent.middle) * quantity
        }
        paid += costs.total
        let planted = market.planted(upTo: ts)
        if isReduction {
            guard var trade = open[record.symbol] else { return }
            trade.planted += trade.sign * planted * quantity * trade.entry
            trade.realised += record["realised"]?.double ?? 0
            trade.costs = trade.costs + costs
            trade.held -= quantity
            let exit = Trade.Exit(
                ts: ts, price: price, quantity: quantity,
                reason: reason == "reduce" ? intent?.rule ?? "other" : reason)
            trade.exits.append(exit)
            exits.leave(trade, by: exit, record.symbol, market, isByRule: reason == "reduce")
            open[record.symbol] = trade
        } else {
            var trade =
                open[record.symbol]
                ?? Trade(
                    symbol: name, isLong: isBuy, opened: ts, closed: ts, conviction: intent?.conviction)
            trade.planted -= trade.sign * planted * quantity * price
            trade.quantity += quantity
            trade.held += quantity
            trade.cost += quantity * price
            trade.costs = trade.costs + costs
            open[record.symbol] = trade
        }
    }

    /// - Returns: the trade that has come to its end with this.
    mutating func take(position record: borrowing Record) -> Trade? {
        let isFlat = record["side"]?.equals("flat") == true
        guard isFlat, var trade = open.removeValue(forKey: record.symbol) else { return nil }
        trade.closed = record.ts
        closed.append(trade)
        return trade
    }

    mutating func take(funding record: borrowing Record) { funded = record.symbol }

    /// - Parameter received: funding since the beginning.
    mutating func take(fundingSoFar received: Double) {
        paid -= received - fundingSoFar
        if let funded { open[funded]?.costs.funding += received - fundingSoFar }
        fundingSoFar = received
    }

    mutating func take(_ market: MarketNow, at ts: Int64, _ symbol: Int) { exits.take(market, at: ts, symbol) }

    mutating func finish() { exits.finish() }

    private static func text(_ value: RecordValue?) -> String? {
        value?.string.map { String(decoding: $0, as: UTF8.self) }
    }
}

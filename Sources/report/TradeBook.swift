import Records

/// The trades of an audit file, put together from its fills.
struct TradeBook {
    private struct Intent {
        /// How many came before it.
        let number: Int
        /// The middle of the market when it was written; 0 if there was none.
        let middle: Double
        /// The log return that was planted in its market by then.
        let planted: Double
        var isFilled = false
        /// Of one that reduces.
        let rule: String?
        let conviction: Trade.Conviction?
    }

    private struct Fill {
        let symbol: Int
        let ts: Int64
        let side: Side
        let quantity: Double
        let price: Double
        let reason: String
        let realised: Double

        /// Whether an intent asked for it; else the exchange closed at a level.
        var isMeant: Bool { reason == "open" || reason == "reduce" }
    }

    /// By symbol.
    private(set) var open: [Int: Trade] = [:]
    private(set) var closed: [Trade] = []
    private(set) var exits: Exits
    /// What was planted in a made-up market for those that are closed, USDT.
    private(set) var plantedInClosed = 0.0
    /// Value of all fills, USDT.
    private(set) var turnover = 0.0
    /// What trading has cost so far, of open positions too.
    private(set) var paid = Costs()
    /// Symbols in which something is held that was opened before the record begins.
    private(set) var inherited: Set<Int> = []
    /// Fills that reduce what was open before the record begins.
    private(set) var strays = 0
    /// Intents to open of which nothing was filled, by the code of their reject or the reason why their order was cancelled.
    private(set) var rejects: [String: Int] = [:]
    /// Those that have not ended. The gate sends no second one of a symbol before the first has ended, nor does rebalance, and a
    /// stream has 64 symbols: more than 128 are never open at once, so the older half of a thousand has lost its end.
    private var intents: [[UInt8]: Intent] = [:]
    private static let intentLimit = 1024
    private var intentCount = 0
    /// As the last `account` told it; nil before the first, which may go on from an earlier file.
    private var fundingSoFar: Double?

    init(halfLives: Double?) { exits = Exits(halfLives: halfLives) }

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
            number: intentCount, middle: market.middle, planted: market.planted(upTo: record.ts),
            rule: Self.text(record["rule"]),
            conviction: isReduction ? nil : conviction)
        if intents.count > Self.intentLimit {
            intents = intents.filter { $0.value.number > intentCount - Self.intentLimit / 2 }
        }
    }

    /// Whether nothing is held, as far as the record tells.
    var isFlat: Bool { open.isEmpty && inherited.isEmpty }

    /// How many intents have not ended.
    var pending: Int { intents.count }

    /// An intent has ended without a fill, or with its last one.
    mutating func end(_ record: borrowing Record) {
        guard let id = record["id"]?.string, !id.isEmpty else { return }
        let isRefused = record.kind == .reject
        let isCancelled = record["status"]?.equals("cancelled") == true
        guard isRefused || isCancelled || record["status"]?.equals("filled") == true,
            let intent = intents.removeValue(forKey: id)
        else { return }
        if isRefused || isCancelled, intent.conviction != nil, !intent.isFilled {
            rejects[Self.text(isRefused ? record["code"] : record["reason"]) ?? "?", default: 0] += 1
        }
    }

    mutating func take(fill record: borrowing Record, _ name: String, _ market: MarketNow) {
        guard let quantity = record["qty"]?.double, let price = record["px"]?.double, quantity > 0, price > 0 else {
            return
        }
        let id = record["id"]?.string ?? []
        intents[id]?.isFilled = true
        let intent = intents[id]
        let fill = Fill(
            symbol: record.symbol, ts: record.ts, side: record.side, quantity: quantity, price: price,
            reason: Self.text(record["reason"]) ?? "reduce", realised: record["realised"]?.double ?? 0)
        turnover += quantity * price
        var costs = self.costs(fill, intent, market)
        costs.fees = record["fee"]?.double ?? 0
        paid = paid + costs
        // As before costs: from intent to intent, or to the level that fired.
        let planted = (fill.isMeant ? intent?.planted : nil) ?? market.planted(upTo: fill.ts)
        if record["reduce_only"]?.bool == true {
            reduce(by: fill, intent, costs, planted: planted, market)
        } else {
            let none = Trade(
                symbol: name, isLong: fill.side == .buy, opened: fill.ts, closed: fill.ts,
                conviction: intent?.conviction)
            open[fill.symbol, default: none].add(
                fill.price, fill.quantity, costs, planted: planted, isMeasured: market.met > 0)
        }
    }

    private func costs(_ fill: Fill, _ intent: Intent?, _ market: MarketNow) -> Costs {
        let met = met(fill, market)
        guard met > 0 else { return Costs() }
        let crossing = market.crossing(fill.side, at: fill.price, met: met)
        var costs = Costs(spread: crossing.spread * fill.quantity, slippage: crossing.slippage * fill.quantity)
        if let intent, intent.middle > 0 {
            costs.delay = Double(fill.side.sign) * (met - intent.middle) * fill.quantity
        }
        return costs
    }

    /// What the order of a fill met. What fired within a bar met its level, or the open beyond it; where the level is not on the
    /// record, as of a liquidation, nothing is known but the price.
    private func met(_ fill: Fill, _ market: MarketNow) -> Double {
        guard let bar = market.bar, !fill.isMeant else { return market.met }
        guard let trade = open[fill.symbol], let level = trade.level(fill.reason) else { return fill.price }
        let firesBelow = trade.isLong == (fill.reason == "stop_loss")
        return firesBelow ? min(bar.open, level) : max(bar.open, level)
    }

    private mutating func reduce(
        by fill: Fill, _ intent: Intent?, _ costs: Costs, planted: Double, _ market: MarketNow
    ) {
        guard var trade = open[fill.symbol] else {
            strays += 1
            inherited.insert(fill.symbol)
            return
        }
        let isByRule = fill.reason == "reduce"
        let exit = Trade.Exit(
            ts: fill.ts, price: fill.price, quantity: fill.quantity,
            reason: isByRule ? intent?.rule ?? "other" : fill.reason)
        trade.leave(exit, realised: fill.realised, costs, planted: planted, isMeasured: market.met > 0)
        exits.leave(trade, by: exit, fill.symbol, market, isByRule: isByRule)
        open[fill.symbol] = trade
    }

    /// - Returns: the trade that has come to its end with this.
    mutating func take(position record: borrowing Record) -> Trade? {
        let isFlat = record["side"]?.equals("flat") == true
        if isFlat {
            inherited.remove(record.symbol)
        } else if open[record.symbol] == nil {
            inherited.insert(record.symbol)
        }
        if let received = record["funding"]?.double { open[record.symbol]?.costs.funding = received }
        guard isFlat, var trade = open.removeValue(forKey: record.symbol) else { return nil }
        trade.closed = record.ts
        closed.append(trade)
        plantedInClosed += trade.planted
        return trade
    }

    /// A decision is of something that is held.
    /// - Parameter start: of the record; nil before any of the market's.
    mutating func take(decision record: borrowing Record, since start: Int64?) {
        guard open[record.symbol] == nil, let start, let age = record["age"]?.double,
            Double(record.ts) - age * 1e6 < Double(start)
        else { return }
        inherited.insert(record.symbol)
    }

    /// - Parameter received: funding since the beginning.
    mutating func take(fundingSoFar received: Double) {
        paid.funding += received - (fundingSoFar ?? received)
        fundingSoFar = received
    }

    mutating func take(_ market: MarketNow, at ts: Int64, _ symbol: Int) { exits.take(market, at: ts, symbol) }

    mutating func take(meta record: borrowing Record) { exits.take(meta: record) }

    mutating func finish() { exits.finish() }

    private static func text(_ value: RecordValue?) -> String? {
        value?.string.map { String(decoding: $0, as: UTF8.self) }
    }
}

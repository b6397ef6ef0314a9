/// From what was read to the figures.
extension Summary {
    public init(_ audit: Audit, _ options: ReportOptions) {
        let trades = audit.book.closed
        let from = audit.from ?? 0
        let days = Double(audit.to - from) / 86_400e6
        name = options.name
        equityByHour = audit.equity.hours
        firstHour = audit.equity.firstHour
        costsByHour = audit.equity.costsByHour
        plantedByHour = audit.isPlanted ? audit.equity.plantedByHour : nil
        closedByHour = Self.byHour(trades, audit)
        wonByHour = Self.byHour(trades.filter { $0.net > 0 }, audit)
        span = Span(
            from: from, to: audit.to, days: days, records: audit.records, gaps: audit.gaps, prices: audit.lastPrices)
        result = Result(audit, trials: options.trials)
        self.trades = Trades(audit, days: days)
        let costs = audit.book.paid
        let traded = audit.book.turnover
        self.costs = CostTable(
            fees: costs.fees, spread: costs.spread, slippage: costs.slippage, delay: costs.delay,
            funding: costs.funding,
            total: costs.total, share: traded > 0 ? costs.total / traded : nil)
        gate = Gate(
            signals: audit.funnel.signals, passed: audit.funnel.passed,
            layers: audit.funnel.layers.map {
                Layer(
                    name: $0.name, came: $0.came, passed: $0.passed, refused: $0.refused, alone: $0.alone,
                    medianMargin: $0.margins.median, causes: $0.causes)
            })
        exits = audit.book.exits.tallies.sorted { $0.key < $1.key }.map { name, tally in
            let share = Estimates.ratio(tally.saved, over: tally.left)
            return Exit(
                name: name, count: tally.count, compared: tally.saved.count, open: tally.open, beyond: tally.beyond,
                saved: share == nil ? nil : tally.saved.reduce(0, +),
                savedShare: share.map { Estimate($0.value, $0.interval) })
        }
        halfLives = audit.book.exits.halfLives
        areHalfLivesAssumed = audit.book.exits.areHalfLivesAssumed
        symbols = Self.parts(trades) { $0.symbol }
        hours = Self.parts(trades) { Self.twoDigits($0.opened / EquityMeter.hour % 24) }
        // 1 January 1970 was a Thursday.
        let names = ["4 Thu", "5 Fri", "6 Sat", "7 Sun", "1 Mon", "2 Tue", "3 Wed"]
        weekdays = Self.parts(trades) { names[Int($0.opened / 86_400_000_000 % 7)] }
        cautions = Self.cautions(audit)
    }

    /// How many ended in each hour that the record touches.
    private static func byHour(_ trades: [Trade], _ audit: Audit) -> [Int] {
        let hour = EquityMeter.hour
        guard let from = audit.from.map({ $0 / hour }) else { return [] }
        var counts = [Int](repeating: 0, count: Int(audit.to / hour - from) + 1)
        for trade in trades { counts[min(counts.count - 1, max(0, Int(trade.closed / hour - from)))] += 1 }
        return counts
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// - Parameter values: not empty.
    static func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

    /// What the account was worth with all that trading had cost put back: its steps are results before costs.
    var equityBeforeCosts: [Double] { zip(equityByHour, costsByHour).map { $0 + $1 } }

    /// What each hour earned, as a share of the equity that it began with.
    var returns: [Double] { Self.returns(equityByHour, on: equityByHour) }

    /// From each value of a series to the next, as a share of the equity that its hour began with: a run sizes its trades by that,
    /// so only as such are results of runs alike that stand at another equity. What is lost earns nothing any more.
    /// - Parameter values: a running total of the same account, as many as there are hours of equity.
    func returns(_ values: [Double]) -> [Double] { Self.returns(values, on: equityByHour) }

    fileprivate static func returns(_ values: [Double], on equity: [Double]) -> [Double] {
        zip(zip(values, values.dropFirst()), equity).map { $1 > 0 ? ($0.1 - $0.0) / $1 : 0 }
    }

    /// Whether the account was worth nothing, or less, at a full hour or in the end: of such a one there are no returns.
    var isLost: Bool { Self.isLost(equityByHour, end: result.end) }

    fileprivate static func isLost(_ equity: [Double], end: Double?) -> Bool {
        equity.contains { $0 <= 0 } || end.map { $0 <= 0 } ?? false
    }

    /// Whether they are the same, but for rounding.
    private static func areAlike(_ values: [Double]) -> Bool {
        values.allSatisfy { abs($0 - values[0]) <= 1e-9 * abs(values[0]) }
    }

    /// Whether it is of the same hours as another, and of the same symbols, which ended at the same prices.
    func isOfTheMarket(of other: Summary) -> Bool {
        (span.from, span.to, firstHour, equityByHour.count)
            == (other.span.from, other.span.to, other.firstHour, other.equityByHour.count)
            && span.prices == other.span.prices
    }

    private static func parts(_ trades: [Trade], by name: (Trade) -> String) -> [Part] {
        Dictionary(grouping: trades, by: name).sorted { $0.key < $1.key }.map { name, trades in
            let shares = trades.map(\.netReturn)
            return Part(
                name: name, count: trades.count, net: trades.reduce(0) { $0 + $1.net },
                share: Estimate(meanOf: shares))
        }
    }

    private static func cautions(_ audit: Audit) -> [String] {
        var cautions = ["One run on one market is no evidence of an edge."]
        if audit.isAnnounced {
            cautions.append(
                "This market is made up, with trends that order flow announces: a gain on it says nothing of a real one."
            )
        }
        let count = audit.book.closed.count
        if count == 0 {
            cautions.append("No trade was closed: there is nothing to say of results.")
        } else if count > 1, areAlike(audit.book.closed.map(\.netReturn)) {
            cautions.append("All trades brought the same, so nothing is known of how far chance moves them.")
        } else if count < 100 {
            cautions.append(
                "\(Self.count(count, "trade is", "trades are")) few: the intervals are wide, and those of parts of them say next "
                    + "to nothing.")
        }
        let unmeasured = audit.book.closed.count { !$0.isMeasured }
        if unmeasured > 0 {
            cautions.append(
                "\(Self.count(unmeasured, "trade has", "trades have")) a fill before any price of its market, so what trading cost "
                    + "beside fees is not known: left out before costs.")
        }
        // Of what was open at either end not all of its funding stands in a `position` record.
        let untold = audit.book.paid.funding - audit.book.closed.reduce(0) { $0 + $1.costs.funding }
        if !audit.beginsOpen, audit.book.open.isEmpty, abs(untold) >= 5e-5 {
            cautions.append(
                "Of the costs' funding \(Self.money(untold)) USDT is in no trade: no `position` record tells of it.")
        }
        if audit.book.strays > 0 {
            cautions.append(
                "\(Self.count(audit.book.strays, "fill reduces", "fills reduce")) what was open before the record begins: counted "
                    + "in the costs, in no trade.")
        }
        if audit.beginsOpen {
            let until = audit.equity.settledAt.map { "until \(Figures.date(Double($0))) UTC" } ?? "to its end"
            cautions.append(
                "The record begins with something open: \(until) the equity is known only where an account tells it.")
        }
        if !audit.book.open.isEmpty {
            let (count, isOne) = (audit.book.open.count, audit.book.open.count == 1)
            cautions.append(
                "At the end \(Self.count(count, "position is", "positions are")) open: what \(isOne ? "it is" : "they are") "
                    + "worth counts in the equity, in no trade.")
        }
        if audit.gaps > 0 {
            cautions.append("Market data are missing in \(Self.count(audit.gaps, "place", "places")).")
        }
        return cautions
    }
}

extension Summary.Result {
    fileprivate init(_ audit: Audit, trials: Int) {
        let returns = Summary.returns(audit.equity.hours, on: audit.equity.hours)
        let isLost = Summary.isLost(audit.equity.hours, end: audit.equity.end)
        let sharpe = returns.count >= 24 && !isLost ? Sharpe(returns) : nil
        self.init(
            start: audit.equity.start, end: audit.equity.end, net: (audit.equity.end ?? 0) - (audit.equity.start ?? 0),
            maxDrawdown: audit.equity.maxDrawdown, maxDrawdownShare: audit.equity.maxDrawdownShare,
            sharpeHourly: sharpe.map { Summary.Estimate($0.ratio, $0.interval) },
            deflatedSharpe: sharpe.flatMap { $0.deflated(trials: trials) }, trials: trials)
    }
}

extension Summary.Trades {
    fileprivate init(_ audit: Audit, days: Double) {
        let trades = audit.book.closed
        let nets = trades.map(\.net)
        let shares = trades.map(\.netReturn)
        let won = nets.count { $0 > 0 }
        let lost = -nets.filter { $0 < 0 }.reduce(0, +)
        let measured = trades.filter(\.isMeasured)
        let isAny = !trades.isEmpty
        // The first and the last record of a day are not quite a day apart.
        let isDay = days > 0.99
        self.init(
            count: trades.count, perDay: isDay ? Double(trades.count) / days : nil, won: won,
            winRate: isAny
                ? Summary.Estimate(Double(won) / Double(trades.count), Estimates.share(won, of: trades.count)) : nil,
            expectancy: Summary.Estimate(meanOf: nets), expectancyShare: Summary.Estimate(meanOf: shares),
            beforeCosts: Summary.Estimate(meanOf: measured.map(\.grossReturn)),
            planted: audit.isPlanted && !measured.isEmpty ? Summary.mean(measured.map(\.plantedReturn)) : nil,
            plantedMoney: audit.isPlanted ? trades.reduce(0) { $0 + $1.planted } : nil,
            profitFactor: lost > 0 ? nets.filter { $0 > 0 }.reduce(0, +) / lost : nil,
            medianSeconds: isAny ? Estimates.quantile(trades.map(\.seconds).sorted(), 0.5) : nil,
            turnover: audit.book.turnover,
            timeInMarket: days > 0 ? Double(audit.timeInMarket) / (days * 86_400e6) : 0,
            resultOfValueDay: isDay && audit.valueTime > 0 ? nets.reduce(0, +) / (audit.valueTime / 86_400e6) : nil,
            rejects: audit.book.rejects)
    }
}

import Stage

/// Runs over one market, set beside the first: what each did, and how much the first differs from it.
///
/// Results are compared hour by hour, so what the market did to both falls out, and as returns of each run's own equity: one that has
/// lost half of it trades half as much, and would seem to lose half as much in money. The intervals are those of `Estimates.mean`.
/// Each column's intervals are at 95 % for all its comparisons together (Bonferroni).
public struct Comparison: Codable {
    struct Row: Codable {
        let run: Summary
        let difference: Difference
    }

    /// The first run less another; nothing for the first itself, and where there is too little.
    struct Difference: Codable {
        /// Return of an hour, after costs, on the equity with which it began; nil, as are the next three, if one of the accounts was
        /// lost: of such a one there are no returns.
        var netReturn: Summary.Estimate?
        /// As a share of what the other earned; nil where nothing shows that it earned anything.
        var netShare: Summary.Estimate?
        /// The same without any cost of trading: what the market gave to the one and not to the other.
        var grossReturn: Summary.Estimate?
        /// What of that a made-up market had planted.
        var plantedReturn: Double?
        /// By the hours in which trades ended: what ended alike in both falls out, as far as the two have as many trades.
        var winRate: Summary.Estimate?
    }

    let rows: [Row]

    /// - Parameter runs: the first is what the others are held against. Not empty.
    /// - Throws: if one is of another market than the first, or of other hours.
    public init(_ runs: [Summary]) throws(OtherMarket) {
        try OtherMarket.refuse(runs)
        let level = 0.05 / Double(max(1, runs.count - 1))
        rows = runs.enumerated().map { index, run in
            Row(run: run, difference: index > 0 ? Difference(runs[0], run, level: level) : Difference())
        }
    }
}

extension Comparison.Difference {
    fileprivate init(_ first: Summary, _ other: Summary, level: Double) {
        winRate = Estimates.difference(first.hits, other.hits, level: level).map {
            Summary.Estimate($0.value, $0.interval)
        }
        guard !first.isLost, !other.isLost else { return }
        let (ours, theirs) = (first.returns, other.returns)
        netReturn = Self.mean(Self.less(ours, theirs), level)
        netShare = Estimates.share(Self.less(ours, theirs), in: theirs, level: level).map {
            Summary.Estimate($0.value, $0.interval)
        }
        grossReturn = Self.mean(
            Self.less(first.returns(first.equityBeforeCosts), other.returns(other.equityBeforeCosts)), level)
        if let one = first.plantedByHour, let two = other.plantedByHour, one.count > 1 {
            // Of the hours that the difference before costs is of.
            plantedReturn = Summary.mean(Self.less(first.returns(one), other.returns(two)))
        }
    }

    private static func less(_ first: [Double], _ other: [Double]) -> [Double] { zip(first, other).map { $0 - $1 } }

    private static func mean(_ differences: [Double], _ level: Double) -> Summary.Estimate? {
        // Runs that are the same differ by nothing, whatever the market does; but for rounding, as their equities may differ.
        if differences.count >= Estimates.fewest, differences.allSatisfy({ abs($0) < 1e-12 }) {
            return Summary.Estimate(0, Interval(low: 0, high: 0))
        }
        return Summary.Estimate(meanOf: differences, level: level)
    }
}

extension Summary {
    fileprivate var hits: Estimates.Hits { Estimates.Hits(hits: wonByHour, counts: closedByHour) }
}

extension Comparison {
    public var text: String {
        var lines = [
            Self.line([
                "run", "trades", "a day", "win rate, %", "a trade, bp", "before costs, bp", "net, USDT",
            ])
        ]
        for row in rows {
            let (run, trades) = (row.run, row.run.trades)
            lines.append(
                Self.line([
                    run.name, "\(trades.count)", trades.perDay.map { Summary.number($0, 1) } ?? "-",
                    Self.range(trades.winRate, 100, 1),
                    Self.range(trades.expectancyShare, 1e4, 2), Self.range(trades.beforeCosts, 1e4, 2),
                    Summary.number(run.result.net, 2),
                ]))
        }
        let effects = ["what '\(rows[0].run.name)' adds", "win rate, points", "net, bp an hour", "", "before costs"]
        lines += ["", Self.line(effects, Self.effectWidths)]
        for row in rows.dropFirst() {
            let difference = row.difference
            let none =
                rows[0].run.isLost || row.run.isLost
                ? "account lost" : row.run.returns.count < Estimates.fewest ? "too few hours" : "no interval"
            lines.append(
                Self.line(
                    [
                        "to '\(row.run.name)'", Self.range(difference.winRate, 100, 1),
                        Self.range(difference.netReturn, 1e4, 3), Self.verdict(difference.netReturn) ?? none,
                        Self.range(difference.grossReturn, 1e4, 3), Self.verdict(difference.grossReturn) ?? none,
                    ], Self.effectWidths))
        }
        if rows.count > 1 {
            let added = rows.count == 2 ? "it adds" : "is added for all \(rows.count - 1) of a column together"
            lines += ["", "Intervals: 95 % of each figure of a run, 95 % of what \(added)."]
        }
        return PlainText.harmless(lines)
    }

    private static func range(_ estimate: Summary.Estimate?, _ scale: Double, _ places: Int) -> String {
        guard let estimate else { return "-" }
        let value = Summary.number(estimate.value * scale, places)
        guard let low = estimate.low, let high = estimate.high else { return "\(value) (no interval)" }
        return "\(value) (\(Summary.number(low * scale, places)) to \(Summary.number(high * scale, places)))"
    }

    private static func verdict(_ estimate: Summary.Estimate?) -> String? {
        guard let low = estimate?.low, let high = estimate?.high else { return nil }
        return low > 0 ? "helps" : high < 0 ? "harms" : "not told apart"
    }

    private static let widths = [24, 8, 8, 24, 30, 30, 0]
    private static let effectWidths = [31, 24, 32, 16, 32, 0]

    private static func line(_ cells: [String], _ widths: [Int] = widths) -> String {
        zip(cells, widths).map { $0 + String(repeating: " ", count: max($1 > 0 ? 1 : 0, $1 - $0.count)) }.joined()
    }
}

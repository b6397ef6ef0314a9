/// Runs over one market, set beside the first: what each did, and how much it differs, hour by hour.
///
/// The hours are paired, so what the market did to both falls out; the intervals are those of `Estimates.mean`, at 95 % for all
/// comparisons together (Bonferroni).
public struct Comparison {
    struct Row {
        let run: Summary
        /// Result of the first run less this one's, USDT in an hour; nil for the first, and where there are too few hours.
        let difference: (mean: Double, interval: Interval)?
    }

    let rows: [Row]

    /// - Parameter runs: the first is what the others are held against. Not empty.
    public init(_ runs: [Summary]) {
        let level = 0.05 / Double(max(1, runs.count - 1))
        rows = runs.enumerated().map { index, run in
            guard index > 0 else { return Row(run: run, difference: nil) }
            let differences = zip(Self.results(runs[0]), Self.results(run)).map { $0 - $1 }
            // Quantiles so far out want more resamples.
            let interval = Estimates.mean(differences, level: level, resamples: 20_000)
            return Row(
                run: run, difference: interval.map { (differences.reduce(0, +) / Double(differences.count), $0) })
        }
    }

    private static func results(_ run: Summary) -> [Double] {
        zip(run.equityByHour, run.equityByHour.dropFirst()).map { $1 - $0 }
    }

    public var text: String {
        var lines = [
            Self.line([
                "run", "trades", "a day", "win rate (95 %)", "a trade, bp (95 %)", "net, USDT",
                "what it adds, USDT an hour (95 %, all)",
            ])
        ]
        for row in rows {
            let (run, trades) = (row.run, row.run.trades)
            func range(_ estimate: Summary.Estimate?, _ scale: Double, _ places: Int) -> String {
                guard let estimate else { return "-" }
                let value = Summary.number(estimate.value * scale, places)
                guard let low = estimate.low, let high = estimate.high else { return "\(value) (too few)" }
                return "\(value) (\(Summary.number(low * scale, places)) to \(Summary.number(high * scale, places)))"
            }
            var effect = rows[0].run.name == run.name ? "" : "too few hours"
            if let difference = row.difference {
                let (low, high) = (difference.interval.low, difference.interval.high)
                let verdict = low > 0 ? "helps" : high < 0 ? "harms" : "not told apart"
                effect =
                    "\(Summary.number(difference.mean, 4)) (\(Summary.number(low, 4)) to \(Summary.number(high, 4))): \(verdict)"
            }
            lines.append(
                Self.line([
                    run.name, "\(trades.count)", Summary.number(trades.perDay, 1), range(trades.winRate, 100, 1),
                    range(trades.expectancyShare, 1e4, 2), Summary.number(run.result.net, 2), effect,
                ]))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let widths = [24, 8, 8, 24, 30, 12, 0]

    private static func line(_ cells: [String]) -> String {
        zip(cells, widths).map { $0 + String(repeating: " ", count: max($1 > 0 ? 1 : 0, $1 - $0.count)) }.joined()
    }
}

import Stage

/// Sets of options over one market: the one that earned most in a window of hours is judged in the next, which had no part in
/// choosing it.
///
/// A set's run goes over the whole market once: it knows of no hour what comes after it, so its part in a window is what it
/// would have been if it had been started long before.
///
/// Source: R. Pardo, Design, testing and optimization of trading systems (1992), walk-forward analysis.
public struct WalkForward: Codable {
    struct Step: Codable {
        let set: String
        /// Mean return of an hour in the window in which it was chosen, and in the next; fractions of the equity.
        let chosenOn: Double
        let judgedOn: Double
    }

    let windowHours: Int
    let sets: Int
    let steps: [Step]
    /// Of an hour in all windows that judged.
    let judged: Summary.Estimate
    /// The same if nothing is traded where the best set had not earned.
    let judgedIfEarned: Summary.Estimate
    /// What was expected of the sets when they were chosen.
    let expected: Double
    /// The set that was best over the windows that judged, which nobody could know, and what it brought.
    let hindsight: Step
    /// That, with its interval, which knows nothing of the choosing.
    let hindsightJudged: Summary.Estimate

    /// Fewer hours than two windows.
    public struct TooShort: Error {
        public let hours: Int
    }

    /// - Parameters:
    ///   - runs: not empty; all of one market.
    ///   - windowHours: 1 or more.
    /// - Throws: `OtherMarket` if runs are of other hours, `TooShort` if they are of fewer than two windows.
    public init(_ runs: [Summary], windowHours: Int) throws {
        try OtherMarket.refuse(runs)
        let returns = runs.map { Summary.returns($0.equityByHour) }
        let windows = returns[0].count / windowHours
        guard windows >= 2 else { throw TooShort(hours: returns[0].count) }
        func mean(_ set: Int, _ hours: Range<Int>) -> Double {
            Summary.mean(Array(returns[set][hours]))
        }
        func best(_ hours: Range<Int>) -> Int { runs.indices.max { mean($0, hours) < mean($1, hours) }! }
        var (judged, judgedIfEarned, steps): ([Double], [Double], [Step]) = ([], [], [])
        for start in stride(from: 0, to: (windows - 1) * windowHours, by: windowHours) {
            let (window, next) = (start..<start + windowHours, start + windowHours..<start + 2 * windowHours)
            let set = best(window)
            steps.append(Step(set: runs[set].name, chosenOn: mean(set, window), judgedOn: mean(set, next)))
            judged += returns[set][next]
            judgedIfEarned +=
                mean(set, window) > 0 ? Array(returns[set][next]) : [Double](repeating: 0, count: windowHours)
        }
        self.windowHours = windowHours
        self.steps = steps
        sets = runs.count
        // Two windows at least: there is something to judge.
        self.judged = Summary.Estimate(meanOf: judged)!
        self.judgedIfEarned = Summary.Estimate(meanOf: judgedIfEarned)!
        expected = Summary.mean(steps.map(\.chosenOn))
        let later = windowHours..<windows * windowHours
        let lucky = best(later)
        hindsight = Step(set: runs[lucky].name, chosenOn: mean(lucky, 0..<windowHours), judgedOn: mean(lucky, later))
        hindsightJudged = Summary.Estimate(meanOf: Array(returns[lucky][later]))!
    }
}

extension WalkForward {
    public var text: String {
        func points(_ value: Double) -> String { Summary.number(value * 1e4, 2) }
        func range(_ estimate: Summary.Estimate) -> String {
            guard let low = estimate.low, let high = estimate.high else {
                return "\(points(estimate.value)) (too few hours)"
            }
            return "\(points(estimate.value)) (95 %: \(points(low)) to \(points(high)))"
        }
        var lines = ["chosen on, judged on: bp of the equity an hour, after costs, in windows of \(windowHours) hours"]
        for (number, step) in steps.enumerated() {
            let figures = "\(points(step.chosenOn)), \(points(step.judgedOn))"
            lines.append(
                "  \(number + 1)  \(figures)\(String(repeating: " ", count: max(2, 18 - figures.count)))\(step.set)")
        }
        let idle = "\(steps.count { $0.chosenOn <= 0 }) of \(steps.count) windows"
        lines += [
            "",
            "when chosen, of \(sets) sets     \(points(expected))",
            "when judged                \(range(judged))",
            "  trading nothing where the best had not earned (\(idle)): \(range(judgedIfEarned))",
            "best in hindsight          \(range(hindsightJudged))  \(hindsight.set)",
        ]
        return PlainText.harmless(lines)
    }
}

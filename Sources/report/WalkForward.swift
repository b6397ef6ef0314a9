import Stage

/// Sets of options over one market: the one that earned most in a window of hours is judged in the next, which had no part in
/// choosing it. Where several earned the same nothing says which to take, so the judgement is the mean of theirs; sets that
/// differ in no hour are one.
///
/// A set's run goes over the whole market once: it knows of no hour what comes after it, so its part in a window is what it
/// would have been if it had been started long before.
///
/// Source: R. Pardo, Design, testing and optimization of trading systems (1992), walk-forward analysis.
public struct WalkForward: Codable {
    struct Step: Codable {
        /// Those that earned most: one, or several that earned the same.
        let sets: [String]
        /// Mean return of an hour in the window in which it was chosen, and in the next; fractions of the equity.
        let chosenOn: Double
        let judgedOn: Double
    }

    let windowHours: Int
    /// How many were named, and how many of them differ.
    let named: Int
    let sets: Int
    let steps: [Step]
    /// Of an hour in all windows that judged.
    let judged: Summary.Estimate
    /// The same if nothing is traded where the best set had not earned.
    let judgedIfEarned: Summary.Estimate
    /// What was expected of the sets when they were chosen.
    let expected: Double
    /// What was best over the windows that judged, which nobody could know, and what it brought.
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
    /// - Throws: `OtherMarket` if runs are of other markets or hours, `TooShort` if they are of fewer than two windows.
    public init(_ runs: [Summary], windowHours: Int) throws {
        try OtherMarket.refuse(runs)
        let tried = Self.different(runs)
        let windows = tried[0].returns.count / windowHours
        guard windows >= 2 else { throw TooShort(hours: tried[0].returns.count) }
        var (judged, judgedIfEarned, steps): ([Double], [Double], [Step]) = ([], [], [])
        for start in stride(from: 0, to: (windows - 1) * windowHours, by: windowHours) {
            let (window, next) = (start..<start + windowHours, start + windowHours..<start + 2 * windowHours)
            let best = Self.best(of: tried, in: window)
            let step = Step(best, chosenOn: window, judgedOn: next)
            steps.append(step)
            let returns = Self.together(best, next)
            judged += returns
            judgedIfEarned += step.chosenOn > 0 ? returns : [Double](repeating: 0, count: windowHours)
        }
        self.windowHours = windowHours
        self.steps = steps
        named = runs.count
        sets = tried.count
        // Two windows at least: there is something to judge.
        self.judged = Summary.Estimate(meanOf: judged)!
        self.judgedIfEarned = Summary.Estimate(meanOf: judgedIfEarned)!
        expected = Summary.mean(steps.map(\.chosenOn))
        let later = windowHours..<windows * windowHours
        let lucky = Self.best(of: tried, in: later)
        hindsight = Step(lucky, chosenOn: 0..<windowHours, judgedOn: later)
        hindsightJudged = Summary.Estimate(meanOf: Self.together(lucky, later))!
    }

    fileprivate struct Tried {
        let name: String
        /// Of each hour.
        let returns: [Double]
    }

    private static func different(_ runs: [Summary]) -> [Tried] {
        var tried: [Tried] = []
        for run in runs {
            let returns = run.returns
            if !tried.contains(where: { $0.returns == returns }) {
                tried.append(Tried(name: run.name, returns: returns))
            }
        }
        return tried
    }

    /// - Parameter tried: not empty.
    private static func best(of tried: [Tried], in hours: Range<Int>) -> [Tried] {
        let means = tried.map { Summary.mean($0.returns[hours]) }
        let most = means.max()!
        return zip(tried, means).filter { $1 == most }.map { $0.0 }
    }

    /// The return of each hour, of all these sets on average.
    fileprivate static func together(_ sets: [Tried], _ hours: Range<Int>) -> [Double] {
        hours.map { hour in Summary.mean(sets.map { $0.returns[hour] }) }
    }
}

extension WalkForward.Step {
    fileprivate init(_ best: [WalkForward.Tried], chosenOn: Range<Int>, judgedOn: Range<Int>) {
        sets = best.map(\.name)
        self.chosenOn = Summary.mean(WalkForward.together(best, chosenOn))
        self.judgedOn = Summary.mean(WalkForward.together(best, judgedOn))
    }

    fileprivate var name: String { sets.count == 1 ? sets[0] : "\(sets[0]), and \(sets.count - 1) alike" }
}

extension WalkForward {
    public var text: String {
        func points(_ value: Double) -> String { Summary.number(value * 1e4, 2) }
        func range(_ estimate: Summary.Estimate) -> String {
            guard let low = estimate.low, let high = estimate.high else {
                return "\(points(estimate.value)) (no interval)"
            }
            return "\(points(estimate.value)) (95 %: \(points(low)) to \(points(high)))"
        }
        var lines = ["chosen on, judged on: bp of the equity an hour, after costs, in windows of \(windowHours) hours"]
        for (number, step) in steps.enumerated() {
            let figures = "\(points(step.chosenOn)), \(points(step.judgedOn))"
            lines.append(
                "  \(number + 1)  \(figures)\(String(repeating: " ", count: max(2, 18 - figures.count)))\(step.name)")
        }
        let idle = "\(steps.count { $0.chosenOn <= 0 }) of \(steps.count) windows"
        lines += [
            "",
            "when chosen, of \(sets) sets     \(points(expected))",
            "when judged                \(range(judged))",
            "  trading nothing where the best had not earned (\(idle)): \(range(judgedIfEarned))",
            "best in hindsight          \(range(hindsightJudged))  \(hindsight.name)",
        ]
        if sets < named {
            let same = PlainText.count(named - sets, "differs", "differ")
            lines += ["", "Of \(named) sets \(same) from another in no hour."]
        }
        return PlainText.harmless(lines)
    }
}

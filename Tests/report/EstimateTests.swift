import Glibc
import Rehearsal
import Statistics
import Testing

@testable import ReportFold

/// The formulas, against scipy. Not covered: whether what they assume holds of a market.
struct EstimateTests {
    private let vectors: Vectors

    init() throws { vectors = try Vectors("estimates") }

    /// The smallest whole number whose cube is not below the count: at 27 and 216 the C library's root lies above it.
    @Test func blocksAreAsLongAsTheCubeRoot() {
        for (count, length) in [(1, 1), (2, 2), (8, 2), (9, 3), (27, 3), (28, 4), (216, 6), (217, 7), (8000, 20)] {
            #expect(Estimates.blockLength(count) == length, "\(count)")
        }
    }

    @Test func sharesAreWilsons() throws {
        for row in vectors.root["shares"].list {
            let interval = try #require(Estimates.share(row["hits"].integer, of: row["count"].integer))
            #expect(vectors.agrees(interval.low, row["low"].number, "low"))
            #expect(vectors.agrees(interval.high, row["high"].number, "high"))
        }
        #expect(Estimates.share(0, of: 0) == nil)
    }

    @Test func sharesOfTheSameHoursAreCompared() throws {
        func hits(_ series: [[Int]]) -> Estimates.Hits { Estimates.Hits(hits: series[0], counts: series[1]) }
        for row in vectors.root["differences"].list {
            let series = row["series"].list.map { $0.list.map(\.integer) }
            let (one, two) = (hits(Array(series[..<2])), hits(Array(series[2...])))
            let difference = try #require(Estimates.difference(one, two, level: row["level"].number))
            #expect(vectors.agrees(difference.value, row["value"].number, "value"))
            let interval = try #require(difference.interval)
            // Student's quantiles are less close.
            for (found, end) in [(interval.low, "low"), (interval.high, "high")] {
                let expected = row[end].number
                #expect(abs(found - expected) < 1e-6 * abs(expected - difference.value), "\(found), \(expected)")
            }
        }
        let one = hits([[Int](repeating: 1, count: 10), [Int](repeating: 2, count: 10)])
        let none = hits([[Int](repeating: 0, count: 10), [Int](repeating: 0, count: 10)])
        #expect(Estimates.difference(one, one)! == (0, Interval(low: 0, high: 0)))
        #expect(Estimates.difference(one, none) == nil && Estimates.difference(none, one) == nil)
        let few = hits([[0, 1], [2, 2]])
        #expect(Estimates.difference(few, few)! == (0, nil))
        // Half and all, in each hour: nothing says how far chance moves that.
        let all = hits([[Int](repeating: 2, count: 10), [Int](repeating: 2, count: 10)])
        #expect(Estimates.difference(one, all)! == (-0.5, nil))
    }

    @Test func quantilesAreStudents() {
        for row in vectors.root["students"].list {
            let freedom = row["freedom"].number
            let error = Student.quantile(row["p"].number, freedom: freedom) / row["t"].number - 1
            #expect(abs(error) < (freedom < 3 ? 2e-4 : 1e-6), "\(row["p"].number), \(freedom)")
        }
    }

    @Test func quantilesAndProbabilitiesAreNormal() {
        for row in vectors.root["quantiles"].list {
            #expect(vectors.agrees(Normal.quantile(row["p"].number), row["x"].number, "x"))
            #expect(vectors.agrees(Normal.probability(row["x"].number), row["back"].number, "back"))
        }
    }

    @Test func ratiosErrWithTheirShape() throws {
        for row in vectors.root["ratios"].list {
            let values = row["values"].numbers
            let moments = try #require(Moments(values))
            #expect(vectors.agrees(moments.skewness, row["skewness"].number, "skewness"))
            #expect(vectors.agrees(moments.kurtosis, row["kurtosis"].number, "kurtosis"))
            let sharpe = try #require(Sharpe(values))
            #expect(vectors.agrees(sharpe.ratio, row["ratio"].number, "ratio"))
            #expect(vectors.agrees(sharpe.standardError, row["error"].number, "error"))
            for trials in [1, 10, 1000] {
                let deflated = try #require(sharpe.deflated(trials: trials))
                #expect(vectors.agrees(deflated, row["deflated"]["\(trials)"].number, "deflated"))
            }
        }
        #expect(Moments([1]) == nil && Moments([2, 2, 2]) == nil)
    }

    /// At the level of one figure, and of one of twelve comparisons that hold together, from ten values on. Of values that hang
    /// together or lean to one side it holds a little less often.
    @Test(arguments: [
        (memory: 0.0, isSkewed: false, count: 10, short: 0.0), (0, false, 11, 0), (0, false, 23, 0), (0, false, 60, 0),
        (0, true, 10, 0.02), (0, true, 23, 0.025), (0.3, false, 23, 0.03), (0.5, false, 300, 0.04),
    ])
    func intervalsOfMeansHoldTheTruth(memory: Double, isSkewed: Bool, count: Int, short: Double) {
        var random = SeededRandom(seed: 5)
        let (runs, levels) = (2000, [0.05, 0.05 / 3, 0.05 / 12])
        var held = [0, 0, 0]
        for _ in 0..<runs {
            var value = 0.0
            let values = (0..<count).map { _ in
                let chance = isSkewed ? -log(1 - random.uniform()) - 1 : random.normal()
                value = memory * value + chance
                return value
            }
            for (place, level) in levels.enumerated() {
                let interval = Estimates.mean(values, level: level)!
                held[place] += interval.low <= 0 && interval.high >= 0 ? 1 : 0
            }
        }
        for (held, level) in zip(held, levels) {
            // Four deviations.
            let share = Estimates.share(held, of: runs, z: 4)!
            #expect(share.high > 1 - level - short, "\(held) of \(runs), level \(level)")
            if short == 0 { #expect(share.low < 1 - level, "\(held) of \(runs), level \(level)") }
        }
    }

    /// Two runs of 300 hours that share the trades of some, and have others of their own; a few of the first's alone are too few for
    /// the level of twelve.
    @Test(arguments: [(common: 0.5, own: 0.2, others: 0.4, short: 0.0), (0.8, 0.0, 0.5, 0), (0.9, 0.02, 0.02, 0.03)])
    func intervalsOfDifferencesHoldTheTruth(common: Double, own: Double, others: Double, short: Double) {
        var random = SeededRandom(seed: 6)
        let (runs, levels) = (1000, [0.05, 0.05 / 12])
        // Of the common ones a quarter wins, of the first's own the half, of the other's a tenth.
        let truth =
            (common * 0.25 + own * 0.5) / (common + own) - (common * 0.25 + others * 0.1) / (common + others)
        var held = [0, 0]
        for _ in 0..<runs {
            var (hits, counts) = ([[Int](), []], [[Int](), []])
            for _ in 0..<300 {
                func trades(_ rate: Double, _ share: Double) -> (won: Int, count: Int) {
                    guard random.uniform() < rate else { return (0, 0) }
                    return (random.uniform() < share ? 1 : 0, 1)
                }
                let (both, first, second) = (trades(common, 0.25), trades(own, 0.5), trades(others, 0.1))
                for (run, alone) in [first, second].enumerated() {
                    hits[run].append(both.won + alone.won)
                    counts[run].append(both.count + alone.count)
                }
            }
            let (one, two) = (
                Estimates.Hits(hits: hits[0], counts: counts[0]), Estimates.Hits(hits: hits[1], counts: counts[1])
            )
            for (place, level) in levels.enumerated() {
                let interval = Estimates.difference(one, two, level: level)!.interval!
                held[place] += interval.low <= truth && interval.high >= truth ? 1 : 0
            }
        }
        for (held, level) in zip(held, levels) {
            let share = Estimates.share(held, of: runs, z: 4)!
            #expect(share.high > 1 - level - short, "\(held) of \(runs), level \(level)")
            if short == 0 { #expect(share.low < 1 - level, "\(held) of \(runs), level \(level)") }
        }
    }

    @Test func aRatioWeighsByWhatItIsOf() {
        // Nine of 1 gain a tenth each, one of 100 loses a tenth: together they lose.
        let (values, gains) = ([Double](repeating: 1, count: 9) + [100], [Double](repeating: 0.1, count: 9) + [-10])
        let ratio = Estimates.ratio(gains, over: values)!
        #expect(abs(ratio.value - -9.1 / 109) < 1e-12 && ratio.interval!.low < ratio.value)
        // Of values that weigh the same it is the mean.
        let shares = (0..<50).map { Double($0 * $0 % 17) - 8 }
        let alike = Estimates.ratio(shares.map { 3 * $0 }, over: [Double](repeating: 3, count: 50))!
        let mean = Estimates.mean(shares)!
        #expect(abs(alike.interval!.low - mean.low) < 1e-12 && abs(alike.interval!.high - mean.high) < 1e-12)
        #expect(Estimates.ratio([], over: []) == nil && Estimates.ratio([1], over: [2])!.interval == nil)
    }

    @Test func aShareIsOfWhatCanBeTold() throws {
        let y = (0..<60).map { Double($0 * $0 % 17) - 8 }
        let x = (0..<60).map { 20 + Double($0 * 7 % 13) }
        let share = try #require(Estimates.share(y, in: x, level: 0.05))
        #expect(share.value == Summary.mean(y) / Summary.mean(x))
        // At its ends the mean of y - R x is just not told from nothing.
        let low = try #require(Estimates.mean(zip(y, x).map { $0 - share.interval.low * $1 }))
        let high = try #require(Estimates.mean(zip(y, x).map { $0 - share.interval.high * $1 }))
        #expect(abs(low.low) < 1e-9 && low.high > 1 && abs(high.high) < 1e-9 && high.low < -1)
        // Of what cannot be told from nothing, or is lost, there is none.
        #expect(Estimates.share(x, in: y, level: 0.05) == nil)
        #expect(Estimates.share(y, in: x.map { -$0 }, level: 0.05) == nil)
        #expect(Estimates.share([1], in: [2], level: 0.05) == nil)
    }

    @Test func theSameValuesGiveTheSameInterval() {
        let values = (0..<50).map { Double($0 * $0 % 17) - 8 }
        #expect(Estimates.mean(values) == Estimates.mean(values))
        #expect(Estimates.mean(Array(values.prefix(9))) == nil)
        // Values that do not differ say nothing of how far chance moves them; a sum of these is rounded.
        #expect(Estimates.mean([Double](repeating: 0.1, count: 151)) == nil)
        #expect(Estimates.mean([Double](repeating: 0, count: 20)) == nil)
    }

    @Test func aSampleIsBoundedAndFair() {
        var sample = Sample()
        for value in 0..<100_000 { sample.add(Double(value)) }
        #expect(sample.values.count == 1024 && sample.count == 100_000)
        let median = sample.median!
        #expect(median > 45_000 && median < 55_000)
    }

    @Test func aCurveStandsWhereNothingIsAdded() {
        var curve = Curve()
        for (second, value) in [(0, 10.0), (1, 20), (1, 15), (2, 15), (60, 18), (61, 30)] {
            curve.add(value, at: Int64(second) * 1_000_000)
        }
        let standing = curve.standing
        #expect(standing.map(\.ts) == [0, 1_000_000, 2_000_000, 3_000_000, 59_999_999, 60_000_000, 61_000_000])
        #expect(standing.map(\.last) == [10, 15, 15, 15, 15, 18, 30])
        #expect(standing[3...4].map(\.depth) == [-0.25, -0.25] && standing.last?.depth == 0)
    }

    @Test func aCurveIsBoundedAndKeepsItsExtremes() {
        var curve = Curve()
        let extremes = [100_001: 1e6, 123_456: -7]
        for second in 0..<500_000 { curve.add(extremes[second] ?? Double(second), at: Int64(second) * 1_000_000) }
        #expect(curve.points.count <= 2000 && curve.points.count > 500)
        #expect(curve.points.map(\.low).min() == -7 && curve.points.map(\.high).max() == 1e6)
        #expect(curve.points.map(\.depth).min() == -7 / 1e6 - 1)
        let ends = curve.points.dropFirst().map { Double($0.ts / 1_000_000 - 1) } + [499_999]
        #expect(curve.points.map(\.last) == ends)
        #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.ts < $1.ts })
    }
}

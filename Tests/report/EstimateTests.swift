import Rehearsal
import Statistics
import Testing

@testable import ReportFold

/// The formulas, against scipy. Not covered: whether what they assume holds of a market.
struct EstimateTests {
    private let vectors: Vectors

    init() throws { vectors = try Vectors("estimates") }

    @Test func sharesAreWilsons() throws {
        for row in vectors.root["shares"].list {
            let interval = try #require(Estimates.share(row["hits"].integer, of: row["count"].integer))
            #expect(vectors.agrees(interval.low, row["low"].number, "low"))
            #expect(vectors.agrees(interval.high, row["high"].number, "high"))
        }
        #expect(Estimates.share(0, of: 0) == nil)
    }

    @Test func differencesAreNewcombes() throws {
        for row in vectors.root["differences"].list {
            let (one, two) = (row["first"].list, row["second"].list)
            let difference = try #require(
                Estimates.difference(
                    (one[0].integer, one[1].integer), (two[0].integer, two[1].integer), level: row["level"].number))
            #expect(vectors.agrees(difference.interval.low, row["low"].number, "low"))
            #expect(vectors.agrees(difference.interval.high, row["high"].number, "high"))
        }
        #expect(Estimates.difference((0, 0), (1, 2)) == nil)
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

    /// Of white noise the means of resamples spread as the mean of the sample does; of values that hang together they spread
    /// more, about as much as theory says.
    @Test(arguments: [(0.0, 300, 0.93), (0.5, 300, 0.88), (0, 23, 0.93), (0, 10, 0.9)])
    func intervalsOfMeansHoldTheTruth(memory: Double, count: Int, least: Double) {
        var random = SeededRandom(seed: 5)
        var held = 0
        let runs = 400
        for _ in 0..<runs {
            var value = 0.0
            let values = (0..<count).map { _ in
                value = memory * value + random.normal()
                return value
            }
            let interval = Estimates.mean(values, resamples: 400)!
            held += interval.low <= 0 && interval.high >= 0 ? 1 : 0
        }
        let share = Estimates.share(held, of: runs)!
        // The bootstrap is known to be a little narrow where values hang together.
        #expect(share.high > least && share.low < 0.97, "\(held) of \(runs)")
    }

    @Test func theSameValuesGiveTheSameInterval() {
        let values = (0..<50).map { Double($0 * $0 % 17) - 8 }
        #expect(Estimates.mean(values) == Estimates.mean(values))
        #expect(Estimates.mean(Array(values.prefix(9))) == nil)
        let flat = Estimates.mean([Double](repeating: 3, count: 20))!
        #expect(abs(flat.low - 3) < 1e-12 && abs(flat.high - 3) < 1e-12)
    }

    @Test func aSampleIsBoundedAndFair() {
        var sample = Sample()
        for value in 0..<100_000 { sample.add(Double(value)) }
        #expect(sample.values.count == 1024 && sample.count == 100_000)
        let median = sample.median!
        #expect(median > 45_000 && median < 55_000)
    }

    @Test func aCurveIsBoundedAndKeepsItsExtremes() {
        var curve = Curve()
        for second in 0..<500_000 { curve.add(second == 123_456 ? -7 : Double(second), at: Int64(second) * 1_000_000) }
        #expect(curve.points.count <= 2000 && curve.points.count > 500)
        #expect(curve.points.map(\.low).min() == -7 && curve.points.last?.last == 499_999)
        #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.ts < $1.ts })
    }
}

import Foundation
import Rehearsal
import Testing

@testable import SignalFold

/// The models of layers 1 to 3 against vectors made by scipy, filterpy, numpy and an independent Python model.
///
/// Not covered: speed; windows above 100 samples; the calibration factor (`SignalStageTests`).
@Suite struct ModelOracleTests {
    @Test func derivativesAreThoseOfSavitzkyAndGolay() throws {
        let vectors = try Vectors("calculus")
        for row in vectors.cases {
            let levels = row["levels"].numbers
            var calculus = Calculus(interval: row["sample_seconds"].number, window: 100)
            let d = calculus.derivatives(of: levels[...])
            for (key, value) in [
                ("velocity", d.velocity), ("acceleration", d.acceleration), ("jerk", d.jerk), ("snap", d.snap),
            ] {
                #expect(vectors.agrees(value, row[key].number, key), "\(key) of n = \(levels.count)")
            }
        }
        #expect(vectors.cases.count >= 10)
    }

    @Test(arguments: ["kalman_fixed", "kalman_adaptive"])
    func filterIsThatOfFilterpy(_ name: String) throws {
        let vectors = try Vectors(name)
        for row in vectors.cases {
            let observations = row["observations"].numbers
            let states = row["states"].list.map(\.numbers)
            let covariances = row["covariances"].list.map(\.numbers)
            let nis = row["nis"].numbers
            let adaptive = name == "kalman_adaptive"
            var filter = Kalman(
                first: observations[0], interval: row["sample_seconds"].number, tau: row["tau_seconds"].number,
                variance: adaptive ? Kalman.startVariance : row["r"].number, adaptive: adaptive)
            for k in 1..<observations.count {
                filter.update(observations[k])
                #expect(vectors.agrees(filter.origin + filter.level, states[k][0], "level"))
                #expect(vectors.agrees(filter.velocity, states[k][1], "velocity"))
                #expect(vectors.agrees(filter.acceleration, states[k][2], "acceleration"))
                let p = [filter.p00, filter.p01, filter.p02, filter.p11, filter.p12, filter.p22]
                for (value, index) in zip(p, [0, 1, 2, 4, 5, 8]) {
                    #expect(vectors.agrees(value, covariances[k][index], "covariance"))
                }
                #expect(vectors.agrees(filter.nis, nis[k], "nis"))
                if adaptive { #expect(vectors.agrees(filter.observationVariance, row["r"].numbers[k], "r")) }
            }
        }
        #expect(!vectors.cases.isEmpty)
    }

    @Test func reversionIsThatOfWeightedLeastSquares() throws {
        let vectors = try Vectors("ornstein_uhlenbeck")
        var estimates = 0
        for row in vectors.cases {
            let samples = row["samples"].numbers
            var process = OrnsteinUhlenbeck(
                first: samples[0], interval: row["sample_seconds"].number, memory: row["memory"].number)
            var pairs = 0
            for checkpoint in row["checkpoints"].list {
                while pairs < checkpoint["pairs"].integer {
                    pairs += 1
                    process.update(samples[pairs])
                }
                let expected = checkpoint["ou"]
                guard !expected.isNull else {
                    #expect(process.estimate == nil, "\(pairs) pairs")
                    continue
                }
                let estimate = try #require(process.estimate)
                estimates += 1
                for (key, value) in [
                    ("theta", estimate.theta), ("mean", estimate.mean), ("sigma", estimate.sigma),
                    ("half_life", estimate.halfLife), ("z", estimate.z),
                ] {
                    #expect(vectors.agrees(value, expected[key].number, key), "\(key) after \(pairs) pairs")
                }
            }
        }
        #expect(estimates > 10)
    }

    @Test func forecastIsTheIntegral() throws {
        let vectors = try Vectors("forecast")
        for row in vectors.cases {
            let process = row["ou"]
            let ou =
                process.isNull
                ? nil
                : OrnsteinUhlenbeck.Estimate(
                    theta: process["theta"].number, mean: process["mean"].number, sigma: process["sigma"].number,
                    halfLife: process["half_life"].number, z: process["z"].number)
            let forecast = Forecast(
                derivatives: .init(
                    velocity: row["velocity"].number, acceleration: row["acceleration"].number,
                    jerk: row["jerk"].number, snap: row["snap"].number),
                count: row["n"].integer, interval: row["sample_seconds"].number, level: row["level"].number,
                reverting: ou, horizons: (row["min_hold"].number, row["max_hold"].number, 300))
            #expect(vectors.agrees(forecast.horizon, row["horizon"].number, "horizon"))
            #expect(vectors.agrees(forecast.trend, row["trend"].number, "trend"))
            #expect(vectors.agrees(forecast.reversion, row["reversion"].number, "reversion"))
            #expect(vectors.agrees(forecast.drift, row["drift"].number, "drift"))
            #expect(vectors.agrees(row["px"].number * exp(forecast.drift), row["forecast"].number, "forecast"))
        }
        #expect(vectors.cases.count >= 20)
    }
}

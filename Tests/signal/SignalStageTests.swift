import ArgumentParser
import Foundation
import Rehearsal
import Testing

@testable import SignalFold

/// The signal stage: lines in, lines out.
///
/// Not covered: the process around the fold (the conformance suite), real markets (`Tests/pipelines`).
@Suite struct SignalStageTests {
    @Test func streamIsThatOfTheIndependentModel() throws {
        let vectors = try Vectors("signal_stream")
        let lines = vectors.root["lines"].list.compactMap(\.text)
        let expected = vectors.root["expected"].list
        var stage = Rehearsal(SignalStage(try SignalOptions.parse([])))
        let records = try stage.receive(lines).map { try JSON($0) }
        #expect(records.count == expected.count)
        for (record, oracle) in zip(records, expected) {
            try compare(record, oracle, vectors, path: "")
        }
        #expect(records.contains { $0["ou"].isNull } && records.contains { !$0["ou"].members.isEmpty })
    }

    private func compare(_ record: JSON, _ oracle: JSON, _ vectors: Vectors, path: String) throws {
        for (key, value) in oracle.members {
            let name = path + key
            switch value {
            case .object: try compare(record[key], value, vectors, path: name + ".")
            case .number(let expected):
                #expect(
                    vectors.agrees(record[key].number, expected, name),
                    "\(name) at \(oracle["ts"].integer): \(record[key].number), oracle \(expected)")
            default: #expect(record[key] == value, "\(name) at \(oracle["ts"].integer)")
            }
        }
    }

    private func trade(_ seconds: Double, _ price: Double, _ symbol: String = "BTCUSDT") -> String {
        #"{"type":"trade","ts":\#(Int(seconds * 1e6)),"sym":"\#(symbol)","px":\#(price),"qty":1,"side":"buy"}"#
    }

    @Test func aRecordOnTheGridPointCounts() throws {
        var stage = Rehearsal(SignalStage(try SignalOptions.parse(["--ready", "5", "--every", "1"])))
        _ = try stage.receive([trade(1, 100), trade(2, 101), trade(2, 102)])
        let out = try stage.receive([trade(2.5, 103), trade(3.1, 104)])
        #expect(
            out == [
                #"{"type":"warmup","ts":2000000,"sym":"BTCUSDT","have":2,"need":5}"#,
                #"{"type":"warmup","ts":3000000,"sym":"BTCUSDT","have":3,"need":5}"#,
            ])
    }

    /// 1.001 s is 1000999.99... us in a double: intervals are rounded, not cut, or no grid point is ever due.
    @Test func anIntervalOfOddMillisecondsHasItsSignals() throws {
        var stage = Rehearsal(SignalStage(try SignalOptions.parse(["--sample", "1.001", "--every", "5.005"])))
        let out = try stage.receive((1...40).map { trade(Double($0) * 1.001, 100) })
        #expect(out.count == 7 && out.allSatisfy { $0.contains("warmup") || $0.contains("signal") })
        #expect(throws: (any Error).self) { try SignalOptions.parse(["--sample", "0.0010005", "--every", "0.002001"]) }
    }

    @Test func derivedRecordsComeBeforeTheLineThatIsLater() throws {
        var stage = Rehearsal(SignalStage(try SignalOptions.parse(["--every", "1"])), only: false)
        _ = try stage.receive(trade(1, 100))
        let out = try stage.receive(trade(1.5, 100))
        #expect(out.count == 2 && out[0].contains("warmup") && out[1] == trade(1.5, 100))
    }

    @Test func calibrationBelievesOnlyWhatHasForecast() throws {
        var stage = Rehearsal(SignalStage(try SignalOptions.parse(["--calibrate"])))
        var seed: UInt64 = 7
        var price = 100.0
        var factors: [Double] = []
        for second in 1...4000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            price *= 1 + (Double(seed >> 40) / Double(1 << 24) - 0.5) * 1e-3
            for line in try stage.receive(trade(Double(second), price)) {
                let record = try JSON(line)
                if record["type"].text == "signal" { factors.append(record["calibration"].number) }
            }
        }
        #expect(factors.first == 0)
        #expect(factors.allSatisfy { (0...1).contains($0) })
        #expect(factors.last! < 0.5, "a random walk cannot be forecast")
    }
}

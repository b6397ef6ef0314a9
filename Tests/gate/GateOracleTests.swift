import ArgumentParser
import Foundation
import Rehearsal
import Records
import Testing

@testable import GateFold

/// Layers 4 to 6 against an independent Python model.
///
/// Not covered: limits and tiers (`GateStageTests`); gaps and silences within a minute history.
@Suite struct GateOracleTests {
    @Test func orderFlow() throws {
        let vectors = try Vectors("order_flow")
        var sources: Set<String> = []
        for row in vectors.cases {
            var flow = OrderFlow(halfLifeSeconds: 30)
            var events = row["events"].list[...]
            for query in row["queries"].list {
                while let event = events.first, event["ts"].integer <= query["ts"].integer {
                    take(event, &flow)
                    events.removeFirst()
                }
                let answer = flow.imbalance(at: Int64(query["ts"].integer))
                sources.insert(answer.source.rawValue)
                #expect(answer.source.rawValue == query["source"].text)
                if let value = answer.value {
                    #expect(vectors.agrees(value, query["imbalance"].number, "imbalance"))
                } else {
                    #expect(query["imbalance"].isNull)
                }
            }
        }
        #expect(sources == ["trades", "quotes", "tick_rule", "no_data"])
    }

    private func take(_ event: JSON, _ flow: inout OrderFlow) {
        let ts = Int64(event["ts"].integer)
        switch event["kind"].text {
        case "trade": flow.trade(event["side"].text == "buy" ? .buy : .sell, quantity: event["qty"].number, ts: ts)
        case "quote":
            flow.quote(
                bid: event["bid"].number, bidQuantity: event["bid_qty"].number, ask: event["ask"].number,
                askQuantity: event["ask_qty"].number, ts: ts)
            flow.reference((event["bid"].number + event["ask"].number) / 2, ts: ts)
        default: flow.reference(event["px"].number, ts: ts)
        }
    }

    @Test func hourlyDrift() throws {
        let vectors = try Vectors("hourly_drift")
        for row in vectors.cases {
            let minutes = row["minutes"]
            let (close, high) = (minutes["close"].numbers, minutes["high"].numbers)
            let (low, volume) = (minutes["low"].numbers, minutes["volume"].numbers)
            var drift = HourlyDrift()
            var done = 0
            for expected in row["expected"].list {
                while done < expected["minute"].integer {
                    drift.update(
                        .init(
                            ts: Int64(minutes["first_ts"].integer + done * 60_000_000), close: close[done],
                            high: high[done], low: low[done], volume: volume[done]))
                    done += 1
                }
                try compare(drift.prediction, expected["drift"], vectors, "minute \(done)")
            }
            #expect(done > 3000)
        }
    }

    private func compare(
        _ prediction: HourlyDrift.Prediction?, _ expected: JSON, _ vectors: Vectors, _ place: String
    ) throws {
        guard !expected.isNull else { return #expect(prediction == nil, "\(place)") }
        let prediction = try #require(prediction)
        #expect(vectors.agrees(prediction.predicted, expected["predicted"].number, "predicted"), "\(place)")
        for (index, value) in expected["factors"].numbers.enumerated() {
            #expect(
                vectors.agrees(prediction.factors[index], value, "factors", index), "factor \(index + 1), \(place)")
        }
        if expected["r2"].isNull {
            #expect(prediction.r2 == nil, "\(place)")
        } else {
            #expect(vectors.agrees(try #require(prediction.r2), expected["r2"].number, "r2"), "\(place)")
        }
    }

    @Test func crossAsset() throws {
        let vectors = try Vectors("cross_asset")
        var outcomes: Set<String> = []
        for row in vectors.cases {
            let seconds = row["sample_seconds"].number
            var pair = CrossAsset(intervalSeconds: seconds)
            var done = 0
            for expected in row["expected"].list {
                while done <= expected["k"].integer {
                    let ts = Int64(Double(done) * seconds * 1e6)
                    pair.sampleLog(0, row["self"].numbers[done], ts: ts)
                    pair.sampleLog(1, row["other"].numbers[done], ts: ts)
                    done += 1
                }
                let answer = pair.answer(for: 0, side: row["side"].number)
                outcomes.insert(answer.outcome.rawValue)
                #expect(answer.outcome.rawValue == expected["result"].text)
                #expect(answer.outcome.passes == expected["pass"].bool)
                for (key, value) in [
                    ("m_self", answer.own), ("m_other", answer.other), ("correlation", answer.correlation),
                ] {
                    if let value {
                        #expect(vectors.agrees(value, expected[key].number, key))
                    } else {
                        #expect(expected[key].isNull)
                    }
                }
            }
        }
        #expect(outcomes.count == 5, "\(outcomes)")
    }

    @Test func wholeStage() throws {
        let vectors = try Vectors("gate_stream")
        let lines = vectors.root["lines"].list.compactMap(\.text)
        let expected = vectors.root["expected"].list
        var stage = Rehearsal(GateStage(try GateOptions.parse([])))
        let verdicts = try stage.receive(lines).map { try JSON($0) }
            .filter { $0["type"].text == "verdict" }
        #expect(verdicts.count == expected.count && !expected.isEmpty)
        for (verdict, oracle) in zip(verdicts, expected) {
            let layers = verdict["layers"]
            let flow = layers["order_flow"]
            let oracleFlow = oracle["order_flow"]
            #expect(flow["note"].text == oracleFlow["source"].text)
            #expect(vectors.agrees(flow["value"].number, oracleFlow["imbalance"].number, "imbalance"))
            let cross = layers["cross_asset"]
            let oracleCross = oracle["cross_asset"]
            #expect(cross["note"].text == oracleCross["result"].text)
            if oracleCross["result"].text != "no_data" {
                #expect(vectors.agrees(cross["self"].number, oracleCross["m_self"].number, "m_self"))
                #expect(vectors.agrees(cross["other"].number, oracleCross["m_other"].number, "m_other"))
                #expect(vectors.agrees(cross["correlation"].number, oracleCross["correlation"].number, "correlation"))
            }
            let hourly = layers["hourly_drift"]
            let predicted = oracle["hourly_drift"]
            if !predicted.isNull {
                #expect(vectors.agrees(hourly["value"].number, predicted["predicted"].number, "predicted"))
            } else {
                #expect(hourly["note"].text == "no_data")
            }
        }
    }
}

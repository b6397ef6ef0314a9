import ArgumentParser
import Rehearsal
import Testing

@testable import GateFold

/// Verdicts, intents and limits.
///
/// Not covered: the values of layers 4 to 6 (`GateOracleTests`).
@Suite struct GateStageTests {
    private func signal(
        _ seconds: Double, _ seq: Int, drift: Double = 0.003, snr: Double = 2, confidence: Double = 0.9,
        symbol: String = "BTCUSDT"
    ) -> String {
        #"{"type":"signal","ts":\#(Int(seconds * 1e6)),"sym":"\#(symbol)","seq":\#(seq),"px":60000,"drift":\#(drift),"#
            + #""horizon":300,"sigma":0.002,"snr":\#(snr),"confidence":\#(confidence)}"#
    }

    private func trade(_ seconds: Double, _ side: String, symbol: String = "BTCUSDT") -> String {
        #"{"type":"trade","ts":\#(Int(seconds * 1e6)),"sym":"\#(symbol)","px":60000,"qty":1,"side":"\#(side)"}"#
    }

    private func book(
        _ seconds: Double, equity: Double = 25, losses: Int = 0, open: [String] = [], settled: [String: String] = [:]
    ) -> String {
        let positions = open.map { #""\#($0)":{"side":"long","qty":0.001,"opened":1}"# }.joined(separator: ",")
        let ids = settled.sorted { $0.key < $1.key }.map { #""\#($0.key)":"\#($0.value)""# }.joined(separator: ",")
        return #"{"type":"book","ts":\#(Int(seconds * 1e6)),"equity":\#(equity),"losses":\#(losses),"#
            + #""positions":{\#(positions)},"settled":{\#(ids)}}"#
    }

    private func stage(_ arguments: [String] = []) throws -> Rehearsal<GateStage> {
        Rehearsal(GateStage(try GateOptions.parse(arguments)))
    }

    @Test func oneVerdictASignalAndAnIntentOnlyIfPassed() throws {
        var stage = try stage()
        _ = try stage.receive(trade(1, "buy"))
        let out = try stage.receive(signal(5, 1)).map { try JSON($0) }
        #expect(out.map { $0["type"].text } == ["verdict", "intent"])
        #expect(out[0]["pass"].bool == true && out[0]["blocked_by"].isNull && out[0]["side"].text == "long")
        #expect(out[0]["layers"].members.count == Layer.allCases.count)
        #expect(out[1]["side"].text == "buy" && out[1]["reduce_only"].bool == false)
        #expect(out[1]["take_profit"].number == 0.015 && out[1]["stop_loss"].number == 0.005)
        #expect(out[1]["id"].text == "BTCUSDT-o-2yi2o-1".replacing("2yi2o", with: String(5_000_000, radix: 36)))
    }

    @Test(arguments: [
        ("snr", 0.003, 0.4, 0.9, "buy"), ("confidence", 0.003, 2.0, 0.2, "buy"), ("edge", 0.0017, 2.0, 0.9, "buy"),
        ("order_flow", 0.003, 2.0, 0.9, "sell"), ("order_flow", -0.003, 2.0, 0.9, "buy"),
    ])
    func theFirstLayerThatRefuses(
        _ layer: String, _ drift: Double, _ snr: Double, _ confidence: Double, _ flow: String
    ) throws {
        var stage = try stage()
        _ = try stage.receive(trade(1, flow))
        let refused = signal(5, 1, drift: drift, snr: snr, confidence: confidence)
        let out = try stage.receive(refused).map { try JSON($0) }
        #expect(out.count == 1 && out[0]["blocked_by"].text == layer)
        var without = try self.stage(["--without", layer])
        _ = try without.receive(trade(1, flow))
        let ignored = try without.receive(refused).map { try JSON($0) }
        #expect(ignored.count == 2 && ignored[0]["layers"][layer]["ignored"].bool == true)
        #expect(ignored[0]["layers"][layer]["pass"].bool == false)
    }

    @Test func aDriftWithoutSignNeverPasses() throws {
        var stage = try stage(Layer.allCases.flatMap { ["--without", $0.rawValue] })
        _ = try stage.receive(trade(1, "buy"))
        let out = try stage.receive(signal(5, 1, drift: 0)).map { try JSON($0) }
        #expect(out.count == 1 && out[0]["pass"].bool == false && out[0]["side"].isNull)
    }

    private func limit(_ stage: inout Rehearsal<GateStage>, _ line: String) throws -> String? {
        let verdict = try JSON(try stage.receive(line)[0])
        return verdict["blocked_by"].text.map { $0 == "limits" ? verdict["layers"]["limits"]["note"].text ?? "" : $0 }
    }

    @Test func anIntentIsInFlightUntilTheBookSaysItHasEnded() throws {
        var stage = try stage(["--cool-down", "10"])
        _ = try stage.receive(trade(1, "buy"))
        let id = try #require(try JSON(try stage.receive(signal(5, 1))[1])["id"].text)
        #expect(try limit(&stage, signal(10, 2)) == "in_flight")
        _ = try stage.receive(book(10))
        #expect(try limit(&stage, signal(15, 3)) == "in_flight")
        _ = try stage.receive(book(15, open: ["BTCUSDT"], settled: ["BTCUSDT": id]))
        #expect(try limit(&stage, signal(20, 4)) == "position_open")
        _ = try stage.receive(book(20, settled: ["BTCUSDT": id]))
        #expect(try limit(&stage, signal(25, 5)) == "cool_down")
        #expect(try limit(&stage, signal(30, 6)) == nil)
    }

    @Test func oneMoreSymbolThanPositions() throws {
        var stage = try stage(["--max-positions", "1"])
        _ = try stage.receive([trade(1, "buy"), trade(1, "buy", symbol: "ETHUSDT")])
        #expect(try limit(&stage, signal(5, 1)) == nil)
        #expect(try limit(&stage, signal(5, 2, symbol: "ETHUSDT")) == "max_positions")
    }

    @Test func theDayEndsAtItsLossAndTheNextBegins() throws {
        var stage = try stage()
        _ = try stage.receive([trade(1, "buy"), book(1, equity: 25), book(2, equity: 23.75)])
        #expect(try limit(&stage, signal(5, 1)) == "daily_loss")
        _ = try stage.receive(book(6, equity: 25))
        #expect(try limit(&stage, signal(10, 2)) == "daily_loss", "a gain does not begin the day anew")
        _ = try stage.receive(trade(86_400, "buy"))
        #expect(try limit(&stage, signal(86_405, 3)) == nil)
    }

    @Test func lossesInARowEndTheDay() throws {
        var stage = try stage()
        _ = try stage.receive([trade(1, "buy"), book(1, losses: 5)])
        #expect(try limit(&stage, signal(5, 1)) == "losses_in_a_row")
        _ = try stage.receive([trade(86_400, "buy")])
        #expect(try limit(&stage, signal(86_405, 2)) == nil)
    }

    /// History warms the models; what they say of it comes too late to be traded on.
    @Test func nothingIsOpenedOnHistory() throws {
        func phase(_ seconds: Int, _ name: String) -> String {
            #"{"type":"phase","ts":\#(seconds)000000,"phase":"\#(name)"}"#
        }
        var stage = try stage()
        _ = try stage.receive([phase(1, "warmup"), trade(1, "buy")])
        #expect(try limit(&stage, signal(5, 1)) == "warmup")
        _ = try stage.receive(phase(6, "unheard_of"))
        #expect(try limit(&stage, signal(10, 2)) == "warmup")
        _ = try stage.receive(phase(11, "live"))
        #expect(try limit(&stage, signal(15, 3)) == nil)
    }

    @Test func theTierFollowsTheBook() throws {
        var stage = try stage()
        _ = try stage.receive(trade(1, "buy"))
        #expect(try limit(&stage, signal(5, 1, drift: 0.001)) == "edge")
        _ = try stage.receive(book(5, equity: 80))
        #expect(try limit(&stage, signal(10, 2, drift: 0.001)) == nil)
    }

    @Test func hourlyDriftWithoutDataByOption() throws {
        var stage = try stage(["--hourly-drift-missing", "block"])
        _ = try stage.receive(trade(1, "buy"))
        #expect(try limit(&stage, signal(5, 1)) == "hourly_drift")
    }
}

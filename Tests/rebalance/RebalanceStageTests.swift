import ArgumentParser
import Rehearsal
import Testing

@testable import RebalanceFold

/// Layer 7: the four rules in their order, the anchor after a reduction, one intent in flight, what the gate is told.
///
/// Not covered: rounding of quantities, which is the executor's.
@Suite struct RebalanceStageTests {
    private func signal(_ seconds: Double, _ seq: Int, drift: Double, confidence: Double) -> String {
        #"{"type":"signal","ts":\#(Int(seconds * 1e6)),"sym":"BTCUSDT","seq":\#(seq),"px":60000,"drift":\#(drift),"#
            + #""horizon":300,"sigma":0.001,"snr":1,"confidence":\#(confidence)}"#
    }

    private func position(_ side: String, qty: Double, realised: Double = 0, fees: Double = 0.1, funding: Double = 0)
        -> String
    {
        #"{"type":"position","ts":1000000,"sym":"BTCUSDT","side":"\#(side)","qty":\#(qty),"entry":60000,"opened":1000000,"#
            + #""realised":\#(realised),"fees":\#(fees),"funding":\#(funding),"drift":0.003,"confidence":0.8,"half_life":100}"#
    }

    private let account = #"{"type":"account","ts":1000000,"equity":24.9}"#

    private func stage(_ arguments: [String] = []) throws -> Rehearsal<RebalanceStage> {
        Rehearsal(RebalanceStage(try RebalanceOptions.parse(arguments)))
    }

    @Test(arguments: [
        (0.0029, 0.8, 10.0, "hold"), (-0.0002, 0.8, 10.0, "drift_flip"), (-0.00005, 0.8, 10.0, "drift_decay"),
        (0.0029, 0.8, 201.5, "time_decay"), (-0.0002, 0.8, 500.0, "drift_flip"), (0.0024, 0.8, 10.0, "drift_decay"),
        (0.0029, 0.5, 10.0, "confidence_drop"), (0.0029, 0.57, 10.0, "hold"),
    ])
    func theFirstRuleThatApplies(_ drift: Double, _ confidence: Double, _ age: Double, _ rule: String) throws {
        var stage = try stage()
        _ = try stage.receive(position("long", qty: 0.002))
        let out = try stage.receive(signal(1 + age, 9, drift: drift, confidence: confidence)).map { try JSON($0) }
        #expect(out[0]["type"].text == "decision" && out[0]["rule"].text == rule)
        #expect(out.last?["type"].text == "sync" && out.last?["seq"].integer == 9)
        #expect(out.count == (rule == "hold" ? 2 : 3))
        guard rule != "hold" else { return }
        #expect(out[1]["side"].text == "sell" && out[1]["reduce_only"].bool == true)
        #expect(out[1]["fraction"].number == (rule == "drift_flip" || rule == "time_decay" ? 1 : 0.5))
    }

    @Test func aShortMirrorsALong() throws {
        var stage = try stage()
        _ = try stage.receive(position("short", qty: 0.002).replacing("0.003", with: "-0.003"))
        #expect(try stage.receive(signal(2, 1, drift: -0.0029, confidence: 0.8))[0].contains("hold"))
        #expect(try stage.receive(signal(3, 2, drift: 0.0002, confidence: 0.8))[0].contains("drift_flip"))
    }

    @Test func anchoredAnewAfterAReduction() throws {
        var stage = try stage()
        _ = try stage.receive(position("long", qty: 0.002))
        let out = try stage.receive(signal(11, 1, drift: 0.0020, confidence: 0.8))
        let id = try #require(try JSON(out[1])["id"].text)
        // In flight: judged, but nothing more is sent.
        let meanwhile = try stage.receive(signal(16, 2, drift: 0.0020, confidence: 0.8))
        #expect(meanwhile.count == 2 && meanwhile[0].contains("in_flight"))
        _ = try stage.receive([
            #"{"type":"order","ts":1,"id":"\#(id)","sym":"BTCUSDT","status":"filled"}"#, position("long", qty: 0.001),
            account,
        ])
        let after = try JSON(try stage.receive(signal(21, 3, drift: 0.0020, confidence: 0.8))[0])
        #expect(after["rule"].text == "hold" && after["entry_drift"].number == 0.0020)
    }

    @Test func aRefusedReductionDoesNotAnchor() throws {
        var stage = try stage()
        _ = try stage.receive(position("long", qty: 0.002))
        let id = try #require(try JSON(try stage.receive(signal(11, 1, drift: 0.002, confidence: 0.8))[1])["id"].text)
        _ = try stage.receive(#"{"type":"reject","ts":1,"id":"\#(id)","sym":"BTCUSDT","code":"x"}"#)
        #expect(try stage.receive(signal(16, 2, drift: 0.002, confidence: 0.8))[0].contains("drift_decay"))
    }

    @Test func theBookTellsWhatTheGateNeeds() throws {
        var stage = try stage()
        _ = try stage.receive([
            account, #"{"type":"order","ts":1,"id":"BTCUSDT-o-1-1","sym":"BTCUSDT","status":"filled"}"#,
            position("long", qty: 0.002),
        ])
        let open = try JSON(try stage.receive(account)[0])
        #expect(open["equity"].number == 24.9 && open["positions"]["BTCUSDT"]["qty"].number == 0.002)
        #expect(open["settled"]["BTCUSDT"].text == "BTCUSDT-o-1-1")
        for losses in 1...3 {
            _ = try stage.receive(position("flat", qty: 0, realised: 0.05, fees: 0.1))
            let book = try JSON(try stage.receive(account)[0])
            #expect(book["losses"].integer == losses && book["positions"].members.isEmpty)
        }
        _ = try stage.receive(position("flat", qty: 0, realised: 0.5, fees: 0.1))
        #expect(try JSON(try stage.receive(account)[0])["losses"].integer == 0)
        _ = try stage.receive(position("flat", qty: 0, realised: 0.5, fees: 0.1, funding: -0.5))
        #expect(try JSON(try stage.receive(account)[0])["losses"].integer == 1, "funding took it")
    }

    @Test func rulesCanBeLeftOut() throws {
        var stage = try stage(["--without", "drift_flip", "--without", "drift_decay"])
        _ = try stage.receive(position("long", qty: 0.002))
        #expect(try stage.receive(signal(11, 1, drift: -0.01, confidence: 0.8))[0].contains("hold"))
    }
}

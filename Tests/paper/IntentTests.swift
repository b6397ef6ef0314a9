import FoundationEssentials
import Testing

@testable import PaperFold

/// What becomes of each intent, and what the stage does with the rest of the stream.
///
/// Not covered: the process around the fold (options on a command line, exit statuses): the conformance suite's.
@Suite struct IntentTests {
    private let start = Desk.quote(1_000_000, "96869.9", "1", "96870.1", "1")
    private let next = Desk.quote(2_000_000, "96869.9", "1", "96870.1", "1")

    private func rejects(_ leverage: String = "10", lines: [String]) throws -> [String] {
        try Desk.run(Desk.options(leverage: leverage), lines).filter { $0.type == "reject" }.map {
            $0.values("id", "code")
        }
    }

    /// 25 USDT, weight 0.5, BTC at 96870.
    @Test func theSeedsExample() throws {
        let lines = [start, Desk.open(1_000_000, "a", "buy"), next]
        let refused = try Desk.run(Desk.options(leverage: "1"), lines)
        #expect(refused.map(\.type) == ["account", "reject"])
        #expect(refused[1].values("id", "code") == "a too_small")
        #expect(
            refused[1]["reason"]
                == "the minimum of 0.001 at 96870 is 96.87 USDT and needs 96.9232785 USDT of margin and fees at leverage 1; "
                + "there is 12.5 USDT (0.5 of 25), at this leverage 12.5 USDT")
        #expect(try rejects("7", lines: lines) == ["a too_small"])
        for leverage in ["8", "10"] {
            let filled = try Desk.run(Desk.options(leverage: leverage), lines)
            #expect(filled.filter { $0.type == "fill" }.map { $0.values("qty", "px") } == ["0.001 96870.1"])
        }
        let halved = try Desk.run(Desk.options(), lines + [Desk.reduce(2_000_000, "r", "sell", "0.5"), later(3)])
        #expect(halved.last { $0.type == "fill" }?.values("qty", "reason") == "0.001 reduce")
        #expect(halved.last { $0.type == "position" }?["side"] == "flat")
    }

    private func later(_ seconds: Int64) -> String { Desk.quote(seconds * 1_000_000, "96869.9", "1", "96870.1", "1") }

    @Test func refusals() throws {
        let longID = String(repeating: "x", count: 37)
        #expect(
            try rejects(lines: [
                Desk.open(1, "early", "buy"), start,
                Desk.open(1_000_000, "bad id", "buy"), Desk.open(1_000_000, longID, "buy"),
                Desk.open(1_000_000, "", "buy"),
                Desk.open(1_000_000, "who", "buy", sym: "XYZUSDT"),
                Desk.open(1_000_000, "weight", "buy", weight: "1.01"), Desk.open(1_000_000, "zero", "buy", weight: "0"),
                Desk.open(1_000_000, "stop", "buy", stopLoss: "1"),
                Desk.open(1_000_000, "null", "buy", takeProfit: "null"),
                Desk.open(1_000_000, "huge", "buy", weight: "9e15"), Desk.reduce(1_000_000, "flat", "sell", "1"),
                Desk.open(1_000_000, "a", "buy"), Desk.open(1_000_000, "a", "buy"), Desk.open(1_000_000, "two", "sell"),
                next, Desk.open(2_000_000, "three", "buy"), Desk.reduce(2_000_000, "wrong", "buy", "1"),
                Desk.reduce(2_000_000, "much", "sell", "1.5"),
            ]) == [
                "early no_price", "bad id bad_id", "\(longID) bad_id", " bad_id", "who unknown_symbol",
                "weight malformed",
                "zero malformed", "stop malformed", "null malformed", "huge malformed", "flat no_position",
                "a duplicate_id",
                "two position_open", "three position_open", "wrong wrong_side", "much malformed",
            ])
        #expect(try rejects("101", lines: [start, Desk.open(1_000_000, "a", "buy")]) == ["a leverage"])
    }

    @Test func whatAcceptedOrdersSetAsideIsNotThereTwice() throws {
        let ether = Desk.quote(1_000_000, "3000", "1", "3000", "1", sym: "ETHUSDT")
        let lines = [
            start, ether, Desk.open(1_000_000, "b", "buy", weight: "1"),
            Desk.open(1_000_000, "e", "buy", weight: "1", sym: "ETHUSDT"), Desk.open(1_000_000, "f", "buy", sym: "X"),
        ]
        // 25 at 10x is 0.002 BTC (19.58 with fees) and then 0.01 ETH needs 3.0315.
        let accepted = try Desk.run(
            Desk.options(), lines + [next, Desk.quote(2_000_000, "3000", "1", "3000", "1", sym: "ETHUSDT")])
        #expect(
            accepted.filter { $0.type == "fill" }.map { $0.values("sym", "qty") } == ["BTCUSDT 0.002", "ETHUSDT 0.01"])
        #expect(accepted.last { $0.type == "account" }!.decimal("available") > 0)
    }

    @Test func theMarginIsCheckedAgainAtTheFill() throws {
        // Sized at 96870 for 0.002; at 140000 the 25 USDT carry 0.001 (14.15 with fees), at 300000 nothing.
        func end(_ px: String) throws -> [String] {
            let lines = [
                start, Desk.open(1_000_000, "a", "buy", weight: "0.9"), Desk.quote(2_000_000, px, "1", px, "1"),
            ]
            return try Desk.run(Desk.options(), lines).filter { $0.type == "order" || $0.type == "fill" }
                .map { $0.values("type", "status", "qty", "reason") }
        }
        #expect(
            try end("140000") == [
                "order accepted  ", "fill  0.001 open", "order partial  ", "order cancelled  margin",
            ])
        #expect(try end("300000") == ["order accepted  ", "order cancelled  margin"])
    }

    @Test func aReductionWhosePositionHasGoneIsCancelled() throws {
        let lines = [
            start, Desk.open(1_000_000, "a", "buy"), next, Desk.reduce(2_000_000, "r", "sell", "1"),
            Desk.quote(2_010_000, "99000", "1", "99000", "1"), Desk.quote(3_000_000, "99000", "1", "99000", "1"),
        ]
        let ends = try Desk.run(Desk.options(), lines).filter { $0.type == "order" || $0.type == "fill" }
        #expect(
            ends.map { $0.values("type", "id", "status", "reason") } == [
                "order a accepted ", "fill a  open", "order a filled ", "order r accepted ", "fill a  take_profit",
                "order r cancelled position_gone",
            ])
    }

    @Test func theOrdersOnTheirWayAreBounded() throws {
        let many = (0...500).map { Desk.reduce(2_000_000, "r\($0)", "sell", "0.5") }
        #expect(try rejects(lines: [start, Desk.open(1_000_000, "a", "buy"), next] + many) == ["r500 too_many_orders"])
    }

    @Test func whatWaitsAtTheEndIsCancelled() throws {
        let lines = try Desk.run(
            Desk.options(), [start, Desk.open(1_000_001, "a", "buy"), Desk.quote(1_050_000, "1", "1", "1", "1")])
        #expect(lines.last!.values("type", "ts", "id", "status", "reason") == "order 1050000 a cancelled end_of_input")
    }

    @Test func everyLinePassesAsItCame() throws {
        let foreign = [
            #"{"type":"fill","ts":3,"sym":"BTCUSDT","id":"other","side":"buy","qty":1,"px":1,"fee":0,"reduce_only":false,"reason":"open","realised":0}"#,
            #"{ "kind" : "unknown", "type":"novelty" }"#, #"{"type":"account","ts":3,"equity":1}"#,
        ]
        let lines = foreign + [start, Desk.open(1_000_000, "a", "buy"), next]
        let whole = try Desk.text(Desk.options(), only: false, lines).split(separator: "\n").map(String.init)
        #expect(whole.filter(lines.contains) == lines)
        let own = try Desk.text(Desk.options(), only: true, lines).split(separator: "\n").map(String.init)
        #expect(whole.filter { !lines.contains($0) } == own)
        #expect(own.count == 6)
    }

    @Test func inputBeyondRangeIsRefusedNotTrapped() throws {
        let lines = [
            Desk.quote(1, "9e15", "1", "9e15", "1"), Desk.open(1, "a", "buy"), start,
            Desk.quote(1_500_000, "96869", "1", "99999999999999", "1"), Desk.open(1_500_000, "b", "buy"), next,
            Desk.open(2_000_000, "c", "buy"), later(3), Desk.funding(3_000_000, "1e9"),
            Desk.funding(3_000_000, "-9e15"),
            Desk.mark(3_000_000, "9e15"), Desk.trade(3_000_000, "1e-300"), Desk.bar(3_000_000, "1", "0.5", "2", "9e15"),
            #"{"type":"instrument","ts":3000000,"sym":"BTCUSDT","tick":1e-12,"step":1,"min_qty":1,"max_qty":1,"min_notional":1,"max_leverage":1,"maker_fee":0,"taker_fee":0}"#,
            Desk.reduce(3_000_000, "r", "sell", "1"), later(4), Desk.open(4_000_000, "d", "buy"),
        ]
        let written = try Desk.run(Desk.options(), lines)
        #expect(
            written.filter { $0.type == "reject" }.map { $0.values("id", "code") } == [
                "a no_price", "b no_price", "null out_of_range", "null out_of_range", "null instrument",
                "d unknown_symbol",
            ])
        #expect(written.filter { $0.type == "fill" }.map { $0["id"] } == ["c", "r"])
    }
}

import struct Bybit.Answer
import Records
import Rehearsal
import Testing

@testable import ExecFold

/// One fault at a time, and what becomes of it. Not covered: combinations (`FaultTests`).
struct StoryTests {
    private func open(
        _ simulation: Simulation, _ id: String = "BTC-o-1", _ symbol: String = "BTCUSDT", weight: Double = 0.2,
        age: Int64 = 0
    ) throws {
        try simulation.intend(
            id,
            #"{"type":"intent","ts":\#(simulation.now - age),"id":"\#(id)","sym":"\#(symbol)","side":"buy","reduce_only":false,"weight":\#(weight),"take_profit":0.1,"stop_loss":0.1,"drift":0.0015,"confidence":0.7,"half_life":60,"seq":1}"#
        )
    }

    private func reduce(_ simulation: Simulation, _ id: String, _ fraction: Double, side: String = "sell") throws {
        try simulation.intend(
            id,
            #"{"type":"intent","ts":\#(simulation.now),"id":"\#(id)","sym":"BTCUSDT","side":"\#(side)","reduce_only":true,"fraction":\#(fraction),"rule":"drift_flip","seq":2}"#
        )
    }

    /// Goes on until something is so, for a minute at most.
    private func go(_ simulation: Simulation, until isSo: () -> Bool) throws {
        for _ in 0..<600 where !isSo() { try simulation.go(0.1) }
        #expect(isSo())
    }

    private func started(_ arguments: [String] = [], equity: String = "1000") throws -> Simulation {
        let simulation = try Simulation(seed: 1, arguments, equity: equity)
        try simulation.go(1)
        return simulation
    }

    /// The codes of the rejects, and the statuses of the orders, of an intent.
    private func ends(_ simulation: Simulation, _ id: String) throws -> [String] {
        let records = try simulation.audit.map { try JSON($0) }.filter { $0["id"].text == id }
        return records.compactMap { record -> String? in
            switch record["type"].text {
            case "reject": record["code"].text
            case "order": record["status"].text
            default: nil
            }
        }
    }

    private func last(_ simulation: Simulation, _ type: String) throws -> JSON {
        try #require(try simulation.audit.map { try JSON($0) }.last { $0["type"].text == type })
    }

    // MARK: Answers

    @Test func aLostAnswerIsNoLostOrder() throws {
        let simulation = try started()
        simulation.faults.answerLost = 1000
        try open(simulation)
        simulation.faults = .none
        try simulation.go(12)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "filled"])
        #expect(simulation.wire.count == 1)
    }

    @Test func aLostRequestIsNeverSentAgain() throws {
        let simulation = try started()
        simulation.faults.requestLost = 1000
        for id in 1...8 { try open(simulation, "BTC-o-\(id)") }
        #expect(simulation.wire.count == 1, "one at a time")
        simulation.faults = .none
        try simulation.go(3)
        try open(simulation, "BTC-o-9")
        try simulation.go(55)
        let first = try ends(simulation, "BTC-o-1")
        #expect(first == ["not_placed"] || first == ["unsent"])
        #expect(simulation.wire.count <= 2)
    }

    @Test func anUnknownOrderShutsItsSymbolAndIsResolved() throws {
        let simulation = try started()
        simulation.faults.limited = 1000
        try open(simulation)
        try simulation.go(0.2)
        simulation.faults = .none
        try open(simulation, "BTC-o-2")
        #expect(try ends(simulation, "BTC-o-2") == ["unresolved"])
        #expect(try ends(simulation, "BTC-o-1") == [], "10006 may have been taken")
        try simulation.go(20)
        #expect(try ends(simulation, "BTC-o-1") == [], "absence is not proven in 20 s")
        try simulation.go(30)
        #expect(try ends(simulation, "BTC-o-1") == ["not_placed"])
        try open(simulation, "BTC-o-3")
        try simulation.go(2)
        #expect(try ends(simulation, "BTC-o-3") == ["accepted", "filled"])
    }

    @Test func anAnswerAboutAnotherOrderIsNone() throws {
        let simulation = try started()
        let body = #"{"retCode":0,"retMsg":"OK","result":{"orderId":"1","orderLinkId":"BTC-o-9"},"time":1}"#
        simulation.verdict = .success(try Answer(granted: Array(body.utf8)))
        try open(simulation)
        try simulation.go(0.1)
        simulation.verdict = nil
        try simulation.go(1)
        #expect(try ends(simulation, "BTC-o-1") == [])
        try simulation.go(50)
        #expect(try ends(simulation, "BTC-o-1") == ["not_placed"])
    }

    @Test func aFurtherAttemptHasAFurtherNameThoughTheProgramDied() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        simulation.verdict = .failure(.status(502))
        try reduce(simulation, "BTC-r-2", 1)
        try go(simulation) { simulation.wire.count == 3 }
        simulation.crash()
        try go(simulation) { simulation.executor != nil }
        simulation.verdict = nil
        try simulation.go(60)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2", "BTC-r-2-x1", "BTC-r-2-x2"])
        #expect(try last(simulation, "position")["side"].text == "flat")
    }

    @Test func anExitThatNeverArrivedIsTriedUnderAnotherName() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        simulation.faults.serverError = 1000
        try reduce(simulation, "BTC-r-2", 1)
        try simulation.go(0.2)
        simulation.faults = .none
        try simulation.go(60)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2", "BTC-r-2-x1"])
        #expect(try ends(simulation, "BTC-r-2") == ["accepted", "filled"])
        #expect(try last(simulation, "position")["side"].text == "flat")
    }

    // MARK: Fills

    /// An order on its way, of which the exchange's messages are told here.
    private func sent() throws -> (simulation: Simulation, quantity: Double) {
        let simulation = try started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try open(simulation)
        let order = try #require(simulation.executor?.tickets.first)
        return (simulation, try #require(Double("\(order.sending.quantity)")))
    }

    private func tellFill(_ simulation: Simulation, _ id: String, _ quantity: Double) throws {
        try simulation.tell(
            "execution",
            [
                "execId": .string(id), "symbol": "BTCUSDT", "side": "Buy", "execPrice": "97000",
                "execQty": .string("\(quantity)"), "execFee": "0.01", "execType": "Trade", "orderId": "1",
                "orderLinkId": "BTC-o-1", "execTime": .string("\(simulation.now / 1000)"),
            ])
    }

    private func tellOrder(_ simulation: Simulation, _ status: String, filled: Double) throws {
        try simulation.tell(
            "order",
            [
                "orderId": "1", "orderLinkId": "BTC-o-1", "symbol": "BTCUSDT", "orderStatus": .string(status),
                "cumExecQty": .string("\(filled)"),
            ])
    }

    @Test func aPartThatIsFilledIsNotAll() throws {
        let (simulation, quantity) = try sent()
        try tellFill(simulation, "e1", 0.001)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted"] && quantity > 0.001)
        try tellFill(simulation, "e2", quantity - 0.001)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "filled"])
    }

    @Test func whatIsFilledDoesNotFall() throws {
        let (simulation, quantity) = try sent()
        try tellOrder(simulation, "PartiallyFilledCanceled", filled: 0.002)
        try tellFill(simulation, "e1", 0.001)
        try tellOrder(simulation, "PartiallyFilled", filled: 0.001)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted"] && quantity > 0.002, "one is still to come")
        try tellFill(simulation, "e2", 0.001)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "partial", "cancelled"])
    }

    @Test func aFillBehindTheEndIsBooked() throws {
        let (simulation, _) = try sent()
        try tellFill(simulation, "e1", 0.001)
        try tellOrder(simulation, "PartiallyFilledCanceled", filled: 0.001)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "partial", "cancelled"])
        try tellFill(simulation, "e2", 0.001)
        #expect(try last(simulation, "fill")["id"].text == "BTC-o-1")
        #expect(try last(simulation, "position")["qty"].number == 0.002)
    }

    @Test func fundingIsNoFill() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        let before = try last(simulation, "position")
        let fills = simulation.audit.filter { $0.contains(#""type":"fill""#) }
        try simulation.fund("BTCUSDT", rate: -0.001)
        try simulation.go(8)
        #expect(simulation.audit.filter { $0.contains(#""type":"fill""#) } == fills)
        #expect(
            simulation.disk.split(separator: 10).contains { String(decoding: $0, as: UTF8.self).contains("funding") })
        let after = try last(simulation, "position")
        #expect(after["qty"] == before["qty"] && after["side"].text == "long")
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "filled"])
        try open(simulation, "BTC-o-2")
        #expect(try ends(simulation, "BTC-o-2") == ["position_open"], "and nothing is shut")
    }

    // MARK: The stream

    @Test func whileTheStreamIsGoneNothingIsOpened() throws {
        let simulation = try started()
        try simulation.breakStream()
        try open(simulation)
        #expect(try ends(simulation, "BTC-o-1") == ["stream_down"])
        try simulation.go(4)
        try open(simulation, "BTC-o-2")
        try simulation.go(1)
        #expect(try ends(simulation, "BTC-o-2") == ["accepted", "filled"])
    }

    @Test func withoutTheStreamNothingIsOpenedAndFillsAreFound() throws {
        let simulation = try started()
        simulation.faults.frameLost = 1000
        try open(simulation)
        try simulation.go(6)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "filled"], "by asking")
        try reduce(simulation, "BTC-r-2", 0.5)
        try simulation.go(6)
        #expect(try ends(simulation, "BTC-r-2") == ["accepted", "filled"])
    }

    // MARK: Protection

    @Test func aPositionWithoutItsStopIsClosed() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        try simulation.removeLevels("BTCUSDT")
        try simulation.go(4)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        let fill = try last(simulation, "fill")
        #expect(fill["id"].text == "BTC-o-1" && fill["reason"].text == "reduce")
        #expect(simulation.said.contains { $0.contains("does not show a stop") })
    }

    @Test func anEmergencyWaitsForNoAnswer() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        simulation.verdict = .failure(.unreachable("timed out"))
        try reduce(simulation, "BTC-r-2", 0.5)
        try simulation.go(0.5)
        simulation.verdict = nil
        try simulation.removeLevels("BTCUSDT")
        try simulation.go(5)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(try ends(simulation, "BTC-r-2") == [], "nobody knows yet")
    }

    // MARK: The end

    @Test func theEndWaitsForWhatIsOnItsWay() throws {
        let simulation = try started(["--on-end", "hold"])
        simulation.faults.answerLost = 1000
        simulation.faults.frameLost = 1000
        try open(simulation)
        try simulation.end()
        #expect(simulation.executor?.isDone == false)
        simulation.faults = .none
        try simulation.go(15)
        #expect(simulation.executor?.isDone == true)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "filled"])
        #expect(try simulation.position("BTCUSDT")?.stopLoss != nil, "the exchange's stop stays")
    }

    @Test func theEndClosesIfItIsAskedTo() throws {
        let simulation = try started(["--on-end", "flatten"])
        try open(simulation)
        try simulation.go(2)
        try simulation.end()
        #expect(simulation.executor?.isDone == false)
        try simulation.go(3)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.executor?.isDone == true)
    }

    // MARK: What others do

    @Test func whatOthersOpenIsLeftAloneAndShutsTheSymbol() throws {
        let simulation = try started()
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.01")
        try simulation.go(3)
        try open(simulation)
        #expect(try ends(simulation, "BTC-o-1") == ["shut"])
        #expect(
            try simulation.audit.map { try JSON($0) }.contains {
                $0["code"].text == "foreign_position" && $0["id"].isNull
            })
        try open(simulation, "ETH-o-1", "ETHUSDT")
        try simulation.go(2)
        #expect(try ends(simulation, "ETH-o-1") == ["accepted", "filled"], "the other symbol goes on")
        simulation.crash()
        let told = simulation.audit.count
        try go(simulation) { simulation.executor != nil }
        #expect(simulation.audit[told...].contains { $0.contains("foreign_position") }, "with the start itself")
        try simulation.go(1)
        try open(simulation, "BTC-o-2")
        #expect(try ends(simulation, "BTC-o-2") == ["shut"])
        #expect(try simulation.position("BTCUSDT")?.size == "0.01")
    }

    @Test func inHedgeModeNothingIsOpened() throws {
        let simulation = try started()
        try simulation.tell(
            "position", ["symbol": "BTCUSDT", "positionIdx": 1, "side": "Buy", "size": "0.01", "avgPrice": "97000"])
        try open(simulation)
        try open(simulation, "ETH-o-1", "ETHUSDT")
        #expect(try ends(simulation, "BTC-o-1") == ["stopped"] && ends(simulation, "ETH-o-1") == ["stopped"])
        #expect(simulation.wire.isEmpty && simulation.said.contains { $0.contains("hedge mode") })
    }

    @Test func aKeyThatIsGivenMoreRightsOpensNothingWithinTheHour() throws {
        let simulation = try started()
        try simulation.rest(3600)
        try simulation.go(1)
        try open(simulation)
        try simulation.go(2)
        #expect(try ends(simulation, "BTC-o-1") == ["accepted", "filled"], "nothing has changed so far")
        let more =
            #"{"retCode":0,"result":{"permissions":{"ContractTrade":["Order","Position"],"Wallet":["Withdraw"]},"#
            + #""readOnly":0,"ips":["1.2.3.4"]}}"#
        simulation.keyVerdict = try Answer(granted: Array(more.utf8))
        try simulation.rest(3600)
        try simulation.go(1)
        try open(simulation, "ETH-o-1", "ETHUSDT")
        try reduce(simulation, "BTC-r-2", 1)
        try simulation.go(2)
        #expect(try ends(simulation, "ETH-o-1") == ["stopped"])
        #expect(try ends(simulation, "BTC-r-2") == ["accepted", "filled"], "what is open may be closed")
    }

    @Test func whatOthersCloseIsBooked() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        let size = try #require(simulation.position("BTCUSDT")?.size)
        try simulation.tradeOutside("BTCUSDT", "Sell", size)
        try simulation.go(2)
        let fill = try last(simulation, "fill")
        #expect(fill["id"].isNull && fill["reason"].text == "external")
        #expect(try last(simulation, "position")["side"].text == "flat")
        try reduce(simulation, "BTC-r-2", 1)
        #expect(try ends(simulation, "BTC-r-2") == ["no_position"])
    }

    // MARK: Recovery

    @Test func aStartTakesUpWhereTheLastRunWas() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        let before = try last(simulation, "position")
        #expect(before["drift"].number == 0.0015 && before["confidence"].number == 0.7, "why it was opened")
        #expect(before["half_life"].number == 60)
        simulation.crash()
        let told = simulation.audit.count
        try simulation.go(8)
        let after = try #require(
            try simulation.audit[told...].map { try JSON($0) }.first { $0["type"].text == "position" })
        #expect(abs(after["opened"].number - before["opened"].number) < 1e6)
        for key in ["side", "qty", "entry", "fees", "drift", "confidence", "half_life"] {
            #expect(after[key] == before[key], "\(key)")
        }
        try reduce(simulation, "BTC-r-2", 1)
        try simulation.go(2)
        #expect(try ends(simulation, "BTC-r-2") == ["accepted", "filled"])
        try open(simulation, "BTC-o-1")
        #expect(try ends(simulation, "BTC-o-1").last == "duplicate_id", "an id names one order for ever")
    }

    @Test func whatAStopClosedWhileNobodyWasThereIsBooked() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        simulation.crash()
        let size = try #require(simulation.position("BTCUSDT")?.size)
        try simulation.tradeOutside("BTCUSDT", "Sell", size)
        try simulation.go(8)
        #expect(try last(simulation, "fill")["reason"].text == "external")
        try open(simulation, "BTC-o-2")
        try simulation.go(2)
        #expect(try ends(simulation, "BTC-o-2") == ["accepted", "filled"])
    }

    @Test func whatALongSilenceHidIsBooked() throws {
        let simulation = try started(equity: "5000")
        try open(simulation, "ETH-o-1", "ETHUSDT")
        try simulation.go(2)
        simulation.faults.questionFails = 1000
        simulation.faults.frameLost = 1000
        for _ in 1...120 { try simulation.tradeOutside("ETHUSDT", "Sell", "0.01") }
        try simulation.go(900)
        simulation.faults = .none
        try simulation.go(10)
        let size = try #require(simulation.position("ETHUSDT")?.size)
        #expect(try last(simulation, "position")["qty"].number == Double(size), "told in two pages")
        try open(simulation, "BTC-o-2")
        try simulation.go(2)
        #expect(try ends(simulation, "BTC-o-2") == ["accepted", "filled"])
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
    }

    // MARK: Limits

    @Test func aRunawayIsStoppedAtTheLimit() throws {
        let simulation = try started(["--orders-a-minute", "3"])
        for number in 1...200 {
            try open(simulation, "BTC-o-\(number)", weight: 0.1)
            try simulation.go(0.1)
            try reduce(simulation, "BTC-r-\(number)", 1)
            try simulation.go(0.1)
        }
        let openings = simulation.wire.filter { !$0.isReduceOnly }
        for (index, order) in openings.enumerated() where index >= 3 {
            #expect(order.at - openings[index - 3].at > 60_000_000)
        }
        let refused = try ends(simulation, "BTC-o-100")
        #expect(refused == ["order_rate"] || refused == ["position_open"])
    }

    @Test func aDaysLossHaltsUntilAPersonSaysSo() throws {
        let simulation = try started(["--daily-loss", "0.0005"])
        try open(simulation)
        try simulation.go(2)
        try reduce(simulation, "BTC-r-1", 1)
        try simulation.go(2)
        try open(simulation, "BTC-o-2")
        #expect(try ends(simulation, "BTC-o-2") == ["halted"])
        simulation.crash()
        try simulation.go(8)
        try open(simulation, "BTC-o-3")
        #expect(try ends(simulation, "BTC-o-3") == ["halted"], "a restart does not lift it")
        simulation.reset()
        try simulation.go(8)
        try open(simulation, "BTC-o-4")
        try simulation.go(2)
        #expect(try ends(simulation, "BTC-o-4") == ["accepted", "filled"])
    }

    @Test func whatIsOldOrFarOffIsNotOpened() throws {
        let simulation = try started()
        try open(simulation, "BTC-o-1", age: 6_000_000)
        #expect(try ends(simulation, "BTC-o-1") == ["stale_intent"])
        try open(simulation, "BTC-o-2", weight: 0.001)
        #expect(try ends(simulation, "BTC-o-2") == ["too_small"])
        try open(simulation, "no such id!")
        #expect(try ends(simulation, "no such id!") == ["bad_id"])
        try open(simulation, "XRP-o-1", "XRPUSDT")
        #expect(try ends(simulation, "XRP-o-1") == ["unknown_symbol"])
        try open(simulation, "BTC-o-3", weight: 7)
        #expect(try ends(simulation, "BTC-o-3") == ["malformed"])
        try simulation.feed(
            #"{"type":"mark","ts":\#(simulation.now),"sym":"BTCUSDT","mark":90000,"index":90000}"#)
        try open(simulation, "BTC-o-4")
        #expect(try ends(simulation, "BTC-o-4") == ["collar"])
        try reduce(simulation, "BTC-r-1", 1)
        #expect(try ends(simulation, "BTC-r-1") == ["no_position"])
        #expect(simulation.wire.isEmpty)
    }

    @Test func withTwentyFiveDollarsTheTruthIsSaid() throws {
        let simulation = try started(equity: "25")
        try open(simulation, "BTC-o-1", weight: 0.3)
        #expect(try ends(simulation, "BTC-o-1") == ["too_small"])
        #expect(try last(simulation, "reject")["reason"].text?.contains("the minimum of 0.001") == true)
    }

    @Test func aSellDoesNotReduceAShort() throws {
        let simulation = try started()
        try open(simulation)
        try simulation.go(2)
        try reduce(simulation, "BTC-r-1", 1, side: "buy")
        #expect(try ends(simulation, "BTC-r-1") == ["wrong_side"])
    }
}

import struct Bybit.Answer
import Records
import Rehearsal
import Testing

@testable import ExecFold

/// One fault at a time, and what becomes of it. Not covered: combinations (`FaultTests`).
struct StoryTests {
    // MARK: Answers

    @Test func aLostAnswerIsNoLostOrder() throws {
        let simulation = try Simulation.started()
        simulation.faults.answerLost = 1000
        try simulation.open()
        simulation.faults = .none
        try simulation.go(12)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"])
        #expect(simulation.wire.count == 1)
    }

    @Test func aLostRequestIsNeverSentAgain() throws {
        let simulation = try Simulation.started()
        simulation.faults.requestLost = 1000
        for id in 1...8 { try simulation.open("BTC-o-\(id)") }
        #expect(simulation.wire.count == 1, "one at a time")
        simulation.faults = .none
        try simulation.go(3)
        try simulation.open("BTC-o-9")
        try simulation.go(55)
        let first = try simulation.ends("BTC-o-1")
        #expect(first == ["not_placed"] || first == ["unsent"])
        #expect(simulation.wire.count <= 2)
    }

    @Test func anUnknownOrderShutsItsSymbolAndIsResolved() throws {
        let simulation = try Simulation.started()
        simulation.faults.limited = 1000
        try simulation.open()
        try simulation.go(0.2)
        simulation.faults = .none
        try simulation.open("BTC-o-2")
        #expect(try simulation.ends("BTC-o-2") == ["unresolved"])
        #expect(try simulation.ends("BTC-o-1") == [], "10006 may have been taken")
        try simulation.go(20)
        #expect(try simulation.ends("BTC-o-1") == [], "absence is not proven in 20 s")
        try simulation.go(30)
        #expect(try simulation.ends("BTC-o-1") == ["not_placed"])
        try simulation.open("BTC-o-3")
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-3") == ["accepted", "filled"])
    }

    @Test func anAnswerAboutAnotherOrderIsNone() throws {
        let simulation = try Simulation.started()
        let body = #"{"retCode":0,"retMsg":"OK","result":{"orderId":"1","orderLinkId":"BTC-o-9"},"time":1}"#
        simulation.verdict = .success(try Answer(granted: Array(body.utf8)))
        try simulation.open()
        try simulation.go(0.1)
        simulation.verdict = nil
        try simulation.go(1)
        #expect(try simulation.ends("BTC-o-1") == [])
        try simulation.go(50)
        #expect(try simulation.ends("BTC-o-1") == ["not_placed"])
    }

    @Test func aFurtherAttemptHasAFurtherNameThoughTheProgramDied() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.verdict = .failure(.status(502))
        try simulation.reduce("BTC-r-2", 0.9)
        try simulation.go { simulation.wire.count == 3 }
        simulation.crash()
        try simulation.go { simulation.executor != nil }
        simulation.verdict = nil
        try simulation.go(60)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2", "BTC-r-2-x1", "BTC-r-2-x2"])
    }

    @Test func anExitThatNeverArrivedIsTriedUnderAnotherName() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.faults.serverError = 1000
        try simulation.reduce("BTC-r-2", 0.9)
        try simulation.go(0.2)
        simulation.faults = .none
        try simulation.go(60)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2", "BTC-r-2-x1"])
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "filled"])
    }

    // MARK: Fills

    /// An order on its way, of which the exchange's messages are told here.
    private func sent() throws -> (simulation: Simulation, quantity: Double) {
        let simulation = try Simulation.started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.open()
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
        #expect(try simulation.ends("BTC-o-1") == ["accepted"] && quantity > 0.001)
        try tellFill(simulation, "e2", quantity - 0.001)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"])
    }

    @Test func whatIsFilledDoesNotFall() throws {
        let (simulation, quantity) = try sent()
        try tellOrder(simulation, "PartiallyFilledCanceled", filled: 0.002)
        try tellFill(simulation, "e1", 0.001)
        try tellOrder(simulation, "PartiallyFilled", filled: 0.001)
        #expect(try simulation.ends("BTC-o-1") == ["accepted"] && quantity > 0.002, "one is still to come")
        try tellFill(simulation, "e2", 0.001)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "partial", "cancelled"])
    }

    @Test func aFillBehindTheEndIsBooked() throws {
        let (simulation, _) = try sent()
        try tellFill(simulation, "e1", 0.001)
        try tellOrder(simulation, "PartiallyFilledCanceled", filled: 0.001)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "partial", "cancelled"])
        try tellFill(simulation, "e2", 0.001)
        #expect(try simulation.last("fill")["id"].text == "BTC-o-1")
        #expect(try simulation.last("position")["qty"].number == 0.002)
    }

    @Test func fundingIsNoFill() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let before = try simulation.last("position")
        let fills = simulation.audit.filter { $0.contains(#""type":"fill""#) }
        try simulation.fund("BTCUSDT", rate: -0.001)
        try simulation.go(8)
        #expect(simulation.audit.filter { $0.contains(#""type":"fill""#) } == fills)
        #expect(
            simulation.disk.split(separator: 10).contains { String(decoding: $0, as: UTF8.self).contains("funding") })
        let after = try simulation.last("position")
        #expect(after["qty"] == before["qty"] && after["side"].text == "long")
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"])
        try simulation.open("BTC-o-2")
        #expect(try simulation.ends("BTC-o-2") == ["position_open"], "and nothing is shut")
        // It is the position's, and of one taken up again.
        simulation.crash()
        try simulation.go(8)
        try simulation.reduce("BTC-r-3", 1)
        try simulation.go(2)
        let closed = try simulation.last("position"), received = try simulation.last("account")["funding"]
        #expect(closed["side"].text == "flat" && closed["funding"] == received && received.number > 0)
    }

    // MARK: The stream

    @Test func whileTheStreamIsGoneNothingIsOpened() throws {
        let simulation = try Simulation.started()
        try simulation.breakStream()
        try simulation.open()
        #expect(try simulation.ends("BTC-o-1") == ["stream_down"])
        try simulation.go(4)
        try simulation.open("BTC-o-2")
        try simulation.go(1)
        #expect(try simulation.ends("BTC-o-2") == ["accepted", "filled"])
    }

    @Test func withoutTheStreamNothingIsOpenedAndFillsAreFound() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        try simulation.open()
        try simulation.go(6)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"], "by asking")
        try simulation.reduce("BTC-r-2", 0.5)
        try simulation.go(6)
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "filled"])
    }

    // MARK: Protection

    @Test func aPositionWithoutItsStopIsClosed() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.removeLevels("BTCUSDT")
        try simulation.go(4)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        let fill = try simulation.last("fill")
        #expect(fill["id"].text == "BTC-o-1" && fill["reason"].text == "reduce")
        #expect(simulation.said.contains { $0.contains("does not show a stop") })
    }

    @Test func anEmergencyWaitsForNoAnswer() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.reduce("BTC-r-2", 0.5)
        try simulation.go(0.5)
        simulation.verdict = nil
        try simulation.removeLevels("BTCUSDT")
        try simulation.go(5)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(try simulation.ends("BTC-r-2") == [], "nobody knows yet")
    }

    // MARK: The end

    @Test func theEndWaitsForWhatIsOnItsWay() throws {
        let simulation = try Simulation.started(["--on-end", "hold"])
        simulation.faults.answerLost = 1000
        simulation.faults.frameLost = 1000
        try simulation.open()
        try simulation.end()
        #expect(simulation.executor?.isDone == false)
        simulation.faults = .none
        try simulation.go(15)
        #expect(simulation.executor?.isDone == true)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"])
        #expect(try simulation.position("BTCUSDT")?.stopLoss != nil, "the exchange's stop stays")
    }

    @Test func theEndClosesIfItIsAskedTo() throws {
        let simulation = try Simulation.started(["--on-end", "flatten"])
        try simulation.open()
        try simulation.go(2)
        try simulation.end()
        #expect(simulation.executor?.isDone == false)
        try simulation.go(3)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.executor?.isDone == true)
    }

    // MARK: What others do

    @Test func whatOthersOpenIsLeftAloneAndShutsTheSymbol() throws {
        let simulation = try Simulation.started()
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.01")
        try simulation.go(3)
        try simulation.open()
        #expect(try simulation.ends("BTC-o-1") == ["shut"])
        #expect(
            try simulation.audit.map { try JSON($0) }.contains {
                $0["code"].text == "foreign_position" && $0["id"].isNull
            })
        try simulation.open("ETH-o-1", "ETHUSDT")
        try simulation.go(2)
        #expect(try simulation.ends("ETH-o-1") == ["accepted", "filled"], "the other symbol goes on")
        // So long that its execution is not asked for any more.
        try simulation.rest(700)
        simulation.crash()
        let told = simulation.audit.count
        try simulation.go { simulation.executor != nil }
        try simulation.go(2)
        try simulation.open("BTC-o-9")
        #expect(try simulation.ends("BTC-o-9") == ["unresolved"], "perhaps it is ours")
        try simulation.go(8)
        #expect(simulation.audit[told...].contains { $0.contains("foreign_position") })
        try simulation.open("BTC-o-2")
        #expect(try simulation.ends("BTC-o-2") == ["shut"])
        #expect(try simulation.position("BTCUSDT")?.size == "0.01")
    }

    @Test func inHedgeModeNothingIsOpened() throws {
        let simulation = try Simulation.started()
        try simulation.tell(
            "position", ["symbol": "BTCUSDT", "positionIdx": 1, "side": "Buy", "size": "0.01", "avgPrice": "97000"])
        try simulation.open()
        try simulation.open("ETH-o-1", "ETHUSDT")
        #expect(try simulation.ends("BTC-o-1") == ["stopped"] && simulation.ends("ETH-o-1") == ["stopped"])
        #expect(simulation.wire.isEmpty && simulation.said.contains { $0.contains("hedge mode") })
    }

    @Test func aKeyThatIsGivenMoreRightsOpensNothingWithinTheHour() throws {
        let simulation = try Simulation.started()
        try simulation.rest(3600)
        try simulation.go(1)
        try simulation.open()
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"], "nothing has changed so far")
        let more =
            #"{"retCode":0,"result":{"permissions":{"ContractTrade":["Order","Position"],"Wallet":["Withdraw"]},"#
            + #""readOnly":0,"ips":["1.2.3.4"]}}"#
        let answer = try Answer(granted: Array(more.utf8))
        simulation.questionVerdict = { $0.subject == .key ? .success(answer) : nil }
        try simulation.rest(3600)
        try simulation.go(1)
        try simulation.open("ETH-o-1", "ETHUSDT")
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(2)
        #expect(try simulation.ends("ETH-o-1") == ["stopped"])
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "filled"], "what is open may be closed")
    }

    @Test func whatOthersCloseIsBooked() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let size = try #require(simulation.position("BTCUSDT")?.size)
        try simulation.tradeOutside("BTCUSDT", "Sell", size)
        try simulation.go(2)
        let fill = try simulation.last("fill")
        #expect(fill["id"].isNull && fill["reason"].text == "external")
        #expect(try simulation.last("position")["side"].text == "flat")
        try simulation.reduce("BTC-r-2", 1)
        #expect(try simulation.ends("BTC-r-2") == ["no_position"])
    }

    // MARK: Recovery

    @Test func aStartTakesUpWhereTheLastRunWas() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let before = try simulation.last("position")
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
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(2)
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "filled"])
        try simulation.open("BTC-o-1")
        #expect(try simulation.ends("BTC-o-1").last == "duplicate_id", "an id names one order for ever")
    }

    @Test func whatAStopClosedWhileNobodyWasThereIsBooked() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.crash()
        let size = try #require(simulation.position("BTCUSDT")?.size)
        try simulation.tradeOutside("BTCUSDT", "Sell", size)
        try simulation.go(8)
        #expect(try simulation.last("fill")["reason"].text == "external")
        try simulation.open("BTC-o-2")
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-2") == ["accepted", "filled"])
    }

    @Test func whatALongSilenceHidIsBooked() throws {
        let simulation = try Simulation.started(equity: "5000")
        try simulation.open("ETH-o-1", "ETHUSDT")
        try simulation.go(2)
        simulation.faults.questionFails = 1000
        simulation.faults.frameLost = 1000
        for _ in 1...120 { try simulation.tradeOutside("ETHUSDT", "Sell", "0.01") }
        try simulation.go(900)
        simulation.faults = .none
        try simulation.go(10)
        let size = try #require(simulation.position("ETHUSDT")?.size)
        #expect(try simulation.last("position")["qty"].number == Double(size), "told in two pages")
        try simulation.open("BTC-o-2")
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-2") == ["accepted", "filled"])
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
    }

    // MARK: Limits

    @Test func aRunawayIsStoppedAtTheLimit() throws {
        let simulation = try Simulation.started(["--orders-a-minute", "3"])
        for number in 1...200 {
            try simulation.open("BTC-o-\(number)", weight: 0.1)
            try simulation.go(0.1)
            try simulation.reduce("BTC-r-\(number)", 1)
            try simulation.go(0.1)
        }
        let openings = simulation.wire.filter { !$0.isReduceOnly }
        for (index, order) in openings.enumerated() where index >= 3 {
            #expect(order.at - openings[index - 3].at > 60_000_000)
        }
        let refused = try simulation.ends("BTC-o-100")
        #expect(refused == ["order_rate"] || refused == ["position_open"])
    }

    @Test func aDaysLossHaltsUntilAPersonSaysSo() throws {
        let simulation = try Simulation.started(["--daily-loss", "0.0005"])
        try simulation.open()
        try simulation.go(2)
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(2)
        try simulation.open("BTC-o-2")
        #expect(try simulation.ends("BTC-o-2") == ["halted"])
        simulation.crash()
        try simulation.go(8)
        try simulation.open("BTC-o-3")
        #expect(try simulation.ends("BTC-o-3") == ["halted"], "a restart does not lift it")
        simulation.reset()
        try simulation.go(8)
        try simulation.open("BTC-o-4")
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-4") == ["accepted", "filled"])
    }

    @Test func whatIsOldOrFarOffIsNotOpened() throws {
        let simulation = try Simulation.started()
        try simulation.open("BTC-o-1", age: 6_000_000)
        #expect(try simulation.ends("BTC-o-1") == ["stale_intent"])
        try simulation.open("BTC-o-2", weight: 0.001)
        #expect(try simulation.ends("BTC-o-2") == ["too_small"])
        try simulation.open("no such id!")
        #expect(try simulation.ends("no such id!") == ["bad_id"])
        try simulation.open("XRP-o-1", "XRPUSDT")
        #expect(try simulation.ends("XRP-o-1") == ["unknown_symbol"])
        try simulation.open("BTC-o-3", weight: 7)
        #expect(try simulation.ends("BTC-o-3") == ["malformed"])
        try simulation.feed(
            #"{"type":"quote","ts":\#(simulation.now),"sym":"BTCUSDT","bid":99000,"bid_qty":1,"ask":99000.1,"ask_qty":1}"#
        )
        try simulation.open("BTC-o-4")
        #expect(try simulation.ends("BTC-o-4") == ["collar"])
        try simulation.reduce("BTC-r-1", 1)
        #expect(try simulation.ends("BTC-r-1") == ["no_position"])
        #expect(simulation.wire.isEmpty)
    }

    @Test func withTwentyFiveDollarsTheTruthIsSaid() throws {
        let simulation = try Simulation.started(equity: "25")
        try simulation.open("BTC-o-1", weight: 0.3)
        #expect(try simulation.ends("BTC-o-1") == ["too_small"])
        #expect(try simulation.last("reject")["reason"].text?.contains("the minimum of 0.001") == true)
    }

    @Test func aSellDoesNotReduceAShort() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.reduce("BTC-r-1", 1, side: "buy")
        #expect(try simulation.ends("BTC-r-1") == ["wrong_side"])
    }
}

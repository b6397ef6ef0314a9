import Bybit
import ExchangeFold
import Rehearsal
import Testing

@testable import ExecFold

/// Things that come together, and what a hostile or broken exchange says. Not covered: chance (`FaultTests`).
struct HardStoryTests {
    // MARK: Exits

    @Test func aHalfIsClosedAsAHalfThoughTheProgramDied() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let before = try #require(try simulation.position("BTCUSDT").flatMap { Double($0.size) })
        simulation.verdict = .failure(.status(502))
        try simulation.reduce("BTC-r-2", 0.5)
        try simulation.go(0.2)
        simulation.crash()
        try simulation.go(8)
        simulation.verdict = nil
        try simulation.go(60)
        let after = try #require(try simulation.position("BTCUSDT").flatMap { Double($0.size) })
        #expect(after > 0.4 * before && after < 0.6 * before)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2", "BTC-r-2-x1"])
    }

    @Test func anOrderThatTheExchangeForgetsEnds() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.acknowledgeOnly("BTC-r-2")
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(0.2)
        simulation.verdict = nil
        try simulation.go(60)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2", "BTC-r-2-x1"])
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "accepted", "filled"])
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    @Test func anEmergencyWaitsForNoOrderWhoseEndIsNotTold() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = {
            switch $0.subject {
            case .order, .past, .fills, .executions: .failure(.status(503))
            default: nil
            }
        }
        try simulation.reduce("BTC-r-2", 0.5)
        try simulation.go(0.5)
        try simulation.removeLevels("BTCUSDT")
        try simulation.breakStream()
        try simulation.go(10)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    @Test func theEndWaitsUntilTheStopIsSeen() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = { if case .position = $0.subject { .failure(.status(503)) } else { nil } }
        try simulation.open()
        try simulation.go { simulation.booked() != nil }
        try simulation.end()
        #expect(simulation.executor?.isDone == false)
        try simulation.go(8)
        #expect(try simulation.position("BTCUSDT")?.side != nil, "no answer does not say that it has no stop")
        try simulation.go(6)
        #expect(simulation.executor?.isDone == true)
        #expect(try simulation.position("BTCUSDT")?.side == nil, "closed, as nobody shows one")
    }

    // MARK: What others did

    @Test func whatOthersTradedBeforeIsNoPartOfIt() throws {
        let simulation = try Simulation.started()
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.005")
        try simulation.go(7)
        try simulation.tradeOutside("BTCUSDT", "Sell", "0.005")
        try simulation.go(2)
        simulation.crash()
        try simulation.go(8)
        try simulation.open()
        try simulation.go(3)
        let size = try #require(try simulation.position("BTCUSDT")?.size)
        try simulation.breakStream()
        try simulation.go(10)
        #expect(simulation.booked() == size)
        #expect(simulation.executor?.desks[0].shut == nil)
    }

    @Test func aCloseIsBookedThoughItsQuestionFailsForLong() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = {
            if case .executions = $0.subject { .failure(.refused(10016, "server error")) } else { nil }
        }
        try simulation.tradeOutside("BTCUSDT", "Sell", try #require(try simulation.position("BTCUSDT")).size)
        try simulation.go(100)
        simulation.questionVerdict = nil
        simulation.faults = .none
        try simulation.go(10)
        #expect(try simulation.booked() == nil && simulation.last("fill")["reason"].text == "external")
        #expect(simulation.executor?.desks[0].shut == nil)
    }

    @Test func aQuestionThatFailsIsAskedAgain() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.faults.frameLost = 1000
        var failures = 0
        simulation.questionVerdict = {
            guard case .executions = $0.subject, failures == 0 else { return nil }
            failures += 1
            return .failure(.status(503))
        }
        try simulation.tradeOutside("BTCUSDT", "Sell", try #require(try simulation.position("BTCUSDT")).size)
        try simulation.go { failures == 1 }
        try simulation.go(2)
        #expect(simulation.booked() == nil, "before the position is looked at again")
    }

    @Test func whatEndedMoreThanAWeekAgoIsGone() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.closeMoreThanAWeekAgo()
        #expect(simulation.said.contains { $0.contains("is not there any more") })
        #expect(try simulation.last("position")["side"].text == "flat")
        try simulation.open("BTC-o-2")
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-2") == ["accepted", "filled"])
    }

    @Test func aFillThatIsOvertakenByTheTakeProfitIsBooked() throws {
        let simulation = try Simulation.started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.open()
        let quantity = try #require(simulation.executor?.tickets.first?.sending.quantity)
        let part = "0.001"
        func row(_ id: String, _ side: String, _ size: String, _ link: String, _ origin: String, ms: Int64)
            -> Bybit.JSON
        {
            [
                "execId": .string(id), "symbol": "BTCUSDT", "side": .string(side), "execPrice": "97000",
                "execQty": .string(size), "execFee": "0.01", "execType": "Trade", "orderId": "1",
                "orderLinkId": .string(link), "createType": .string(origin),
                "execTime": .string("\(simulation.now / 1000 + ms)"),
            ]
        }
        let rest = "\(try #require(Double("\(quantity)")) - 0.001)"
        let rows = [
            row("e1", "Buy", part, "BTC-o-1", "CreateByUser", ms: 0),
            row("e2", "Buy", rest, "BTC-o-1", "CreateByUser", ms: 1),
            row("e3", "Sell", "\(quantity)", "", "CreateByTakeProfit", ms: 2),
        ]
        try simulation.tell("execution", rows[0])
        let answer = try Answer(
            granted: (["retCode": 0, "result": ["list": .array(rows.reversed())]] as Bybit.JSON).bytes)
        simulation.questionVerdict = { if case .executions = $0.subject { .success(answer) } else { nil } }
        try simulation.tell("execution", rows[2])
        try simulation.tell("execution", rows[1])
        try simulation.go(0.5)
        #expect(try simulation.last("position")["side"].text == "flat")
        #expect(try simulation.last("fill")["reason"].text == "take_profit")
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
    }

    @Test func moreThanWasOrderedIsNotBooked() throws {
        let simulation = try Simulation.started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.open()
        for number in 0..<12 {
            try simulation.tell(
                "execution",
                [
                    "execId": "e\(number)", "symbol": "BTCUSDT", "side": "Buy", "execPrice": "97000",
                    "execQty": "10000000000", "execFee": "0.01", "execType": "Trade", "orderId": "1",
                    "orderLinkId": "BTC-o-1", "execTime": .string("\(simulation.now / 1000)"),
                ])
        }
        #expect(simulation.booked() == nil)
    }

    @Test func anotherOrderOfThatNameIsNotOurs() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(2)
        // A new folder, a day later, and the same intents.
        simulation.crash()
        simulation.disk = []
        simulation.now += 86_400_000_000
        let told = simulation.audit.count
        try simulation.go(8)
        try simulation.open()
        try simulation.go(40)
        #expect(simulation.booked() == nil)
        #expect(try simulation.ends("BTC-o-1").last == "not_placed")
        #expect(!simulation.audit[told...].contains { $0.contains(#""type":"fill""#) })
    }

    private func reduceAtTheSecondAttempt(_ simulation: Simulation) throws {
        simulation.verdict = .failure(.refused(110_079, "busy"))
        try simulation.reduce("R", 1)
        try simulation.go(0.2)
        simulation.verdict = nil
        try simulation.go(3)
    }

    @Test func theNameOfAFurtherAttemptIsNoIntents() throws {
        let simulation = try Simulation.started()
        try simulation.open("A")
        try simulation.go(2)
        try reduceAtTheSecondAttempt(simulation)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        try simulation.open("R-x1")
        #expect(try simulation.ends("R-x1") == ["duplicate_id"])
        #expect(simulation.wire.map(\.link) == ["A", "R", "R-x1"])
    }

    @Test func aFurtherAttemptTakesNoIntentsName() throws {
        let simulation = try Simulation.started()
        try simulation.open("R-x1")
        try simulation.go(2)
        try reduceAtTheSecondAttempt(simulation)
        #expect(simulation.wire.map(\.link) == ["R-x1", "R", "R-x2"])
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    @Test func fillsInManyPagesAreAllRead() throws {
        let simulation = try Simulation.started(equity: "1000000")
        simulation.exchange.fillParts = 150
        simulation.faults.frameLost = 1000
        try simulation.open()
        try simulation.go(60)
        #expect(try simulation.ends("BTC-o-1").last == "filled" || simulation.ends("BTC-o-1").last == "cancelled")
        #expect(try simulation.booked() == simulation.position("BTCUSDT")?.size)
    }

    /// The exchange closes it by itself: an execution without a name of ours.
    @Test(arguments: ["BustTrade", "AdlTrade"]) func whatTheExchangeClosesIsBooked(type: String) throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let size = try #require(simulation.booked())
        try simulation.tell(
            "execution",
            [
                "execId": "bust", "symbol": "BTCUSDT", "side": "Sell", "execPrice": "90000", "execQty": .string(size),
                "execFee": "1", "execType": .string(type), "orderId": "x", "orderLinkId": "",
                "execTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(try simulation.last("fill")["reason"].text == "liquidation")
        #expect(try simulation.last("position")["side"].text == "flat")
    }

    @Test func anAnswerThatLagsBehindTheStreamTakesNothingBack() throws {
        let simulation = try Simulation.started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.open()
        let quantity = try #require(simulation.executor?.tickets.first?.sending.quantity)
        let order: Bybit.JSON = [
            "orderId": "1", "orderLinkId": "BTC-o-1", "symbol": "BTCUSDT", "orderStatus": "New", "cumExecQty": "0",
            "side": "Buy", "qty": .string("\(quantity)"),
        ]
        let lagging = try Answer(granted: (["retCode": 0, "result": ["list": [order]]] as Bybit.JSON).bytes)
        simulation.questionVerdict = { if case .order = $0.subject { .success(lagging) } else { nil } }
        let fill: Bybit.JSON = [
            "execId": "e1", "symbol": "BTCUSDT", "side": "Buy", "execPrice": "97000", "execQty": "0.001",
            "execFee": "0.01", "execType": "Trade", "orderId": "1", "orderLinkId": "BTC-o-1",
            "execTime": .string("\(simulation.now / 1000)"),
        ]
        try simulation.tell("execution", fill)
        try simulation.go(1)
        #expect(simulation.booked() == "0.001")
        #expect(try simulation.ends("BTC-o-1") == ["accepted"], "neither ended nor begun anew")
        try simulation.tell("execution", fill)
        #expect(simulation.booked() == "0.001", "told twice, booked once")
    }

    @Test func inTenMinutesWithoutTheExchangeNothingIsForgotten() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.faults.answerLost = 1000
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = { _ in .failure(.unsent("no route to host")) }
        try simulation.reduce("BTC-r-2", 0.5)
        try simulation.breakStream()
        try simulation.rest(600)
        #expect(try simulation.ends("BTC-r-2") == [])
        simulation.faults = .none
        simulation.questionVerdict = nil
        try simulation.go(20)
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "filled"])
        #expect(simulation.booked() == (try simulation.position("BTCUSDT")?.size))
        #expect(simulation.wire.count == 2)
    }

    @Test func messagesThatComeTwoMinutesLateChangeNothing() throws {
        let simulation = try Simulation.started()
        simulation.frameDelay = 120_000_000
        try simulation.open()
        try simulation.go(10)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"], "by asking")
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(10)
        try simulation.open("BTC-o-3")
        try simulation.go(10)
        let told = simulation.audit.filter { $0.contains(#""type":"fill""#) || $0.contains(#""type":"order""#) }
        let size = simulation.booked()
        try simulation.go(125)
        #expect(
            simulation.audit.filter { $0.contains(#""type":"fill""#) || $0.contains(#""type":"order""#) } == told)
        #expect(try simulation.booked() == size && size == simulation.position("BTCUSDT")?.size)
        #expect(simulation.executor?.desks[0].shut == nil)
    }

    // MARK: Limits

    @Test func aLossThatIsNotRealisedCounts() throws {
        let simulation = try Simulation.started(["--daily-loss", "0.05"])
        try simulation.open(weight: 0.3, takeProfit: "0.9")
        try simulation.go(2)
        for _ in 0..<20 {
            simulation.prices[0] *= 0.997
            try simulation.go(0.5)
        }
        try simulation.go(12)
        try simulation.open("ETH-o-1", "ETHUSDT", weight: 0.1)
        #expect(try simulation.ends("ETH-o-1") == ["halted"])
    }

    @Test func aResetBeginsTheDaysLossAnew() throws {
        let simulation = try Simulation.started(["--daily-loss", "0.001"])
        try simulation.lose()
        #expect(simulation.executor?.memory.halts.first?.code == "daily_loss")
        simulation.reset()
        try simulation.go(8)
        try simulation.open("BTC-o-9", weight: 0.1)
        try simulation.go(1)
        #expect(try simulation.ends("BTC-o-9") == ["accepted", "filled"])
    }

    @Test func whatIsNotPricedNowIsNotOpened() throws {
        let simulation = try Simulation.started()
        for _ in 0..<10 {
            simulation.now += 1_000_000
            try simulation.feed(
                #"{"type":"quote","ts":\#(simulation.now),"sym":"BTCUSDT","bid":97000,"bid_qty":1,"ask":97000.1,"ask_qty":1}"#
            )
        }
        try simulation.open("ETH-o-1", "ETHUSDT")
        #expect(try simulation.ends("ETH-o-1") == ["stale_feed"], "of this symbol nothing has come")
        let tomorrow = simulation.now + 86_400_000_000
        try simulation.feed(
            #"{"type":"quote","ts":\#(tomorrow),"sym":"BTCUSDT","bid":97000,"bid_qty":1,"ask":97000.1,"ask_qty":1}"#)
        try simulation.open()
        #expect(try simulation.ends("BTC-o-1") == ["stale_feed"], "a clock is off")
        try simulation.go(0.1)
        try simulation.open("BTC-o-2", age: -60_000_000)
        #expect(try simulation.ends("BTC-o-2") == ["stale_intent"])
        #expect(simulation.wire.isEmpty)
    }

    @Test func eachLimitRefuses() throws {
        let many = try Simulation.started(["--max-positions", "1"])
        try many.open()
        try many.open("ETH-o-1", "ETHUSDT")
        #expect(try many.ends("ETH-o-1") == ["too_many_positions"])
        let large = try Simulation.started(["--notional-a-minute", "0.5"])
        try large.open(weight: 0.2)
        #expect(try large.ends("BTC-o-1") == ["notional_rate"])
        let low = try Simulation.started()
        try low.open(side: "sell", takeProfit: "1")
        #expect(try low.ends("BTC-o-1") == ["malformed"], "a level of 0")
        let ending = try Simulation.started()
        try ending.end()
        try ending.open()
        #expect(try ending.ends("BTC-o-1") == ["ending"])
        let waiting = try Simulation.started(["--reductions-a-minute", "600"])
        try waiting.open()
        try waiting.go(2)
        waiting.verdict = .failure(.unreachable("timed out"))
        for number in 0...66 { try waiting.reduce("BTC-r-\(number)", 0.5) }
        #expect(try waiting.ends("BTC-r-66") == ["too_many_orders"])
    }

    @Test func aBannedAddressAsksNothing() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        var asked = 0
        simulation.questionVerdict = { _ in
            asked += 1
            return .failure(.banned)
        }
        try simulation.breakStream()
        try simulation.go(2)
        let since = asked
        try simulation.go(60)
        try simulation.rest(520)
        #expect(asked == since)
        simulation.questionVerdict = nil
        try simulation.go(25)
        try simulation.open("ETH-o-1", "ETHUSDT")
        try simulation.go(2)
        #expect(try simulation.ends("ETH-o-1") == ["accepted", "filled"])
    }

    // MARK: Words

    @Test func whatIsTooLongForTheJournalIsCut() throws {
        let simulation = try Simulation.started(["--max-refusals", "1"])
        let long = String(repeating: "x", count: 5000)
        try simulation.open(drift: "0." + String(repeating: "1", count: 4000))
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"])
        #expect(try simulation.last("position")["drift"].isNull)
        try simulation.tell(
            "execution",
            [
                "execId": .string(long), "symbol": "BTCUSDT", "side": "Sell", "execPrice": "97000", "execQty": "0.001",
                "execFee": "0", "execType": "Funding", "orderLinkId": "",
                "execTime": .string("\(simulation.now / 1000)"),
            ])
        simulation.verdict = .failure(.refused(110_007, long))
        try simulation.open("ETH-o-1", "ETHUSDT")
        try simulation.go(1)
        #expect(try simulation.ends("ETH-o-1") == ["110007"])
        #expect(simulation.executor?.memory.halts.first?.code == "refusals")
    }

    @Test func aRefusalOfAQuestionStopsWhatOpens() throws {
        func reason(_ failure: RESTFailure) throws -> String {
            let simulation = try Simulation.started()
            simulation.questionVerdict = { _ in .failure(failure) }
            try simulation.breakStream()
            try simulation.go(4)
            simulation.questionVerdict = nil
            try simulation.open()
            return try simulation.ends("BTC-o-1") == ["stopped"]
                ? #require(simulation.last("reject")["reason"].text) : ""
        }
        let long = try reason(.refused(10003, "API key is invalid" + String(repeating: "!", count: 90_000)))
        #expect(long.contains("10003: API key is invalid") && long.utf8.count == 1000)
        #expect(try reason(.status(401)).contains("HTTP status 401"))
        #expect(try reason(.status(404)).isEmpty, "a gateway's, perhaps")
    }
}

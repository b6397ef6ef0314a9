import Bybit
import Records
import Rehearsal
import Venue
import Testing

@testable import ExecFold

/// What must be closed is closed, whatever else is on its way. Not covered: chance (`FaultTests`).
struct ExitStoryTests {
    // MARK: The end

    @Test func anEntryThatNobodyKnowsOfIsFlattenedToo() throws {
        let simulation = try Simulation.started(["--on-end", "flatten"])
        simulation.faults.answerLost = 1000
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = {
            switch $0.subject {
            case .order, .past, .fills, .executions: .failure(.status(503))
            default: nil
            }
        }
        try simulation.open()
        try simulation.go(1)
        try simulation.end()
        try simulation.go(9)
        #expect(simulation.executor?.isDone == false)
        simulation.questionVerdict = nil
        simulation.faults = .none
        try simulation.go(40)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.executor?.isDone == true)
    }

    @Test func anEntryThatArrivesLateIsFlattenedToo() throws {
        let simulation = try Simulation.started(["--on-end", "flatten"])
        simulation.faults.late = 1000
        try simulation.open()
        try simulation.go(0.1)
        try simulation.end()
        try simulation.go(40)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    @Test(arguments: ["1", "0.5"]) func anExitThatComesAsTheEndBeginsIsCarriedOut(fraction: String) throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.end()
        try simulation.reduce("BTC-r-1", Double(fraction)!)
        try simulation.go(2)
        #expect(try simulation.ends("BTC-r-1") == ["accepted", "filled"])
        #expect((try simulation.position("BTCUSDT")?.side == nil) == (fraction == "1"))
        #expect(simulation.executor?.isDone == true)
    }

    @Test func anExitThatComesAsAllIsFlattenedIsAnswered() throws {
        let simulation = try Simulation.started(["--on-end", "flatten"])
        try simulation.open()
        try simulation.go(2)
        try simulation.end()
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(2)
        #expect(try simulation.ends("BTC-r-1") == ["no_position"])
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.executor?.isDone == true)
    }

    // MARK: Doubt

    @Test(arguments: [RESTFailure.refused(10006, "Too many visits"), .status(502), .unreachable("timed out")])
    func anExitInDoubtIsNotWaitedFor(failure: RESTFailure) throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.verdict = .failure(failure)
        let began = simulation.now
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(0.3)
        simulation.verdict = nil
        try simulation.go(4)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(try #require(simulation.wire.last).at - began < 3_000_000)
        try simulation.go(60)
        #expect(try simulation.ends("BTC-r-2") == ["no_position"], "an intent ends once")
        #expect(simulation.wire.count == 3)
    }

    @Test func withoutTheStreamAbsenceProvesNothing() throws {
        let simulation = try Simulation.started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.open()
        try simulation.go(60) { try $0.breakStream() }
        #expect(try simulation.ends("BTC-o-1") == [])
        try simulation.go(60)
        #expect(try simulation.ends("BTC-o-1") == ["not_placed"])
    }

    @Test func anExitInDoubtThatWasTakenIsNotRepeated() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.faults.answerLost = 1000
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(60)
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "filled"])
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2"])
    }

    /// Nobody can say what became of it for longer than one that closes a part may wait.
    @Test func anExitThatTheExchangeForgotIsTriedAgainHoweverLate() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.acknowledgeOnly("BTC-r-1")
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(0.5)
        simulation.verdict = nil
        simulation.answerOfOrders(.failure(.status(503)))
        try simulation.go(50)
        #expect(try simulation.ends("BTC-r-1") == ["accepted"])
        simulation.questionVerdict = nil
        try simulation.go(50)
        #expect(try simulation.ends("BTC-r-1").last == "filled" && simulation.booked() == nil)
    }

    @Test(arguments: [false, true]) func anExitWithoutAnAnswerIsNotWaitedFor(dies: Bool) throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(3)
        simulation.faults.requestLost = 1000
        let began = simulation.now
        try simulation.reduce("BTC-r-2", 1)
        simulation.faults = .none
        if dies {
            try simulation.go(0.1)
            simulation.crash()
        }
        try simulation.go { simulation.booked() == nil && simulation.executor != nil }
        #expect(simulation.now - began < (dies ? 9_000_000 : 3_000_000))
    }

    @Test func anExitThatCannotLeaveIsNotGivenUp() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(3)
        simulation.verdict = .failure(.unsent("no route"))
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(3)
        simulation.verdict = nil
        #expect(try simulation.ends("BTC-r-2") == ["unsent"])
        try simulation.go(12)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    /// Also at once, and where nothing is opened for another reason.
    @Test(arguments: [(nil, 10.0), (110_021, 2)] as [(Int?, Double)])
    func whatOthersHoldIsNotClosedInDoubt(code: Int?, after seconds: Double) throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        if let code {
            simulation.verdict = .failure(.refused(code, "too much is open"))
            try simulation.reduce("BTC-r-1", 0.5)
            try simulation.go(1)
            simulation.verdict = nil
        }
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.2")
        try simulation.go(seconds)
        let all = try #require(try simulation.position("BTCUSDT").flatMap { Double($0.size) })
        let ours = try #require(simulation.booked().flatMap { Double($0) })
        simulation.faults.answerLost = 1000
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = { if case .order = $0.subject { .failure(.status(503)) } else { nil } }
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(50)
        let left = try #require(try simulation.position("BTCUSDT").flatMap { Double($0.size) })
        #expect(abs(left - (all - ours)) < 1e-9 && simulation.booked() == nil)
    }

    /// Lines that come together: the exit has just ended, and the next line opens.
    @Test func whatWasToBeClosedClosesNothingNew() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(3)
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(0.3)
        simulation.verdict = nil
        try simulation.go(4)
        var executor = try #require(simulation.executor)
        var output = Output(passesOn: false)
        let index = try #require(executor.ticket("BTC-r-2"))
        executor.notPlaced(index, Rejection("not_placed", "it is not there"), at: simulation.now, into: &output)
        #expect(executor.desks[0].closing == nil && executor.desks[0].waiting.isEmpty && executor.tickets.isEmpty)
    }

    @Test func aReductionOfTheOtherSideClosesNothing() throws {
        let simulation = try Simulation.started()
        simulation.faults.late = 1000
        try simulation.open()
        try simulation.go(0.1)
        try simulation.reduce("BTC-r-0", 1, side: "buy")
        simulation.faults = .none
        try simulation.go(15)
        #expect(try simulation.ends("BTC-r-0") == ["wrong_side"])
        #expect(simulation.booked() != nil)
    }

    @Test func whatHasWaitedForLongIsNotSent() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.questionVerdict = {
            switch $0.subject {
            case .order, .past, .fills: .failure(.status(503))
            default: nil
            }
        }
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.reduce("BTC-r-1", 0.5)
        try simulation.go(1)
        simulation.verdict = nil
        try simulation.reduce("BTC-r-2", 0.5)
        try simulation.go(70)
        simulation.questionVerdict = nil
        try simulation.go(60)
        #expect(try simulation.ends("BTC-r-2") == ["stale_intent"])
    }

    // MARK: Less than was thought

    @Test func anExitIsCutToWhatThereIs() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.faults.late = 1000
        try simulation.reduce("BTC-r-2", 0.9)
        try simulation.go(0.1)
        let size = try #require(simulation.booked().flatMap { Double($0) })
        try simulation.tradeOutside("BTCUSDT", "Sell", "\((size / 2 * 1000).rounded(.down) / 1000)")
        simulation.faults = .none
        try simulation.go(60)
        #expect(try simulation.position("BTCUSDT")?.side == nil && simulation.booked() == nil)
        #expect(try simulation.ends("BTC-r-2").contains("no_position") == false)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-2"])
    }

    @Test func anExitThatTheExchangeCallsFilledIsFilled() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.acknowledgeOnly("BTC-r-2")
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(0.2)
        let time = Bybit.JSON.string("\(simulation.now / 1000)")
        try simulation.tell(
            "execution",
            [
                "execId": "cut", "symbol": "BTCUSDT", "side": "Sell", "execPrice": "97000", "execQty": "0.01",
                "execFee": "0.01", "execType": "Trade", "orderId": "1", "orderLinkId": "BTC-r-2", "execTime": time,
            ])
        try simulation.tell(
            "order",
            [
                "orderId": "1", "orderLinkId": "BTC-r-2", "symbol": "BTCUSDT", "side": "Sell", "qty": "0.01",
                "orderStatus": "Filled", "cumExecQty": "0.01", "createdTime": time, "reduceOnly": true,
            ])
        #expect(try simulation.ends("BTC-r-2") == ["accepted", "filled"])
    }

    @Test func aHandThatClosesMoreThanOursClosesOurs() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let size = try #require(simulation.booked().flatMap { Double($0) })
        try simulation.removeLevels("BTCUSDT")
        try simulation.go(0.5)
        try simulation.tradeOutside("BTCUSDT", "Sell", "\((size * 2 * 1000).rounded() / 1000)")
        try simulation.go(30)
        #expect(try simulation.booked() == nil && simulation.last("fill")["reason"].text == "external")
        #expect(simulation.executor?.desks[0].shut != nil, "what is left is not ours")
        let sent = simulation.wire.count
        try simulation.reduce("BTC-r-9", 1, side: "buy")
        #expect(try simulation.ends("BTC-r-9") == ["no_position"])
        try simulation.go(30)
        #expect(simulation.wire.count == sent && sent <= 2)
    }

    @Test func whatStandsOnTheOtherSideIsNotOurs() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.turnOverUntold()
        try simulation.go(40)
        #expect(simulation.booked() == nil && simulation.executor?.desks[0].shut != nil)
    }

    @Test func whatIsClosedWithMoreIsInTheResult() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let size = simulation.booked()
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.001")
        try simulation.go(8)
        try simulation.tradeOutside("BTCUSDT", "Sell", try #require(try simulation.position("BTCUSDT")).size)
        try simulation.go(20)
        #expect(simulation.booked() == nil)
        let fill = try simulation.last("fill")
        #expect(fill["qty"].number == size.flatMap { Double($0) } && fill["fee"].number > 0)
    }

    // MARK: A start

    @Test func whatWasClosedJustBeforeAStartIsOurs() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.crash()
        try simulation.tradeOutside("BTCUSDT", "Sell", "0.001")
        try simulation.go(12)
        #expect(try simulation.booked() == simulation.position("BTCUSDT")?.size)
        #expect(simulation.executor?.desks[0].shut == nil)
    }

    @Test func theOppositeOfWhatIsGoneIsRemembered() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.closeMoreThanAWeekAgo()
        try simulation.open("BTC-o-2", side: "sell")
        try simulation.go(2)
        simulation.crash()
        try simulation.tradeOutside("BTCUSDT", "Buy", try #require(try simulation.position("BTCUSDT")).size)
        simulation.now += 3_600_000_000
        try simulation.go(20)
        #expect(try simulation.last("fill")["reason"].text == "external")
        #expect(simulation.said.count { $0.contains("is not there any more") } == 1, "the first")
    }

    @Test func aClockThatWasAheadHidesNothing() {
        let stamp: Int64 = 1_760_000_000_000_000
        let sending: Bybit.JSON = [
            "do": "send", "intent": "a", "link": "a", "symbol": "BTCUSDT", "side": "buy", "qty": "0.01",
            "reduce_only": false, "notional": "970", "fraction": "1", "tries": 0, "stamp": .number("\(stamp)"),
            "ts": .number("\(stamp + 3_600_000_000)"),
        ]
        #expect(Executor.unsettled([sending]) == ["BTCUSDT": stamp - 60_000_000])
    }
}

import Bybit
import Records
import Rehearsal
import Testing

@testable import ExecFold

/// What exec has taken on itself to close is closed, whoever else wanted to, and after every start. Not covered: chance
/// (`FaultTests`).
struct TakeoverStoryTests {
    /// The end comes while an exit is on its way, which the exchange then refuses.
    @Test func anEndIsNotForgottenForAnExitOnItsWay() throws {
        let simulation = try Simulation.started(["--on-end", "flatten"])
        try simulation.open()
        try simulation.go(2)
        simulation.verdict = .failure(.refused(110_007, "not enough"))
        try simulation.reduce("BTC-r-1", 1)
        try simulation.end()
        try simulation.go(1)
        simulation.verdict = nil
        #expect(simulation.executor?.isDone == false)
        try simulation.go(15)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.executor?.isDone == true)
        #expect(simulation.wire.map(\.link).prefix(2) == ["BTC-o-1", "BTC-r-1"])
    }

    /// No stop is seen while an exit is on its way, which the exchange then refuses.
    @Test func anEmergencyIsNotForgottenForAnExitOnItsWay() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.removeLevels("BTCUSDT")
        try simulation.go { simulation.executor?.desks[0].protectBy != nil }
        let by = try #require(simulation.executor?.desks[0].protectBy)
        try simulation.go { simulation.now > by - 300_000 }
        // It is answered behind the moment at which the stop must have been seen, and before exec would stand in for it.
        simulation.verdict = .failure(.refused(110_007, "not enough"))
        simulation.orderDelay = 800_000
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(1.2)
        #expect(try simulation.ends("BTC-r-1") == ["110007"])
        simulation.verdict = nil
        simulation.orderDelay = 0
        try simulation.go(3)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    @Test func whatRunsOutOfStopsIsNotBoughtAndSoldForEver() throws {
        let simulation = try Simulation.started()
        for round in 0..<2 {
            let symbol = Simulation.symbols[round]
            try simulation.open("o-\(round)", symbol)
            try simulation.go(1)
            try simulation.removeLevels(symbol)
            try simulation.go { simulation.booked(symbol) == nil }
            try simulation.open("again-\(round)", symbol)
            #expect(try simulation.ends("again-\(round)") == [round == 0 ? "shut" : "halted"])
        }
        simulation.crash()
        try simulation.go(10)
        try simulation.open("later")
        #expect(try simulation.ends("later") == ["halted"], "until a person has looked")
    }

    /// Others hold something in the symbol, so an exit in doubt is not repeated at once; that nobody has it is known after a
    /// while, also without the stream.
    @Test func besideOthersALostExitIsRepeatedWithoutTheStream() throws {
        let simulation = try Simulation.besideOthers()
        try simulation.loseReduction("BTC-r-1", 1)
        try simulation.go(60) { try $0.breakStream() }
        #expect(simulation.booked() == nil)
        #expect(try simulation.position("BTCUSDT")?.size == "0.01", "theirs stays")
    }

    /// As before, and nothing about orders is answered for longer than an intent may wait.
    @Test func besideOthersALostExitOutlivesItsIntent() throws {
        let simulation = try Simulation.besideOthers()
        simulation.answerOfOrders(.failure(.status(503)))
        try simulation.loseReduction("BTC-r-1", 1)
        try simulation.go(70)
        simulation.questionVerdict = nil
        try simulation.go(90)
        #expect(simulation.booked() == nil)
        #expect(try simulation.position("BTCUSDT")?.size == "0.01", "theirs stays")
    }

    /// A half that was taken, of which nobody tells: without the stream it is not halved again.
    @Test func withoutTheStreamAHalfIsNotHalvedAgain() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let size = try #require(simulation.booked().flatMap { Double($0) })
        simulation.answerOfOrders(Simulation.nothing)
        try simulation.breakStream()
        simulation.faults.answerLost = 1000
        try simulation.reduce("BTC-r-1", 0.5)
        try simulation.go(60) { try $0.breakStream() }
        let left = try #require(try simulation.position("BTCUSDT").flatMap { Double($0.size) })
        #expect(abs(left - size / 2) < 1e-9)
    }

    // MARK: A stop that is not seen

    /// The frame with its levels comes before its fill, and an answer is behind: that shows nothing.
    @Test func anAnswerThatIsBehindTakesNothingAway() throws {
        let simulation = try Simulation.started()
        try simulation.tell(
            "position",
            [
                "positionIdx": 0, "symbol": "BTCUSDT", "side": "", "size": "0", "takeProfit": "", "stopLoss": "",
                "seq": 1_000_000,
            ])
        simulation.faults.frameLost = 1000
        try simulation.open()
        try simulation.go { simulation.booked() != nil }
        try simulation.go(5)
        #expect(simulation.booked() != nil && simulation.executor?.desks[0].protectBy != nil)
        try simulation.tell(
            "position",
            [
                "positionIdx": 0, "symbol": "BTCUSDT", "side": "Buy", "size": .string(simulation.booked()!),
                "takeProfit": "100000", "stopLoss": "90000", "seq": 1_000_001,
            ])
        try simulation.go(20)
        #expect(simulation.booked() != nil && simulation.executor?.desks[0].shut == nil)
    }

    @Test func afterABanAStopIsAskedFor() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = { if case .position = $0.subject { .failure(.banned) } else { nil } }
        try simulation.open()
        try simulation.go { simulation.booked() != nil }
        try simulation.go(2)
        #expect(simulation.executor?.bannedUntil ?? 0 > simulation.now)
        simulation.questionVerdict = nil
        simulation.faults = .none
        try simulation.rest(610)
        try simulation.go(20)
        #expect(simulation.booked() != nil && simulation.executor?.desks[0].shut == nil)
    }

    @Test func anExitThatMeetsABanIsMadeAfterIt() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.questionVerdict = { _ in .failure(.banned) }
        try simulation.breakStream()
        try simulation.go(3)
        simulation.questionVerdict = nil
        try simulation.reduce("BTC-r-1", 0.5)
        try simulation.reduce("BTC-r-2", 1)
        #expect(try simulation.ends("BTC-r-1") == ["banned"] && simulation.ends("BTC-r-2") == ["banned"])
        try simulation.rest(590)
        try simulation.go(25)
        #expect(simulation.booked() == nil)
    }

    /// An exit is on its way when the address is banned, and then refused for a reason that passes, or as if nothing were held.
    @Test(arguments: [110_079, 110_017]) func anExitThatIsRefusedWithinABanIsMadeAfterIt(code: Int) throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.verdict = .failure(.refused(code, "not now"))
        simulation.orderDelay = 1_500_000
        try simulation.reduce("BTC-r-1", 1)
        simulation.questionVerdict = { _ in .failure(.banned) }
        try simulation.breakStream()
        try simulation.go(3)
        simulation.questionVerdict = nil
        simulation.verdict = nil
        simulation.orderDelay = 0
        #expect(simulation.executor?.bannedUntil ?? 0 > simulation.now && simulation.booked() != nil)
        try simulation.rest(590)
        try simulation.go(25)
        #expect(simulation.booked() == nil)
    }

    /// Within a ban, of which the stream tells nothing, a hand closes ours and opens its own.
    @Test func whatAHandOpensWithinABanStays() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let size = try #require(simulation.booked())
        simulation.questionVerdict = { _ in .failure(.banned) }
        try simulation.breakStream()
        try simulation.go(3)
        simulation.questionVerdict = nil
        try simulation.reduce("BTC-r-1", 1)
        simulation.faults.frameLost = 1000
        try simulation.tradeOutside("BTCUSDT", "Sell", size)
        try simulation.go(1)
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.05")
        try simulation.go(2)
        simulation.faults = .none
        try simulation.rest(620)
        try simulation.go(10)
        #expect(try simulation.position("BTCUSDT")?.size == "0.05" && simulation.wire.count == 1)
    }

    /// That no levels were seen before a ban says nothing of what is there behind it.
    @Test func whatWasSeenBeforeABanIsNoEvidenceBehindIt() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        let isSlow: (Request) -> RESTFailure? = { if case .position = $0.subject { .status(503) } else { nil } }
        simulation.questionVerdict = { isSlow($0).map { .failure($0) } }
        try simulation.open()
        try simulation.go { simulation.booked() != nil }
        try simulation.tell(
            "position",
            [
                "positionIdx": 0, "symbol": "BTCUSDT", "side": "Buy", "size": .string(simulation.booked() ?? "0"),
                "takeProfit": "", "stopLoss": "",
            ])
        simulation.questionVerdict = { _ in .failure(.banned) }
        try simulation.go { simulation.executor?.bannedUntil ?? 0 > simulation.now }
        let end = try #require(simulation.executor?.bannedUntil)
        try simulation.rest(Double(end - simulation.now) / 1e6 - 0.1)
        simulation.questionVerdict = { isSlow($0).map { .failure($0) } }
        try simulation.go(4)
        simulation.questionVerdict = nil
        try simulation.go(10)
        #expect(simulation.booked() != nil && simulation.executor?.desks[0].shut == nil)
    }

    /// An entry is on its way when the address is banned, and its fill is told by the stream.
    @Test func whatIsOpenedWithinABanIsAskedForAfterIt() throws {
        let simulation = try Simulation.started()
        try simulation.go { (simulation.executor?.desks[0].markAskAt ?? 0) - simulation.now < 300_000 }
        simulation.orderDelay = 1_000_000
        try simulation.open()
        simulation.questionVerdict = { if case .mark = $0.subject { .failure(.banned) } else { nil } }
        try simulation.go { simulation.executor?.bannedUntil ?? 0 > simulation.now }
        simulation.questionVerdict = nil
        try simulation.tell(
            "position",
            [
                "positionIdx": 0, "symbol": "BTCUSDT", "side": "", "size": "0", "takeProfit": "", "stopLoss": "",
                "seq": 1_000_000,
            ])
        try simulation.go { simulation.booked() != nil }
        let end = try #require(simulation.executor?.bannedUntil)
        #expect(end > simulation.now)
        try simulation.rest(Double(end - simulation.now) / 1e6 + 0.1)
        try simulation.go(1)
        try simulation.tell(
            "position",
            [
                "positionIdx": 0, "symbol": "BTCUSDT", "side": "Buy", "size": .string(simulation.booked() ?? "0"),
                "takeProfit": "100000", "stopLoss": "90000", "seq": 1_000_001,
            ])
        try simulation.go(20)
        #expect(simulation.booked() != nil && simulation.wire.count == 1)
    }

    /// Beside others a part is lost, and then all is to be closed; no stream.
    @Test(arguments: [0, 70.0]) func aLostPartHoldsUpNoClosing(outage seconds: Double) throws {
        let simulation = try Simulation.besideOthers()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.reduce("BTC-r-1", 0.5)
        try simulation.go(0.5) { try $0.breakStream() }
        simulation.verdict = nil
        try simulation.reduce("BTC-r-2", 1)
        simulation.questionVerdict = { if case .order = $0.subject { .failure(.status(503)) } else { nil } }
        try simulation.go(seconds) { try $0.breakStream() }
        simulation.questionVerdict = nil
        try simulation.go(60) { try $0.breakStream() }
        #expect(simulation.booked() == nil)
        #expect(try simulation.position("BTCUSDT")?.size == "0.01", "theirs stays")
        #expect(try simulation.ends("BTC-r-1") == ["not_placed"])
    }

    /// Beside others all is to be closed, and waits for a part of which nobody knows: it is exec's after two seconds, also for
    /// the next start.
    @Test(arguments: [true, false]) func anExitThatWaitsOutlivesTheRun(crash: Bool) throws {
        let simulation = try Simulation.besideOthers()
        simulation.answerOfOrders(.failure(.status(503)))
        try simulation.loseReduction("BTC-r-1", 0.5)
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(5)
        if !crash {
            try simulation.end()
            try simulation.abandon()
            #expect(try simulation.ends("BTC-r-2") == ["unfinished"])
        }
        simulation.crash()
        simulation.questionVerdict = nil
        try simulation.go(120)
        #expect(simulation.booked() == nil)
        #expect(try simulation.position("BTCUSDT")?.size == "0.01", "theirs stays")
    }

    /// All is closed, and nobody says that the order has ended: nothing is due at once for ever.
    @Test func ofWhatIsNotHeldNothingIsDue() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(3)
        let size = try #require(simulation.booked().flatMap { Double($0) })
        try simulation.removeLevels("BTCUSDT")
        try simulation.go { simulation.executor?.desks[0].protectBy != nil }
        try simulation.acknowledgeOnly("BTC-r-2")
        try simulation.reduce("BTC-r-2", 0.9)
        try simulation.go(0.2)
        simulation.verdict = nil
        try simulation.tradeOutside("BTCUSDT", "Sell", "\((size / 2 * 1000).rounded() / 1000)")
        try simulation.go(0.3)
        try simulation.tell(
            "execution",
            [
                "execId": "cut", "symbol": "BTCUSDT", "side": "Sell", "execPrice": "97000",
                "execQty": .string(try #require(simulation.booked())), "execFee": "0.01", "execType": "Trade",
                "orderId": "1", "orderLinkId": "BTC-r-2", "execTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(simulation.booked() == nil)
        var executor = try #require(simulation.executor)
        var output = Output(passesOn: false)
        let now = simulation.now + 2_500_000
        for _ in 0..<5 {
            executor.advance(to: now, into: &output)
            _ = executor.takeEffects()
        }
        #expect(executor.nextDue > now)
    }

    /// It takes a while to close it: that is no second time.
    @Test func aSlowEmergencyIsOne() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.removeLevels("BTCUSDT")
        simulation.verdict = .failure(.refused(110_007, "not enough"))
        try simulation.go(20)
        simulation.verdict = nil
        try simulation.go(15)
        #expect(simulation.booked() == nil)
        #expect(simulation.said.count { $0.contains("the position is closed") } == 1)
        #expect(simulation.executor?.memory.halts.isEmpty == true)
    }

    @Test func whatOthersHoldIsToldOfWhereNothingIsOpened() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.removeLevels("BTCUSDT")
        try simulation.go { simulation.booked() == nil }
        simulation.faults.frameLost = 1000
        simulation.tellNoExecutions()
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.05")
        try simulation.breakStream()
        try simulation.go(20)
        #expect(simulation.audit.contains { $0.contains("foreign_position") })
    }

    // MARK: A start

    @Test func whatWasBegunIsGoneOnWithAfterAStart() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        simulation.verdict = .failure(.unsent("connection refused"))
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(6)
        #expect(try simulation.ends("BTC-r-1") == ["unsent"])
        simulation.crash()
        simulation.verdict = nil
        try simulation.go(12)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        // That was this position: the next one is another.
        try simulation.open("BTC-o-2")
        try simulation.go(3)
        simulation.crash()
        try simulation.go(30)
        #expect(simulation.booked() != nil)
    }

    /// A flat end that found nothing to close is over with the order it waited for.
    @Test func whatWasToBeClosedAndNeverCameClosesNothingLater() throws {
        let simulation = try Simulation.started(["--on-end", "flatten"])
        simulation.verdict = .failure(.refused(110_007, "not enough"))
        try simulation.open()
        try simulation.end()
        try simulation.go(3)
        simulation.verdict = nil
        simulation.crash()
        try simulation.go(10)
        try simulation.open("BTC-o-2")
        try simulation.go(3)
        simulation.crash()
        try simulation.go(20)
        #expect(simulation.booked() != nil)
    }

    /// A hand has turned the position over, and what it traded is not told.
    @Test func besideWhatStandsOnTheOtherSideNothingIsOpened() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.turnOverUntold()
        try simulation.go { simulation.booked() == nil }
        #expect(simulation.executor?.desks[0].shut != nil, "at once")
    }

    @Test func idsAreForgottenWhenTheirIntentsAreTooOld() {
        var names = RecentNames(span: 1_200_000_000)
        let start: Int64 = 1_760_000_000_000_000
        let minutes: [(String, Int64)] = [("a", 0), ("a", 19), ("b", 19), ("b", 38), ("b", 61)]
        let isNew = minutes.map { name, minute in names.insert(name, at: start + minute * 60_000_000) }
        #expect(isNew == [true, false, true, false, true])
    }

    // MARK: What is no perpetual

    /// Spot has symbols of the same names, and the private stream tells of it too.
    @Test(arguments: ["spot", "option", "inverse"])
    func whatIsTradedElsewhereIsNotBooked(category: String) throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        let size = try #require(try simulation.position("BTCUSDT")?.size)
        try simulation.tell(
            "execution",
            [
                "category": .string(category), "execId": "hand", "symbol": "BTCUSDT", "side": "Sell",
                "execPrice": "97000", "execQty": .string(size), "execFee": "0.01", "execType": "Trade", "orderId": "9",
                "orderLinkId": "", "execTime": .string("\(simulation.now / 1000)"),
            ])
        try simulation.tell(
            "position",
            ["category": .string(category), "symbol": "BTCUSDT", "side": "", "size": "0", "positionIdx": 0])
        #expect(simulation.executor?.desks[0].differsSince == nil)
        try simulation.open("ETH-o-1", "ETHUSDT")
        let sending = try #require(simulation.executor?.tickets.first?.sending)
        try simulation.tell(
            "order",
            [
                "category": .string(category), "orderId": "10", "orderLinkId": "ETH-o-1", "symbol": "ETHUSDT",
                "side": "Buy", "qty": .string("\(sending.quantity)"), "orderStatus": "New", "cumExecQty": "0",
                "createdTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(try simulation.ends("ETH-o-1") == [])
        try simulation.go(10)
        #expect(try simulation.booked() == size && simulation.position("BTCUSDT")?.size == size)
        #expect(simulation.executor?.desks[0].shut == nil)
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
    }

    @Test func aCategoryThatIsNotToldIsThatOfThePerpetual() {
        for category: Bybit.JSON in ["", .null, "linear"] {
            #expect(PositionRow(["category": category, "symbol": "BTCUSDT", "size": "0"]) != nil)
        }
        #expect(PositionRow(["category": "spot", "symbol": "BTCUSDT", "size": "0"]) == nil)
    }
}

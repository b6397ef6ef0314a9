import Bybit
import ExchangeFold
import Records
import Rehearsal
import Testing

@testable import ExecFold
import Venue

/// Positions of which the exchange tells in part, late, or against itself: they are not lost from sight. Not covered: chance
/// (`FaultTests`).
struct SightStoryTests {
    /// Of what is traded nothing is told, by the stream or by answers; of orders and positions it is.
    private func tellNoFills(_ simulation: Simulation) {
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = {
            switch $0.subject {
            case .fills, .executions: .failure(.refused(10016, "server error"))
            default: nil
            }
        }
    }

    /// Position answers are so long behind that they show nothing.
    /// - Parameter isCounted: whether they have a running number.
    private func lag(_ simulation: Simulation, seconds: Double, isCounted: Bool = true) throws {
        let until = simulation.now + Int64(seconds * 1e6)
        let row: Bybit.JSON = [
            "positionIdx": 0, "symbol": "BTCUSDT", "side": "", "size": "0", "takeProfit": "", "stopLoss": "",
            "seq": isCounted ? -1 : .null,
        ]
        let answer = try Answer(granted: (["retCode": 0, "result": ["list": [row]]] as Bybit.JSON).bytes)
        simulation.questionVerdict = {
            if case .position = $0.subject, simulation.now < until { .success(answer) } else { nil }
        }
    }

    /// An order that is said to be filled, and neither how much nor by what.
    private func filledByNothing(_ link: String, isExit: Bool = false) throws -> Answer {
        let row: Bybit.JSON = [
            "orderId": "1", "orderLinkId": .string(link), "symbol": "BTCUSDT", "orderStatus": "Filled",
            "side": isExit ? "Sell" : "Buy",
        ]
        return try Answer(granted: (["retCode": 0, "result": ["list": [row]]] as Bybit.JSON).bytes)
    }

    /// The stream tells what is held as it is booked, with its levels, and something besides.
    private func tellPosition(_ simulation: Simulation, _ key: String, _ value: Bybit.JSON) throws {
        let members: [Bybit.JSON.Member] = [
            .init("positionIdx", 0), .init("symbol", "BTCUSDT"), .init("side", "Buy"),
            .init("size", .string(try #require(simulation.booked()))), .init("takeProfit", "100000"),
            .init("stopLoss", "90000"), .init(key, value),
        ]
        try simulation.tell("position", .object(members))
    }

    // MARK: No fills

    @Test(arguments: [true, false]) func whatOnlyItsOrderTellsOfIsProtected(isStreaming: Bool) throws {
        let simulation = try Simulation.started()
        tellNoFills(simulation)
        try simulation.open()
        try simulation.go(4)
        #expect(try simulation.position("BTCUSDT")?.side != nil && simulation.booked() == nil)
        try simulation.removeLevels("BTCUSDT")
        if !isStreaming { try simulation.breakStream() }
        try simulation.go(15)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.wire.count == 2, "closed once")
        simulation.questionVerdict = nil
        simulation.faults = .none
        try simulation.go(20)
        #expect(simulation.executor?.tickets.isEmpty == true && simulation.booked() == nil)
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
    }

    /// Nor is anything told of positions.
    @Test func whatOnlyItsOrderTellsOfIsShownWithinTenSeconds() throws {
        let simulation = try Simulation.started()
        tellNoFills(simulation)
        let others = simulation.questionVerdict
        simulation.questionVerdict = {
            if case .position = $0.subject { .failure(.status(503)) } else { others?($0) }
        }
        try simulation.open()
        try simulation.go(8)
        #expect(try simulation.position("BTCUSDT")?.side != nil)
        try simulation.go(6)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    @Test func whatOnlyItsOrderTellsOfIsClosed() throws {
        let simulation = try Simulation.started()
        tellNoFills(simulation)
        try simulation.open()
        try simulation.go(1)
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(5)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.wire.map(\.link) == ["BTC-o-1", "BTC-r-1"])
        try simulation.go(30)
        #expect(simulation.wire.count == 2, "what is said to be closed is not closed again")
        simulation.questionVerdict = nil
        try simulation.go(20)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"])
        #expect(try simulation.ends("BTC-r-1") == ["accepted", "filled"])
    }

    @Test(arguments: ["hold", "flatten"]) func whatOnlyItsOrderTellsOfIsThereAtTheEnd(policy: String) throws {
        let simulation = try Simulation.started(["--on-end", policy])
        tellNoFills(simulation)
        try simulation.open()
        try simulation.go(3)
        try simulation.end()
        let size = try #require(try simulation.position("BTCUSDT")?.size)
        #expect(simulation.executor?.held == ["BTCUSDT: long \(size)"])
        try simulation.go(20)
        let isHeld = try simulation.position("BTCUSDT")?.side != nil
        #expect(isHeld == (policy == "hold"))
        #expect(simulation.executor?.held.isEmpty == !isHeld)
        #expect(simulation.executor?.isDone == false, "what was traded is not known")
    }

    /// What closes is told of, and what it closes is not.
    @Test func anExitThatIsToldOfBeforeItsEntryIsOurs() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        simulation.questionVerdict = {
            switch $0.subject {
            case .fills("BTC-o-1"), .executions: .failure(.status(503))
            case .order("BTC-r-1"), .past("BTC-r-1"): Simulation.nothing
            default: nil
            }
        }
        try simulation.open()
        try simulation.go(1)
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(60)
        #expect(try simulation.ends("BTC-r-1").contains("not_placed") == false)
        simulation.questionVerdict = nil
        try simulation.go(20)
        #expect(try simulation.ends("BTC-r-1") == ["accepted", "filled"])
        #expect(simulation.booked() == nil && simulation.wire.count == 2)
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
    }

    // MARK: An answer that is behind

    @Test(arguments: [4.0, 7, 20]) func anAnswerThatIsBehindForgetsNothing(seconds: Double) throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        try simulation.open()
        try lag(simulation, seconds: seconds)
        try simulation.go { simulation.booked() != nil }
        let size = simulation.booked()
        try simulation.tell(
            "position",
            [
                "positionIdx": 0, "symbol": "BTCUSDT", "side": "Buy", "size": .string(size!), "takeProfit": "100000",
                "stopLoss": "90000",
            ])
        try simulation.breakStream()
        try simulation.go(0.1)
        simulation.faults = .none
        try simulation.go(6)
        try simulation.open("BTC-o-2")
        #expect(try ["position_open", "unresolved"].contains(simulation.ends("BTC-o-2").first))
        try simulation.go(24)
        #expect(try simulation.booked() == size && simulation.position("BTCUSDT")?.size == size)
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(3)
        #expect(try simulation.ends("BTC-r-1") == ["accepted", "filled"])
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    /// The exchange counts nothing: then time tells.
    @Test func whatIsGoneForMinutesIsGone() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try lag(simulation, seconds: 1000, isCounted: false)
        simulation.faults.frameLost = 1000
        simulation.tellNoExecutions(also: simulation.questionVerdict)
        try simulation.tradeOutside("BTCUSDT", "Sell", try #require(simulation.booked()))
        try simulation.breakStream()
        try simulation.go(120) { if $0.executor?.isStreaming == true { try $0.breakStream() } }
        #expect(simulation.booked() != nil)
        try simulation.rest(200)
        #expect(simulation.booked() == nil)
    }

    // MARK: An entry in doubt

    enum Fate: CaseIterable { case goesOn, ends, dies }

    /// All is to be closed, and waits for an entry of which nobody knows whether it arrived: it did.
    @Test(arguments: Fate.allCases) func anExitBehindAnEntryInDoubtIsNotLost(fate: Fate) throws {
        let simulation = try Simulation.started()
        simulation.faults.answerLost = 1000
        simulation.faults.frameLost = 1000
        simulation.answerOfOrders(.failure(.status(503)))
        try simulation.open()
        try simulation.go(0.5)
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(2.5)
        #expect(simulation.wire.count == 1)
        if fate == .ends {
            try simulation.end()
            try simulation.go(60)
            try simulation.abandon()
            #expect(try simulation.ends("BTC-r-1") == ["unfinished"])
        }
        if fate != .goesOn { simulation.crash() }
        simulation.faults = .none
        simulation.questionVerdict = nil
        try simulation.go(30)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.wire.count == 2 && simulation.wire.last?.isReduceOnly == true)
    }

    /// For thirty seconds the exchange does not have the entry, and then it tells of its fill.
    @Test(arguments: [false, true]) func aFillBehindAnOrderThatWasGivenUpIsProtected(isClosing: Bool) throws {
        let simulation = try Simulation.started()
        simulation.faults.answerLost = 1000
        simulation.faults.frameLost = 1000
        simulation.answerOfOrders(Simulation.nothing)
        try simulation.open()
        if isClosing { try simulation.reduce("BTC-r-1", 1) }
        try simulation.go { try! simulation.ends("BTC-o-1") == ["not_placed"] }
        try simulation.removeLevels("BTCUSDT")
        simulation.faults = .none
        simulation.questionVerdict = {
            if case .position = $0.subject { .failure(.status(503)) } else { nil }
        }
        let fill = try simulation.ledger.map { try JSON($0) }.first { $0["type"].text == "fill" }
        let size = try #require(try simulation.position("BTCUSDT")?.size)
        try simulation.tell(
            "execution",
            [
                "execId": .string(try #require(fill?["exec_id"].text)), "symbol": "BTCUSDT", "side": "Buy",
                "execPrice": "97000", "execQty": .string(size), "execFee": "0.01", "execType": "Trade", "orderId": "1",
                "orderLinkId": "BTC-o-1", "execTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(simulation.booked() == size)
        try simulation.end()
        #expect(simulation.executor?.isDone == false)
        try simulation.go(isClosing ? 2 : 15)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.executor?.isDone == true)
    }

    /// The earlier run's clock was two hours ahead.
    @Test func aClockThatWasAheadHoldsNothingUp() throws {
        let simulation = try Simulation.started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.open()
        try simulation.go(0.3)
        simulation.crash()
        try simulation.putAhead(7_200_000_000)
        simulation.verdict = nil
        try simulation.go(60)
        #expect(try simulation.ends("BTC-o-1") == ["not_placed"])
    }

    /// The exchange says that it is filled, and not how much.
    @Test(arguments: [false, true]) func whatIsFilledByNothingHasNotEnded(isExit: Bool) throws {
        let simulation = try Simulation.started()
        if isExit {
            try simulation.open()
            try simulation.go(2)
        }
        simulation.faults.frameLost = 1000
        let link = isExit ? "BTC-r-1" : "BTC-o-1"
        let answer = try filledByNothing(link, isExit: isExit)
        var told = 0
        simulation.questionVerdict = {
            switch $0.subject {
            case .order where told < 1:
                told += 1
                return .success(answer)
            case .fills where told < 4:
                told += 1
                return Simulation.nothing
            default: return nil
            }
        }
        if isExit { try simulation.reduce(link, 1) } else { try simulation.open() }
        try simulation.go(15)
        #expect(try simulation.ends(link) == ["accepted", "filled"])
        #expect(try (simulation.booked() ?? "0") == simulation.position("BTCUSDT")?.size)
        #expect(simulation.executor?.desks[0].shut == nil)
    }

    /// A message says that somebody has closed what no message has said to be open: it alone is no proof.
    @Test func aMessageThatOvertakesTheEntryIsNotAnothers() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        simulation.tellNoExecutions()
        try simulation.open()
        try simulation.go(0.5)
        #expect(simulation.executor?.tickets.first?.state == .accepted && simulation.booked() == nil)
        try simulation.tell(
            "execution",
            [
                "execId": "early", "symbol": "BTCUSDT", "side": "Sell", "execPrice": "60000", "execQty": "0.001",
                "execFee": "0.01", "execType": "Trade", "orderId": "9", "orderLinkId": "",
                "execTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(simulation.executor?.desks[0].shut == nil)
        simulation.questionVerdict = nil
        try simulation.go(10)
        #expect(try simulation.booked() == simulation.position("BTCUSDT")?.size)
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
    }

    // MARK: Much at once

    /// For twenty minutes nothing comes back, and all is to be closed.
    @Test func anOutageLeavesNoMoreInDoubtThanCanBeAskedFor() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.breakStream()
        simulation.verdict = .failure(.unreachable("timed out"))
        simulation.questionVerdict = { _ in .failure(.unreachable("timed out")) }
        try simulation.reduce("BTC-r-1", 1)
        try simulation.rest(1200)
        #expect(try #require(simulation.executor).tickets.count <= 60)
        simulation.verdict = nil
        simulation.questionVerdict = nil
        try simulation.go(60)
        #expect(simulation.booked() == nil)
    }

    @Test func partsThatWaitHoldUpNoClosing() throws {
        let simulation = try Simulation.started(["--reductions-a-minute", "600"])
        try simulation.open()
        try simulation.go(2)
        simulation.verdict = .failure(.unreachable("timed out"))
        for number in 0...64 { try simulation.reduce("BTC-p-\(number)", 0.1) }
        try simulation.reduce("BTC-r-1", 1)
        simulation.verdict = nil
        try simulation.go(10)
        #expect(simulation.booked() == nil)
    }

    // MARK: A part is told

    /// The stream tells of one fill in three, and then nothing more; what was answered to the order is lost.
    @Test(arguments: [false, true]) func whatIsToldInPartIsAskedFor(isExit: Bool) throws {
        let simulation = try Simulation.started()
        if isExit {
            try simulation.open()
            try simulation.go(2)
        }
        simulation.exchange.fillParts = 3
        simulation.faults.frameLost = 1000
        simulation.faults.answerLost = 1000
        if isExit { try simulation.reduce("BTC-r-1", 1) } else { try simulation.open() }
        try simulation.go(1)
        let link = isExit ? "BTC-r-1" : "BTC-o-1"
        let fill = try #require(
            simulation.ledger.map { try JSON($0) }.first { $0["type"].text == "fill" && $0["id"].text == link })
        try simulation.tell(
            "execution",
            [
                "execId": .string(fill["exec_id"].text!), "symbol": "BTCUSDT", "side": isExit ? "Sell" : "Buy",
                "execPrice": .string("\(fill["px"].number)"), "execQty": .string("\(fill["qty"].number)"),
                "execFee": "0.01", "execType": "Trade", "orderId": "1", "orderLinkId": .string(link),
                "execTime": .string("\(simulation.now / 1000)"),
            ])
        simulation.faults.answerLost = 0
        try simulation.go(30)
        #expect(try (simulation.booked() ?? "0") == simulation.position("BTCUSDT")?.size)
        #expect(try simulation.ends(link).last == "filled")
        #expect(simulation.executor?.tickets.isEmpty == true)
    }

    /// An order is said to be filled, and neither how much nor by what.
    @Test func whatIsFilledWithoutAQuantityIsProtected() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        let answer = try filledByNothing("BTC-o-1")
        simulation.questionVerdict = {
            switch $0.subject {
            case .order, .past: .success(answer)
            case .fills, .executions: .failure(.status(503))
            default: nil
            }
        }
        try simulation.open()
        try simulation.go(2)
        #expect(simulation.executor?.held.count == 1)
        try simulation.removeLevels("BTCUSDT")
        try simulation.go(15)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }

    /// After a start an exit's fill is known before anything of its entry is.
    @Test func whatIsKnownBeforeItsEntryWaitsForIt() throws {
        let simulation = try Simulation.started()
        tellNoFills(simulation)
        try simulation.open()
        try simulation.go(1)
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(2)
        simulation.crash()
        simulation.startTellsExecutions = false
        var isAsked = false
        simulation.tellNoExecutions(also: {
            guard case .order("BTC-o-1") = $0.subject, !isAsked else { return nil }
            isAsked = true
            return .failure(.status(503))
        })
        try simulation.go(15)
        simulation.questionVerdict = nil
        try simulation.go(45)
        #expect(!simulation.audit.contains { $0.contains("foreign_position") })
        #expect(simulation.booked() == nil && simulation.executor?.memory.realised != .zero)
    }

    /// The running number of a position was once far higher than those that follow.
    @Test func runningNumbersThatGoBackHideNothingForLong() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(3)
        try tellPosition(simulation, "seq", 9_000_000_000)
        simulation.faults.frameLost = 1000
        try simulation.removeLevels("BTCUSDT")
        try simulation.go(60)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
        #expect(simulation.said.contains { $0.contains("gone back") })
    }

    // MARK: What is not as it was at the start

    @Test func nothingIsOpenedBesideAnotherLeverage() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(3)
        try tellPosition(simulation, "leverage", "100")
        #expect(simulation.executor?.desks[0].shut?.contains("leverage 100") == true)
    }

    @Test func fundingOfWhatIsNotOursIsNot() throws {
        let simulation = try Simulation.started()
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.05")
        try simulation.go(10)
        try simulation.fund("BTCUSDT", rate: 0.01)
        try simulation.go(5)
        #expect(simulation.executor?.memory.funding == .zero)
    }

    /// The clock of the run before was two hours ahead.
    @Test func aClockThatWasAheadDoesNotHoldUpOpenings() throws {
        let simulation = try Simulation.started()
        for number in 1...6 {
            try simulation.open("BTC-o-\(number)", weight: 0.1)
            try simulation.go(2)
            try simulation.reduce("BTC-r-\(number)", 1)
            try simulation.go(3)
        }
        simulation.crash()
        try simulation.putAhead(7_200_000_000)
        try simulation.go(100)
        try simulation.open("BTC-o-9", weight: 0.1)
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-9").last == "filled")
    }

    // MARK: A dry run

    /// A dry run begins with what a live one has left open: an exit in doubt, alone or beside others.
    @Test(arguments: [false, true]) func aDryRunDoesNotTurnInCircles(isShared: Bool) throws {
        let simulation = try isShared ? Simulation.besideOthers() : Simulation.started()
        if !isShared {
            try simulation.open()
            try simulation.go(2)
        }
        try simulation.loseReduction("BTC-r-1", 1)
        simulation.crash()
        simulation.isLive = false
        try simulation.go { simulation.executor != nil }
        try simulation.go(0.5)
        var executor = try #require(simulation.executor)
        var output = Output(passesOn: false)
        let now = simulation.now + 3_000_000
        for _ in 0..<5 { executor.advance(to: now, into: &output) }
        try #require(executor.nextDue > now)
        try simulation.reduce("BTC-r-2", 1)
        try simulation.go(80)
        #expect(try simulation.ends("BTC-r-2") == ["dry_run"])
        #expect(simulation.said.count < 30 && simulation.wire.count == 2)
    }

    /// It finds that an exit was not taken, and can send no other: the live run behind it does.
    @Test func whatADryRunCannotCloseTheNextRunCloses() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.loseReduction("BTC-r-1", 1)
        simulation.crash()
        simulation.isLive = false
        try simulation.go(80)
        #expect(try simulation.ends("BTC-r-1").last == "dry_run")
        simulation.crash()
        simulation.isLive = true
        try simulation.go(30)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }
}

import ArgumentParser
import Bybit
@testable import ExecFold
import Records
import Testing
import Venue

/// What the account holds, and whose it is.
@Suite struct AccountStoryTests {
    /// What was lost of late is not known either.
    @Test func nothingIsOpenedWithMoneyOfWhichNobodyTells() throws {
        let simulation = try Simulation.started()
        try simulation.go(40)
        try simulation.open()
        try simulation.go(2)
        #expect(try simulation.ends("BTC-o-1") == ["accepted", "filled"], "it is asked for also while nothing is open")
        simulation.questionVerdict = {
            if case .wallet = $0.subject { .failure(.refused(10016, "server error")) } else { nil }
        }
        try simulation.go(35)
        try simulation.open("ETH-o-1", "ETHUSDT", weight: 0.1)
        #expect(try simulation.ends("ETH-o-1") == ["no_wallet"])
        simulation.questionVerdict = nil
        try simulation.go(2)
        try simulation.open("ETH-o-2", "ETHUSDT", weight: 0.1)
        try simulation.go(2)
        #expect(try simulation.ends("ETH-o-2") == ["accepted", "filled"])
    }

    @Test func anEmptyAccountBeginsNoDay() throws {
        let simulation = try Simulation.started(["--daily-loss", "0.1"])
        simulation.now += 86_400_000_000
        try simulation.tell("wallet", ["totalEquity": "0", "totalAvailableBalance": "0"])
        #expect(simulation.executor?.memory.halts.isEmpty == true, "what was taken out is not lost")
        for equity in ["500", "449"] {
            try simulation.tell("wallet", ["totalEquity": .string(equity), "totalAvailableBalance": .string(equity)])
        }
        #expect(simulation.executor?.memory.halts.map(\.code) == ["daily_loss"])
    }

    @Test func whatASymbolCostStaysWhenItIsTradedNoMore() throws {
        let simulation = try Simulation.started()
        try simulation.lose()
        let before = try #require(simulation.executor?.memory)
        #expect(before.realised < .zero && before.fees > .zero)
        simulation.crash()
        var output = Output(passesOn: false)
        let next = try Executor(
            try ExecOptions.parse([]), isLive: true, entries: try Journal.read(simulation.disk).entries, Opening(),
            at: simulation.now, into: &output)
        #expect(next.memory.realised == before.realised && next.memory.fees == before.fees)
    }

    @Test func theJournalTellsWhoseItIs() throws {
        let simulation = try Simulation.started()
        simulation.crash()
        try simulation.go(2)
        #expect(Executor.account(try Journal.read(simulation.disk).entries) == "user 1 at home")
        #expect(Executor.account([]) == nil)
    }

    /// One that is on its way may be from before what calls for it.
    @Test func aQuestionIsAskedBehindTheOneThatIsOnItsWay() throws {
        var executor = try #require(try Simulation.started().executor)
        let now = executor.clockOffset + 1_760_000_100_000_000
        var output = Output(passesOn: false)
        let trades = Request.Subject.executions(symbol: "BTCUSDT")
        executor.pending.insert(trades)
        executor.desks[0].tradesAskAt = now
        executor.advance(to: now, into: &output)
        #expect(executor.desks[0].tradesAskAt == now && executor.nextDue > now)
        executor.pending.remove(trades)
        executor.advance(to: now, into: &output)
        #expect(executor.desks[0].tradesAskAt == nil && executor.pending.contains(trades))
    }

    @Test func anOlderOrderOfItsNameHidesItNot() throws {
        let simulation = try Simulation.started()
        simulation.verdict = .failure(.unreachable("timed out"))
        try simulation.open()
        let sending = try #require(simulation.executor?.tickets.first?.sending)
        func row(_ id: String, _ status: String, filled: String, _ created: Int64) -> Bybit.JSON {
            [
                "orderId": .string(id), "orderLinkId": "BTC-o-1", "symbol": "BTCUSDT", "orderStatus": .string(status),
                "cumExecQty": .string(filled), "side": "Buy", "qty": .string("\(sending.quantity)"),
                "createdTime": .string("\(created / 1000)"),
            ]
        }
        let older = row("1", "Filled", filled: "\(sending.quantity)", simulation.now - 86_400_000_000)
        let list: Bybit.JSON = ["list": [older, row("2", "New", filled: "0", simulation.now)]]
        let answer = try Answer(granted: (["retCode": 0, "result": list] as Bybit.JSON).bytes)
        simulation.questionVerdict = { if case .order = $0.subject { .success(answer) } else { nil } }
        try simulation.go(3)
        #expect(try simulation.ends("BTC-o-1") == ["accepted"] && simulation.booked() == nil)
    }

    /// Of the entry only its own row tells, the exit was not taken, and a dry run finds that out before the entry's fills.
    @Test func whatADryRunFindsUnclosedBeforeItIsBookedIsClosedByTheNextRun() throws {
        let simulation = try Simulation.started()
        simulation.faults.frameLost = 1000
        simulation.tellNoExecutions { if case .fills = $0.subject { Simulation.nothing } else { nil } }
        try simulation.open()
        try simulation.go(3)
        #expect(simulation.booked() == nil && simulation.executor?.held.count == 1)
        try simulation.loseReduction("BTC-r-1", 1)
        simulation.crash()
        (simulation.isLive, simulation.startTellsExecutions) = (false, false)
        try simulation.go(50)
        #expect(simulation.executor?.tickets.map(\.link) == ["BTC-o-1"])
        simulation.questionVerdict = nil
        simulation.faults = .none
        simulation.crash()
        (simulation.isLive, simulation.startTellsExecutions) = (true, true)
        try simulation.go(30)
        #expect(try simulation.position("BTCUSDT")?.side == nil)
    }
}

import ArgumentParser
import Bybit
import Records
import Rehearsal
import Testing
import Venue

@testable import ExecFold

/// What must not be opened, nor halt what may. Not covered: each limit by itself (`HardStoryTests`).
struct RefusalStoryTests {
    // MARK: Prices

    @Test func aTradeDoesNotRenewAQuote() throws {
        let simulation = try Simulation.started()
        simulation.now += 60_000_000
        try simulation.feed(
            #"{"type":"trade","ts":\#(simulation.now),"sym":"BTCUSDT","px":95500,"qty":1,"side":"buy"}"#)
        try simulation.open()
        #expect(try simulation.ends("BTC-o-1") == ["stale_feed"])
    }

    @Test func withoutTheExchangesPriceNothingIsOpened() throws {
        let simulation = try Simulation.started()
        simulation.questionVerdict = { if case .mark = $0.subject { .failure(.status(503)) } else { nil } }
        try simulation.go(30)
        try simulation.open()
        #expect(try simulation.ends("BTC-o-1") == ["no_mark"])
        simulation.questionVerdict = nil
        try simulation.go(6)
        try simulation.open("BTC-o-2")
        try simulation.go(1)
        #expect(try simulation.ends("BTC-o-2") == ["accepted", "filled"])
    }

    // MARK: What is old, or too often

    @Test func anOldStreamClosesNothing() throws {
        let simulation = try Simulation.started()
        try simulation.open()
        try simulation.go(2)
        try simulation.intend(
            "BTC-r-1",
            #"{"type":"intent","ts":\#(simulation.now - 61_000_000),"id":"BTC-r-1","sym":"BTCUSDT","side":"sell","reduce_only":true,"fraction":1,"rule":"drift_flip","seq":2}"#
        )
        #expect(try simulation.ends("BTC-r-1") == ["stale_intent"])
        #expect(simulation.wire.count == 1)
    }

    @Test func partsAreClosedSoOftenAndNotMore() throws {
        let simulation = try Simulation.started(["--reductions-a-minute", "5"])
        try simulation.open(weight: 0.9)
        try simulation.go(3)
        for number in 1...8 {
            try simulation.reduce("BTC-r-\(number)", 0.02)
            try simulation.go(0.5)
        }
        #expect(simulation.wire.count == 1 + 5)
        #expect(try simulation.ends("BTC-r-8") == ["order_rate"])
        try simulation.reduce("BTC-r-9", 1)
        try simulation.go(2)
        #expect(try simulation.position("BTCUSDT")?.side == nil, "all of it always")
    }

    @Test func manyPartsAtOnceAreNoMore() throws {
        let simulation = try Simulation.started(["--reductions-a-minute", "5"])
        try simulation.open(weight: 0.9)
        try simulation.go(3)
        for number in 1...40 { try simulation.reduce("BTC-r-\(number)", 0.02) }
        try simulation.go(20)
        #expect(simulation.wire.count == 1 + 5)
    }

    // MARK: Halts

    @Test func whatTheExchangeHasNotHeardIsNoRefusal() throws {
        for failure in [RESTFailure.unsent("no route"), .refused(10002, "timestamp")] {
            let simulation = try Simulation.started()
            simulation.verdict = .failure(failure)
            for number in 1...6 {
                try simulation.open("BTC-o-\(number)")
                try simulation.go(11)
            }
            #expect(simulation.executor?.memory.halts.isEmpty == true && simulation.wire.count == 6)
        }
    }

    @Test func aResetForOneHaltForgivesNoLoss() throws {
        let simulation = try Simulation.started(["--daily-loss", "0.5", "--max-refusals", "1"])
        let day = simulation.executor?.memory.day?.equity
        try simulation.lose()
        simulation.verdict = .failure(.refused(110_007, "no"))
        try simulation.open("BTC-o-2")
        try simulation.go(0.5)
        #expect(simulation.executor?.memory.halts.map(\.code) == ["refusals"])
        simulation.reset()
        try simulation.go(8)
        let now = try #require(simulation.executor)
        #expect(now.memory.day?.equity == day && now.wallet.map { $0.equity < day! } == true)
    }

    @Test func aLossBehindAnotherHaltIsRememberedToo() throws {
        let simulation = try Simulation.started(["--daily-loss", "0.1", "--max-refusals", "1"])
        simulation.verdict = .failure(.refused(110_007, "no"))
        try simulation.open()
        try simulation.go(0.5)
        try simulation.tell("wallet", ["totalEquity": "850", "totalAvailableBalance": "850"])
        #expect(simulation.executor?.memory.halts.map(\.code) == ["refusals", "daily_loss"])
    }

    // MARK: Words

    @Test func wordsOfManyBytesAreCut() throws {
        let simulation = try Simulation.started(["--max-refusals", "1"])
        let long = String(repeating: "e" + String(repeating: "\u{301}", count: 60), count: 200)
        simulation.verdict = .failure(.refused(110_007, long))
        try simulation.open()
        try simulation.go(0.5)
        #expect(simulation.executor?.memory.halts.first?.code == "refusals")
        try simulation.tell(
            "execution",
            [
                "execId": .string(String(long.prefix(60))), "symbol": "BTCUSDT", "side": "Buy", "execPrice": "97000",
                "execQty": "0.01", "execFee": "0.01", "execType": "Funding",
                "execTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(simulation.executor?.memory.funding == .zero)
        try simulation.tell(
            "execution",
            [
                "execId": "e", "symbol": "BTCUSDT", "side": "Buy", "execPrice": "97000", "execQty": "0.01",
                "execFee": "0.01", "execType": "Trade", "orderLinkId": .string(String(repeating: "a", count: 5000)),
                "execTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(simulation.said.count { $0.contains("cannot be read") } == 2)
        #expect("é€".cut(to: 4) == "é" && "é€".cut(to: 5) == "é€" && "é".cut(to: 1) == "")
    }

    @Test func aNameOfTheExchangeThatIsTooLongIsNone() throws {
        let simulation = try Simulation.started()
        simulation.faults.answerLost = 1000
        try simulation.open()
        let sending = try #require(simulation.executor?.tickets.first?.sending)
        try simulation.tell(
            "order",
            [
                "orderId": .string(String(repeating: "a", count: 100_000)), "orderLinkId": "BTC-o-1",
                "symbol": "BTCUSDT", "side": "Buy", "qty": .string("\(sending.quantity)"), "orderStatus": "New",
                "createdTime": .string("\(simulation.now / 1000)"),
            ])
        #expect(try simulation.last("order")["status"].text == "accepted")
        #expect(simulation.audit.allSatisfy { $0.utf8.count < 1000 })
    }

    @Test func pagesAreNotReadForEver() throws {
        func pages(_ count: Int, ofBytes bytes: Int) throws -> [Answer] {
            let text = #"{"retCode":0,"result":{"list":[{}],"nextPageCursor":"more"}}"#
            let body = Array(text.utf8) + Array(repeating: UInt8(ascii: " "), count: max(0, bytes - text.utf8.count))
            return try Array(repeating: Answer(granted: body), count: count)
        }
        let request = Request.orders("BTCUSDT")
        #expect(try request.page(after: pages(15, ofBytes: 1 << 20)) != nil)
        #expect(try request.page(after: pages(16, ofBytes: 1 << 20)) == nil)
        #expect(try request.page(after: pages(199, ofBytes: 0)) != nil)
        #expect(try request.page(after: pages(200, ofBytes: 0)) == nil)
    }

    @Test func aSymbolWithSomethingOpenMustBeNamed() throws {
        let sending: Bybit.JSON = [
            "do": "send", "intent": "a", "link": "a", "symbol": "SOLUSDT", "side": "buy", "qty": "1",
            "reduce_only": false, "notional": "97", "fraction": "1", "tries": 0, "stamp": 1_760_000_000_000_000,
            "ts": 1_760_000_000_000_000,
        ]
        func start(_ entries: [Bybit.JSON]) throws {
            var output = Output(passesOn: false)
            _ = try Executor(try ExecOptions.parse([]), isLive: true, entries: entries, Opening(), at: 1, into: &output)
        }
        #expect(throws: Unstartable.missingSymbol("SOLUSDT")) { try start([sending]) }
        try start([sending, ["do": "end", "link": "a", "outcome": "filled"]])
    }

    /// Each order is acknowledged, and then told of as refused.
    @Test func whatIsRefusedBehindItsAcknowledgementCounts() throws {
        let simulation = try Simulation.started(["--max-refusals", "3", "--orders-a-minute", "600"])
        for number in 1...5 {
            let id = "BTC-o-\(number)"
            try simulation.acknowledgeOnly(id)
            try simulation.open(id)
            try simulation.go(0.3)
            guard simulation.wire.count == number else { break }
            try simulation.tell(
                "order",
                [
                    "orderId": "1", "orderLinkId": .string(id), "symbol": "BTCUSDT", "side": "Buy",
                    "orderStatus": "Rejected", "rejectReason": "EC_PerCancelRequest", "cumExecQty": "0",
                ])
        }
        #expect(simulation.wire.count == 3)
        #expect(simulation.executor?.memory.halts.first?.code == "refusals")
    }

    /// What was filled begins the row anew.
    @Test func whatIsFilledIsNoRefusal() throws {
        let simulation = try Simulation.started(["--max-refusals", "2"])
        for (number, symbol) in ["BTCUSDT", "ETHUSDT", "BTCUSDT"].enumerated() {
            simulation.verdict = symbol == "BTCUSDT" ? .failure(.refused(110_007, "not enough")) : nil
            try simulation.open("o-\(number)", symbol)
            try simulation.go(1)
        }
        #expect(simulation.executor?.memory.halts.isEmpty == true)
    }

    // MARK: The smallest order

    @Test(arguments: [(19.5, false), (20.5, true)]) func halfCanBeClosedWhereTwiceCanBeOpened(
        equity: Double, halves: Bool
    ) throws {
        let info = try #require(
            InstrumentInfo([
                "symbol": "BTCUSDT", "priceFilter": ["tickSize": "0.1"],
                "lotSizeFilter": [
                    "qtyStep": "0.001", "minOrderQty": "0.001", "maxMktOrderQty": "100", "minNotionalValue": "5",
                ], "leverageFilter": ["maxLeverage": "100"],
            ]))
        let symbol = Opening.Symbol(info: info, makerFee: "0.0002", takerFee: "0.00055")
        let smallest = try #require(
            SmallestOrder(symbol, price: "97000", equity: "\(equity)", leverage: Rate(units: 10 * Rate.one)))
        #expect(smallest.lines.last?.contains("half can be closed") == halves)
    }
}

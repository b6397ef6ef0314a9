import Records
import Testing

@testable import Venue

/// What positions and orders need, and what happens when it is not there; funding and leverage.
///
/// Not covered: risk tiers above the first; several positions in one takeover (the properties).
@Suite struct EngineMarginTests {
    /// Long 0.01 at 100000: fee 0.55.
    private func long(_ floor: Floor) throws {
        _ = try floor.quote(1, "99999.9", "5", "100000", "5")
        _ = try floor.place(.market(.buy, "0.01"))
        _ = try floor.quote(2, "99999.9", "5", "100000", "5")
    }

    /// It holds no margin while it waits; a trade at its level sends it to the book: 1010 x 0.00055 = 0.5555.
    @Test func aConditionalOrder() throws {
        let floor = Floor()
        _ = try floor.trade(1, "100000")
        _ = try floor.quote(1, "100999.9", "1", "101000", "1")
        func waiting(_ price: String) -> OrderTerms {
            .market(.buy, "0.01", trigger: .init(price: Price(text: price)!, rises: true, by: .last))
        }
        #expect(throws: Refusal.triggered(current: Price(text: "100000")!)) { try floor.place(waiting("100000")) }
        #expect(try floor.place(waiting("101000")) == ["accepted 1", "order 1 untriggered 0 of 0.01"])
        #expect(floor.account.reserved == .zero)
        #expect(try floor.trade(2, "100999.9") == [])
        #expect(
            try floor.trade(3, "101000") == [
                "fill 1: buy 0.01 at 101000, taker fee 0.5555", "order 1 filled 0.01 of 0.01", "long 0.01 for 1010",
                "account 0",
            ])
    }

    /// 0.01 x 100500 x 0.0001 = 0.1005 paid; x -0.00012345 = 0.12406725 received.
    @Test(arguments: [true, false])
    func funding(_ isCross: Bool) throws {
        let floor = Floor(isCross: isCross)
        try long(floor)
        #expect(try floor.mark(3, "100500") == [])
        #expect(try floor.funding(4, "0.0001") == ["funding -0.1005, rate 0.0001 at 100500", "account 0"])
        #expect(try floor.funding(5, "-0.00012345").first == "funding 0.12406725, rate -0.00012345 at 100500")
        #expect(floor.account.cash.description == "999.47356725")
    }

    /// 10x, taken over at 100000 x 0.9, when the mark reaches 100000 x 0.905; 900 x 0.00055 = 0.495. Cash 1000 - 0.55 - 100 -
    /// 0.495. The symbol's orders go first.
    @Test func anIsolatedLiquidation() throws {
        let floor = Floor(isCross: false)
        try long(floor)
        _ = try floor.place(.limit(.buy, "0.001", "80000"))
        _ = try floor.quote(3, "99999.9", "5", "100000", "5")
        #expect(try floor.mark(4, "90500.01") == [])
        #expect(
            try floor.mark(5, "90500") == [
                "order 2 cancelled (liquidation) 0 of 0.001",
                "takeover 3: sell 0.01 at 90000, taker fee 0.495, closed 0.01 for -100",
                "order 3 liquidation filled 0.01 of 0.01", "flat", "account 0",
            ])
        #expect(floor.account.cash.description == "898.955" && floor.account.free == floor.account.cash)
        #expect(floor.engine.listings[0].holders == 0 && floor.account.reserved == .zero)
    }

    /// Equity 100 at 20x: maintenance 1000 x (0.005 + 0.00055 x 0.95) = 5.5225, cash 99.45; equity is 5.5225 at a mark of
    /// 90607.25. Taken over at (906.0725 - 5.5225) / 0.99945 / 0.01 = 90104.55..., up to 90104.6: -98.954 and a fee of
    /// 901.046 x 0.00055 = 0.4955753 leave 0.0004247.
    @Test func aCrossLiquidation() throws {
        let floor = Floor(equity: "100")
        _ = try floor.quote(1, "99999.9", "5", "100000", "5")
        try floor.engine.setLeverage(Rate(text: "20")!, 0, by: 0)
        try long(floor)
        #expect(try floor.mark(3, "90607.26") == [])
        #expect(
            try floor.mark(4, "90607.25") == [
                "takeover 2: sell 0.01 at 90104.6, taker fee 0.4955753, closed 0.01 for -98.954",
                "order 2 liquidation filled 0.01 of 0.01", "flat", "account 0",
            ])
        #expect(floor.account.cash.description == "0.0004247")
    }

    /// Closing at a bid of 89000 would lose 110 of a margin of 100.495: the exchange takes over at 90000 instead.
    @Test func aCloseBeyondTheMarginIsATakeover() throws {
        let floor = Floor(isCross: false)
        try long(floor)
        _ = try floor.mark(2, "100000")
        _ = try floor.place(.market(.sell, "0.01", reduceOnly: true))
        #expect(
            try floor.quote(3, "89000", "5", "89000.1", "5") == [
                "order 2 cancelled (liquidation) 0 of 0.01",
                "takeover 3: sell 0.01 at 90000, taker fee 0.495, closed 0.01 for -100",
                "order 3 liquidation filled 0.01 of 0.01", "flat", "account 0",
            ])
    }

    /// Position at 10x: 100 + 0.495; at 20x 50 + 950 x 0.00055 = 50.5225, liquidated at 95500. The order of 0.01 at 90000:
    /// 90 + 810 x 0.00055 + 900 x 0.00055 = 90.9405; at 20x 45 + 855 x 0.00055 + 0.495 = 45.96525. Cash 999.45.
    @Test func leverageMovesMarginAndWhatIsSetAside() throws {
        let floor = Floor(isCross: false)
        try long(floor)
        _ = try floor.place(.limit(.buy, "0.01", "90000"))
        #expect(floor.account.reserved.description == "90.9405" && floor.account.free.description == "808.0145")
        try floor.engine.setLeverage(Rate(text: "20")!, 0, by: 0)
        #expect(floor.engine.takeEvents().map(\.told) == ["long 0.01 for 1000", "account 0"])
        #expect(floor.account.reserved.description == "45.96525" && floor.account.free.description == "902.96225")
        #expect(floor.engine.traders[0].liquidation(0)?.description == "95500")
        #expect(throws: Refusal.insufficientMargin) { try floor.engine.setLeverage(Rate(text: "1")!, 0, by: 0) }
        #expect(floor.account.reserved.description == "45.96525")
        // At 40x it would be liquidated at 98000: at once.
        _ = try floor.mark(3, "97000")
        #expect(throws: Refusal.insufficientMargin) { try floor.engine.setLeverage(Rate(text: "40")!, 0, by: 0) }
        #expect(throws: Refusal.leverageTooHigh) { try floor.engine.setLeverage(Rate(text: "100.01")!, 0, by: 0) }
    }

    /// Two sells of 0.01 at 101000 against a long of 0.01: the first closes, the second needs 101 + 1111 x 0.00055 + 1010 x
    /// 0.00055 = 102.16655. With the position gone both do, and both are given back.
    @Test func whatIsSetAsideFollowsThePosition() throws {
        let floor = Floor()
        try long(floor)
        for _ in 0..<2 { _ = try floor.place(.limit(.sell, "0.01", "101000")) }
        #expect(floor.account.reserved.description == "102.16655")
        _ = try floor.quote(3, "99999.9", "5", "100000", "5")
        _ = try floor.place(.market(.sell, "0.01", reduceOnly: true))
        _ = try floor.quote(4, "99999.9", "5", "100000", "5")
        #expect(floor.account.position(0) == nil && floor.account.reserved.description == "204.3331")
        for order in 2...3 { try floor.cancel(order) }
        _ = try floor.quote(5, "99999.9", "5", "100000", "5")
        #expect(floor.account.reserved == .zero)
    }

    /// 101.2 carry the long, and then nothing: a sell that would have closed finds no position when its turn comes.
    @Test func aRestingOrderThatCannotBeCarriedEnds() throws {
        let floor = Floor(equity: "101.2", isCross: false)
        try long(floor)
        _ = try floor.place(.limit(.sell, "0.01", "101000"))
        _ = try floor.quote(3, "99999.9", "5", "100000", "5")
        _ = try floor.place(.market(.sell, "0.01", reduceOnly: true))
        _ = try floor.quote(4, "99999.9", "5", "100000", "5")
        // Short 0.01 at 101000 would need 102.16655; there are 101.2 - 0.55 - 0.001 - 0.54999945. A step less is carried.
        let told = try floor.trade(5, "102000", "5", "buy")
        #expect(told.contains("order 2 cancelled (margin) 0.009 of 0.01") && told.last == "account 0")
        #expect(floor.account.reserved == .zero && floor.account.cash >= floor.account.marginInUse)
    }
}

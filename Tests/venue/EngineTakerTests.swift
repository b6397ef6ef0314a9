import Records
import Testing

@testable import Venue

/// Orders that take: what they get from the book, what they leave behind, what closes them.
///
/// Not covered: resting orders, margin (suites of their own); the price band's figures.
@Suite struct EngineTakerTests {
    /// 0.005 at an ask of 0.002 at 100000, the rest at 100000 x 1.0003; a profit at 101000, a stop at 99000.
    private func opened(_ floor: Floor) throws -> [String] {
        _ = try floor.quote(1, "99999.9", "2", "100000", "0.002")
        let levels = OrderTerms.Protection(takeProfit: .init("101000"), stopLoss: .init("99000"))
        #expect(try floor.place(.market(.buy, "0.005", levels)) == ["accepted 1"])
        return try floor.quote(2, "99999.9", "2", "100000", "0.002")
    }

    /// 200 x 0.00055 = 0.11; 0.003 x 100030 = 300.09, x 0.00055 = 0.1650495. Cash 1000 - 0.2750495.
    @Test func aMarketOrderTakesTwoLevelsAndIsProtected() throws {
        let floor = Floor()
        #expect(
            try opened(floor) == [
                "fill 1: buy 0.002 at 100000, taker fee 0.11", "fill 1: buy 0.003 at 100030, taker fee 0.1650495",
                "order 1 filled 0.005 of 0.005", "order 2 stopLoss untriggered 0 of 0.005",
                "order 3 takeProfit untriggered 0 of 0.005", "long 0.005 for 500.09", "account 0",
            ])
        #expect(floor.account.cash.description == "999.7249505" && floor.account.reserved == .zero)
    }

    /// The middle jumps to 101500: 0.004 at the bid, 0.001 at 101499.9 x 0.9997 = 101469.45003, down to 101469.4. Values
    /// 405.9996 and 101.4694, x 0.00055 = 0.22329978 and 0.05580817. Cost 4/5 of 500.09 = 400.072 and 100.018, so 5.9276
    /// and 1.4514. Cash 999.7249505 + 7.379 - 0.27910795.
    @Test func aProfitFiresThroughAGap() throws {
        let floor = Floor()
        _ = try opened(floor)
        #expect(
            try floor.quote(3, "101499.9", "0.004", "101500.1", "1") == [
                "fill 3: sell 0.004 at 101499.9, taker fee 0.22329978, closed 0.004 for 5.9276",
                "fill 3: sell 0.001 at 101469.4, taker fee 0.05580817, closed 0.001 for 1.4514",
                "order 3 takeProfit filled 0.005 of 0.005", "flat",
                "order 2 stopLoss deactivated (positionClosed) 0 of 0.005", "account 0",
            ])
        #expect(floor.account.cash.description == "1006.82484255")
    }

    /// Trades are known, so that quotes fire nothing; a trade at the level does, at the bid of the moment: 0.005 x 97999.9 =
    /// 489.9995, fee 0.269499725 up to 0.26949973; 489.9995 - 500.09 = -10.0905.
    @Test func aStopFiresAtTheBookOfTheMoment() throws {
        let floor = Floor()
        _ = try opened(floor)
        #expect(try floor.trade(3, "99000.1") == [])
        #expect(try floor.quote(4, "97999.9", "1", "98000", "1") == [])
        #expect(
            try floor.trade(5, "99000") == [
                "fill 2: sell 0.005 at 97999.9, taker fee 0.26949973, closed 0.005 for -10.0905",
                "order 2 stopLoss filled 0.005 of 0.005", "flat",
                "order 3 takeProfit deactivated (positionClosed) 0 of 0.005", "account 0",
            ])
    }

    /// Long 0.002 at 100000, sell 0.005 at 100100: 0.002 closes for 0.2, 0.003 opens. Fee 500.5 x 0.00055 = 0.275275, of
    /// which 200.2 x 0.00055 = 0.11011 closes and 0.165165 opens. Nothing of the long's levels stays.
    @Test func throughZero() throws {
        let floor = Floor()
        _ = try floor.quote(1, "99999.9", "2", "100000", "1")
        _ = try floor.place(.market(.buy, "0.002", .init(takeProfit: .init("103000"), stopLoss: .init("99000"))))
        _ = try floor.quote(2, "99999.9", "2", "100000", "1")
        _ = try floor.place(.market(.sell, "0.005", .init(stopLoss: .init("102000"))))
        #expect(
            try floor.quote(3, "100100", "1", "100100.1", "1") == [
                "fill 4: sell 0.005 at 100100, taker fee 0.275275, closed 0.002 for 0.2",
                "order 2 stopLoss deactivated (positionClosed) 0 of 0.002",
                "order 3 takeProfit deactivated (positionClosed) 0 of 0.002", "order 4 filled 0.005 of 0.005",
                "order 5 stopLoss untriggered 0 of 0.003", "short 0.003 for 300.3", "account 0",
            ])
        #expect(floor.account.position(0)?.openingFees.description == "0.165165")
        #expect(floor.engine.listings[0].holders == 1)
    }

    @Test(
        arguments: [
            (.fillOrKill, "100000", ["order 1 cancelled (notWhole) 0 of 0.005"]),
            (.postOnly, "100000", ["order 1 cancelled (wouldTake) 0 of 0.005"]),
            (.postOnly, "99999.9", ["order 1 new 0 of 0.005"]),
            (
                .immediateOrCancel, "100000",
                [
                    "fill 1: buy 0.002 at 100000, taker fee 0.11", "order 1 cancelled (depth) 0.002 of 0.005",
                    "long 0.002 for 200", "account 0",
                ]
            ),
        ] as [(OrderTerms.TimeInForce, String, [String])])
    func timesInForce(_ force: OrderTerms.TimeInForce, _ price: String, _ expected: [String]) throws {
        let floor = Floor()
        _ = try floor.quote(1, "99999.9", "2", "100000", "0.002")
        _ = try floor.place(.limit(.buy, "0.005", price, force))
        #expect(try floor.quote(2, "99999.9", "2", "100000", "0.002") == expected)
        floor.engine.finish()
        #expect(floor.account.reserved == .zero)
    }

    /// Selling 0.01 at 99999.9 needs 99.9999 + 0.6049994 + 0.54999945; at a bid of 120000 more than the 101.2 that are
    /// there: then all or nothing is nothing.
    @Test func fillOrKillIsNotCutByMargin() throws {
        let floor = Floor(equity: "101.2")
        _ = try floor.quote(1, "99999.9", "2", "100000", "2")
        _ = try floor.place(.limit(.sell, "0.01", "99999.9", .fillOrKill))
        #expect(floor.account.reserved.description == "101.15489885")
        #expect(try floor.quote(2, "120000", "2", "120000.1", "2") == ["order 1 cancelled (margin) 0 of 0.01"])
        #expect(floor.account.reserved == .zero)
    }

    @Test func reduceOnlyIsCutAndNeverOpens() throws {
        let floor = Floor()
        _ = try floor.quote(1, "99999.9", "2", "100000", "2")
        #expect(throws: Refusal.isFlat) { try floor.place(.market(.sell, "0.001", reduceOnly: true)) }
        _ = try floor.place(.market(.buy, "0.002"))
        _ = try floor.quote(2, "99999.9", "2", "100000", "2")
        #expect(throws: Refusal.wouldAdd) { try floor.place(.market(.buy, "0.001", reduceOnly: true)) }
        // Both are for all of it; the first leaves nothing for the second. 199.9998 x 0.00055 = 0.10999989.
        _ = try floor.place(.market(.sell, "0.009", reduceOnly: true))
        _ = try floor.place(.market(.sell, "0.002", reduceOnly: true))
        #expect(
            try floor.quote(3, "99999.9", "2", "100000", "2") == [
                "fill 2: sell 0.002 at 99999.9, taker fee 0.10999989, closed 0.002 for -0.0002",
                "order 2 filled 0.002 of 0.002", "flat", "account 0",
                "order 3 cancelled (reduceOnly) 0 of 0.002",
            ])
    }
}

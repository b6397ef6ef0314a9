import Records
import Testing

@testable import Venue

/// Levels: one pair for a position, pairs for parts of it; set, changed, removed, cut and ended with it.
///
/// Not covered: triggers on mark and index prices (the properties draw them).
@Suite struct EngineProtectionTests {
    private func quoted() throws -> Floor {
        let floor = Floor()
        _ = try floor.quote(1, "99999.9", "5", "100000", "5")
        return floor
    }

    private func again(_ floor: Floor, _ ts: Int64) throws -> [String] {
        try floor.quote(ts, "99999.9", "5", "100000", "5")
    }

    /// A second order's levels take the place of the first's, whatever it adds; a sale cuts them.
    @Test func levelsOfTheWholeFollowThePosition() throws {
        let floor = try quoted()
        _ = try floor.place(.market(.buy, "0.01", .init(stopLoss: .init("99000"))))
        _ = try again(floor, 2)
        _ = try floor.place(.market(.buy, "0.01", .init(takeProfit: .init("102000"), stopLoss: .init("98000"))))
        let second = try again(floor, 3)
        #expect(
            second.dropFirst() == [
                "order 3 filled 0.01 of 0.01", "order 2 stopLoss untriggered 0 of 0.02",
                "order 4 takeProfit untriggered 0 of 0.02", "long 0.02 for 2000", "account 0",
            ])
        #expect(floor.engine.protection(0, 0) == (Price(text: "102000"), Price(text: "98000")))
        _ = try floor.place(.market(.sell, "0.015"))
        #expect(
            try again(floor, 4).dropFirst() == [
                "order 5 filled 0.015 of 0.015", "order 2 stopLoss untriggered 0 of 0.005",
                "order 4 takeProfit untriggered 0 of 0.005", "long 0.005 for 500", "account 0",
            ])
    }

    /// Each part has a pair of its own; when one level fires, the other of its pair ends and the other pair stays. 0.01 at
    /// the bid of 98999.9: 989.999 x 0.00055 = 0.54449945, and 989.999 - 1000.
    @Test func pairsForParts() throws {
        let floor = try quoted()
        for stop in ["99000", "98000"] {
            let pair = OrderTerms.Protection(takeProfit: .init("102000"), stopLoss: .init(stop), isPartial: true)
            _ = try floor.place(.market(.buy, "0.01", pair))
        }
        _ = try again(floor, 2)
        #expect(
            try floor.quote(3, "98999.9", "5", "99000.1", "5") == [
                "order 4 partialTakeProfit deactivated (otherLevel) 0 of 0.01",
                "fill 3: sell 0.01 at 98999.9, taker fee 0.54449945, closed 0.01 for -10.001",
                "order 3 partialStopLoss filled 0.01 of 0.01", "long 0.01 for 1000", "account 0",
            ])
        #expect(floor.engine.listings[0].orders.map(\.number) == [5, 6])
    }

    /// A resting order is filled in two parts: the pair grows. Fired in between, it would be a new one for what came after.
    @Test func aPairGrowsWithItsOrder() throws {
        let floor = try quoted()
        let pair = OrderTerms.Protection(stopLoss: .init("99000"), isPartial: true)
        _ = try floor.place(.limit(.buy, "0.01", "99999.9", protection: pair))
        _ = try again(floor, 2)
        #expect(
            try floor.trade(3, "99990", "0.004", "sell")[2] == "order 2 partialStopLoss untriggered 0 of 0.004")
        #expect(
            try floor.trade(4, "99990", "0.003", "sell")[2] == "order 2 partialStopLoss untriggered 0 of 0.007")
        _ = try floor.trade(5, "99000", "0", "buy")
        #expect(floor.account.position(0) == nil)
        #expect(
            try floor.trade(6, "99990", "1", "sell")[2] == "order 3 partialStopLoss untriggered 0 of 0.003")
    }

    /// A sell rests against a long of 0.004; what it sells beyond that is a short, and is protected.
    @Test func whatOpensAfterClosingIsProtected() throws {
        let floor = try quoted()
        _ = try floor.place(.market(.buy, "0.004"))
        _ = try again(floor, 2)
        _ = try floor.place(.limit(.sell, "0.01", "100100", protection: .init(stopLoss: .init("102000"))))
        _ = try again(floor, 3)
        #expect(try floor.trade(4, "100200", "0.004", "buy")[2] == "flat")
        #expect(try floor.trade(5, "100200", "0.001", "buy")[2] == "order 3 stopLoss untriggered 0 of 0.001")
        #expect(
            try floor.trade(6, "100200", "1", "buy").dropFirst() == [
                "order 2 filled 0.01 of 0.01", "order 3 stopLoss untriggered 0 of 0.006", "short 0.006 for 600.6",
                "account 0",
            ])
    }

    @Test func levelsOfAPositionAreSetChangedAndRemoved() throws {
        let floor = try quoted()
        #expect(throws: Refusal.isFlat) {
            try floor.engine.protect(0, 0, takeProfit: .some(.init("101000")), stopLoss: nil, part: nil)
        }
        _ = try floor.place(.market(.buy, "0.01"))
        _ = try again(floor, 2)
        func protect(_ takeProfit: OrderTerms.Leg??, _ stopLoss: OrderTerms.Leg??) throws -> Bool {
            try floor.engine.protect(0, 0, takeProfit: takeProfit, stopLoss: stopLoss, part: nil)
        }
        #expect(try protect(.some(.init("101000")), .some(.init("99000"))))
        #expect(try !protect(.some(.init("101000")), nil))
        #expect(try protect(.some(.init("101000", by: .mark)), nil))
        #expect(try protect(.some(nil), nil))
        #expect(floor.engine.protection(0, 0) == (nil, Price(text: "99000")))
        #expect(throws: Refusal.stopLossSide(base: Price(text: "99999.95")!)) {
            try protect(nil, .some(.init("100500")))
        }
        #expect(
            floor.engine.takeEvents().map(\.told) == [
                "order 2 takeProfit untriggered 0 of 0.01", "order 3 stopLoss untriggered 0 of 0.01",
                "order 2 takeProfit untriggered 0 of 0.01", "order 2 takeProfit untriggered 0 of 0.01",
                "order 2 takeProfit deactivated (client) 0 of 0.01",
            ])
    }

    @Test func pairsAreCounted() throws {
        let floor = try quoted()
        _ = try floor.place(.market(.buy, "0.03"))
        _ = try again(floor, 2)
        func pair() throws {
            _ = try floor.engine.protect(
                0, 0, takeProfit: .some(.init("102000")), stopLoss: nil, part: Quantity(text: "0.001")!)
        }
        for _ in 0..<Engine.partialLimit { try pair() }
        #expect(throws: Refusal.tooManyLevels) { try pair() }
    }
}

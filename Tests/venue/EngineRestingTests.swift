import Records
import Testing

@testable import Venue

/// Orders that rest: the queue, trades and quotes that fill them, amendments, cancellations.
///
/// Not covered: books without quotes, where only a trade beyond the price fills (the properties walk through them).
@Suite struct EngineRestingTests {
    /// A buy of 0.01 that rests at the bid behind 0.5.
    private func resting(latency: Int64 = 0) throws -> Floor {
        let floor = Floor(latency: latency)
        _ = try floor.quote(1, "99999.9", "0.5", "100000", "0.5")
        _ = try floor.place(.limit(.buy, "0.01", "99999.9"))
        #expect(try floor.quote(2 + latency, "99999.9", "0.5", "100000", "0.5") == ["order 1 new 0 of 0.01"])
        return floor
    }

    /// Value 999.999: margin 99.9999, closing 899.9991 x 0.00055 = 0.494999505 up to 0.49499951, opening 0.54999945.
    /// Trades sell 0.3 of the 0.5 before it, then 0.206: 0.006 are its own, 599.9994 x 0.0002 = 0.11999988. A quote that
    /// reaches it brings 0.001 (fee 0.01999998), a trade below its price the rest (0.05999994).
    @Test func aMakerWaitsItsTurn() throws {
        let floor = try resting()
        #expect(floor.account.reserved.description == "101.04489896")
        #expect(try floor.trade(3, "99999.9", "0.3", "sell") == [])
        #expect(try floor.trade(3, "99999.9", "9", "buy") == [])
        #expect(
            try floor.trade(4, "99999.9", "0.206", "sell") == [
                "fill 1: buy 0.006 at 99999.9, maker fee 0.11999988", "order 1 partiallyFilled 0.006 of 0.01",
                "long 0.006 for 599.9994", "account 0",
            ])
        #expect(
            try floor.quote(5, "99990", "1", "99999.8", "0.001") == [
                "fill 1: buy 0.001 at 99999.9, maker fee 0.01999998", "order 1 partiallyFilled 0.007 of 0.01",
                "long 0.007 for 699.9993", "account 0",
            ])
        #expect(
            try floor.trade(6, "99990", "5", "sell") == [
                "fill 1: buy 0.003 at 99999.9, maker fee 0.05999994", "order 1 filled 0.01 of 0.01",
                "long 0.01 for 999.999", "account 0",
            ])
        #expect(floor.account.reserved == .zero && floor.account.fees.description == "0.1999998")
    }

    /// 0.4 of the 0.5 before it trade away. Smaller, it keeps its place: 0.1 stand before it. Larger, it goes behind the
    /// 0.5 that are quoted.
    @Test func anAmendmentKeepsOrLosesThePlace() throws {
        let floor = try resting()
        _ = try floor.trade(3, "99999.9", "0.4", "sell")
        try floor.amend(1, quantity: "0.005")
        #expect(try floor.quote(4, "99999.9", "0.5", "100000", "0.5") == ["order 1 new 0 of 0.005"])
        #expect(
            try floor.trade(5, "99999.9", "0.101", "sell").first == "fill 1: buy 0.001 at 99999.9, maker fee 0.01999998"
        )
        try floor.amend(1, quantity: "0.02")
        #expect(
            try floor.quote(6, "99999.9", "0.5", "100000", "0.5") == ["order 1 partiallyFilled 0.001 of 0.02"])
        #expect(try floor.trade(7, "99999.9", "0.101", "sell") == [])
        #expect(throws: Refusal.filledAlready) { try floor.amend(1, quantity: "0.001") }
    }

    /// 1000 x 0.00055 = 0.55.
    @Test func anAmendmentThatCrossesTakes() throws {
        let floor = try resting()
        try floor.amend(1, limit: "100000")
        #expect(
            try floor.quote(3, "99999.9", "0.5", "100000", "0.5") == [
                "fill 1: buy 0.01 at 100000, taker fee 0.55", "order 1 filled 0.01 of 0.01", "long 0.01 for 1000",
                "account 0",
            ])
        #expect(floor.account.reserved == .zero)
    }

    @Test func aCancellationGivesBackWhatWasSetAside() throws {
        let floor = try resting()
        try floor.cancel(1)
        #expect(try floor.quote(3, "99999.9", "0.5", "100000", "0.5") == ["order 1 cancelled (client) 0 of 0.01"])
        #expect(floor.account.reserved == .zero)
        #expect(throws: Refusal.noOrder) { try floor.cancel(1) }
    }

    /// On its way to the book the cancellation meets a fill: nothing is left for it to do.
    @Test func aCancellationLosesTheRace() throws {
        let floor = try resting(latency: 1_000)
        try floor.cancel(1)
        #expect(try floor.trade(1_500, "99990", "5", "sell")[1] == "order 1 filled 0.01 of 0.01")
        #expect(try floor.quote(9_000, "99999.9", "0.5", "100000", "0.5") == [])
    }

    /// 0.012 sold through both: the better price first, though it came later; what it took is gone for the other.
    @Test func priceComesBeforeTime() throws {
        let floor = Floor()
        _ = try floor.quote(1, "99999.9", "0.5", "100000", "0.5")
        _ = try floor.place(.limit(.buy, "0.01", "99999.8"))
        _ = try floor.place(.limit(.buy, "0.01", "99999.9"))
        _ = try floor.quote(2, "99999.9", "0.5", "100000", "0.5")
        let fills = try floor.trade(3, "99990", "0.012", "sell").filter { $0.hasPrefix("fill") }
        // 199.9996 x 0.0002 = 0.03999992.
        #expect(
            fills == [
                "fill 2: buy 0.01 at 99999.9, maker fee 0.1999998",
                "fill 1: buy 0.002 at 99999.8, maker fee 0.03999992",
            ])
    }

    /// One quote of 0.012 reaches both, and is not there twice.
    @Test func aQuoteFillsOnce() throws {
        let floor = Floor()
        _ = try floor.quote(1, "99999.9", "0.5", "100000", "0.5")
        for _ in 0..<2 { _ = try floor.place(.limit(.buy, "0.01", "99999.9")) }
        _ = try floor.quote(2, "99999.9", "0.5", "100000", "0.5")
        let told = try floor.quote(3, "99990", "0.5", "99999.9", "0.012").filter { $0.hasPrefix("order") }
        #expect(told == ["order 1 filled 0.01 of 0.01", "order 2 partiallyFilled 0.002 of 0.01"])
    }

    /// A long of 0.01 with a reduce-only sell of 0.01 in the book: selling 0.004 cuts it, selling the rest ends it.
    @Test func reduceOnlyFollowsThePosition() throws {
        let floor = Floor()
        _ = try floor.quote(1, "99999.9", "0.5", "100000", "0.5")
        _ = try floor.place(.market(.buy, "0.01"))
        _ = try floor.quote(2, "99999.9", "0.5", "100000", "0.5")
        _ = try floor.place(.limit(.sell, "0.01", "101000", reduceOnly: true))
        _ = try floor.place(.market(.sell, "0.004"))
        let cut = try floor.quote(3, "99999.9", "0.5", "100000", "0.5")
        #expect(cut.suffix(3) == ["long 0.006 for 600", "order 2 new 0 of 0.006", "account 0"])
        _ = try floor.place(.market(.sell, "0.006"))
        let ended = try floor.quote(4, "99999.9", "0.5", "100000", "0.5")
        #expect(ended.suffix(3) == ["flat", "order 2 cancelled (reduceOnly) 0 of 0.006", "account 0"])
    }
}

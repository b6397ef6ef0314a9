import Records
import Testing

@testable import Venue

/// Sizing, reductions, matching and trigger levels, at figures worked out by hand.
///
/// Not covered: what paper does with them (its own suites), instruments other than the two built in.
@Suite struct RuleTests {
    private let bitcoin = Instrument.builtIn(Array("BTCUSDT".utf8))!
    private let ether = Instrument.builtIn(Array("ETHUSDT".utf8))!

    private func price(_ text: String) -> Price { Price(text: text)! }
    private func quantity(_ text: String) -> Quantity { Quantity(text: text)! }
    private func money(_ text: String) -> Money { Money(text: text)! }

    private func terms(_ leverage: Int64, _ px: String = "96870") -> Sizing.Terms {
        Sizing.Terms(.buy, price: price(px), leverage: Rate(units: leverage * Rate.one), bitcoin)
    }

    /// 12.50 USDT buys no BTC at 1x (0.001 is 96.87); at 7x it is 87.50, at 8x 100, at 10x 125.
    @Test(arguments: [(1, nil), (7, nil), (8, "0.001"), (10, "0.001"), (16, "0.002")] as [(Int64, String?)])
    func theSeedsExample(_ leverage: Int64, _ expected: String?) {
        let outcome = Sizing.open(terms(leverage), budget: money("12.5"), available: money("25"))
        #expect(outcome == expected.map { .quantity(quantity($0)) } ?? .tooSmall)
    }

    @Test func availableMarginBinds() {
        // 0.001 at 10x needs 9.687 + 96.87 x 0.00055 + 87.183 x 0.00055 = 9.687 + 0.0532785 + 0.04795065.
        #expect(terms(10).need(quantity("0.001")) == money("9.78822915"))
        let budget = money("100")
        func sized(_ available: String) -> Sizing.Outcome {
            Sizing.open(terms(10), budget: budget, available: money(available))
        }
        #expect(sized("9.78822914") == .insufficientMargin)
        #expect(sized("9.78822915") == .quantity(quantity("0.001")))
        #expect(sized("19.57") == .quantity(quantity("0.001")))
        #expect(sized("19.5764583") == .quantity(quantity("0.002")))
        #expect(sized("100") == .quantity(quantity("0.01")))
    }

    @Test func limitsBind() {
        let rich = money("1000000000")
        #expect(Sizing.open(terms(10), budget: rich, available: rich) == .quantity(quantity("119")))
        // At 100 USDT a step of 0.001 is worth 0.1: the smallest value of 5 USDT binds before the smallest quantity.
        #expect(terms(10, "100").minimum == quantity("0.05"))
        #expect(terms(10).minimum == quantity("0.001"))
        #expect(Sizing.open(terms(10), budget: money("-1"), available: rich) == .tooSmall)
    }

    @Test(arguments: [
        ("0.001", "0.5", "0.001"), ("0.002", "0.5", "0.001"), ("0.003", "0.5", "0.001"), ("0.003", "1", "0.003"),
        ("0.003", "0.1", "0.003"), ("0.01", "0.95", "0.009"),
    ])
    func reductions(_ live: String, _ fraction: String, _ expected: String) {
        let reduced = Sizing.reduction(of: quantity(live), by: Rate(text: fraction)!, bitcoin)
        #expect(reduced == quantity(expected))
    }

    @Test func aReductionThatWouldLeaveLessThanTheMinimumCloses() throws {
        // ETHUSDT: the minimum is one step, so what is left of 0.03 less 0.02 still stands.
        func reduced(by wanted: String) -> Quantity {
            Sizing.reduction(of: quantity("0.03"), by: quantity(wanted), leaving: ether.minQuantity)
        }
        #expect(reduced(by: "0.02") == quantity("0.02"))
        #expect(reduced(by: "0.05") == quantity("0.03"))
        #expect(reduced(by: "0.025") == quantity("0.03"))
    }

    @Test func matchingTakesTheTopFirst() {
        let slippage = Slippage(fraction: Rate(text: "0.0003")!, depth: 20)
        // 100000 x 1.0003 = 100030; 100000.1 x 1.0003 = 100030.10003, up to the tick 100030.2.
        let levels = slippage.levels(
            .buy, quantity("0.01"), best: price("100000.1"), offered: quantity("0.0045"), bitcoin)
        #expect(
            levels == [
                Level(price: price("100000.1"), quantity: quantity("0.004")),
                Level(price: price("100030.2"), quantity: quantity("0.006")),
            ])
        // Twenty times 0.0045 is 0.09: that much and no more.
        let thin = slippage.levels(.sell, quantity("1"), best: price("100000"), offered: quantity("0.0045"), bitcoin)
        #expect(
            thin == [
                Level(price: price("100000"), quantity: quantity("0.004")),
                Level(price: price("99970"), quantity: quantity("0.086")),
            ])
        #expect(slippage.levels(.buy, quantity("1"), best: price("1"), offered: .zero, bitcoin).isEmpty)
    }

    @Test func halfSpreadIsAgainstTheTaker() {
        let half = HalfSpread(fraction: Rate(text: "0.0001")!)
        // 96870 x 1.0001 = 96879.687, x 0.9999 = 96860.313.
        #expect(half.price(.buy, from: price("96870"), tick: bitcoin.tick) == price("96879.7"))
        #expect(half.price(.sell, from: price("96870"), tick: bitcoin.tick) == price("96860.3"))
        #expect(half.price(.sell, from: price("0.01"), tick: bitcoin.tick) == price("0.1"))
    }

    /// 96870 x 1.015 = 98323.05, x 0.995 = 96385.65, x 0.985 = 95416.95, x 1.005 = 97354.35: no level before it.
    @Test func triggerLevelsRoundAwayFromTheEntry() {
        let distances = Distances(takeProfit: Rate(text: "0.015")!, stopLoss: Rate(text: "0.005")!, by: .mark)
        func levels(_ side: Direction) -> [OrderTerms.Leg?] {
            var position = Position(side, leverage: Rate(units: 1_000_000_000), opened: 0)
            position.add(Level(price: price("96870"), quantity: quantity("0.001")), fee: .zero, bitcoin)
            let protection = distances.protection(of: position, bitcoin)
            return [protection.takeProfit, protection.stopLoss]
        }
        #expect(levels(.long) == [.init("98323.1", by: .mark), .init("96385.6", by: .mark)])
        #expect(levels(.short) == [.init("95416.9", by: .mark), .init("97354.4", by: .mark)])
    }

    @Test func fundingTakesTheMarginOnlyWhenNothingElseIsLeft() {
        var account = Account(start: money("10"))
        account.open(0, Position(.long, leverage: Rate(units: 1_000_000_000), opened: 0))
        let level = Level(price: price("96870"), quantity: quantity("0.001"))
        account.add(level, fee: Fees.taker(level, bitcoin), 0, bitcoin)
        // Free: 10 - 0.0532785 - 9.73495065 = 0.21177085.
        #expect(account.free == money("0.21177085"))
        account.fund(money("-0.21177085"), 0, bitcoin)
        #expect(account.free == .zero && account.position(0)?.drained == .zero)
        account.fund(money("-1"), 0, bitcoin)
        #expect(account.funding == money("-1.21177085") && account.free <= Fees.grain + Fees.grain)
        // 1 / (1 - 0.00055) and a grain are taken, so (96.87 - 9.687 + 1.0005503...) / 0.001, up to the tick.
        #expect(Liquidation.bankruptcy(account.position(0)!, tick: bitcoin.tick) == price("88183.6"))
        account.fund(money("-1000"), 0, bitcoin)
        // What stays is the fee for closing at the entry: 96.87 x 0.00055.
        #expect(account.cash == money("0.0532785") && account.position(0)?.collateral == .zero)
        #expect(account.funding == money("-9.893443") && account.cash == account.marginInUse)
    }
}

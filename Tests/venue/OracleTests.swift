import Records
import Testing

@testable import Venue

/// Figures that Bybit itself answered (v5, linear perpetuals), as recorded in the static responses of ccxt
/// (github.com/ccxt/ccxt, ts/src/test/static/response/bybit.json, MIT), re-typed.
///
/// Not covered: cross margin, risk tiers above the first, maker fills, fees in another coin.
@Suite struct OracleTests {
    private let bitcoin = Instrument.builtIn(Array("BTCUSDT".utf8))!

    private func price(_ text: String) -> Price { Price(text: text)! }
    private func level(_ px: String, _ qty: String) -> Level { Level(price: price(px), quantity: Quantity(text: qty)!) }

    /// closed-pnl, BTCUSDT 2024-08-23: entry 55937.5, exit 55563, 0.001, closedPnl -0.43582528: the three parts are
    /// -0.3745, -0.03076563 (opening fee) and -0.03055965 (closing fee).
    @Test func closedProfit() {
        var position = Position(.long, leverage: Rate(units: 1_000_000_000), opened: 0)
        let entry = level("55937.5", "0.001")
        let exit = level("55563", "0.001")
        let openFee = Fees.taker(entry, bitcoin)
        let closeFee = Fees.taker(exit, bitcoin)
        position.add(entry, fee: openFee, bitcoin)
        let profit = position.reduce(exit, fee: closeFee, bitcoin)
        #expect(openFee.description == "0.03076563")
        #expect(closeFee.description == "0.03055965")
        #expect(profit.description == "-0.3745")
        #expect((profit - position.fees).description == "-0.43582528")
    }

    /// order history, BTCUSDT 2025-09-14: cumExecFee of an open at 123498 and a close at 122529.9 (exactly 0.067391445);
    /// execution, LTCUSDT 2024-03-18: 0.1 at 85.11. Both fees of which the ninth place is known end in a 5: that they are
    /// rounded up, and not half up, is this project's reading.
    @Test(arguments: [
        ("123498", "0.001", "0.0679239"), ("122529.9", "0.001", "0.06739145"), ("85.11", "0.1", "0.00468105"),
    ])
    func fees(_ px: String, _ qty: String, _ fee: String) {
        #expect(Fees.taker(level(px, qty), bitcoin).description == fee)
    }

    /// order history, BTCUSDT 2025-09-14: the round trip of 123498 and 122529.9: cumExecValue 123.498 and 122.5299.
    @Test func roundTrip() {
        let (entry, exit) = (level("123498", "0.001"), level("122529.9", "0.001"))
        #expect((entry.price * entry.quantity).description == "123.498")
        #expect((exit.price * exit.quantity).description == "122.5299")
    }

    /// A rebate is rounded against the account too: 55.9375 x -0.0001 = -0.00559375 exactly; x 0.1 = -0.000559375.
    @Test func aRebateIsRoundedDown() {
        var rules = Instrument.builtIn(Array("BTCUSDT".utf8))!
        rules.makerFee = Rate(text: "-0.0001")!
        #expect(Fees.of(level("55937.5", "0.001"), .maker, rules).description == "-0.00559375")
        #expect(Fees.of(level("55937.5", "0.0001"), .maker, rules).description == "-0.00055937")
    }

    /// execution list, LTCUSDT 2024-03-20: a long of 0.1 at 77.97 with 0.0001 paid 0.0007797: reproduced.
    @Test func funding() {
        var position = Position(.long, leverage: Rate(units: 1_000_000_000), opened: 0)
        position.add(level("81", "0.1"), fee: .zero, bitcoin)
        let paid = Funding.received(position, mark: price("77.97"), rate: Rate(text: "0.0001")!)
        #expect(paid.description == "-0.0007797")
    }

    /// The list's other row, 0.1 at 80.33 with -0.000881, received 0.00708126, which its own figures do not give: 8.033 x
    /// 0.000881 = 0.007077073. The answer prints its rate cut behind the sixth place: a rate that it may stand for
    /// (0.000881 <= rate < 0.000882) gives the figure, so it cannot be reproduced, and is not contradicted.
    @Test func fundingAtARateThatIsPrintedCut() {
        var position = Position(.long, leverage: Rate(units: 1_000_000_000), opened: 0)
        position.add(level("81", "0.1"), fee: .zero, bitcoin)
        func received(_ rate: String) -> String {
            Funding.received(position, mark: price("80.33"), rate: Rate(text: rate)!).description
        }
        #expect(received("-0.000881") == "0.00707707")
        // 8.033 x 0.00088153 = 0.00708133049; the eight places of a rate here step over 0.00708126.
        #expect(received("-0.00088152") == "0.00708125" && received("-0.00088153") == "0.00708133")
    }

    /// position list, LTCUSDT 2023-11-14: size 1.2, avgPrice 64.59947917, positionValue 77.519375, markPrice 71.1,
    /// unrealisedPnl 7.800625, leverage 6, positionIM 12.95542633, positionMM 0.81072399. Two fills with that value: 0.5 x
    /// 64.59875 + 0.7 x 64.6.
    ///
    /// IM: rates 1/6, up to 0.16666667, and 0.00055 x 5/6, up to 0.00045834: 77.519375 x 0.16712501 = 12.9554263... up.
    /// MM: a maintenance rate of 0.01 (LTCUSDT's first tier): 77.519375 x 0.01045834 = 0.81072398... up.
    ///
    /// What an isolated position locks here is computed without rounding the rates: 77.519375 / 6 and the closing fee,
    /// 12.95542555, which is 0.78e-6 less.
    @Test func openPosition() {
        var litecoin = bitcoin
        litecoin.maintenanceMargin = Rate(text: "0.01")!
        var position = Position(.long, leverage: Rate(units: 600_000_000), opened: 0)
        position.add(level("64.59875", "0.5"), fee: .zero, litecoin)
        position.add(level("64.6", "0.7"), fee: .zero, litecoin)
        #expect(position.cost.description == "77.519375")
        #expect(position.averageEntry.description == "64.59947917")
        #expect(position.unrealised(at: price("71.1")).description == "7.800625")
        #expect(Margin.initial(position, litecoin).description == "12.95542633")
        #expect(Margin.maintenance(position, litecoin).description == "0.81072399")
        #expect(position.margin.rounded(.down).description == "12.95542555")
    }

    /// The formulas that Bybit publishes for isolated margin: 96870 x (1 - 0.1 + 0.005) and so on.
    @Test func liquidationPrices() {
        let ten = Rate(units: 1_000_000_000)
        var long = Position(.long, leverage: ten, opened: 0)
        long.add(level("96870", "0.001"), fee: .zero, bitcoin)
        #expect(Liquidation.level(long, maintenance: bitcoin.maintenanceMargin).description == "87667.35")
        #expect(Liquidation.bankruptcy(long, tick: bitcoin.tick).description == "87183")
        var short = Position(.short, leverage: ten, opened: 0)
        short.add(level("96870", "0.001"), fee: .zero, bitcoin)
        #expect(Liquidation.level(short, maintenance: bitcoin.maintenanceMargin).description == "106072.65")
        #expect(Liquidation.bankruptcy(short, tick: bitcoin.tick).description == "106557")
        // Margin: 96.87 / 10, and the fee at the bankruptcy price, 87.183 x 0.00055.
        #expect(long.margin.description == "9.73495065")
    }

    @Test func aLeverageThatLeavesNoMaintenanceIsRefused() {
        #expect(Liquidation.allows(leverage: Rate(units: 10_000_000_000), maintenance: Rate(text: "0.005")!))
        #expect(!Liquidation.allows(leverage: Rate(units: 20_000_000_000), maintenance: Rate(text: "0.005")!))
    }
}

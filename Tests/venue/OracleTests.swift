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

    /// The exchange prints eight places.
    private func eightPlaces(_ money: Money) -> String {
        decimalText(ratio(money.units, 1, 100_000_000, .nearest), places: 8)
    }

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
        #expect(openFee.description == "0.030765625")
        #expect(closeFee.description == "0.03055965")
        #expect(profit.description == "-0.3745")
        #expect((profit - position.fees).description == "-0.435825275")
        #expect(eightPlaces(profit - position.fees) == "-0.43582528")
    }

    /// order history, BTCUSDT 2025-09-14: cumExecFee of an open at 123498 and a close at 122529.9; execution, LTCUSDT
    /// 2024-03-18: 0.1 at 85.11.
    @Test(arguments: [
        ("123498", "0.001", "0.0679239"), ("122529.9", "0.001", "0.067391445"), ("85.11", "0.1", "0.00468105"),
    ])
    func fees(_ px: String, _ qty: String, _ fee: String) {
        #expect(Fees.taker(level(px, qty), bitcoin).description == fee)
    }

    /// execution list, LTCUSDT 2024-03-20: a long of 0.1 at 77.97 with 0.0001 paid 0.0007797. (The list's other row, at
    /// 80.33 with -0.000881, received 0.00708126: its rate is printed cut, so only the sign can be compared.)
    @Test func funding() {
        var position = Position(.long, leverage: Rate(units: 1_000_000_000), opened: 0)
        position.add(level("81", "0.1"), fee: .zero, bitcoin)
        let paid = Funding.received(position, mark: price("77.97"), rate: Rate(text: "0.0001")!)
        #expect(paid.description == "-0.0007797")
        let received = Funding.received(position, mark: price("80.33"), rate: Rate(text: "-0.000881")!)
        #expect(received.description == "0.007077073" && received > .zero)
    }

    /// position list, LTCUSDT 2023-11-14: size 1.2, avgPrice 64.59947917, positionValue 77.519375, markPrice 71.1,
    /// unrealisedPnl 7.800625, leverage 6, positionIM 12.95542633: 77.519375 / 6 and the fee for closing at the bankruptcy
    /// price, 77.519375 x 5/6 x 0.00055, which gives 12.95542555: the exchange's own figure is 0.8e-6 more. Two fills with that value: 0.5 x 64.59875 + 0.7 x 64.6.
    @Test func openPosition() {
        var position = Position(.long, leverage: Rate(units: 600_000_000), opened: 0)
        position.add(level("64.59875", "0.5"), fee: .zero, bitcoin)
        position.add(level("64.6", "0.7"), fee: .zero, bitcoin)
        #expect(position.cost.description == "77.519375")
        #expect(position.averageEntry.description == "64.59947917")
        #expect(position.unrealised(at: price("71.1")).description == "7.800625")
        #expect(eightPlaces(position.margin) == "12.95542555")
        let difference = Money(text: "12.95542633")! - position.margin
        #expect(difference > .zero && difference < Money(text: "0.000001")!)
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

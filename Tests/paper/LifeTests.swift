import Testing

@testable import PaperFold

/// One account's life, computed by hand to the last digit: open with a partial fill, funding, halving, take-profit,
/// then a short that is liquidated.
///
/// Not covered: bars and trades as the only data, several symbols.
@Suite struct LifeTests {
    /// 1000 USDT, 10x, BTCUSDT: tick 0.1, step 0.001, taker 0.00055, maintenance 0.005; latency 50 ms, slippage 0.0003,
    /// depth 20.
    private func life() throws -> [Line] {
        try Desk.run(
            Desk.options(equity: "1000"),
            [
                Desk.quote(1_000_000, "99999.9", "1", "100000.1", "0.002"),
                Desk.open(1_000_000, "o-1", "buy", weight: "0.5", takeProfit: "0.01", stopLoss: "0.005"),
                Desk.quote(1_050_000, "100000", "1", "100010", "0.002"),
                Desk.mark(1_100_000, "100050"),
                Desk.funding(1_200_000, "0.0001"),
                Desk.reduce(1_300_000, "r-1", "sell", "0.5"),
                Desk.quote(1_350_000, "100100", "0.015", "100110", "1"),
                Desk.quote(2_000_000, "101040", "1", "101040.2", "1"),
                Desk.open(2_100_000, "o-2", "sell", weight: "0.1", takeProfit: "0.01", stopLoss: "0.2"),
                Desk.quote(2_150_000, "101000", "1", "101000.2", "1"),
                Desk.mark(2_200_000, "110594.99"),
                Desk.mark(2_300_000, "110595"),
            ])
    }

    @Test func everyDigit() throws {
        var lines = try life()[...]
        func next(_ expected: String, _ keys: [String], _ comment: Comment? = nil) {
            let line = lines.removeFirst()
            #expect(keys.map { line[$0] }.joined(separator: " ") == expected, comment)
        }
        let fill = ["type", "ts", "id", "side", "qty", "px", "fee", "reduce_only", "reason", "realised"]
        let order = ["type", "ts", "id", "status", "reason"]
        let position = ["type", "ts", "side", "qty", "entry", "opened", "realised", "fees", "funding", "half_life"]
        let account = ["type", "ts", "equity", "available", "realised", "fees", "funding"]

        next("account 1000000 1000 1000 0 0 0", account)

        // Middle 100000; 1000 x 0.5 x 10 / 100000 = 0.05.
        next("order 1000000 o-1 accepted ", order)

        // The ask shows 0.002, twenty times that is 0.04: 0.002 at 100010, 0.038 at 100010 x 1.0003 = 100040.003, up to
        // 100040.1. Values 200.02 and 3801.5238; fees x 0.00055 = 0.110011 and 2.09083809.
        next("fill 1050000 o-1 buy 0.002 100010 0.110011 false open 0", fill)
        next("fill 1050000 o-1 buy 0.038 100040.1 2.09083809 false open 0", fill)
        next("order 1050000 o-1 partial ", order)
        next("order 1050000 o-1 cancelled depth", order)
        // Cost 4001.5438; / 0.04 = 100038.595. Fees 2.20084909.
        next("position 1050000 long 0.04 100038.595 1050000 0 2.20084909 0 120.5", position)
        // Cash 1000 - 2.20084909 = 997.79915091. At the middle 100005: 4000.2 - 4001.5438 = -1.3438.
        // Margin: 4001.5438 / 10 = 400.15438, and (4001.5438 - 400.15438) x 0.00055 = 1.980764181, up to 1.98076419.
        next("account 1050000 996.45535091 595.66400672 0 2.20084909 0", account)

        // 0.04 x 100050 x 0.0001 = 0.4002 paid; at the mark 4002 - 4001.5438 = 0.4562.
        next("account 1200000 997.85515091 595.26380672 0 2.20084909 -0.4002", account)

        next("order 1300000 r-1 accepted ", order)
        // Half of 0.04: 0.015 at the bid, 0.005 at 100100 x 0.9997 = 100069.97, down to 100069.9.
        // Cost released: 4001.5438 x 15/40 = 1500.578925, so 1501.5 - 1500.578925 = 0.921075;
        // 2500.964875 x 5/25 = 500.192975, so 500.3495 - 500.192975 = 0.156525; fee 0.275192225, up to 0.27519223.
        next("fill 1350000 r-1 sell 0.015 100100 0.825825 true reduce 0.921075", fill)
        next("fill 1350000 r-1 sell 0.005 100069.9 0.27519223 true reduce 0.156525", fill)
        next("order 1350000 r-1 filled ", order)
        next("position 1350000 long 0.02 100038.595 1050000 1.0776 3.30186632 -0.4002 120.5", position)
        // Cash 1000 + 1.0776 - 3.30186632 - 0.4002 = 997.37553368; at the mark 2001 - 2000.7719 = 0.2281.
        // Margin: 200.07719 + 1800.69471 x 0.00055 = 200.07719 + 0.9903820905, up to 0.9903821.
        next("account 1350000 997.60363368 796.30796158 1.0776 3.30186632 -0.4002", account)

        // Take-profit at 100038.595 x 1.01 = 101038.98095, up to 101039: the middle 101040.1 is beyond. 0.02 at the bid:
        // 2020.8 - 2000.7719 = 20.0281; fee 1.11144.
        next("fill 2000000 o-1 sell 0.02 101040 1.11144 true take_profit 20.0281", fill)
        next("position 2000000 flat 0 null 1050000 21.1057 4.41330632 -0.4002 120.5", position)
        next("account 2000000 1016.29219368 1016.29219368 21.1057 4.41330632 -0.4002", account)

        // 1016.29219368 x 0.1 x 10 / 101040.1 = 0.01005..., down to 0.010. Value 1010, fee 0.5555.
        next("order 2100000 o-2 accepted ", order)
        next("fill 2150000 o-2 sell 0.01 101000 0.5555 false open 0", fill)
        next("order 2150000 o-2 filled ", order)
        next("position 2150000 short 0.01 101000 2150000 0 0.5555 0 120.5", position)
        // Cash 1015.73669368; at the mark 1010 - 1000.5 = 9.5; margin 101 + 1111 x 0.00055 = 101.61105.
        next("account 2150000 1025.23669368 914.12564368 21.1057 4.96880632 -0.4002", account)

        // Liquidation at 101000 x (1 + 0.1 - 0.005) = 110595, not at 110594.99; taken over at 101000 x 1.1 = 111100:
        // 1010 - 1111 = -101, fee 0.61105. What is left is what was available.
        next("fill 2300000 o-2 buy 0.01 111100 0.61105 true liquidation -101", fill)
        next("position 2300000 flat 0 null 2150000 -101 1.16655 0 120.5", position)
        next("account 2300000 914.12564368 914.12564368 -79.8943 5.57985632 -0.4002", account)
        #expect(lines.isEmpty)
    }
}

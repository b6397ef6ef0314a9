import Bybit
@testable import ExchangeFold
import Testing
import Venue

/// Klines against a second, slower way to make them. Not covered: a store that has let its oldest minutes go, beyond the
/// one test for it.
struct KlineTests {
    private struct Trade {
        let time: Int64
        let price: Price
        let quantity: Quantity
    }

    /// From the definition: every interval from the first trade to now, opened at the close before.
    private func bruteForce(_ trades: [Trade], width: Int64, now: Int64) -> [[String]] {
        guard let first = trades.first else { return [] }
        var rows: [[String]] = []
        var close = first.price
        var start = first.time / width * width
        var rest = trades[...]
        while start <= now {
            var (high, low, volume, turnover) = (close, close, Int128(0), Int128(0))
            let open = close
            while let trade = rest.first, trade.time < start + width {
                (high, low, close) = (max(high, trade.price), min(low, trade.price), trade.price)
                volume += Int128(trade.quantity.units)
                turnover += Int128(trade.price.units) * Int128(trade.quantity.units)
                rest.removeFirst()
            }
            rows.append(
                [String(start / 1000)] + [open, high, low, close].map(\.description) + [
                    Quantity(units: Int64(volume)).description,
                    Money(units: turnover / 1_000_000_000_000 * 1_000_000_000_000).description,
                ])
            start += width
        }
        return rows.reversed()
    }

    private func rows(_ answer: Bybit.JSON) -> [[String]] { answer.list.map { $0.elements!.map { $0.text! } } }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func agreesWithTheDefinition(seed: UInt64) throws {
        var random = SeededMarket(seed: seed)
        let stall = try Stall()
        stall.market.shift = seed == 13 ? 17_000_123 : 0
        var trades: [String: [Trade]] = [:]
        for _ in 0..<3000 {
            let line = random.next()
            try stall.feed(line)
            let json = try Bybit.JSON(reading: Array(line.utf8))
            guard json.at("type") == "trade" else { continue }
            trades[json.at("sym"), default: []].append(
                Trade(
                    time: json["ts"]!.integer + stall.market.shift, price: Price(text: json.at("px"))!,
                    quantity: Quantity(text: json.at("qty"))!))
        }
        for symbol in ["BTCUSDT", "ETHUSDT"] {
            for (interval, minutes) in [("1", 1), ("5", 5), ("60", 60), ("240", 240), ("D", 1440)] {
                let expected = bruteForce(
                    trades[symbol]!, width: Int64(minutes) * 60_000_000, now: random.ts + stall.market.shift)
                let query = "category=linear&symbol=\(symbol)&interval=\(interval)"
                #expect(try rows(stall.answer("kline", query + "&limit=1000")) == Array(expected.prefix(1000)))
                #expect(try rows(stall.answer("kline", query)) == Array(expected.prefix(200)))
                let (from, to) = (expected[expected.count / 2][0], expected[expected.count / 4][0])
                let within = expected.filter { $0[0] >= from && $0[0] <= to }
                #expect(
                    try rows(stall.answer("kline", query + "&start=\(from)&end=\(to)")) == Array(within.prefix(200)))
                let after = expected.filter { $0[0] >= from }
                #expect(try rows(stall.answer("kline", query + "&start=\(from)&limit=3")) == Array(after.suffix(3)))
            }
        }
    }

    /// What the stream calls final is what the answer says ever after; and no kline is left out.
    @Test(arguments: ["1", "5", "D"])
    func confirmedOnceInOrder(interval: String) throws {
        var random = SeededMarket(seed: 21)
        let stall = try Stall()
        let topic = "kline.\(interval).BTCUSDT"
        _ = try stall.subscribe(topic)
        var final: [[String]] = []
        for _ in 0..<4000 {
            stall.now += 1000
            for push in try stall.step(random.next()) {
                let row = push.rows[0]
                if row["confirm"]?.bool == true {
                    final.append(
                        [row.at("start")]
                            + ["open", "high", "low", "close", "volume", "turnover"].map { row.at($0) })
                    #expect(row["end"]!.integer - row["start"]!.integer + 1 == ["1": 60_000, "5": 300_000][interval])
                }
            }
        }
        let query = "category=linear&symbol=BTCUSDT&interval=\(interval)&limit=1000"
        #expect(try final.reversed() == Array(rows(stall.answer("kline", query)).dropFirst()))
        #expect(final.count > (["1": 10, "5": 2][interval] ?? -1))
    }

    @Test func monthsAndWeeksBeginOnTheCalendar() {
        let day = KlineInterval.oneDay
        // 2024-02-29, a Thursday: 19782 days after the epoch.
        let leap = 19_782 * day + 5
        #expect(KlineInterval.month.start(of: leap) == 19_754 * day)
        #expect(KlineInterval.month.end(of: 19_754 * day) == 19_783 * day)
        #expect(KlineInterval.week.start(of: leap) == 19_779 * day)
        #expect(KlineInterval.week.start(of: 19_779 * day) == 19_779 * day)
        #expect(KlineInterval.month.end(of: KlineInterval.month.start(of: dawn)) == 19_936 * day)
    }

    @Test func barsAloneMakeKlines() throws {
        let stall = try Stall()
        _ = try stall.subscribe("kline.15.BTCUSDT")
        let quarter: Int64 = 900_000_000
        #expect(try stall.step(Line.bar(dawn + quarter, 900, ["100", "120", "90", "110"], "8")).map(\.text).count == 2)
        // Another symbol's time says nothing of a bar that is still to come.
        #expect(try stall.step(Line.trade(dawn + 2 * quarter, "3000", sym: "ETHUSDT")).isEmpty)
        let pushes = try stall.step(Line.bar(dawn + 2 * quarter, 900, ["111", "112", "100", "101"], "2"))
        #expect(pushes[0].rows[0]["confirm"]?.bool == true)
        #expect(pushes[0].rows[0].at("close") == "101")
        let answer = try stall.answer("kline", "symbol=BTCUSDT&interval=15")
        #expect(
            rows(answer) == [
                ["\((dawn + 2 * quarter) / 1000)", "101", "101", "101", "101", "0", "0"],
                ["\((dawn + quarter) / 1000)", "111", "112", "100", "101", "2", "212"],
                ["\(dawn / 1000)", "100", "120", "90", "110", "8", "840"],
            ])
    }

    @Test func theStoreIsBounded() {
        var store = CandleStore(width: 60_000_000, limit: 80)
        for minute in 0..<1000 {
            store.take(Price(units: 1), Quantity(units: 1), at: Int64(minute) * 60_000_000 + 5)
        }
        #expect(store.candles.count >= 80 && store.candles.count <= 90)
        let first = store.candles[0].start
        // Of an interval whose beginning is gone nothing is said.
        let start = store.firstStart(.minutes(60))!
        #expect(start >= first && start % 3_600_000_000 == 0)
    }

    @Test func sumsOfAbsurdSizesStay() throws {
        let stall = try Stall()
        for step in 0..<3 {
            let line = Line.trade(dawn + Int64(step), "900000000", "9000000000")
            for _ in 0..<900 { try stall.feed(line) }
        }
        #expect(try stall.answer("kline", "symbol=BTCUSDT&interval=1").list.count == 1)
        #expect(try stall.answer("tickers", "category=linear").list.count == 1)
    }
}

import Bybit
@testable import ExchangeFold
import Testing

/// Tickers, price limits and funding. Not covered: open interest, of which no record tells.
struct PublicTickerTests {
    @Test(arguments: [31, 32] as [UInt64])
    func mergedDeltasAreTheAnswer(seed: UInt64) throws {
        var random = SeededMarket(seed: seed)
        let stall = try Stall()
        var merged: [String: [String: String]] = [:]
        func take(_ push: Push) {
            let symbol = push.data.at("symbol")
            if push.type == "snapshot" { merged[symbol] = [:] }
            #expect(push.type == "snapshot" || push.data.keys.count > 1)
            for key in push.data.keys {
                let value = push.data.at(key)
                if push.type == "delta", key != "symbol" { #expect(merged[symbol]![key] != value) }
                merged[symbol]![key] = value
            }
        }
        for symbol in ["BTCUSDT", "ETHUSDT"] { take(try #require(try stall.subscribe("tickers.\(symbol)"))) }
        for step in 0..<1500 {
            stall.now += 10_000
            for push in try stall.step(random.next()) { take(push) }
            guard step % 10 == 0 else { continue }
            stall.now += 100_000
            for push in try stall.pushes() { take(push) }
            for row in try stall.answer("tickers", "category=linear").list {
                for (key, value) in merged[row.at("symbol")]! where key != "tickDirection" && key != "nextFundingTime" {
                    #expect(row.at(key) == value, "\(key)")
                }
            }
        }
    }

    @Test func theDay() throws {
        let stall = try Stall()
        let minute: Int64 = 60_000_000
        let hour = 60 * minute
        // The day has 1440 minutes: 301 is its first. The hour has 60: 1681 is its first.
        let trades = [
            (0, "100"), (120, "180"), (300, "179.9"), (301, "175"), (1500, "90"), (1620, "150"), (1680, "149"),
            (1740, "120.5"),
        ]
        for (minutes, price) in trades { try stall.feed(Line.trade(dawn + Int64(minutes) * minute, price, "2")) }
        let row = try stall.answer("tickers", "category=linear&symbol=BTCUSDT").list[0]
        #expect(row.at("lastPrice") == "120.50")
        #expect(row.at("prevPrice24h") == "179.90")
        #expect(row.at("price24hPcnt") == "-0.330183")
        #expect(row.at("highPrice24h") == "179.90")
        #expect(row.at("lowPrice24h") == "90.00")
        #expect(row.at("prevPrice1h") == "149.00")
        #expect(row.at("volume24h") == "10.0000")
        #expect(row.at("turnover24h") == "1369.0000")
        #expect(row.at("nextFundingTime") == String((dawn + 32 * hour) / 1000))
        #expect(row.at("fundingRate") == "0.0001")
    }

    @Test func marksAndTheBand() throws {
        let stall = try Stall()
        try stall.feed(Line.mark(dawn, "65000", index: "64990.55"))
        try stall.feed(Line.quote(dawn, "65039.9", "1", "65040.1", "1"))
        // Half a minute of a premium of 40, of which the first second had none.
        try stall.feed(Line.clock(dawn + 31_000_000))
        let limits = try stall.answer("price-limit", "symbol=BTCUSDT")
        #expect(limits.at("buyLmt") == "65690.00")
        #expect(limits.at("sellLmt") == "64350.00")
        let row = try stall.answer("tickers", "category=linear&symbol=BTCUSDT").list[0]
        #expect(row.at("markPrice") == "65000.00")
        #expect(row.at("indexPrice") == "64990.55")
        let greeting = try #require(try stall.subscribe("priceLimit.BTCUSDT"))
        #expect(greeting.json.keys == ["topic", "data", "ts"])
        _ = try stall.pushes()
        stall.now += 1
        #expect(try stall.step(Line.mark(dawn + 31_200_000, "66000")).isEmpty)
        stall.now += 300_000
        #expect(try stall.pushes().map(\.topic) == ["priceLimit.BTCUSDT"])
    }

    @Test func fundingIsRemembered() throws {
        let stall = try Stall()
        for step in 0..<1300 { try stall.feed(Line.funding(dawn + Int64(step) * 28_800_000_000, "-0.000\(step % 9)1")) }
        let query = "category=linear&symbol=BTCUSDT"
        let all = try stall.answer("funding/history", query).list
        #expect(all.count == 200)
        #expect(all[0].at("fundingRateTimestamp") == String((dawn + 1299 * 28_800_000_000) / 1000))
        #expect(all[0].at("fundingRate") == "-0.00031")
        let end = dawn / 1000 + 700 * 28_800_000
        let part = try stall.answer("funding/history", query + "&startTime=\(end - 1)&endTime=\(end)&limit=5").list
        #expect(part.map { $0["fundingRateTimestamp"]!.integer } == [end])
        #expect(stall.refusal("funding/history", query + "&startTime=1")?.code == 10001)
        #expect(stall.market.symbols[0].fundings.count <= ListedSymbol.fundingLimit)
    }
}

import Bybit
@testable import ExchangeFold
import Testing

/// Trades of the stream and of `recent-trade`. Not covered: block trades and retail price improvement, of which no record
/// tells.
struct PublicTradeTests {
    @Test func everyTradeGoesOutOnce() throws {
        var random = SeededMarket(seed: 41)
        let stall = try Stall()
        _ = try stall.subscribe("publicTrade.BTCUSDT")
        _ = try stall.subscribe("publicTrade.ETHUSDT")
        var (sent, got, ids) = (0, 0, Set<String>())
        for step in 0..<3000 {
            let line = random.next()
            if line.contains("trade"), !line.contains("ODD") { sent += 1 }
            try stall.feed(line)
            // Neither time nor clock hold a trade back; some calls come late, and find several.
            guard step % 7 != 0 else { continue }
            for push in try stall.pushes() {
                for row in push.rows {
                    got += 1
                    #expect(ids.insert(row.at("i")).inserted)
                }
            }
        }
        #expect(try stall.pushes().reduce(got) { $0 + $1.rows.count } == sent)
    }

    @Test func theFrame() throws {
        let stall = try Stall()
        _ = try stall.subscribe("publicTrade.BTCUSDT")
        let pushes = try stall.step(
            Line.trade(dawn + 7000, "65000.5", "0.1", side: "sell", id: #""20f43950-d8dd-5b31-9112-a178eb6023af""#))
        #expect(
            pushes.map(\.text) == [
                #"{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1721347200007,"data":[{"T":1721347200007,"#
                    + #""s":"BTCUSDT","S":"Sell","v":"0.100","p":"65000.50","L":"ZeroPlusTick","#
                    + #""i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,"RPI":false,"seq":1}]}"#
            ])
    }

    @Test func identifiers() throws {
        let stall = try Stall()
        let lines = [
            Line.trade(dawn, "1", id: #""a-1""#), Line.trade(dawn, "1", side: "sell", id: "77"),
            Line.trade(dawn, "1", id: #""a \" b""#), Line.trade(dawn, "1", id: "null"), Line.trade(dawn, "1"),
            Line.trade(dawn, "1", id: "\"" + String(repeating: "x", count: 65) + "\""),
            #"{"id":"first","type":"trade","ts":\#(dawn),"sym":"BTCUSDT","px":1,"qty":1,"side":"buy"}"#,
            Line.trade(dawn, "1", id: #""""#),
        ]
        for line in lines { try stall.feed(line) }
        let rows = try stall.answer("recent-trade", "category=linear&symbol=BTCUSDT").list.reversed()
        let ids = rows.map { $0.at("execId") }
        #expect(ids[0] == "a-1")
        #expect(ids[1] == "77")
        #expect(ids[6] == "first")
        #expect(Set(ids).count == lines.count)
        for index in [2, 3, 4, 5, 7] {
            #expect(ids[index].hasPrefix("00000000-0000-8000-8000-") && ids[index].count == 36)
        }
    }

    @Test func tickDirections() throws {
        let stall = try Stall()
        _ = try stall.subscribe("publicTrade.BTCUSDT")
        for price in ["5", "5", "4", "4", "6", "6", "6"] { try stall.feed(Line.trade(dawn, price)) }
        #expect(
            try stall.pushes()[0].rows.map { $0.at("L") } == [
                "ZeroPlusTick", "ZeroPlusTick", "MinusTick", "ZeroMinusTick", "PlusTick", "ZeroPlusTick",
                "ZeroPlusTick",
            ])
    }

    @Test func manyAtOnceAreSplit() throws {
        let stall = try Stall()
        _ = try stall.subscribe("publicTrade.BTCUSDT")
        for step in 0..<2500 { try stall.feed(Line.trade(dawn + Int64(step), "\(5 + step)")) }
        let pushes = try stall.pushes()
        #expect(pushes.map(\.rows.count) == [1024, 1024, 452])
        #expect(pushes.flatMap(\.rows).map { $0["seq"]!.integer } == Array(1...2500))
        let rows = try stall.answer("recent-trade", "category=linear&symbol=BTCUSDT&limit=1000").list
        #expect(rows.map { $0.at("seq") } == (1501...2500).reversed().map(String.init))
        #expect(rows.first?.at("price") == "2504.00")
        #expect(try stall.answer("recent-trade", "category=linear&symbol=BTCUSDT").list.count == 500)
    }

    @Test func whatNobodyTakesIsBounded() throws {
        let stall = try Stall()
        _ = try stall.subscribe("publicTrade.BTCUSDT")
        for _ in 0..<PublicMarket.tradesWaiting + 1 { try stall.feed(Line.trade(dawn, "5")) }
        let rows = try stall.pushes().flatMap(\.rows)
        #expect(rows.count == PublicMarket.tradesWaiting - 1023)
        #expect(rows.last!["seq"]!.integer == Int64(PublicMarket.tradesWaiting) + 1)
    }
}

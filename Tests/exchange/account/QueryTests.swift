import Bybit
import Testing

@testable import ExchangeFold

/// What an account asks of its past: pages, spans, filters.
///
/// Not covered: the rows (FixtureTests).
@Suite struct QueryTests {
    private func busy() throws -> Client {
        let client = try Client("--equity", "10000")
        try client.open()
        for number in 1...7 {
            client.now += 1_000_000
            let order: Bybit.JSON = [
                "category": "linear", "symbol": "BTCUSDT", "side": number % 2 == 1 ? "Buy" : "Sell",
                "orderType": "Market", "qty": "0.001", "orderLinkId": "\(number)",
            ]
            #expect(try client.post("order/create", order).code == "0")
            client.wait(0.2)
        }
        return client
    }

    @Test(arguments: ["order/history", "execution/list", "position/closed-pnl"])
    func pagesAreWhole(_ path: String) throws {
        let client = try busy()
        let whole = try client.get(path, "category=linear&limit=50").rows
        var pages: [Bybit.JSON] = []
        var cursor = ""
        repeat {
            let answer = try client.get(path, "category=linear&limit=2&cursor=\(cursor)")
            #expect(answer.rows.count <= 2)
            pages += answer.rows
            cursor = answer["result"]?["nextPageCursor"]?.text ?? ""
        } while !cursor.isEmpty
        #expect(pages == whole && whole.count == (path == "position/closed-pnl" ? 3 : 7))
    }

    @Test(arguments: [
        ("startTime=9223372036854775000", "10001"), ("startTime=-1", "10001"), ("startTime=x", "10001"),
        ("startTime=0&endTime=604800000", "0"), ("startTime=0&endTime=604800001", "10001"),
        ("startTime=5&endTime=4", "10001"), ("endTime=9007199254740991", "0"), ("limit=0", "10001"),
        ("limit=1000", "0"), ("cursor=x", "10001"), ("symbol=NONEUSDT", "10001"),
    ])
    func spansAreChecked(_ query: String, _ code: String) throws {
        let client = try busy()
        for path in ["order/history", "execution/list", "position/closed-pnl"] {
            #expect(try client.get(path, "category=linear&" + query).code == code, "\(path)")
        }
    }

    @Test func aRestartForgetsWhatHasEnded() throws {
        let client = try busy()
        let query = "category=linear&symbol=BTCUSDT&openOnly=1"
        #expect(try client.get("order/realtime", query).rows.count == 7)
        client.restart()
        #expect(try client.get("order/realtime", query).rows.isEmpty)
        #expect(try client.get("order/realtime", "category=linear&orderLinkId=3").rows.isEmpty)
        #expect(try client.get("order/history", "category=linear&orderLinkId=3").rows.count == 1)
    }
}

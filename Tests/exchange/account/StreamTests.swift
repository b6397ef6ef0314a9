import Bybit
import Hashing
import Testing

@testable import ExchangeFold

/// Streams: greetings, subscriptions, pings, pushes, order entry.
///
/// Not covered: frames and sockets (Tests/exchange/server); what public topics say (Tests/exchange/market).
@Suite struct StreamTests {
    private func greeting(_ client: Client, expires: Int64 = 10_000) -> Bybit.JSON {
        let text = String(client.now / 1000 + expires)
        let sign = Signature.stream(secret: Client.credentials[0].secret, expires: text)
        return ["op": "auth", "args": [.string(Client.credentials[0].key), .string(text), .string(sign)]]
    }

    private func privateStream(_ client: Client, _ topics: [Bybit.JSON]) throws -> Int {
        let stream = try #require(client.exchange.connect(path: "/v5/private"))
        client.say(greeting(client), on: stream)
        client.say(["op": "subscribe", "args": .array(topics), "req_id": 7], on: stream)
        client.wait(0.03)
        _ = try client.heard()
        return stream
    }

    @Test func answersAreHeldBack() throws {
        let client = try Client("--ack-delay", "0.02")
        try client.open()
        let stream = try #require(client.exchange.connect(path: "/v5/public/linear"))
        client.say(
            ["op": "subscribe", "args": ["publicTrade.BTCUSDT", "orderbook.1.BTCUSDT"], "req_id": "x"], on: stream)
        client.wait(0.019)
        #expect(try client.heard().isEmpty)
        client.wait(0.002)
        let heard = try client.heard()
        #expect(heard.first?.value["success"] == true && heard.first?.value["req_id"] == "x")
        #expect(heard.dropFirst().map(\.topic) == ["orderbook.1.BTCUSDT"])
    }

    @Test func aGreetingMustBeSignedAndFresh() throws {
        let client = try Client()
        let stream = try #require(client.exchange.connect(path: "/v5/private"))
        client.say(greeting(client, expires: -1), on: stream)
        client.say(["op": "subscribe", "args": ["order"]], on: stream)
        client.wait(0.03)
        let heard = try client.heard()
        #expect(heard.map { $0.value["success"] } == [false, false])
        #expect(heard.first?.value["ret_msg"] == "Params Error")
        client.say(greeting(client), on: stream)
        client.wait(0.03)
        #expect(try client.heard().first?.value["success"] == true)
    }

    @Test func aTopicThatIsNoneFailsAlone() throws {
        let client = try Client()
        try client.open()
        let stream = try #require(client.exchange.connect(path: "/v5/public/linear"))
        client.say(["op": "subscribe", "args": ["publicTrade.BTCUSDT"]], on: stream)
        client.say(["op": "subscribe", "args": ["publicTrade.NONE"]], on: stream)
        client.wait(0.03)
        #expect(try client.heard().map { $0.value["success"] } == [true, false])
        try client.feed(Line.trade(1_000_000_001, "100000.0", "1"))
        #expect(try client.heard().map(\.topic) == ["publicTrade.BTCUSDT"])
    }

    @Test func eachPathHasItsPong() throws {
        let client = try Client()
        for (path, key) in [("/v5/public/linear", "ret_msg"), ("/v5/private", "args"), ("/v5/trade", "data")] {
            let stream = try #require(client.exchange.connect(path: path))
            client.say(["op": "ping", "req_id": "p"], on: stream)
            client.wait(0.03)
            #expect(try client.heard().first?.value[key] != nil, "\(path)")
        }
        #expect(client.exchange.connect(path: "/v5/nothing") == nil)
    }

    /// Orders, then executions, positions and money; the ledger's figures are the stream's.
    @Test func aMarketOrderIsToldOf() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        let topics: [Bybit.JSON] = ["order", "execution", "execution.fast", "position", "wallet"]
        let stream = try privateStream(client, topics)
        let order: Bybit.JSON = [
            "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.002",
            "orderLinkId": "a", "takeProfit": "110000", "stopLoss": "90000",
        ]
        #expect(try client.post("order/create", order).code == "0")
        try client.feed(Line.quote(1_000_500_000, "100000.0", "5", "100000.1", "0.001"))
        let heard = try client.heard()
        #expect(heard.allSatisfy { $0.stream == stream })
        #expect(heard.map(\.topic) == ["order", "execution", "execution.fast", "position", "wallet"])
        let statuses = heard[0].value["data"]?.elements?.map { $0["orderStatus"]!.text! }
        #expect(statuses == ["Filled", "Untriggered", "Untriggered"])
        let fills = try client.lines.map(Written.init).filter { $0["type"] == "fill" }
        let rows = heard[1].value["data"]?.elements ?? []
        #expect(rows.map { $0["execId"]!.text! } == fills.map { $0["exec_id"] } && rows.count == 2)
        #expect(rows.map { $0["execFee"]!.text! } == fills.map { $0["fee"] })
        #expect(heard[3].value["data"]?.elements?.first?["takeProfit"] == "110000")
    }

    @Test func newComesBeforeFilledIfAskedFor() throws {
        let client = try Client("--equity", "1000", "--new-before-filled", "--categorised-topic", "plain")
        try client.open()
        _ = try privateStream(client, ["order.linear"])
        let order: Bybit.JSON = [
            "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.001",
        ]
        #expect(try client.post("order/create", order).code == "0")
        try client.feed(Line.quote(1_000_500_000, "100000.0", "5", "100000.1", "5"))
        let heard = try #require(try client.heard().first)
        #expect(heard.value["topic"] == "order")
        #expect(heard.value["data"]?.elements?.map { $0["orderStatus"]!.text! } == ["New", "Filled"])
    }

    @Test func ordersAreEnteredOverAStream() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        let stream = try #require(client.exchange.connect(path: "/v5/trade"))
        func create(_ name: String) -> Bybit.JSON {
            [
                "reqId": .string(name), "header": ["X-BAPI-TIMESTAMP": .number(String(client.now / 1000))],
                "op": "order.create",
                "args": [
                    [
                        "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.001",
                        "price": "99500",
                    ]
                ],
            ]
        }
        client.say(create("r0"), on: stream)
        client.say(greeting(client), on: stream)
        client.say(greeting(client), on: stream)
        client.say(create("r1"), on: stream)
        client.say(create("r1"), on: stream)
        client.say(["reqId": "r2", "op": "order.nothing", "args": [[:]]], on: stream)
        client.wait(0.03)
        let codes = try client.heard().map { $0.value.code }
        #expect(codes == ["10003", "0", "20001", "0", "20006", "10404"])
        #expect(try client.get("order/realtime", "category=linear&symbol=BTCUSDT").rows.count == 1)
    }

    @Test func whoHasLeftHearsNothing() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        let stream = try privateStream(client, ["order"])
        client.exchange.disconnect(stream)
        let order: Bybit.JSON = [
            "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.001",
        ]
        #expect(try client.post("order/create", order).code == "0")
        try client.feed(Line.quote(1_000_500_000, "100000.0", "5", "100000.1", "5"))
        #expect(try client.heard().isEmpty)
    }
}

import ArgumentParser
import Bybit
import Foundation
import Hashing
import Testing

@testable import ExchangeFold

/// The exchange's own examples and recorded answers, and what real clients sent, where they lie beside the project; skipped
/// otherwise. Rows must have all keys that the examples have, requests must be understood.
///
/// Not covered: values (Tests/venue holds figures to recorded ones); public market data (PublicShapeTests).
@Suite struct FixtureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../../shared/fixtures/bybit-v5").standardized
    private static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

    private static let files: [String] = ["docs", "ccxt-static"].flatMap { name in
        let path = folder.appendingPathComponent(name).path
        return (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted().map { "\(name)/\($0)" } ?? []
    }

    private func fixture(_ name: String) throws -> Bybit.JSON {
        let data = try Data(contentsOf: Self.folder.appendingPathComponent(name))
        // Some files hold a list; the reader takes objects.
        let text = data.first == UInt8(ascii: "[") ? Array(#"{"list":"#.utf8) + data + Array("}".utf8) : Array(data)
        return try Bybit.JSON(reading: text)
    }

    @Test(.enabled(if: isThere), arguments: files)
    func eachIsReadAndWrittenAgain(file: String) throws {
        let value = try fixture(file)
        #expect(try Bybit.JSON(reading: value.bytes) == value)
    }

    // MARK: Rows

    /// An account that has traded: a position with levels, an order that rests, one that has closed a part, funding.
    private func trader() throws -> (Client, [(topic: String, value: Bybit.JSON)]) {
        let client = try Client("--equity", "1000")
        try client.open()
        let stream = client.exchange.connect(path: "/v5/private")!
        let expires = String(client.now / 1000 + 1000)
        let sign = Signature.stream(secret: Client.credentials[0].secret, expires: expires)
        client.say(["op": "auth", "args": ["first", .string(expires), .string(sign)]], on: stream)
        client.say(
            ["op": "subscribe", "args": ["order", "execution", "execution.fast", "position", "wallet"]], on: stream)
        client.wait(0.1)
        _ = try client.heard()
        let market: [(String, Bybit.JSON)] = [
            ("category", "linear"), ("symbol", "BTCUSDT"), ("side", "Buy"), ("orderType", "Market"), ("qty", "0.002"),
        ]
        func order(_ changes: [(String, Bybit.JSON)]) throws {
            let members = market.filter { member in !changes.contains { $0.0 == member.0 } } + changes
            #expect(try client.post("order/create", .object(members.map { .init($0.0, $0.1) })).code == "0")
            client.wait(0.2)
        }
        try order([("takeProfit", "110000"), ("stopLoss", "90000"), ("orderLinkId", "a")])
        try order([("side", "Sell"), ("qty", "0.001"), ("reduceOnly", true)])
        try order([("orderType", "Limit"), ("price", "99500"), ("qty", "0.001"), ("takeProfit", "120000")])
        try client.feed(Line.funding(1_000_000_001, "0.0001"))
        return (client, try client.heard().map { ($0.topic, $0.value) })
    }

    private func keys(_ value: Bybit.JSON?) -> Set<String> {
        guard case .object(let members)? = value else { return [] }
        return Set(members.map(\.key))
    }

    /// What an example has and we do not. One page misspells a key that all others have otherwise.
    private func missing(_ ours: Bybit.JSON?, _ theirs: Bybit.JSON?) -> [String] {
        keys(theirs).subtracting(keys(ours)).subtracting(["mmrSysUpdateTime"]).sorted()
    }

    @Test(
        .enabled(if: isThere),
        arguments: [
            ("order/realtime", "category=linear&symbol=BTCUSDT", "docs/order_open-order_1.json"),
            ("order/history", "category=linear", "docs/order_order-list_1.json"),
            ("order/history", "category=linear", "ccxt-static/order_history_market_open_and_reduceonly_close.json"),
            ("execution/list", "category=linear", "docs/order_execution_1.json"),
            ("execution/list", "category=linear&execType=Trade", "ccxt-static/execution_list_trade_linear.json"),
            ("execution/list", "category=linear&execType=Funding", "ccxt-static/execution_list_funding_linear.json"),
            ("position/list", "category=linear&symbol=BTCUSDT", "docs/position_position_1.json"),
            ("position/list", "category=linear&symbol=BTCUSDT", "ccxt-static/position_list_open_long.json"),
            ("position/closed-pnl", "category=linear", "docs/position_close-pnl_1.json"),
            ("position/closed-pnl", "category=linear", "ccxt-static/closed_pnl_linear.json"),
            ("account/wallet-balance", "accountType=UNIFIED", "docs/account_wallet-balance_1.json"),
            ("account/wallet-balance", "accountType=UNIFIED", "ccxt-static/wallet_balance_unified_multi_coin.json"),
            ("account/fee-rate", "category=linear", "docs/account_fee-rate_1.json"),
        ])
    func rowsHaveTheExamplesKeys(path: String, query: String, file: String) throws {
        let (client, _) = try trader()
        let ours = try client.get(path, query)
        let theirs = try fixture(file)
        let row = try #require(ours.rows.first, "\(path)")
        #expect(missing(row, theirs.rows.first) == [], "\(file)")
        #expect(missing(ours, theirs) == [] && missing(ours["result"], theirs["result"]) == [])
        if path == "account/wallet-balance" {
            #expect(missing(row["coin"]?.elements?.first, theirs.rows.first?["coin"]?.elements?.first) == [])
        }
    }

    @Test(
        .enabled(if: isThere),
        arguments: [
            ("account/info", "", "docs/account_account-info_1.json"),
            ("user/query-api", "", "docs/user_apikey-info_1.json"),
        ])
    func answersHaveTheExamplesKeys(path: String, query: String, file: String) throws {
        let (client, _) = try trader()
        #expect(missing(try client.get(path, query)["result"], try fixture(file)["result"]) == [])
    }

    @Test(
        .enabled(if: isThere),
        arguments: [
            ("order", "docs/websocket_private_order_2.json"), ("execution", "docs/websocket_private_execution_2.json"),
            ("execution.fast", "docs/websocket_private_fast-execution_2.json"),
            ("position", "docs/websocket_private_position_2.json"), ("wallet", "docs/websocket_private_wallet_2.json"),
        ])
    func pushesHaveTheExamplesKeys(topic: String, file: String) throws {
        let heard = try trader().1.first { $0.topic == topic }
        let ours = try #require(heard).value
        let theirs = try fixture(file)
        #expect(missing(ours, theirs) == [])
        #expect(missing(ours["data"]?.elements?.first, theirs["data"]?.elements?.first) == [])
    }

    // MARK: Requests

    /// Each request that a real client sent, with its own signature and at its own time.
    @Test(.enabled(if: isThere), arguments: ["pybit", "ccxt", "ccxtpro"])
    func realRequestsAreUnderstood(client name: String) throws {
        let path = Self.folder.appendingPathComponent("client-captures/\(name).jsonl")
        let traffic = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
            .flatMap { try Bybit.JSON(reading: Array($0.utf8))["traffic"]?.elements ?? [] }
        let exchange = Exchange(
            try ExchangeOptions.parse([]), credentials: [Credential(key: "testkey", secret: Array("testsecret".utf8))])
        let client = Client(exchange)
        try client.open(1_000_000_000, 65_000)
        try client.feed(Line.quote(1_000_000_000, "3500.00", "5", "3500.01", "5", sym: "ETHUSDT"))
        let known: Set = [
            "0", "10001", "110001", "110007", "110017", "110025", "110043", "110092", "110093", "3400045",
        ]
        var requests = 0
        for sent in traffic {
            guard let method = sent["http"]?.text, case .object(let members)? = sent["headers"] else { continue }
            let headers = Dictionary(members.map { ($0.key.lowercased(), $0.value.text ?? "") }) { first, _ in first }
            // A second each, so that no rate is exceeded.
            client.now =
                (headers["x-bapi-timestamp"].flatMap { Int64($0) } ?? 0) * 1000 + Int64(requests % 4) * 1_000_000
            let response = client.send(
                Request(
                    method: method, path: sent["path"]!.text!, query: sent["query"]?.text ?? "", headers: headers,
                    body: Array((sent["body"]?.text ?? "").utf8)))
            #expect(response.status == 200, "\(sent)")
            let answer = try Bybit.JSON.read(response)
            #expect(known.contains(answer.code), "\(answer.code) \(answer["retMsg"]?.text ?? "") for \(sent)")
            requests += 1
        }
        #expect(requests > 5)
    }

    /// Further keys, missing ones, empty texts and unknown words are answered, never worse.
    @Test func oddRequestsAreAnswered() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        let whole: [(String, Bybit.JSON)] = [
            ("category", "linear"), ("symbol", "BTCUSDT"), ("side", "Buy"), ("orderType", "Limit"), ("qty", "0.001"),
            ("price", "99000"), ("timeInForce", "GTC"), ("positionIdx", 0), ("takeProfit", "110000"),
            ("tpTriggerBy", "LastPrice"), ("tpslMode", "Full"), ("reduceOnly", false),
        ]
        for place in whole.indices {
            for odd in ["", "Odd", .null, .number("1e999"), true, [:], []] as [Bybit.JSON] {
                client.now += 1_000_000
                var members = whole
                members[place].1 = odd
                let body = Bybit.JSON.object(members.map { .init($0.0, $0.1) } + [.init("further", ["key": [1]])])
                guard (try? Bybit.JSON(reading: body.bytes)) != nil else { continue }
                let answer = try client.post("order/create", body)
                #expect(["0", "10001", "110017", "110094"].contains(answer.code), "\(answer)")
            }
            client.now += 1_000_000
            var members = whole
            members.remove(at: place)
            #expect(try client.post("order/create", .object(members.map { .init($0.0, $0.1) })).code != "none")
        }
    }
}

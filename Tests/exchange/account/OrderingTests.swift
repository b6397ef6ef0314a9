import Bybit
import Testing

@testable import ExchangeFold

/// What an order's parameters are refused for, with the exchange's codes and texts where they are recorded, and what each
/// unconfirmed switch changes.
///
/// Not covered: what the engine makes of an order (Tests/venue); the rows' keys (Tests/clients hold them to two clients).
@Suite struct OrderingTests {
    private static let market: Bybit.JSON = [
        "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.001",
    ]

    private func order(_ changes: Bybit.JSON) -> Bybit.JSON {
        guard case .object(let base) = Self.market, case .object(let new) = changes else { return changes }
        return .object(base.filter { member in !new.contains { $0.key == member.key } } + new.filter { $0.value != "" })
    }

    @Test(
        arguments: [
            ([:], "0", "OK"), (["category": "spot"], "10001", "category"), (["category": ""], "10001", "category"),
            (["symbol": "NONEUSDT"], "10001", "Not supported symbols"), (["side": "Long"], "10001", "side"),
            (["orderType": "Stop"], "10001", "orderType"), (["qty": ""], "10001", "qty"),
            (["qty": "abc"], "10001", "qty"),
            (["qty": "0.0001"], "10001", "exceeds minimum limit"), (["qty": "0.0015"], "10001", "Qty invalid"),
            (["qty": "1000"], "10001", "too large, order_qty:100000000000 > max_qty:11900000000"),
            (["positionIdx": 1], "10001", "position idx not match position mode"),
            (["orderLinkId": "no spaces"], "10001", "OrderLinkId"),
            (["orderLinkId": .string(String(repeating: "x", count: 37))], "10001", "OrderLinkId"),
            (["orderType": "Limit"], "10001", "price"), (["orderType": "Limit", "price": "99000.05"], "10001", "tick"),
            (["timeInForce": "NEVER"], "10001", "timeInForce"), (["reduceOnly": true], "110017", "position is zero"),
            (["stopLoss": "100001"], "10001", "sl:1000010000 set for Buy position should lower base_price:1000000000"),
            (["takeProfit": "99999"], "10001", "tp:999990000 set for Buy position should greater base_price"),
            (["triggerPrice": "101000"], "10001", "TriggerDirection"),
            (["triggerPrice": "99000", "triggerDirection": 1], "110092", "expect Rising"),
            (["triggerPrice": "101000", "triggerDirection": 2], "110093", "expect Falling"),
            (["slippageToleranceType": "TickSize", "slippageTolerance": "0"], "110108", "TickSize"),
            (["slippageToleranceType": "Percent", "slippageTolerance": "11"], "110109", "Percent"),
            (
                ["tpslMode": "Full", "takeProfit": "110000", "tpOrderType": "Limit", "tpLimitPrice": "110000"], "10001",
                "Partial"
            ),
            (["qty": "100"], "110007", "ab not enough"),
        ] as [(Bybit.JSON, String, String)])
    func anOrderIsChecked(_ changes: Bybit.JSON, _ code: String, _ text: String) throws {
        let client = try Client("--equity", "1000")
        try client.open()
        let answer = try client.post("order/create", order(changes))
        #expect(answer.code == code && answer["retMsg"]!.text!.contains(text), "\(answer["retMsg"]!.text!)")
        let reject = try client.lines.map(Written.init).contains { $0["type"] == "reject" && $0["code"] == code }
        #expect(reject == (code != "0" && changes["symbol"] != "NONEUSDT") || changes["symbol"] == "NONEUSDT")
    }

    @Test func aSmallValueIsRefused() throws {
        let client = try Client("--equity", "1000")
        try client.open(1_000_000_000, 4_000)
        #expect(try client.post("order/create", order([:])).code == "110094")
        #expect(try client.post("order/create", order(["qty": "0.002"])).code == "0")
    }

    @Test func aNameIsUsedOnce() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        #expect(try client.post("order/create", order(["orderLinkId": "a", "qty": "100"])).code == "110007")
        #expect(try client.post("order/create", order(["orderLinkId": "a"])).code == "0")
        #expect(try client.post("order/create", order(["orderLinkId": "a"])).code == "110072")
        #expect(try client.post("order/create", order(["orderLinkId": "a"]), key: 1).code == "0")
        let burning = try Client("--equity", "1000", "--refused-burns-link")
        try burning.open()
        #expect(try burning.post("order/create", order(["orderLinkId": "a", "qty": "100"])).code == "110007")
        #expect(try burning.post("order/create", order(["orderLinkId": "a"])).code == "110072")
    }

    /// An acknowledgement is not a fill: what becomes of it follows with the market, or with the clock.
    @Test func theResultFollowsTheAnswer() throws {
        let client = try Client("--equity", "1000", "--latency", "0.05", "--patience", "0.2")
        try client.open()
        #expect(try client.post("order/create", order(["orderLinkId": "a"])).code == "0")
        #expect(try client.get("order/realtime", "category=linear&symbol=BTCUSDT").rows.first?["orderStatus"] == "New")
        try client.feed(Line.quote(1_000_049_999, "100000.0", "5", "100000.1", "5"))
        #expect(try client.get("execution/list", "category=linear").rows.isEmpty)
        try client.feed(Line.quote(1_000_050_000, "100001.0", "5", "100001.1", "5"))
        #expect(try client.get("execution/list", "category=linear").rows.first?["execPrice"] == "100001.1")
        #expect(try client.post("order/create", order(["orderLinkId": "b"])).code == "0")
        client.wait(0.199)
        #expect(try client.get("execution/list", "category=linear").rows.count == 1)
        client.wait(0.002)
        #expect(try client.get("execution/list", "category=linear").rows.count == 2)
    }

    /// Two changes that each hold, and together do not: the second has nothing to change any more.
    @Test(
        arguments: [
            ([["qty": "0.001"], ["price": "1000"]], "0.001 99000"), ([["qty": "0.06"], ["qty": "0.07"]], "0.07 99000"),
            ([["price": "99500"], ["takeProfit": "99100"]], "0.1 99500"),
        ] as [([Bybit.JSON], String)])
    func changesAreHeldAgainstWhatStandsThen(_ changes: [Bybit.JSON], _ expected: String) throws {
        let client = try Client("--equity", "1000000")
        try client.open()
        let limit: Bybit.JSON = [
            "orderType": "Limit", "price": "99000", "qty": "0.1", "orderLinkId": "a", "takeProfit": "120000",
        ]
        #expect(try client.post("order/create", order(limit)).code == "0")
        client.wait(1)
        let items = changes.map { change -> Bybit.JSON in
            guard case .object(let members) = change else { return change }
            return .object([.init("symbol", "BTCUSDT"), .init("orderLinkId", "a")] + members)
        }
        let answer = try client.post("order/amend-batch", ["category": "linear", "request": .array(items)])
        #expect(answer["retExtInfo"]?["list"]?.elements?.map { $0["code"]!.text! } == ["0", "0"])
        client.wait(1)
        let row = try #require(client.get("order/realtime", "category=linear&orderLinkId=a").rows.first)
        #expect("\(row["qty"]!.text!) \(row["price"]!.text!)" == expected)
    }

    /// Orders that rest together ask for no more than there is.
    @Test func changesOfManyAreCarried() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        let orders = (1...10).map { number -> Bybit.JSON in
            [
                "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "price": "99000", "qty": "0.001",
                "orderLinkId": "\(number)",
            ]
        }
        _ = try client.post("order/create-batch", ["category": "linear", "request": .array(orders)])
        client.wait(1)
        let changes = (1...10).map { number -> Bybit.JSON in
            ["symbol": "BTCUSDT", "orderLinkId": "\(number)", "qty": "0.09"]
        }
        _ = try client.post("order/amend-batch", ["category": "linear", "request": .array(changes)])
        client.wait(1)
        let rows = try client.get("order/realtime", "category=linear&symbol=BTCUSDT").rows
        #expect(rows.filter { $0["qty"] == "0.09" }.count == 1 && rows.count == 10)
    }

    @Test func switchesOfWhatNobodyHasConfirmed() throws {
        let client = try Client("--equity", "1000", "--off-step-text", "other", "--leverage-code", "10001")
        try client.open()
        #expect(try client.post("order/create", order(["qty": "0.0015"]))["retMsg"] == "other")
        let leverage: Bybit.JSON = [
            "category": "linear", "symbol": "BTCUSDT", "buyLeverage": "101", "sellLeverage": "101",
        ]
        #expect(try client.post("position/set-leverage", leverage).code == "10001")
        let usual = try Client()
        try usual.open()
        #expect(try usual.post("position/set-leverage", leverage).code == "110013")
        let thin = try Client("--equity", "1000", "--thin-book", "refuse")
        try thin.feed(Line.quote(1_000_000_000, "100000.0", "5", "100000.1", "0"))
        #expect(try thin.post("order/create", order([:]))["retMsg"]!.text!.hasPrefix("buy: ["))
    }

    @Test func modesThatAreNotOffered() throws {
        let client = try Client()
        try client.open()
        let mode: Bybit.JSON = ["category": "linear", "symbol": "BTCUSDT", "mode": 0]
        #expect(try client.post("position/switch-mode", mode).code == "110025")
        let hedge = try client.post("position/switch-mode", ["category": "linear", "symbol": "BTCUSDT", "mode": 3])
        #expect(hedge.code == "10001" && hedge["retMsg"]!.text!.contains("one-way"))
        #expect(try client.post("account/set-margin-mode", ["setMarginMode": "PORTFOLIO_MARGIN"]).code == "3400045")
        #expect(try client.post("account/set-margin-mode", ["setMarginMode": "ISOLATED_MARGIN"]).code == "0")
        #expect(try client.get("account/info", "")["result"]?["marginMode"] == "ISOLATED_MARGIN")
        let trailing: Bybit.JSON = [
            "category": "linear", "symbol": "BTCUSDT", "trailingStop": "10", "positionIdx": 0, "tpslMode": "Full",
        ]
        #expect(try client.post("position/trading-stop", trailing).code == "10001")
    }
}

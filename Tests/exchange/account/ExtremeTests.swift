import Bybit
import Testing

@testable import ExchangeFold

/// Markets that no exchange has seen, and what a client may ask in them: figures may be absurd, nothing may trap.
///
/// Not covered: whether the figures make sense.
@Suite struct ExtremeTests {
    private static func instrument(_ symbol: String, tick: String, step: String, most: String) -> String {
        #"{"type":"instrument","ts":1000000000,"sym":"\#(symbol)","tick":\#(tick),"step":\#(step),"min_qty":\#(step),"#
            + #""max_qty":\#(most),"min_notional":0,"max_leverage":100,"maker_fee":0.0002,"taker_fee":0.00055}"#
    }

    private func order(_ client: Client, _ symbol: String, _ side: String, _ quantity: String) throws {
        client.now += 1_000_000
        let answer = try client.post(
            "order/create",
            [
                "category": "linear", "symbol": .string(symbol), "side": .string(side), "orderType": "Market",
                "qty": .string(quantity),
            ])
        #expect(answer.code == "0", "\(answer)")
        client.wait(0.2)
    }

    private func asked(_ client: Client) throws {
        for (path, query) in [
            ("position/list", "category=linear&settleCoin=USDT"), ("account/wallet-balance", "accountType=UNIFIED"),
            ("execution/list", "category=linear"), ("position/closed-pnl", "category=linear"),
            ("order/history", "category=linear"),
        ] { #expect(try client.get(path, query).code == "0", "\(path)") }
    }

    /// What was lost on ten bitcoins lies on a hundred-millionth of one: no price breaks even.
    @Test func aLargeLossOnATinyRest() throws {
        let client = try Client("--equity", "100000")
        try client.feed(Self.instrument("BTCUSDT", tick: "0.1", step: "0.00000001", most: "1000"))
        try client.feed(Line.quote(1_000_000_000, "59999.9", "50", "60000.0", "50"))
        try order(client, "BTCUSDT", "Buy", "10")
        try client.feed(Line.quote(1_000_000_001, "57000.0", "50", "57000.1", "50"))
        try order(client, "BTCUSDT", "Sell", "9.99999999")
        try asked(client)
    }

    /// Orders of the most that one may be, until no quantity could hold the position.
    @Test func aPositionHasABound() throws {
        let client = try Client("--equity", "1000000000")
        try client.feed(Self.instrument("AAAUSDT", tick: "0.00000001", step: "1", most: "10000000000"))
        try client.feed(
            Line.quote(1_000_000_000, "0.0099", "10000000000", "0.01", "10000000000", sym: "AAAUSDT"))
        try order(client, "AAAUSDT", "Buy", "10000000000")
        client.now += 1_000_000
        let more: Bybit.JSON = [
            "category": "linear", "symbol": "AAAUSDT", "side": "Buy", "orderType": "Market", "qty": "1",
        ]
        #expect(try client.post("order/create", more).code == "110090")
        #expect(throws: Refused.self) { try client.trade(account: 0, "AAAUSDT", "Buy", "1") }
        try asked(client)
    }

    /// All positions share a loss that is far more than the small one is worth.
    @Test func aTakeoverFarBeyondTheMoney() throws {
        let client = try Client("--equity", "1000000")
        try client.feed(Self.instrument("AAAUSDT", tick: "0.00000001", step: "1", most: "100000000"))
        try client.feed(Self.instrument("BTCUSDT", tick: "0.1", step: "0.0000001", most: "1000"))
        try client.feed(Line.quote(1_000_000_000, "0.9999", "90000000", "1", "90000000", sym: "AAAUSDT"))
        try client.feed(Line.quote(1_000_000_000, "59999.9", "50", "60000.0", "50"))
        try order(client, "AAAUSDT", "Buy", "9000000")
        try order(client, "BTCUSDT", "Buy", "0.0000001")
        try client.feed(Line.mark(1_000_000_002, "0.00000001", sym: "AAAUSDT"))
        try asked(client)
        let takeovers = try client.lines.map(Written.init).filter {
            $0["reason"] == "liquidation" && $0["type"] == "fill"
        }
        #expect(takeovers.count == 2)
        #expect(try #require(takeovers.first { $0["sym"] == "BTCUSDT" })["px"].count < 9)
    }
}

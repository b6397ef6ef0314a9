import Bybit
import Testing

@testable import ExchangeFold

/// The ledger: every order has one end, also when the market ends; what was not asked for says so.
///
/// Not covered: figures (PlugTests, Tests/clients).
@Suite struct LedgerTests {
    private static let limit: Bybit.JSON = [
        "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.001",
        "price": "99500", "orderLinkId": "a",
    ]

    private func written(_ lines: [String], _ type: String) throws -> [Written] {
        try lines.map(Written.init).filter { $0["type"] == type }
    }

    @Test func whatIsOpenEndsWithTheMarket() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        #expect(try client.post("order/create", Self.limit).code == "0")
        client.wait(1)
        let lines = client.finish()
        let orders = try written(lines, "order")
        #expect(orders.map { $0.values("id", "status", "reason") } == ["a cancelled end_of_input"])
    }

    @Test func whatNobodyAskedForIsExternal() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        try client.trade(account: 1, "BTCUSDT", "Sell", "0.002")
        let fills = try written(client.lines, "fill")
        #expect(fills.map { $0.values("id", "side", "qty", "reason", "owner") } == ["null sell 0.002 external 1"])
        #expect(throws: Refused.self) { try client.trade(account: 2, "BTCUSDT", "Sell", "0.002") }
        #expect(throws: Refused.self) { try client.trade(account: 0, "NONEUSDT", "Sell", "0.002") }
        #expect(throws: Refused.self) { try client.trade(account: 0, "BTCUSDT", "Sell", "0.0001") }
    }

    @Test func fillsComeInParts() throws {
        let client = try Client("--equity", "1000")
        try client.open()
        client.exchange.fillParts = 3
        try client.trade(account: 0, "BTCUSDT", "Buy", "0.005")
        #expect(try written(client.lines, "fill").map { $0["qty"] } == ["0.002", "0.002", "0.001"])
    }

    /// Rules that are older than the market do not say when it begins.
    @Test func thePresentBeginsWithTheFirstPrice() throws {
        let client = try Client("--present")
        try client.feed(Line.instrument(1_000_000_000, sym: "ODDUSDT"))
        try client.open(28_000_000_000)
        #expect(client.exchange.milliseconds(28_000_000_000) == client.now / 1000)
    }
}

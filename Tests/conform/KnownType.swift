/// A record type whose keys every stage checks, with an example to spoil.
struct KnownType {
    let name: String
    /// Required keys and the JSON text of a good value, `ts` first.
    let members: [(key: String, value: String)]
    /// Those that must be above zero: a price of nothing is no price.
    let prices: [String]

    init(_ name: String, _ members: [(String, String)], prices: [String] = []) {
        self.name = name
        self.members = [("ts", String(Market.start + Market.step))] + members
        self.prices = prices
    }

    var sample: String { text(members) }
    var numbers: [String] { members.filter { !$0.value.hasPrefix("\"") }.map(\.key) }
    var texts: [String] { members.filter { $0.value.hasPrefix("\"") }.map(\.key) }

    /// The record with another value under `key`; nil leaves the key out.
    func with(_ key: String, _ value: String?) -> String {
        text(
            members.compactMap { member in
                if member.key != key { return member }
                return value.map { (key, $0) }
            })
    }

    private func text(_ members: [(key: String, value: String)]) -> String {
        let body = members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return "{\"type\":\"\(name)\",\(body)}"
    }

    static let all: [KnownType] = [
        KnownType(
            "instrument",
            [
                ("sym", #""BTCUSDT""#), ("tick", "0.1"), ("step", "0.001"), ("min_qty", "0.001"), ("max_qty", "100"),
                ("min_notional", "5"), ("max_leverage", "50"), ("maker_fee", "0.0002"), ("taker_fee", "0.00055"),
            ]),
        KnownType(
            "trade", [("sym", #""BTCUSDT""#), ("px", "30000.5"), ("qty", "0.25"), ("side", #""buy""#)],
            prices: ["px"]),
        KnownType(
            "quote",
            [("sym", #""BTCUSDT""#), ("bid", "30000.5"), ("bid_qty", "2"), ("ask", "30001"), ("ask_qty", "1.5")],
            prices: ["bid", "ask"]),
        KnownType(
            "bar",
            [
                ("sym", #""BTCUSDT""#), ("span", "60"), ("open", "30000"), ("high", "30002"), ("low", "29999"),
                ("close", "30001"), ("volume", "12.5"),
            ], prices: ["open", "high", "low", "close"]),
        KnownType("mark", [("sym", #""BTCUSDT""#), ("mark", "30000.75")], prices: ["mark"]),
        KnownType("funding", [("sym", #""BTCUSDT""#), ("rate", "-0.0001")]),
        KnownType(
            "gap",
            [
                ("from", String(Market.start)), ("to", String(Market.start + Market.step)),
                ("reason", #""reconnect""#),
            ]),
        KnownType("clock", []),
    ]

    static subscript(_ name: String) -> KnownType { all.first { $0.name == name }! }
}

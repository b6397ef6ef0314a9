import ArgumentParser
import Bybit
import Foundation
import PaperFold
import Rehearsal
import Testing

/// The conformance of the plug: the same market and the same intents through `paper` and through the exchange's API give
/// the same fills, positions and money, to the last digit.
///
/// Not covered: bars, on which the exchange does not trade (that it does not, is); sockets and the clock (Tests/exchange/server); what only the
/// exchange has: resting and conditional orders, shared margin (Tests/venue).
@Suite struct PlugTests {
    /// How many markets: `DRIFT_PLUGS`, else 60.
    private static let markets = ProcessInfo.processInfo.environment["DRIFT_PLUGS"].flatMap { Int($0) } ?? 60

    @Test func randomMarkets() throws {
        var fills = 0
        var whole = 0
        var reasons: [String: Int] = [:]
        for seed in 1...UInt64(Self.markets) {
            let market = PlugMarket(seed: seed)
            let paper = try Self.paper(market)
            let exchange = try ExchangePlug(
                equity: market.equity, leverage: market.leverage, latency: market.latency, depth: market.depth)
            for line in market.lines { try exchange.receive(line) }
            let theirs = try Self.outcome(exchange.lines.prefix(exchange.comparable ?? .max))
            let all = try Self.outcome(paper)
            let mine = exchange.comparable == nil ? all : Array(all.prefix(theirs.count))
            if exchange.comparable == nil { whole += 1 }
            try #require(
                mine == theirs, "seed \(seed): \(Self.difference(mine, theirs)) \(exchange.refusals.suffix(3))")
            for line in try paper.map(Written.init) where line["type"] == "fill" {
                fills += 1
                reasons[line["reason"], default: 0] += 1
            }
        }
        for reason in ["open", "reduce", "take_profit", "stop_loss", "liquidation"] {
            #expect(reasons[reason, default: 0] > Self.markets / 20, "\(reasons)")
        }
        #expect(whole > Self.markets / 2, "\(whole) markets were compared to their end")
        print("\(Self.markets) markets on both: \(fills) fills, \(reasons.sorted { $0.key < $1.key })")
    }

    @Test func onBarsOnlyPaperTrades() throws {
        let exchange = try ExchangePlug(equity: 1000, leverage: "10", latency: 0, depth: 20)
        var paper = Rehearsal(PaperStage(try PaperOptions.parse(["--equity", "1000"])))
        let bars = [60_000_000, 120_000_000].map { Line.bar($0, 60, ["96870", "96900", "96800", "96850"], "1") }
        let intent =
            #"{"type":"intent","ts":60000000,"sym":"BTCUSDT","id":"o-1","side":"buy","reduce_only":false,"weight":0.5,"#
            + #""take_profit":0.01,"stop_loss":0.01,"drift":0.002,"confidence":0.4,"half_life":60,"seq":1}"#
        let lines = [bars[0], intent, bars[1]]
        for line in lines { try exchange.receive(line) }
        #expect(!exchange.lines.contains { $0.contains(#""type":"fill""#) })
        #expect(try paper.receive(lines).contains { $0.contains(#""type":"fill""#) })
    }

    private static func paper(_ market: PlugMarket) throws -> [String] {
        let options = try PaperOptions.parse([
            "--equity", "\(market.equity)", "--leverage", market.leverage, "--latency", "\(market.latency)",
            "--depth", "\(market.depth)",
        ])
        var rehearsal = Rehearsal(PaperStage(options))
        return try rehearsal.receive(market.lines)
    }

    /// What both must agree on.
    private static func outcome(_ lines: some Sequence<String>) throws -> [String] {
        try lines.map(Written.init).filter { $0["owner"] != "1" }.compactMap { line in
            switch line["type"] {
            case "fill":
                line.values(
                    "type", "ts", "sym", "id", "side", "qty", "px", "fee", "liquidity", "reduce_only", "reason",
                    "realised")
            case "position":
                line.values("type", "ts", "sym", "side", "qty", "entry", "opened", "realised", "fees", "funding")
            case "account": line.values("type", "ts", "equity", "available", "realised", "fees", "funding")
            default: nil
            }
        }
    }

    private static func difference(_ a: [String], _ b: [String]) -> String {
        for index in 0..<max(a.count, b.count) {
            let (mine, theirs) = (index < a.count ? a[index] : "nothing", index < b.count ? b[index] : "nothing")
            if mine != theirs { return "at \(index), paper has <\(mine)>, the exchange <\(theirs)>" }
        }
        return "none"
    }
}

/// A record as it was written: its figures stay text.
struct Written {
    private let value: Bybit.JSON

    init(_ line: String) throws { value = try Bybit.JSON(reading: Array(line.utf8)) }

    subscript(key: String) -> String { value[key]?.text ?? value[key]?.bool.map(String.init) ?? "null" }

    func values(_ keys: String...) -> String { keys.map { self[$0] }.joined(separator: " ") }
}

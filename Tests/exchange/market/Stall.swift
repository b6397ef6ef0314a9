import ArgumentParser
import Bybit
@testable import ExchangeFold
import Records
import Rehearsal
import Testing

/// A public market in memory: lines in, answers and pushes out.
final class Stall {
    var market: PublicMarket
    private var reader = RecordReader()
    /// The wall clock, microseconds.
    var now: Int64 = 0
    var subscribed: Set<String> = []

    init(_ arguments: String...) throws {
        market = PublicMarket(try ExchangeOptions.parse(arguments).matching)
    }

    func feed(_ line: String) throws {
        try withPaddedLine(line) { bytes in
            try reader.read(bytes)
            market.receive(reader, at: now)
        }
    }

    func pushes() throws -> [Push] {
        try market.takePushes(subscribed, at: now).map { try Push($0.topic, $0.text) }
    }

    /// Feeds a line and takes what it causes.
    func step(_ line: String) throws -> [Push] {
        try feed(line)
        return try pushes()
    }

    /// Subscribes as the exchange does: greeting first.
    func subscribe(_ topic: String) throws -> Push? {
        try #require(market.hasTopic(topic))
        let greeting = market.greeting(topic)
        subscribed.insert(topic)
        return try greeting.map { try Push(topic, $0) }
    }

    func answer(_ path: String, _ query: String = "") throws -> Bybit.JSON {
        try #require(try market.answer(path, Parameters(query: query)))
    }

    func refusal(_ path: String, _ query: String) -> APIError? {
        do throws(APIError) {
            _ = try market.answer(path, Parameters(query: query))
            return nil
        } catch { return error }
    }
}

struct Push {
    let topic: String
    let text: String
    let json: Bybit.JSON

    init(_ topic: String, _ text: [UInt8]) throws {
        self.topic = topic
        self.text = String(decoding: text, as: UTF8.self)
        json = try Bybit.JSON(reading: text)
        #expect(json["topic"]?.text == topic)
        #expect(json.bytes == text, "compact")
    }

    var data: Bybit.JSON { json["data"] ?? .null }
    var rows: [Bybit.JSON] { data.elements ?? [] }
    var type: String? { json["type"]?.text }
}

extension Bybit.JSON {
    var keys: [String] {
        if case .object(let members) = self { members.map(\.key) } else { [] }
    }

    var integer: Int64 { text.flatMap { Int64($0) } ?? .min }

    /// The text of a value; empty where there is none.
    func at(_ key: String) -> String { self[key]?.text ?? "" }

    var list: [Bybit.JSON] { self["list"]?.elements ?? [] }
}

enum Line {
    static func quote(
        _ ts: Int64, _ bid: String, _ bidSize: String, _ ask: String, _ askSize: String, sym: String = "BTCUSDT"
    )
        -> String
    {
        #"{"type":"quote","ts":\#(ts),"sym":"\#(sym)","bid":\#(bid),"bid_qty":\#(bidSize),"ask":\#(ask),"ask_qty":\#(askSize)}"#
    }

    static func trade(
        _ ts: Int64, _ price: String, _ quantity: String = "1", side: String = "buy", id: String? = nil,
        sym: String = "BTCUSDT"
    ) -> String {
        #"{"type":"trade","ts":\#(ts),"sym":"\#(sym)","px":\#(price),"qty":\#(quantity),"side":"\#(side)""#
            + (id.map { #","id":\#($0)}"# } ?? "}")
    }

    static func bar(
        _ ts: Int64, _ span: Int, _ prices: [String], _ volume: String, sym: String = "BTCUSDT"
    ) -> String {
        #"{"type":"bar","ts":\#(ts),"sym":"\#(sym)","span":\#(span),"open":\#(prices[0]),"high":\#(prices[1]),"#
            + #""low":\#(prices[2]),"close":\#(prices[3]),"volume":\#(volume)}"#
    }

    static func mark(_ ts: Int64, _ mark: String, index: String? = nil, sym: String = "BTCUSDT") -> String {
        #"{"type":"mark","ts":\#(ts),"sym":"\#(sym)","mark":\#(mark)\#(index.map { #","index":\#($0)"# } ?? "")}"#
    }

    static func funding(_ ts: Int64, _ rate: String, sym: String = "BTCUSDT") -> String {
        #"{"type":"funding","ts":\#(ts),"sym":"\#(sym)","rate":\#(rate)}"#
    }

    static func clock(_ ts: Int64) -> String { #"{"type":"clock","ts":\#(ts)}"# }

    static func instrument(_ ts: Int64, sym: String, tick: String = "0.001", step: String = "10") -> String {
        #"{"type":"instrument","ts":\#(ts),"sym":"\#(sym)","tick":\#(tick),"step":\#(step),"min_qty":\#(step),"#
            + #""max_qty":50000,"min_notional":5,"max_leverage":25,"maker_fee":0.0002,"taker_fee":0.00055}"#
    }
}

/// 2024-07-19 00:00:00 UTC, a Friday.
let dawn: Int64 = 1_721_347_200_000_000

import Bybit
import Rehearsal
import Stage
import Testing

@testable import FeedFold

/// Runs the live market over lines in memory: lines in, records out.
final class LiveRehearsal {
    private var records: [String] = []
    private var reader = FrameReader()
    private var market: LiveMarket!

    init() {
        market = LiveMarket { [unowned self] bytes, _, _, _ in
            records.append(String(decoding: bytes.dropLast(), as: UTF8.self))
        }
    }

    /// Feeds lines without their LF; returns what came out.
    func receive(_ lines: String...) throws -> [String] { try receive(lines) }

    func receive(_ lines: [String]) throws -> [String] {
        records = []
        for text in lines {
            try withPaddedLine(text) { line in
                let (received, line) = try reader.read(UnsafeRawBufferPointer(rebasing: line.dropLast()))
                market.receive(line, received: received)
            }
        }
        return records
    }

    /// The end of the lines.
    func finish() throws -> [String] {
        records = []
        market.finish()
        return records
    }

    var isInDoubt: Bool { !market.takeDoubt().isEmpty }

    var notices: [String] { market.takeNotices() }

    /// The first minute ends, and its volume is that of its only trade.
    func endFirstMinute() throws {
        _ = try receive(
            Live.trades(5, ("z", 5)), Live.bar(Live.minute + 1, start: Live.minute - 60_000, volume: "0.0010"))
        #expect(!isInDoubt)
    }
}

/// Lines as they come; times in milliseconds beyond `origin`.
enum Live {
    static let origin: Int64 = 1_700_000_000_000
    /// The first full minute after it.
    static let minute = (origin / 60_000 + 1) * 60_000 - origin

    /// Received 10 ms after it was sent.
    private static func at(_ ms: Int64) -> String { "\((origin + ms + 10) * 1000)" }

    static func trades(_ ms: Int64, _ trades: (id: String, at: Int64)..., symbol: String = "BTCUSDT") -> String {
        let data = trades.map {
            #"{"T":\#(origin + $0.at),"s":"\#(symbol)","S":"Buy","v":"0.0010","p":"100.10","i":"\#($0.id)","BT":false}"#
        }
        return #"\#(at(ms)) {"topic":"publicTrade.\#(symbol)","type":"snapshot","ts":\#(origin + ms),"#
            + #""data":[\#(data.joined(separator: ","))]}"#
    }

    static func book(
        _ ms: Int64, matched: Int64? = nil, depth: Int = 1, type: String = "snapshot", update: Int64,
        bids: [(String, String)] = [("100.0", "1")], asks: [(String, String)] = [("100.10", "2")]
    ) -> String {
        func side(_ levels: [(String, String)]) -> String {
            "[" + levels.map { #"["\#($0.0)","\#($0.1)"]"# }.joined(separator: ",") + "]"
        }
        return #"\#(at(ms)) {"topic":"orderbook.\#(depth).BTCUSDT","type":"\#(type)","ts":\#(origin + ms),"#
            + #""data":{"s":"BTCUSDT","b":\#(side(bids)),"a":\#(side(asks)),"u":\#(update)},"#
            + #""cts":\#(origin + (matched ?? ms))}"#
    }

    static func ticker(_ ms: Int64, _ data: String, type: String = "delta") -> String {
        #"\#(at(ms)) {"topic":"tickers.BTCUSDT","type":"\#(type)","data":{"symbol":"BTCUSDT",\#(data)},"ts":\#(origin + ms)}"#
    }

    /// The minute that begins at `start` has ended, or not yet.
    static func bar(_ ms: Int64, start: Int64, volume: String, isFinal: Bool = true, until: Int64? = nil) -> String {
        #"\#(at(ms)) {"topic":"kline.1.BTCUSDT","ts":\#(origin + ms),"data":[{"start":\#(origin + start),"#
            + #""volume":"\#(volume)","confirm":\#(isFinal)\#(until.map { #","timestamp":\#(origin + $0)"# } ?? "")}]}"#
    }

    static func pong(_ ms: Int64) -> String { #"\#(at(ms)) {"success":true,"ret_msg":"pong","op":"ping"}"# }

    static func event(_ ms: Int64, _ name: String) -> String { #"\#(at(ms)) ! {"event":"\#(name)"}"# }

    /// Recent trades, newest first, as the exchange lists them.
    static func recent(
        _ ms: Int64, _ trades: (id: String, at: Int64)..., symbol: String = "BTCUSDT", more: Bool = false
    )
        -> String
    {
        recent(ms, trades, symbol: symbol, more: more)
    }

    static func recent(
        _ ms: Int64, _ trades: [(id: String, at: Int64)], symbol: String = "BTCUSDT", more: Bool = false
    ) -> String {
        let list = trades.reversed().map {
            #"{"execId":"\#($0.id)","symbol":"\#(symbol)","price":"100.10","size":"0.0010","side":"Buy","#
                + #""time":"\#(origin + $0.at)","isBlockTrade":false,"seq":"\#($0.at)"}"#
        }
        return answer(ms, "recent-trade", "[\(list.joined(separator: ","))]", symbol: symbol, more: more)
    }

    /// Nobody answers about the recent trades.
    static func silent(_ ms: Int64, cause: String = "503") -> String {
        #"\#(ts(ms)) ? {"get":"/v5/market/recent-trade?x","symbol":"BTCUSDT","more":false,"error":"\#(cause)"}"#
    }

    static func answer(_ ms: Int64, _ path: String, _ list: String, symbol: String = "BTCUSDT", more: Bool = false)
        -> String
    {
        #"\#(at(ms)) ? {"get":"/v5/market/\#(path)?category=linear","symbol":"\#(symbol)","more":\#(more),"#
            + #""answer":{"retCode":0,"retMsg":"OK","result":{"list":\#(list)},"time":\#(origin + ms)}}"#
    }

    // MARK: Records

    static func ts(_ ms: Int64) -> Int64 { (origin + ms) * 1000 }

    static func trade(_ id: String, _ ms: Int64, symbol: String = "BTCUSDT") -> String {
        #"{"type":"trade","ts":\#(ts(ms)),"sym":"\#(symbol)","px":100.1,"qty":0.001,"side":"buy","id":"\#(id)"}"#
    }

    static func quote(_ ms: Int64, bid: String = "100", bidQuantity: String = "1", ask: String = "100.1") -> String {
        #"{"type":"quote","ts":\#(ts(ms)),"sym":"BTCUSDT","bid":\#(bid),"bid_qty":\#(bidQuantity),"ask":\#(ask),"ask_qty":2}"#
    }
}

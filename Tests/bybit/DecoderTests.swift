import Bybit
import Foundation
import Records
import Rehearsal
import Testing

/// Messages of the public stream and answers of the market: what is read of them, and what they survive. Payloads that
/// the exchange has published are read where they lie beside the project. Not covered: private streams, and whether the
/// published payloads are what the exchange sends today.
struct DecoderTests {
    // MARK: The stream

    @Test func aTradeIsRead() throws {
        let text = #"""
            {"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT",
            "S":"Sell","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f4-x","BT":true,"new":{"a":[1,"]"]},"seq":1}]}
            """#
        try reading(text) { push, data in
            #expect(push.topic == .trades && push.ts == 1_672_304_486_868_000)
            #expect(push.symbol.elementsEqual("BTCUSDT".utf8))
            let elements = Array(Elements(push.data))
            try #require(elements.count == 1)
            let read = data.trade(elements[0])
            let trade = try #require(read)
            #expect(trade.ts == 1_672_304_486_865_000 && trade.side == .sell && trade.isBlock)
            #expect(trade.price.elementsEqual("16578.50".utf8) && trade.quantity.elementsEqual("0.001".utf8))
            #expect(trade.id.elementsEqual("20f4-x".utf8))
        }
    }

    @Test(arguments: [
        #"{"s":"X","S":"Buy","v":"1","p":"1","i":"a"}"#,
        #"{"T":1,"S":"Buy","v":"1","p":"","i":"a"}"#,
        #"{"T":1,"S":"Neither","v":"1","p":"1","i":"a"}"#,
        #"{"T":"","S":"Buy","v":"1","p":"1","i":"a"}"#,
        #"{"T":1,"S":"Buy","v":null,"p":"1","i":"a"}"#,
        #"{"T":-1,"S":"Buy","v":"1","p":"1","i":"a"}"#, "{}", "[]", "1",
    ])
    func aTradeThatLacksAKeyIsNone(element: String) throws {
        try withPaddedLine(#"{"topic":"publicTrade.X","data":[\#(element)]}"#) { line in
            var reader = StreamReader()
            var data = StreamDataReader()
            guard case .push(let push) = try reader.read(UnsafeRawBufferPointer(rebasing: line.dropLast())) else {
                Issue.record("no push")
                return
            }
            for element in Elements(push.data) {
                let isNone = data.trade(element) == nil
                #expect(isNone)
            }
        }
    }

    @Test func aBookAndATickerMayLackAnything() throws {
        try reading(#"{"topic":"orderbook.50.BTCUSDT","type":"delta","ts":2,"cts":1,"data":{"u":7,"later":1}}"#) {
            let read = $1.book($0.data)
            let book = try #require(read)
            #expect($0.topic == .book(50) && !$0.isSnapshot && $0.matchedTs == 1000)
            #expect(book.update == 7 && Array(Elements(book.bids)).isEmpty)
        }
        try reading(#"{"topic":"tickers.BTC-6JAN23-17500-C","data":{"nextFundingTime":"","fundingRate":"","x":1}}"#) {
            let read = $1.ticker($0.data)
            let ticker = try #require(read)
            #expect($0.topic == .ticker && $0.isSnapshot && $0.ts == nil)
            #expect(ticker.mark == nil && ticker.nextFunding == nil && ticker.fundingRate == nil)
        }
    }

    @Test(arguments: ["a.b.c", "orderbook", "orderbook..X", "orderbook.x.X", "orderbook.-1.X", "publicTrade", "", "."])
    func anUnknownTopicIsNoError(topic: String) throws {
        try withPaddedLine(#"{"topic":"\#(topic)","data":{}}"#) { line in
            var reader = StreamReader()
            let message = try reader.read(UnsafeRawBufferPointer(rebasing: line.dropLast()))
            if case .push(let push) = message { #expect(push.topic == .other) }
        }
    }

    @Test func repliesTellWhetherTheyGrant() throws {
        try withPaddedLine(#"{"success":false,"ret_msg":"Params Error","op":"subscribe","conn_id":"x"}"#) { line in
            var reader = StreamReader()
            guard case .reply(let reply) = try reader.read(UnsafeRawBufferPointer(rebasing: line.dropLast())) else {
                Issue.record("no reply")
                return
            }
            #expect(!reply.isSuccess && reply.text == Array("Params Error".utf8))
            #expect(reply.operation == Array("subscribe".utf8))
        }
    }

    @Test func elementsAreThoseOfTheWholeReader() throws {
        let text = #"[1 , "a,]\"[", [ [ ] , {"k":"]"} ] ,{"a":[1,2]},null,-1.5e3 ]"#
        let found = Array(text.utf8).withUnsafeBytes { bytes in
            Elements(bytes).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(found == ["1", #""a,]\"[""#, #"[ [ ] , {"k":"]"} ]"#, #"{"a":[1,2]}"#, "null", "-1.5e3"])
        for none in ["[]", "[ ]", "{}", "", "1", "["] {
            Array(none.utf8).withUnsafeBytes { #expect(Array(Elements($0)).isEmpty) }
        }
    }

    // MARK: Answers

    @Test func instrumentsAreRead() throws {
        let json = try JSON(
            reading: Array(
                #"""
                {"retCode":0,"retMsg":"OK","result":{"list":[{"symbol":"BTCUSDT","status":"Trading","newKey":[],
                "leverageFilter":{"maxLeverage":"100.00"},"priceFilter":{"tickSize":"0.10"},"lotSizeFilter":{
                "maxOrderQty":"1190.000","minOrderQty":"0.001","qtyStep":"0.001","maxMktOrderQty":"119.000",
                "minNotionalValue":"5"}},{"symbol":"","status":"Odd"},{"symbol":"X","status":"Odd","lotSizeFilter":{
                "qtyStep":""}}],"nextPageCursor":"abc"},"time":1735809771618}
                """#.utf8))
        let answer = Answer(json)
        let list = answer.list(InstrumentInfo.init)
        #expect(answer.code == 0 && answer.ts == 1_735_809_771_618_000)
        try #require(list.count == 2)
        #expect(list[0].tick == "0.10" && list[0].mostQuantity == "119.000" && list[0].leastNotional == "5")
        #expect(list[1].step == nil && !list[1].isTrading && list[1].tick == nil)
    }

    @Test func tradesAndBarsAreRead() throws {
        let json = try JSON(
            reading: Array(
                #"""
                {"retCode":"0","result":{"list":[{"execId":"a","price":"1.50","size":"2","side":"Buy","time":"7",
                "isBlockTrade":false,"seq":"9"},{"execId":"b","price":"1","size":"2","side":"Both","time":"7"},
                ["60000","1","2","0.5","1.5","3.0","4"],["60000","1","2","0.5","","3.0"],[]]}}
                """#.utf8))
        let answer = Answer(json)
        let trades = answer.list(RecentTrade.init)
        let bars = answer.list(Kline.init)
        #expect(trades.map(\.id) == ["a"] && trades[0].ts == 7000 && trades[0].sequence == 9 && !trades[0].isBlock)
        #expect(bars.map(\.start) == [60_000_000] && bars[0].volume == "3.0" && bars[0].low == "0.5")
    }

    // MARK: What the exchange has published

    static let published: [String] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/fixtures/bybit-v5")
        return ["docs", "ccxt-static"].flatMap { name in
            let files = try? FileManager.default.contentsOfDirectory(
                at: folder.appendingPathComponent(name), includingPropertiesForKeys: nil)
            return (files ?? []).map(\.path).filter {
                $0.contains("/websocket_public_") || $0.contains("/market_") || $0.contains("/ccxt-static/")
            }
        }.sorted()
    }()

    @Test(.enabled(if: !published.isEmpty), arguments: published)
    func whatIsPublishedDecodes(path: String) throws {
        let text = try Data(contentsOf: URL(fileURLWithPath: path)).filter { $0 != 10 && $0 != 13 }
        let file = path.split(separator: "/").last!
        guard text.first == UInt8(ascii: "{") else { return }
        let json = try JSON(reading: Array(text))
        if json["topic"] != nil {
            try reading(String(decoding: text, as: UTF8.self)) { push, data in
                var rows = 1
                switch push.topic {
                case .trades: for element in Elements(push.data) where data.trade(element) == nil { rows = 0 }
                case .book: rows = data.book(push.data).map { Array(Elements($0.bids)).count } ?? 0
                case .ticker: rows = data.ticker(push.data) == nil ? 0 : 1
                case .bars: for element in Elements(push.data) where data.bar(element) == nil { rows = 0 }
                case .other: break
                }
                #expect(rows > 0)
            }
        }
        // One of them is the result alone.
        let answer = Answer(json["list"] == nil ? json : ["result": json])
        let rows = answer.result["list"]?.elements?.count ?? 0
        if file.hasPrefix("market_instrument") || file.hasPrefix("instruments_") {
            #expect(answer.list(InstrumentInfo.init).count == rows && rows > 0)
        }
        if file.hasPrefix("market_recent-trade") {
            #expect(answer.list(RecentTrade.init).count == rows && rows > 0)
        }
        if file.hasPrefix("market_kline") || file.hasPrefix("kline_") {
            #expect(answer.list(Kline.init).count == rows && rows > 0)
        }
    }

    private func reading(
        _ text: String, _ check: (StreamMessage.Push, inout StreamDataReader) throws -> Void
    ) throws {
        try withPaddedLine(text.filter { $0 != "\n" }) { line in
            var reader = StreamReader()
            var data = StreamDataReader()
            let message = try reader.read(UnsafeRawBufferPointer(rebasing: line.dropLast()))
            guard case .push(let push) = message else {
                Issue.record("no push")
                return
            }
            try check(push, &data)
        }
    }
}

import Bybit
@testable import ExchangeFold
import Foundation
import Testing

/// Keys and forms of answers and pushes, against lists from the documents and, where they lie beside the project, against
/// the exchange's own examples. Not covered: values that are the exchange's alone (open interest, launch times).
struct PublicShapeTests {
    private func stall() throws -> Stall {
        let stall = try Stall()
        try stall.feed(Line.mark(dawn, "3500", sym: "ETHUSDT"))
        try stall.feed(Line.instrument(dawn, sym: "ODDUSDT"))
        try stall.feed(Line.mark(dawn, "65000", index: "64999"))
        try stall.feed(Line.trade(dawn, "65000.5", "0.1"))
        try stall.feed(Line.quote(dawn, "65000.4", "0.1", "65000.5", "2"))
        try stall.feed(Line.funding(dawn, "0.0002"))
        return stall
    }

    private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../../shared/fixtures/bybit-v5/docs").standardized

    private func example(_ name: String) throws -> Bybit.JSON? {
        let file = Self.example.appendingPathComponent(name + ".json")
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try Bybit.JSON(reading: Array(Data(contentsOf: file)))
    }

    /// All keys, those of objects within as `outer.inner`; of a list, those of its first element.
    private func paths(_ json: Bybit.JSON, _ prefix: String = "") -> Set<String> {
        switch json {
        case .object(let members):
            members.reduce(into: []) { $0.formUnion(paths($1.value, prefix + $1.key + ".")) }
        case .array(let elements): elements.first.map { paths($0, prefix + "[].") } ?? [prefix + "[]"]
        case .string: [prefix + "string"]
        case .number: [prefix + "number"]
        case .bool: [prefix + "bool"]
        case .null: [prefix + "null"]
        }
    }

    @Test(arguments: [
        ("instruments-info", "market_instrument_1"), ("tickers", "market_tickers_1"),
        ("recent-trade", "market_recent-trade_1"), ("orderbook", "market_orderbook_1"),
        ("kline&interval=60", "market_kline_1"), ("price-limit", "market_order-price-limit_1"),
        ("risk-limit", "market_risk-limit_1"), ("funding/history", "market_history-fund-rate_1"),
    ])
    func answersHaveTheExamplesKeys(call: String, name: String) throws {
        let parts = call.split(separator: "&", maxSplits: 1)
        let query = "category=linear&symbol=BTCUSDT&" + (parts.count > 1 ? parts[1] : "")
        let answer = paths(try stall().answer(String(parts[0]), query))
        guard let example = try example(name) else { return }
        // The examples of these pages are older than their tables.
        let newer: Set = ["displayName", "nextPageCursor"]
        let extra = answer.subtracting(paths(example["result"]!)).filter { path in !newer.contains { path.contains($0) }
        }
        #expect(extra.isEmpty)
        #expect(paths(example["result"]!).subtracting(answer).isEmpty)
    }

    @Test(arguments: [
        ("publicTrade.BTCUSDT", "websocket_public_trade_1"), ("tickers.BTCUSDT", "websocket_public_ticker_1"),
        ("orderbook.50.BTCUSDT", "websocket_public_orderbook_1"), ("kline.5.BTCUSDT", "websocket_public_kline_1"),
        ("priceLimit.BTCUSDT", "websocket_public_order-price-limit_2"),
    ])
    func pushesHaveTheExamplesKeys(topic: String, name: String) throws {
        let stall = try stall()
        let greeting = try stall.subscribe(topic)
        let push = try #require(try greeting ?? stall.step(Line.trade(dawn + 1, "65000.6", "0.1")).first)
        guard let example = try example(name) else { return }
        #expect(paths(push.json).filter { !$0.contains("RPI") } == paths(example))
        #expect(push.json.keys == example.keys)
        #expect(push.data.keys == example["data"]!.keys)
    }

    @Test func rowsHaveTheirKeys() throws {
        let stall = try stall()
        let ticker = try stall.answer("tickers", "category=linear&symbol=BTCUSDT").list[0]
        #expect(
            Set(ticker.keys)
                == Set(
                    """
                    symbol lastPrice indexPrice markPrice prevPrice24h price24hPcnt highPrice24h lowPrice24h prevPrice1h
                    openInterest openInterestValue turnover24h volume24h fundingRate nextFundingTime predictedDeliveryPrice
                    basisRate deliveryFeeRate deliveryTime ask1Size bid1Price ask1Price bid1Size basis preOpenPrice preQty
                    curPreListingPhase fundingIntervalHour basisRateYear fundingCap
                    """.split(whereSeparator: \.isWhitespace).map(String.init)))
        let instrument = try stall.answer("instruments-info", "category=linear&symbol=ETHUSDT").list[0]
        #expect(instrument["priceFilter"] == ["minPrice": "0.01", "maxPrice": "199999.98", "tickSize": "0.01"])
        #expect(
            instrument["lotSizeFilter"] == [
                "maxOrderQty": "7240.00", "minOrderQty": "0.01", "qtyStep": "0.01", "postOnlyMaxOrderQty": "7240.00",
                "maxMktOrderQty": "724.00", "minNotionalValue": "5",
            ])
        #expect(instrument["riskParameters"] == ["priceLimitRatioX": "0.02", "priceLimitRatioY": "0.04"])
        #expect(instrument["leverageFilter"] == ["minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"])
        let bitcoin = try stall.answer("instruments-info", "category=linear&symbol=BTCUSDT").list[0]
        #expect(bitcoin["priceFilter"] == ["minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"])
        let odd = try stall.answer("instruments-info", "category=linear&baseCoin=ODD").list[0]
        #expect(odd["priceFilter"]!.at("tickSize") == "0.001")
        #expect(odd["lotSizeFilter"]!.at("qtyStep") == "10")
    }

    @Test func listsAreFilteredAndPaged() throws {
        let stall = try stall()
        func names(_ query: String) throws -> [String] {
            try stall.answer("instruments-info", query).list.map { $0.at("symbol") }
        }
        #expect(try names("category=linear&limit=1000") == ["BTCUSDT", "ETHUSDT", "ODDUSDT"])
        for query in [
            "category=linear&status=PreLaunch", "category=spot", "category=inverse", "category=option&baseCoin=BTC",
        ] {
            let answer = try stall.answer("instruments-info", query)
            #expect(answer.list.isEmpty && answer["nextPageCursor"] == "")
        }
        let first = try stall.answer("instruments-info", "category=linear&limit=2")
        #expect(first.list.count == 2 && first.at("nextPageCursor") == "ETHUSDT")
        let second = try stall.answer("instruments-info", "category=linear&limit=2&cursor=ETHUSDT")
        #expect(second.list.count == 1 && second.at("nextPageCursor") == "")
        #expect(try stall.answer("tickers", "category=spot").list.isEmpty)
        #expect(try stall.answer("tickers", "category=linear").list.count == 3)
        #expect(try stall.answer("risk-limit", "category=linear&symbol=BTCUSDT").list.count == 9)
        #expect(try stall.answer("risk-limit", "category=linear&symbol=BTCUSDT").list[3].at("mmDeduction") == "4300")
    }

    @Test func errors() throws {
        let stall = try stall()
        for path in [
            "recent-trade", "orderbook", "kline", "funding/history", "tickers", "instruments-info", "risk-limit",
        ] {
            let rest = path == "kline" ? "&interval=1" : ""
            #expect(stall.refusal(path, "category=linear&symbol=NOTHING" + rest) == .symbol)
            #expect(stall.refusal(path, "category=stocks&symbol=BTCUSDT" + rest)?.code == 10001)
        }
        for path in ["recent-trade", "orderbook", "kline", "funding/history", "price-limit"] {
            #expect(stall.refusal(path, "category=linear") == .missing("symbol"))
        }
        for path in ["recent-trade", "orderbook", "funding/history", "tickers", "instruments-info", "risk-limit"] {
            #expect(stall.refusal(path, "symbol=BTCUSDT") == .missing("category"))
        }
        #expect(stall.refusal("kline", "symbol=BTCUSDT") == .missing("interval"))
        #expect(stall.refusal("kline", "symbol=BTCUSDT&interval=7") == .parameter("interval"))
        #expect(stall.refusal("kline", "symbol=BTCUSDT&interval=1&start=x") == .parameter("start"))
        #expect(try stall.answer("kline", "symbol=BTCUSDT&interval=1&start=9007199254740991").list.isEmpty)
        #expect(stall.refusal("kline", "symbol=BTCUSDT&interval=1&start=9007199254740992") == .parameter("start"))
        #expect(stall.refusal("instruments-info", "category=linear&cursor=x")?.code == 10001)
        #expect(try stall.market.answer("open-interest", Parameters(query: "")) == nil)
    }

    @Test func topics() throws {
        let stall = try stall()
        for topic in ["publicTrade.BTCUSDT", "orderbook.1.ODDUSDT", "kline.M.ETHUSDT", "allLiquidation.BTCUSDT"] {
            #expect(stall.market.hasTopic(topic))
        }
        for topic in [
            "", ".", "publicTrade", "publicTrade.", "publicTrade.NOTHING", "orderbook.2.BTCUSDT",
            "orderbook.01.BTCUSDT",
            "kline.7.BTCUSDT", "tickers.1.BTCUSDT", "orderbook.BTCUSDT", "publicTrade.BTCUSDT.BTCUSDT",
        ] { #expect(!stall.market.hasTopic(topic)) }
        #expect(try stall.subscribe("allLiquidation.BTCUSDT") == nil)
        // Such a name could not stand in a frame.
        try stall.feed(Line.instrument(dawn, sym: #"A\"USDT"#))
        #expect(!stall.market.hasTopic("publicTrade.A\"USDT"))
    }

    @Test func aMarketWithoutPrices() throws {
        let stall = try Stall()
        #expect(stall.refusal("tickers", "category=linear&symbol=BTCUSDT") == .symbol)
        try stall.feed(Line.funding(dawn, "0.0001"))
        #expect(try stall.answer("tickers", "category=linear&symbol=BTCUSDT").list[0].at("lastPrice") == "")
        #expect(try stall.answer("orderbook", "category=linear&symbol=BTCUSDT")["b"] == [])
        #expect(try stall.answer("kline", "symbol=BTCUSDT&interval=1").list.isEmpty)
        #expect(try stall.answer("recent-trade", "category=linear&symbol=BTCUSDT").list.isEmpty)
        #expect(try stall.answer("price-limit", "symbol=BTCUSDT").at("buyLmt") == "")
        #expect(try stall.subscribe("orderbook.50.BTCUSDT") == nil)
        #expect(try stall.subscribe("kline.1.BTCUSDT") == nil)
        #expect(try stall.pushes().isEmpty)
        #expect(try stall.step(Line.trade(dawn + 1_000_000, "65000")).map(\.type) == ["snapshot", "snapshot"])
    }

    @Test func timesAreShifted() throws {
        let stall = try Stall()
        stall.market.shift = 10_000_000_000_000
        try stall.feed(Line.trade(dawn, "65000"))
        let time = (dawn + 10_000_000_000_000) / 1000
        #expect(try stall.answer("recent-trade", "category=linear&symbol=BTCUSDT").list[0]["time"]!.integer == time)
        #expect(try stall.answer("orderbook", "category=linear&symbol=BTCUSDT")["cts"]!.integer == time)
        #expect(try #require(try stall.subscribe("orderbook.1.BTCUSDT")).json["ts"]!.integer == time)
    }
}

import Bybit
import Records
import Venue

/// The answers to GETs below `/v5/market/`.
extension PublicMarket {
    /// The result of a GET below `/v5/market/` (all but `time`); nil if there is no such path.
    /// - Parameter path: what stands behind `/v5/market/`.
    /// - Throws: what is wrong with the parameters.
    func answer(_ path: String, _ parameters: Parameters) throws(APIError) -> JSON? {
        switch path {
        case "instruments-info": try instruments(parameters)
        case "tickers": try tickers(parameters)
        case "recent-trade": try recentTrades(parameters)
        case "kline": try klines(parameters)
        case "orderbook": try orderBook(parameters)
        case "price-limit": try priceLimit(parameters)
        case "risk-limit": try riskLimits(parameters)
        case "funding/history": try fundingHistory(parameters)
        default: nil
        }
    }

    // MARK: Parameters

    private static let categories = ["linear", "inverse", "spot", "option"]

    /// - Parameter standard: where the documents allow to leave the category out.
    private func category(_ parameters: Parameters, default standard: String? = nil) throws(APIError) -> String {
        guard let category = parameters["category"] ?? standard else { throw .missing("category") }
        guard Self.categories.contains(category) else { throw .parameter("category") }
        return category
    }

    /// The one symbol that is asked about; only linear ones are listed.
    private func symbol(_ parameters: Parameters, default standard: String? = nil) throws(APIError) -> ListedSymbol {
        let category = try category(parameters, default: standard)
        guard let name = parameters["symbol"] else { throw .missing("symbol") }
        guard category == "linear", let number = listed(name), symbols[number].isSeen else { throw .symbol }
        return symbols[number]
    }

    /// The symbols that a list is asked of: one, or all of a category. Only linear has any.
    private func symbols(_ parameters: Parameters) throws(APIError) -> [ListedSymbol] {
        guard try category(parameters) == "linear" else { return [] }
        guard parameters["symbol"] != nil else { return symbols.filter { $0.isListed && $0.isSeen } }
        return [try symbol(parameters)]
    }

    /// One page, and the cursor of the next: the last symbol's name, empty if there is no next page.
    private func page(
        _ symbols: [ListedSymbol], _ parameters: Parameters, limit: Int
    ) throws(APIError) -> (page: [ListedSymbol], cursor: String) {
        var rest = symbols[...]
        if let cursor = parameters["cursor"] {
            guard let last = rest.firstIndex(where: { $0.name == cursor }) else { throw .parameter("cursor") }
            rest = rest[(last + 1)...]
        }
        let page = Array(rest.prefix(limit))
        return (page, rest.count > limit ? page[limit - 1].name : "")
    }

    // MARK: Rules

    private func instruments(_ parameters: Parameters) throws(APIError) -> JSON {
        let limit = try parameters.limit("limit", 1...1000, default: 500)
        // Whatever is listed is trading.
        let isTrading = parameters["status"].map { $0 == "Trading" } ?? true
        let matching = try symbols(parameters).filter { symbol in
            isTrading && (parameters["baseCoin"].map { symbol.coins.base == $0 } ?? true)
        }
        let (page, cursor) = try page(matching, parameters, limit: limit)
        return [
            "category": .string(try category(parameters)), "list": .array(page.map(\.row)),
            "nextPageCursor": .string(cursor),
        ]
    }

    private func riskLimits(_ parameters: Parameters) throws(APIError) -> JSON {
        let (page, cursor) = try page(try symbols(parameters), parameters, limit: 15)
        return [
            "category": .string(try category(parameters)), "list": .array(page.flatMap(\.riskLimitRows)),
            "nextPageCursor": .string(cursor),
        ]
    }

    private func priceLimit(_ parameters: Parameters) throws(APIError) -> JSON {
        let symbol = try symbol(parameters, default: "linear")
        let limits = symbol.priceLimits(at: eventTime)
        return [
            "symbol": .string(symbol.name),
            "buyLmt": .string(limits.map { symbol.scales.text($0.buy) } ?? ""),
            "sellLmt": .string(limits.map { symbol.scales.text($0.sell) } ?? ""),
            "ts": .string(String(milliseconds(eventTime))),
        ]
    }

    // MARK: Prices

    private func tickers(_ parameters: Parameters) throws(APIError) -> JSON {
        let rows = try symbols(parameters).map { symbol -> JSON in
            var symbol = symbol
            let fields = TickerFields(&symbol, matching, at: eventTime, shift: shift)
            let members = fields.values.filter { $0.key != "tickDirection" }
            // Of futures with a delivery only.
            let delivery = ["predictedDeliveryPrice", "basisRate", "deliveryFeeRate", "basis", "basisRateYear"]
            return .object(
                members.map { JSON.Member($0.key, .string($0.value)) } + delivery.map { JSON.Member($0, "") }
                    + [JSON.Member("deliveryTime", "0")])
        }
        return ["category": .string(try category(parameters)), "list": .array(rows)]
    }

    private func orderBook(_ parameters: Parameters) throws(APIError) -> JSON {
        let symbol = try symbol(parameters)
        let depth = try parameters.limit("limit", 1...1000, default: 25)
        let book = symbol.book(matching)
        func rows(_ levels: [Level]?) -> JSON {
            // Recorded answers have the shortest text of a price, unlike the stream.
            .array(
                (levels ?? []).prefix(depth).map { level in
                    [.string(level.price.description), .string(symbol.scales.text(level.quantity))]
                })
        }
        let channel = channelNumbers["orderbook.1000.\(symbol.name)"]
        return [
            "s": .string(symbol.name), "b": rows(book?.bids), "a": rows(book?.asks),
            "ts": number(milliseconds(eventTime)),
            "u": number(max(1, channel.map { channels[$0].update } ?? firstUpdate)),
            "seq": number(symbol.seq), "cts": number(milliseconds(symbol.bookTime)),
        ]
    }

    private func recentTrades(_ parameters: Parameters) throws(APIError) -> JSON {
        let category = try category(parameters)
        let symbol = try symbol(parameters)
        let limit = try parameters.limit("limit", 1...1000, default: 500)
        let rows = (0..<min(limit, symbol.trades.count)).map { age -> JSON in
            let (trade, identifier) = symbol.trades.trade(age)
            return [
                "execId": .string(String(decoding: identifier, as: UTF8.self)), "symbol": .string(symbol.name),
                "price": .string(symbol.scales.text(trade.price)),
                "size": .string(symbol.scales.text(trade.quantity)), "side": trade.side == .buy ? "Buy" : "Sell",
                "time": .string(String(milliseconds(trade.ts))), "isBlockTrade": false, "isRPITrade": false,
                "seq": .string(String(trade.seq)),
            ]
        }
        return ["category": .string(category), "list": .array(rows)]
    }

    /// With `start` alone the earliest from there, else the latest up to `end`; the newest first either way.
    private func klines(_ parameters: Parameters) throws(APIError) -> JSON {
        let symbol = try symbol(parameters, default: "linear")
        guard let text = parameters["interval"] else { throw .missing("interval") }
        guard let interval = KlineInterval(text) else { throw .parameter("interval") }
        let limit = try parameters.limit("limit", 1...1000, default: 200)
        let (from, to) = (try parameters.time("start"), try parameters.time("end"))
        let store = interval.isOfDays ? symbol.days : symbol.minutes
        let now = interval.start(of: symbol.klineTime(eventTime, shift: shift))
        let starts = store.starts(
            interval, from: from.map(microseconds), to: to.map(microseconds), newest: now, limit: limit)
        let rows = starts.compactMap { store.candle(from: $0, to: interval.end(of: $0)) }
        return [
            "symbol": .string(symbol.name), "category": "linear",
            "list": .array(rows.map { .array($0.row.map(JSON.string)) }),
        ]
    }

    private func fundingHistory(_ parameters: Parameters) throws(APIError) -> JSON {
        let category = try category(parameters)
        let symbol = try symbol(parameters)
        let limit = try parameters.limit("limit", 1...200, default: 200)
        let (from, to) = (try parameters.time("startTime"), try parameters.time("endTime"))
        // As documented: a start alone is an error.
        if from != nil, to == nil { throw .missing("endTime") }
        let rates = symbol.fundings.reversed().filter { funding in
            let time = milliseconds(funding.ts)
            return time >= from ?? .min && time <= to ?? .max
        }
        let rows = rates.prefix(limit).map { funding -> JSON in
            [
                "symbol": .string(symbol.name), "fundingRate": .string(funding.rate.description),
                "fundingRateTimestamp": .string(String(milliseconds(funding.ts))),
            ]
        }
        return ["category": .string(category), "list": .array(Array(rows))]
    }

    private func number(_ value: Int64) -> JSON { .number(String(value)) }

    /// A client's milliseconds, none beyond what microseconds can tell.
    private func microseconds(_ milliseconds: Int64) -> Int64 { min(milliseconds, .max / 2000) * 1000 }
}

extension CandleStore {
    /// Where the klines begin that are asked for, the newest first.
    /// - Parameters:
    ///   - from: no kline begins earlier; nil for no bound, like `to`.
    ///   - newest: the start of the kline that is not final yet.
    fileprivate func starts(
        _ interval: KlineInterval, from: Int64?, to: Int64?, newest: Int64, limit: Int
    ) -> [Int64] {
        guard let first = firstStart(interval) else { return [] }
        var lower = max(first, from ?? first)
        if interval.start(of: lower) < lower { lower = interval.end(of: interval.start(of: lower)) }
        let upper = min(newest, to.map { interval.start(of: $0) } ?? newest)
        var starts: [Int64] = []
        if from != nil, to == nil {
            while lower <= upper, starts.count < limit {
                starts.append(lower)
                lower = interval.end(of: lower)
            }
            return starts.reversed()
        }
        var start = upper
        while start >= lower, starts.count < limit {
            starts.append(start)
            start = interval.start(of: start - 1)
        }
        return starts
    }
}

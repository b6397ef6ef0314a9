public import Records

/// An answer of the REST API, whatever it was asked.
public struct Answer {
    /// The whole of it.
    public let json: JSON
    /// 0 if the request was granted.
    public let code: Int
    public let text: String
    public let result: JSON
    /// When the exchange answered, microseconds; nil if it does not say.
    public let ts: Int64?
    /// Of its text, bytes.
    public let count: Int

    /// - Parameter count: of its text, bytes.
    public init(_ json: JSON, count: Int = 0) {
        self.json = json
        self.count = count
        code = json["retCode"]?.text.flatMap { Int($0) } ?? 0
        text = json["retMsg"]?.text ?? ""
        result = json["result"] ?? .null
        ts = json["time"]?.milliseconds
    }

    /// The elements of `result.list` that can be read.
    public func list<Element>(_ read: (JSON) -> Element?) -> [Element] {
        (result["list"]?.elements ?? []).compactMap(read)
    }
}

/// What an instrument allows. Figures as the exchange writes them; nil where it has none.
public struct InstrumentInfo: Equatable {
    public let symbol: String
    public let isTrading: Bool
    public let tick: String?
    public let step: String?
    public let leastQuantity: String?
    /// Of a market order.
    public let mostQuantity: String?
    public let leastNotional: String?
    public let mostLeverage: String?

    public init?(_ json: JSON) {
        guard let symbol = json["symbol"]?.filled else { return nil }
        let lots = json["lotSizeFilter"]
        self.symbol = symbol
        isTrading = json["status"]?.text ?? "Trading" == "Trading"
        tick = json["priceFilter"]?["tickSize"]?.filled
        step = lots?["qtyStep"]?.filled
        leastQuantity = lots?["minOrderQty"]?.filled
        mostQuantity = lots?["maxMktOrderQty"]?.filled ?? lots?["maxOrderQty"]?.filled
        leastNotional = lots?["minNotionalValue"]?.filled
        mostLeverage = json["leverageFilter"]?["maxLeverage"]?.filled
    }
}

/// A trade as `recent-trade` tells it.
public struct RecentTrade: Equatable {
    /// Microseconds.
    public let ts: Int64
    public let id: String
    /// The taker's.
    public let side: Side
    public let price: String
    public let quantity: String
    /// Orders trades of one time.
    public let sequence: Int64
    public let isBlock: Bool

    public init?(_ json: JSON) {
        guard let ts = json["time"]?.milliseconds, let id = json["execId"]?.filled,
            let side = json["side"]?.text.flatMap({ Side(rawValue: $0.lowercased()) }),
            let price = json["price"]?.filled, let quantity = json["size"]?.filled
        else { return nil }
        self.ts = ts
        self.id = id
        self.side = side
        self.price = price
        self.quantity = quantity
        sequence = json["seq"]?.text.flatMap { Int64($0) } ?? 0
        isBlock = json["isBlockTrade"]?.bool ?? false
    }
}

/// A bar as `kline` tells it.
public struct Kline: Equatable {
    /// When it opens, microseconds.
    public let start: Int64
    public let open: String
    public let high: String
    public let low: String
    public let close: String
    /// In base currency.
    public let volume: String

    /// - Parameter json: `[start, open, high, low, close, volume, turnover]`.
    public init?(_ json: JSON) {
        guard let fields = json.elements, fields.count >= 6, let start = fields[0].milliseconds else { return nil }
        let figures = fields[1...5].compactMap(\.filled)
        guard figures.count == 5 else { return nil }
        self.start = start
        (open, high, low, close, volume) = (figures[0], figures[1], figures[2], figures[3], figures[4])
    }
}

extension JSON {
    /// The text of a figure or name; nil for `""`.
    var filled: String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// Milliseconds as microseconds.
    var milliseconds: Int64? {
        guard let value = text.flatMap({ Int64($0) }), (0..<(1 << 43)).contains(value) else { return nil }
        return value * 1000
    }
}

public import Records

/// A trade of the public stream.
public struct StreamTrade {
    /// Microseconds.
    public let ts: Int64
    public let id: UnsafeRawBufferPointer
    /// The taker's.
    public let side: Side
    public let price: Figure
    public let quantity: Figure
    /// Agreed outside of the book.
    public let isBlock: Bool
    /// As the trade says it; the topic says it too.
    public let symbol: Figure?
}

/// One change of the book, or the whole of it.
public struct StreamBook {
    public let update: Int64
    /// Arrays of `[price, size]`.
    public let bids: UnsafeRawBufferPointer
    public let asks: UnsafeRawBufferPointer
}

/// What a ticker says; a delta only what has changed.
public struct StreamTicker {
    public let mark: Figure?
    public let index: Figure?
    public let fundingRate: Figure?
    /// Microseconds.
    public let nextFunding: Int64?
}

/// A bar as the stream tells it.
public struct StreamBar {
    /// When it opens, microseconds.
    public let start: Int64
    /// In base currency.
    public let volume: Figure
    /// Of the last trade in it, microseconds; nil if it is not said.
    public let matchedTs: Int64?
    /// Whether it has ended.
    public let isFinal: Bool
}

/// Reads what a push holds. Unknown keys are ignored; nil is for what lacks a key that it is nothing without.
public struct StreamDataReader: ~Copyable {
    private var object = ObjectReader()

    public init() {}

    /// The time of the element that was read last, be the rest of it what it may.
    public var elementTs: Int64? { object["T"]?.figure?.milliseconds }

    /// - Parameter element: of the data of `publicTrade`.
    public mutating func trade(_ element: UnsafeRawBufferPointer) -> StreamTrade? {
        guard (try? object.read(element)) != nil, let ts = object["T"]?.figure?.milliseconds,
            let id = object["i"]?.figure, let side = object["S"]?.side, let price = object["p"]?.figure,
            let quantity = object["v"]?.figure
        else { return nil }
        return StreamTrade(
            ts: ts, id: id, side: side, price: price, quantity: quantity, isBlock: object["BT"]?.bool ?? false,
            symbol: object["s"]?.figure)
    }

    public mutating func book(_ data: UnsafeRawBufferPointer) -> StreamBook? {
        guard (try? object.read(data)) != nil, let update = object["u"]?.figure?.integer else { return nil }
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        return StreamBook(update: update, bids: object["b"]?.text ?? none, asks: object["a"]?.text ?? none)
    }

    /// - Parameter element: of the data of `kline`.
    public mutating func bar(_ element: UnsafeRawBufferPointer) -> StreamBar? {
        guard (try? object.read(element)) != nil, let start = object["start"]?.figure?.milliseconds,
            let volume = object["volume"]?.figure
        else { return nil }
        return StreamBar(
            start: start, volume: volume, matchedTs: object["timestamp"]?.figure?.milliseconds,
            isFinal: object["confirm"]?.bool ?? false)
    }

    public mutating func ticker(_ data: UnsafeRawBufferPointer) -> StreamTicker? {
        guard (try? object.read(data)) != nil else { return nil }
        return StreamTicker(
            mark: object["markPrice"]?.figure, index: object["indexPrice"]?.figure,
            fundingRate: object["fundingRate"]?.figure, nextFunding: object["nextFundingTime"]?.figure?.milliseconds)
    }
}

extension RecordValue {
    /// `Buy` or `Sell`; nil for a value that this version does not know.
    fileprivate var side: Side? { equals("Buy") ? .buy : equals("Sell") ? .sell : nil }
}

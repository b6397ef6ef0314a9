import Records
import Venue

/// The pushes' texts, keys in the exchange's order.
extension PublicMarket {
    /// As many trades as one push may hold.
    static let tradesPerPush = 1024
    /// Trades of one topic that may wait for a call of `takePushes`: the calls are as frequent as the records, so that
    /// only who has stopped taking pushes comes to it; and then the oldest go first.
    static let tradesWaiting = 64 * tradesPerPush

    /// A frame up to its topic.
    private func head(_ number: Int) -> FrameText {
        var text = FrameText()
        text.put("{\"topic\":\"")
        text.put(channels[number].topic)
        return text
    }

    private func name(_ number: Int) -> String { symbols[channels[number].symbol].name }

    // MARK: Order books

    func frame(_ book: PublicBook, of number: Int, _ type: StaticString) -> [UInt8] {
        let scales = symbols[channels[number].symbol].scales
        var text = head(number)
        text.put("\",\"type\":\"")
        text.put(type)
        text.put("\",\"ts\":")
        text.put(milliseconds(eventTime))
        text.put(",\"data\":{\"s\":\"")
        text.put(name(number))
        text.put("\",\"b\":[")
        text.put(book.bids, scales)
        text.put("],\"a\":[")
        text.put(book.asks, scales)
        text.put("],\"u\":")
        text.put(channels[number].update)
        text.put(",\"seq\":")
        text.put(book.seq)
        text.put("},\"cts\":")
        text.put(milliseconds(book.ts))
        text.put("}")
        return text.bytes
    }

    // MARK: Trades

    /// Adds the last trade to what is pushed next, if anybody follows the symbol's trades.
    mutating func writeTrade(_ symbol: Int) {
        for number in symbols[symbol].channels {
            guard case .trades = channels[number].kind else { continue }
            hasTrades = true
            if channels[number].tradeCount % Self.tradesPerPush == 0 {
                if channels[number].tradeCount == Self.tradesWaiting {
                    channels[number].trades.removeFirst()
                    channels[number].tradeCount -= Self.tradesPerPush
                }
                channels[number].trades.append(FrameText())
            }
            let index = channels[number].tradeCount % Self.tradesPerPush
            let parts = channels[number].trades.count
            Self.put(symbols[symbol], index, shift: shift, into: &channels[number].trades[parts - 1])
            channels[number].tradeCount += 1
        }
    }

    private static func put(_ symbol: borrowing ListedSymbol, _ index: Int, shift: Int64, into text: inout FrameText) {
        let (trade, identifier) = symbol.trades.trade(0)
        text.separate(index)
        text.put("{\"T\":")
        text.put((trade.ts + shift) / 1000)
        text.put(",\"s\":\"")
        text.put(symbol.name)
        text.put(trade.side == .buy ? "\",\"S\":\"Buy\",\"v\":" : "\",\"S\":\"Sell\",\"v\":")
        text.quote(trade.quantity.units, places: 8, atLeast: symbol.scales.quantity)
        text.put(",\"p\":")
        text.quote(trade.price.units, places: 8, atLeast: symbol.scales.price)
        text.put(",\"L\":\"")
        text.put(trade.direction.rawValue)
        text.put("\",\"i\":\"")
        text.put(identifier)
        text.put("\",\"BT\":false,\"RPI\":false,\"seq\":")
        text.put(trade.seq)
        text.put("}")
    }

    mutating func takeTrades(_ number: Int, into pushes: inout [(topic: String, text: [UInt8])]) {
        for part in channels[number].trades {
            var text = head(number)
            text.put("\",\"type\":\"snapshot\",\"ts\":")
            text.put(milliseconds(eventTime))
            text.put(",\"data\":[")
            text.put(part.bytes)
            text.put("]}")
            pushes.append((channels[number].topic, text.bytes))
        }
        channels[number].trades.removeAll(keepingCapacity: true)
        channels[number].tradeCount = 0
    }

    // MARK: The rest

    func frame(_ fields: TickerFields, of number: Int, _ type: StaticString) -> [UInt8] {
        var text = head(number)
        text.put("\",\"type\":\"")
        text.put(type)
        text.put("\",\"data\":{")
        for (index, field) in fields.values.enumerated() {
            text.separate(index)
            text.put("\"")
            text.put(field.key)
            text.put("\":\"")
            text.put(field.value)
            text.put("\"")
        }
        text.put("},\"cs\":")
        text.put(symbols[channels[number].symbol].seq)
        text.put(",\"ts\":")
        text.put(milliseconds(eventTime))
        text.put("}")
        return text.bytes
    }

    func frame(_ limits: PriceLimits, of number: Int) -> [UInt8] {
        let scales = symbols[channels[number].symbol].scales
        var text = head(number)
        text.put("\",\"data\":{\"symbol\":\"")
        text.put(name(number))
        text.put("\",\"buyLmt\":\"")
        text.put(scales.text(limits.buy))
        text.put("\",\"sellLmt\":\"")
        text.put(scales.text(limits.sell))
        text.put("\"},\"ts\":")
        text.put(milliseconds(eventTime))
        text.put("}")
        return text.bytes
    }

    func frame(_ kline: Candle, of number: Int, isFinal: Bool) -> [UInt8] {
        guard case .kline(let interval, let name) = channels[number].kind else { return [] }
        var text = head(number)
        text.put("\",\"data\":[{\"start\":")
        text.put(kline.start / 1000)
        text.put(",\"end\":")
        text.put(interval.end(of: kline.start) / 1000 - 1)
        text.put(",\"interval\":\"")
        text.put(name)
        text.put("\",\"open\":")
        text.quote(kline.open.units, places: 8)
        text.put(",\"close\":")
        text.quote(kline.close.units, places: 8)
        text.put(",\"high\":")
        text.quote(kline.high.units, places: 8)
        text.put(",\"low\":")
        text.quote(kline.low.units, places: 8)
        text.put(",\"volume\":\"")
        text.put(kline.volumeText)
        text.put("\",\"turnover\":\"")
        text.put(kline.turnoverText)
        text.put(isFinal ? "\",\"confirm\":true" : "\",\"confirm\":false")
        text.put(",\"timestamp\":")
        text.put(milliseconds(eventTime))
        text.put("}],\"ts\":")
        text.put(milliseconds(eventTime))
        text.put(",\"type\":\"snapshot\"}")
        return text.bytes
    }
}

extension FrameText {
    /// `["65000.50","0.100"]`, one for each level.
    fileprivate mutating func put(_ levels: [Level], _ scales: Scales) {
        for (index, level) in levels.enumerated() {
            separate(index)
            put("[")
            quote(level.price.units, places: 8, atLeast: scales.price)
            put(",")
            // What is gone is "0", without places.
            quote(level.quantity.units, places: 8, atLeast: level.quantity == .zero ? 0 : scales.quantity)
            put("]")
        }
    }
}

import Bybit
import Records
import Venue

/// The public half of the API: what anybody may see of the market. It is made from market records alone; orders of clients
/// do not show in it.
///
/// Times that go out are event time plus `shift`, which is 0 unless the market is moved to the present.
struct PublicMarket {
    /// Added to event time wherever the API states one, microseconds. Klines begin on the API's minutes: it is set before
    /// the first record.
    var shift: Int64 = 0

    let matching: Matching
    /// The built-in ones first, then in the order in which the stream names them.
    var symbols: [ListedSymbol] = []
    /// By the reader's symbol numbers.
    private var numbers: [Int] = []
    /// The event time that the market has come to.
    private(set) var eventTime: Int64 = 0
    /// The wall clock, as it was told last.
    var clock: Int64 = 0
    private var tradeCount: Int64 = 0

    /// Every topic that was ever followed; their number is bounded by the symbols'.
    var channels: [PublicChannel] = []
    var channelNumbers: [String: Int] = [:]
    /// The channels that are followed, in the order in which they were begun.
    var active: [Int] = []
    /// What was followed at the last call; nil if that must be compared anew.
    var followed: Set<String>?
    /// The earliest that a channel is due.
    var nextEvent = Int64.max
    var nextClock = Int64.max
    var hasTrades = false
    /// The `u` before the first of an order book that nobody has followed yet.
    var firstUpdate = PublicChannel.firstUpdate

    init(_ matching: Matching) {
        self.matching = matching
        symbols = ["BTCUSDT", "ETHUSDT"].map { ListedSymbol(name: $0, Instrument.builtIn(Array($0.utf8))) }
    }

    /// Takes the record that `input` has read last.
    mutating func receive(_ input: borrowing RecordReader, at now: Int64) {
        guard input.record.kind.isMarket, input.record.hasTime else { return }
        clock = max(clock, now)
        eventTime = max(eventTime, input.record.ts)
        guard input.record.symbol >= 0 else { return }
        if input.record.symbol >= numbers.count { meet(input) }
        let symbol = numbers[input.record.symbol]
        symbols[symbol].isSeen = true
        let hadQuotes = symbols[symbol].market.source == .quotes
        switch input.record.kind {
        case .quote: touch(symbol, symbols[symbol].take(quote: input.record))
        case .trade:
            tradeCount += 1
            guard symbols[symbol].take(trade: input.record, at: input.record.ts + shift, number: tradeCount) else {
                return
            }
            writeTrade(symbol)
            touch(symbol, hadQuotes ? .candle : [.candle, .book])
        case .bar:
            guard symbols[symbol].take(bar: input.record, shift: shift) else { return }
            touch(symbol, hadQuotes ? .candle : [.candle, .book])
            roll(symbol)
        case .mark: if symbols[symbol].take(mark: input.record) { touch(symbol, .mark) }
        case .funding:
            symbols[symbol].take(funding: input.record)
            touch(symbol, .funding)
        case .instrument:
            symbols[symbol].instrument = Instrument(input.record)
            touch(symbol, [.book, .mark])
        default: break
        }
    }

    /// Makes room for symbols that the reader has numbered since.
    private mutating func meet(_ input: borrowing RecordReader) {
        for number in numbers.count..<input.symbols.count {
            let name = input.symbols.text(number)
            if let known = symbols.firstIndex(where: { $0.name == name }) {
                numbers.append(known)
            } else {
                numbers.append(symbols.count)
                symbols.append(ListedSymbol(name: name, Instrument.builtIn(input.symbols.name(number))))
            }
        }
    }

    /// An event time as the API states it.
    func milliseconds(_ time: Int64) -> Int64 { (time + shift) / 1000 }

    /// The index of a symbol that is listed: its rules are known, and its name can stand in a topic.
    func listed(_ name: String) -> Int? {
        symbols.firstIndex { $0.name == name && $0.isListed }
    }

    @inline(__always)
    private mutating func touch(_ symbol: Int, _ change: MarketChange) {
        if change.isEmpty { return }
        for number in symbols[symbol].channels where channels[number].kind.shows(change) {
            channels[number].touch(at: clock)
            nextEvent = min(nextEvent, channels[number].dueEvent)
            nextClock = min(nextClock, channels[number].dueClock)
        }
    }

    /// Klines of bars become final with the bar, not with time.
    private mutating func roll(_ symbol: Int) {
        for number in symbols[symbol].channels {
            guard case .kline = channels[number].kind else { continue }
            channels[number].rollEvent = eventTime
            nextEvent = eventTime
        }
    }
}

extension ListedSymbol {
    var isListed: Bool { instrument != nil && Self.isPlain(name) }

    /// Whether the name can stand in a topic.
    static func isPlain(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
    }
}

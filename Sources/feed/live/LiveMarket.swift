import Bybit
import Records

/// The live market of Bybit as records: a pure function of the lines that came, their receive times included. A recording
/// of the lines gives the same records, today or next year.
///
/// `ts` is the exchange's time. What comes late is stamped with the time that the stream has come to: that is when it
/// could be acted on; so `ts` never decreases, and no line is held back to sort it in.
final class LiveMarket {
    /// Takes a record with its LF, its time, kind and symbol.
    typealias Deliver = (UnsafeRawBufferPointer, Int64, RecordKind, [UInt8]?) -> Void
    /// After so long without a record, a line that brings none is worth a `clock`.
    private static let silence: Int64 = 1_000_000
    /// What a person should hear of, at most so many until they are taken.
    private static let noticeLimit = 16

    private let deliver: Deliver
    /// The time that the stream has come to, microseconds.
    private(set) var time: Int64 = 0
    /// What a person should hear of.
    private(set) var notices: [String] = []
    private var settings = LiveSettings()
    private var table = SymbolTable()
    private var markets: [SymbolMarket] = []
    private var clock = ExchangeClock()
    private var isConnected = true
    private var hasOpened = false
    private var history: History?
    private var isLive = false
    private var nextFunding = Int64.max
    private var data = StreamDataReader()
    private var scratch = Output()
    private var hasWritten = false
    /// Whether trades turned out to be missing since this was asked last.
    private var isInDoubt = false

    init(deliver: @escaping Deliver) { self.deliver = deliver }

    /// Whether trades turned out to be missing, though no line says so; they are to be asked for.
    func takeDoubt() -> Bool {
        defer { isInDoubt = false }
        return isInDoubt
    }

    func takeNotices() -> [String] {
        defer { notices = [] }
        return notices
    }

    /// A line that cannot be read: whatever it was, it is missing.
    func miss() { breakOff() }

    func receive(_ line: FrameLine, received: Int64) {
        hasWritten = false
        switch line {
        case .frame(.push(let push)): receive(push, received)
        case .frame(.reply(let reply)):
            if !reply.isSuccess {
                let text = String(decoding: reply.text, as: UTF8.self)
                notice("the exchange refused '\(String(decoding: reply.operation, as: UTF8.self))': \(text)")
            }
        case .frame(.other): break
        case .event(let event): receive(event: event)
        case .answer(let answer): receive(answer: answer, received)
        }
        if !hasWritten, isUpToDate, let now = clock.time(at: received), time > 0, now >= time + Self.silence {
            write(.clock, at: now, nil)
        }
    }

    /// Whether nothing is missing of what came before this line.
    private var isUpToDate: Bool { isConnected && history == nil && !markets.contains { $0.isBroken } }

    private func notice(_ text: String) {
        if notices.count < Self.noticeLimit { notices.append(text) }
    }

    // MARK: Lines

    private func receive(_ push: StreamMessage.Push, _ received: Int64) {
        if let ts = push.ts { clock.observe(sent: ts, received: received) }
        guard push.topic != .other, let symbol = number(of: push.symbol) else { return }
        let ts = push.ts ?? clock.time(at: received) ?? time
        if markets[symbol].trades.first == nil { begin(symbol, at: ts) }
        switch push.topic {
        case .trades: receive(trades: push, symbol, ts)
        case .book(let depth): receive(book: push, depth, symbol, ts)
        case .ticker: receive(ticker: push, symbol, ts)
        case .bars(let minutes): if minutes == 1 { receive(bars: push, symbol) }
        case .other: break
        }
    }

    /// Trades are known from here on.
    private func begin(_ symbol: Int, at ts: Int64) {
        markets[symbol].trades.begin(at: ts)
        markets[symbol].check.begin(at: ts)
    }

    private func receive(event: JSON) {
        switch event["event"]?.text {
        case "start":
            settings = LiveSettings(event)
            breakOff()
        case "open":
            if hasOpened, isConnected { breakOff() }
            isConnected = true
            hasOpened = true
        case "closed", "failed":
            if isConnected { breakOff() }
            isConnected = false
        case "skipped": breakOff()
        case "overrun":
            breakOff()
            notice("lines came faster than they were taken: \(event["trades"]?.text ?? "?") trades were let go")
        default: break
        }
    }

    private func breakOff() {
        for symbol in markets.indices { markets[symbol].breakOff() }
    }

    /// The number of a symbol; nil if it is not wanted, or is one too many.
    private func number(of name: UnsafeRawBufferPointer) -> Int? {
        guard settings.wants(name), let symbol = try? table.number(ofForeign: name, at: 0) else { return nil }
        if symbol == markets.count { markets.append(SymbolMarket(name: table.name(symbol))) }
        return symbol
    }

    // MARK: Topics

    private func receive(trades push: StreamMessage.Push, _ symbol: Int, _ ts: Int64) {
        var unreadable = push.data.first == UInt8(ascii: "[") ? 0 : 1
        for element in Elements(push.data) {
            if let trade = data.trade(element), let price = try? Decimal(trade.price, "p", at: 0, isPositive: true),
                let quantity = try? Decimal(trade.quantity, "v", at: 0)
            {
                // What was agreed outside of the book was never offered in it.
                if trade.isBlock {
                    markets[symbol].check.add(at: trade.ts, quantity.tenBillionths ?? 0, isBlock: true)
                    continue
                }
                if markets[symbol].isBroken {
                    markets[symbol].isBroken = false
                    gap(symbol, from: markets[symbol].trades.latest, to: trade.ts, "messages are missing")
                }
                write(trade: Array(trade.id), price, quantity, trade.side, at: trade.ts, symbol)
            } else {
                unreadable += 1
            }
        }
        if unreadable > 0 {
            gap(symbol, from: markets[symbol].trades.latest, to: ts, "\(unreadable) trades that cannot be read")
        }
    }

    /// The exchange's own account of a minute is held against the trades that came.
    private func receive(bars push: StreamMessage.Push, _ symbol: Int) {
        for element in Elements(push.data) {
            guard let bar = data.bar(element), bar.isFinal, !markets[symbol].isBroken,
                let volume = (try? Decimal(bar.volume, "volume", at: 0))?.tenBillionths
            else { continue }
            // Nobody has answered since the last one.
            if let doubt = markets[symbol].check.doubt { miss(doubt, symbol) }
            if markets[symbol].check.close(bar.start, volume: volume) { isInDoubt = true }
        }
    }

    private func miss(_ doubt: Range<Int64>, _ symbol: Int) {
        markets[symbol].check.settle()
        gap(symbol, from: doubt.lowerBound, to: doubt.upperBound, Self.doubtReason)
    }

    private static let doubtReason = "the minute's volume is more than its trades"

    private func receive(book push: StreamMessage.Push, _ depth: Int, _ symbol: Int, _ ts: Int64) {
        guard let change = data.book(push.data) else { return }
        let matched = push.matchedTs ?? ts
        let place = markets[symbol].place(ofBook: depth)
        switch markets[symbol].books[place].book.apply(change, isSnapshot: push.isSnapshot, matched: matched) {
        case .quiet: break
        case .dropped(let reason):
            notice("\(table.text(symbol)): the book of \(depth) levels is void until its next snapshot: \(reason)")
        case .best(let bid, let ask, let isRepeated):
            // The book of another depth may have told more already.
            if let last = markets[symbol].quote {
                guard matched >= last.matched else { return }
                let isSame = !push.isSnapshot && last.bid == bid && last.ask == ask
                if isSame, matched - last.ts < SymbolMarket.quoteInterval { return }
            }
            // What is said again holds now; what is new came about when it was matched.
            let at = isRepeated ? ts : matched
            markets[symbol].quote = (bid, ask, matched, at)
            write(.quote, at: at, symbol) { out in
                out.field("bid", bytes: bid.priceText, asNumber: ())
                out.field("bid_qty", bytes: bid.quantity, asNumber: ())
                out.field("ask", bytes: ask.priceText, asNumber: ())
                out.field("ask_qty", bytes: ask.quantity, asNumber: ())
            }
        }
    }

    private func receive(ticker push: StreamMessage.Push, _ symbol: Int, _ ts: Int64) {
        guard let ticker = data.ticker(push.data), ts >= markets[symbol].tickerTs else { return }
        markets[symbol].tickerTs = ts
        // The rate that held until now is the one that applies to an instant that has passed.
        settleFunding(upTo: ts)
        markets[symbol].funding.update(
            at: max(ts, time), instant: ticker.nextFunding, rate: ticker.fundingRate.flatMap { Decimal.signed($0) })
        nextFunding = min(nextFunding, markets[symbol].funding.next)
        let mark = ticker.mark.flatMap { try? Decimal($0, "markPrice", at: 0, isPositive: true) }
        let index = ticker.index.flatMap { try? Decimal($0, "indexPrice", at: 0, isPositive: true) }
        if let mark { markets[symbol].mark = Array(mark.text) }
        if let index { markets[symbol].index = Array(index.text) }
        guard mark != nil || index != nil, let known = markets[symbol].mark else { return }
        let knownIndex = markets[symbol].index
        write(.mark, at: ts, symbol) { out in
            out.field("mark", bytes: known, asNumber: ())
            if let knownIndex { out.field("index", bytes: knownIndex, asNumber: ()) }
        }
    }

    // MARK: Answers

    private func receive(answer: JSON, _ received: Int64) {
        var history = history ?? History()
        // Where the lines come late, REST knows more than they have told yet: they will.
        let isLast = history.take(answer, upTo: clock.latest(at: received) ?? .max)
        if let cause = answer["error"]?.text {
            notice("unable to get \(answer["get"]?.text ?? "?"): \(cause)")
        }
        self.history = isLast ? nil : history
        if isLast { settle(history, now: max(clock.time(at: received) ?? history.ts, time)) }
    }

    /// Writes what the answers say, all symbols together in the order of time.
    private func settle(_ history: History, now: Int64) {
        var rows: [(symbol: Int, row: History.Row)] = []
        for name in history.symbols {
            guard let symbol = number(ofText: name) else { continue }
            let market = markets[symbol]
            let found =
                market.trades.first == nil
                ? history.beginning(of: name, now: now)
                : history.missing(
                    of: name, after: market.trades, isBroken: market.isBroken,
                    isInDoubt: market.check.doubt != nil, now: now)
            if let answered = history.trades[name] {
                markets[symbol].isBroken = false
                if let doubt = market.check.doubt {
                    markets[symbol].check.settle()
                    let known = min(answered?.first?.ts ?? doubt.upperBound, doubt.upperBound)
                    if known > doubt.lowerBound {
                        rows.append((symbol, .gap(from: doubt.lowerBound, to: known, reason: Self.doubtReason)))
                    }
                }
            }
            rows += found.map { (symbol, $0) }
        }
        rows = rows.enumerated().sorted { ($0.element.row.ts, $0.offset) < ($1.element.row.ts, $1.offset) }
            .map(\.element)
        let first = rows.first?.row.ts ?? now
        for instrument in history.instruments { write(instrument, at: first) }
        let isBeginning = !isLive && !(history.instruments.isEmpty && history.bars.isEmpty)
        if isBeginning, !rows.isEmpty { write(.phase, at: first, nil) { $0.field("phase", "warmup") } }
        for (symbol, row) in rows { write(row, symbol) }
        if isBeginning { write(.phase, at: time, nil) { $0.field("phase", "live") } }
        isLive = isLive || isBeginning
    }

    private func number(ofText name: String) -> Int? {
        Array(name.utf8).withUnsafeBytes { number(of: $0) }
    }

    private func write(_ row: History.Row, _ symbol: Int) {
        switch row {
        case .gap(let from, let to, let reason): gap(symbol, from: from, to: to, reason)
        case .trade(let trade):
            withFigures([trade.price, trade.quantity]) { figures in
                guard let price = try? Decimal(figures[0], "price", at: 0, isPositive: true),
                    let quantity = try? Decimal(figures[1], "size", at: 0)
                else { return }
                write(trade: Array(trade.id.utf8), price, quantity, trade.side, at: trade.ts, symbol)
            }
        case .bar(let bar):
            withFigures([bar.open, bar.high, bar.low, bar.close, bar.volume]) { figures in
                let numbers = figures.enumerated().compactMap {
                    try? Decimal($0.element, "bar", at: 0, isPositive: $0.offset < 4)
                }
                guard numbers.count == 5 else { return }
                write(.bar, at: row.ts, symbol) { out in
                    out.field("span", History.minute / 1_000_000)
                    out.field("open", text: numbers[0].text)
                    out.field("high", text: numbers[1].text)
                    out.field("low", text: numbers[2].text)
                    out.field("close", text: numbers[3].text)
                    out.field("volume", text: numbers[4].text)
                }
            }
        }
    }

    private func write(_ instrument: InstrumentInfo, at ts: Int64) {
        let texts = [
            instrument.tick, instrument.step, instrument.leastQuantity, instrument.mostQuantity,
            instrument.leastNotional ?? "0", instrument.mostLeverage,
        ]
        guard let symbol = number(ofText: instrument.symbol) else { return }
        let known = texts.compactMap { $0 }
        guard known.count == texts.count else {
            return notice("\(instrument.symbol): the exchange does not say what an order may be")
        }
        withFigures(known + [settings.makerFee, settings.takerFee]) { figures in
            let numbers = figures.compactMap { Decimal.signed($0) }
            guard numbers.count == figures.count else { return }
            write(.instrument, at: ts, symbol) { out in
                out.field("tick", bytes: numbers[0], asNumber: ())
                out.field("step", bytes: numbers[1], asNumber: ())
                out.field("min_qty", bytes: numbers[2], asNumber: ())
                out.field("max_qty", bytes: numbers[3], asNumber: ())
                out.field("min_notional", bytes: numbers[4], asNumber: ())
                out.field("max_leverage", bytes: numbers[5], asNumber: ())
                out.field("maker_fee", bytes: numbers[6], asNumber: ())
                out.field("taker_fee", bytes: numbers[7], asNumber: ())
            }
        }
    }

    // MARK: Records

    private func write(
        trade id: [UInt8], _ price: Decimal, _ quantity: Decimal, _ side: Side, at ts: Int64, _ symbol: Int
    ) {
        if markets[symbol].trades.mayHaveForgotten(ts), !markets[symbol].trades.contains(id) {
            return gap(symbol, from: ts, to: ts, "a trade too late to tell whether it was written")
        }
        guard markets[symbol].trades.insert(id, ts: ts) else { return }
        markets[symbol].check.add(at: ts, quantity.tenBillionths ?? 0, isBlock: false)
        write(.trade, at: ts, symbol) { out in
            out.field("px", text: price.text)
            out.field("qty", text: quantity.text)
            out.field("side", side == .buy ? "buy" : "sell")
            out.field("id", bytes: id)
        }
    }

    private func gap(_ symbol: Int, from: Int64, to: Int64, _ reason: String) {
        write(.gap, at: to, symbol) { out in
            out.field("from", min(from, to))
            out.field("to", to)
            out.field("reason", reason)
        }
        markets[symbol].trades.reach(to)
        markets[symbol].check.begin(at: to)
    }

    private func write(_ kind: RecordKind, at ts: Int64, _ symbol: Int?, _ fields: (inout Output) -> Void = { _ in }) {
        if ts >= nextFunding { settleFunding(upTo: ts) }
        time = max(time, ts)
        put(kind, symbol, fields)
    }

    /// Writes the funding of every symbol whose instant has passed, in the order of time.
    private func settleFunding(upTo ts: Int64) {
        while let symbol = markets.indices.min(by: { markets[$0].funding.next < markets[$1].funding.next }) {
            nextFunding = markets[symbol].funding.next
            guard let (instant, rate) = markets[symbol].funding.take(upTo: ts) else {
                if nextFunding > ts { return }
                continue
            }
            time = max(time, instant)
            put(.funding, symbol) { $0.field("rate", bytes: rate, asNumber: ()) }
        }
    }

    private func put(_ kind: RecordKind, _ symbol: Int?, _ fields: (inout Output) -> Void) {
        let name = symbol.map { markets[$0].name }
        if let name { scratch.begin(kind, ts: time, symbol: name) } else { scratch.begin(kind, ts: time) }
        fields(&scratch)
        scratch.end()
        hasWritten = true
        scratch.drain { deliver($0, time, kind, name) }
    }
}

extension Output {
    /// A number whose text is kept.
    fileprivate mutating func field(_ key: StaticString, bytes: [UInt8], asNumber: Void) {
        bytes.withUnsafeBytes { field(key, text: $0) }
    }
}

/// Lends texts as figures.
private func withFigures(_ texts: [String], _ body: ([Figure]) -> Void) {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for text in texts {
        bytes += Array(text.utf8)
        ends.append(bytes.count)
    }
    bytes.withUnsafeBytes { all in
        body(ends.indices.map { Figure(rebasing: all[($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0]]) })
    }
}

extension Decimal {
    /// A number of either sign in its shortest text; nil for what is none.
    static func signed(_ text: Figure) -> [UInt8]? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative ? UnsafeRawBufferPointer(rebasing: text.dropFirst()) : text
        guard let number = try? Decimal(digits, "number", at: 0) else { return nil }
        let isZero = number.text.elementsEqual("0".utf8)
        return (isNegative && !isZero ? [UInt8(ascii: "-")] : []) + Array(number.text)
    }
}

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
    var settings = LiveSettings()
    var table = SymbolTable()
    var markets: [SymbolMarket] = []
    var clock = ExchangeClock()
    private var isConnected = true
    private var hasOpened = false
    var history: History?
    var isLive = false
    var nextFunding = Int64.max
    /// When trades are to be asked for again.
    var nextQuestion = Int64.max
    var data = StreamDataReader()
    private var scratch = Output()
    private var hasWritten = false
    /// When the last line was received.
    private var received: Int64 = 0
    /// Symbols of which trades turned out to be missing since this was asked last.
    private var inDoubt: Set<Int> = []

    init(deliver: @escaping Deliver) { self.deliver = deliver }

    /// Symbols of which trades turned out to be missing, though no line says so; they are to be asked for.
    func takeDoubt() -> [String] {
        defer { inDoubt = [] }
        return inDoubt.isEmpty ? [] : inDoubt.sorted().map { table.text($0) }
    }

    func doubt(_ symbol: Int) { inDoubt.insert(symbol) }

    func takeNotices() -> [String] {
        defer { notices = [] }
        return notices
    }

    /// A line that cannot be read: whatever it was, it is missing.
    func miss() { lose() }

    func receive(_ line: FrameLine, received: Int64) {
        hasWritten = false
        self.received = received
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
    private var isUpToDate: Bool {
        isConnected && history == nil && !markets.contains { $0.check.isBroken && $0.check.awaitedSince != nil }
    }

    func notice(_ text: String) {
        if notices.count < Self.noticeLimit { notices.append(text) }
    }

    // MARK: Lines

    private func receive(_ push: StreamMessage.Push, _ received: Int64) {
        if let ts = push.ts { clock.observe(sent: ts, received: received) }
        guard push.topic != .other, let symbol = number(of: push.symbol) else { return }
        let ts = push.ts ?? clock.time(at: received) ?? time
        if push.topic != .trades, markets[symbol].trades.first == nil { markets[symbol].begin(at: ts) }
        switch push.topic {
        case .trades: receive(trades: push, symbol, ts)
        case .book(let depth): receive(book: push, depth, symbol, ts)
        case .ticker: receive(ticker: push, symbol, ts)
        case .bars(let minutes): if minutes == 1 { receive(bars: push, symbol, ts) }
        case .other: break
        }
        markets[symbol].check.resume(at: ts)
        if ts >= nextQuestion { askAgain(at: ts) }
    }

    private func askAgain(at ts: Int64) {
        for symbol in markets.indices where markets[symbol].check.ask(at: ts) { doubt(symbol) }
        nextQuestion = markets.compactMap(\.check.dueAt).min() ?? .max
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
        case "skipped": lose()
        case "overrun":
            lose()
            notice("lines came faster than they were taken: \(event["trades"]?.text ?? "?") trades were let go")
        default: break
        }
    }

    private func breakOff() {
        for symbol in markets.indices { markets[symbol].breakOff() }
    }

    /// Lines are missing that had come.
    private func lose() {
        breakOff()
        for symbol in markets.indices { markets[symbol].check.lose(at: clock.latest(at: received) ?? time) }
    }

    /// The number of a symbol; nil if it is not wanted, or is one too many.
    func number(of name: UnsafeRawBufferPointer) -> Int? {
        guard settings.wants(name), let symbol = try? table.number(ofForeign: name, at: 0) else { return nil }
        if symbol == markets.count { markets.append(SymbolMarket(name: table.name(symbol))) }
        return symbol
    }

    // MARK: Records

    func write(
        trade id: [UInt8], _ price: Decimal, _ quantity: Decimal, _ side: Side, at ts: Int64, _ symbol: Int
    ) {
        if markets[symbol].trades.mayHaveForgotten(ts), !markets[symbol].trades.contains(id) {
            return gap(symbol, from: ts, to: ts, "a trade too late to tell whether it was written")
        }
        guard markets[symbol].trades.insert(id, ts: ts) else { return }
        markets[symbol].check.add(at: ts, quantity.tenBillionths(of: Int128.self) ?? 0)
        write(.trade, at: ts, symbol) { out in
            out.field("px", text: price.text)
            out.field("qty", text: quantity.text)
            out.field("side", side == .buy ? "buy" : "sell")
            out.field("id", bytes: id)
        }
    }

    /// - Parameter range: to the millisecond behind the last one.
    func gap(_ symbol: Int, _ range: Range<Int64>, _ reason: String) {
        gap(symbol, from: range.lowerBound, to: range.lastTick, reason)
    }

    func gap(_ symbol: Int, from: Int64, to: Int64, _ reason: String) {
        write(.gap, at: to, symbol) { out in
            out.field("from", min(from, to))
            out.field("to", to)
            out.field("reason", reason)
        }
        markets[symbol].trades.reach(to)
        markets[symbol].tell(min(from, to)...to)
    }

    func write(_ kind: RecordKind, at ts: Int64, _ symbol: Int?, _ fields: (inout Output) -> Void = { _ in }) {
        if ts >= nextFunding { settleFunding(upTo: ts) }
        time = max(time, ts)
        put(kind, symbol, fields)
    }

    /// Writes the funding of every symbol whose instant has passed, in the order of time.
    func settleFunding(upTo ts: Int64) {
        while let symbol = markets.indices.min(by: { markets[$0].funding.next < markets[$1].funding.next }) {
            nextFunding = markets[symbol].funding.next
            guard let (instant, rate) = markets[symbol].funding.take(upTo: ts) else {
                if nextFunding > ts { return }
                continue
            }
            time = max(time, instant)
            put(.funding, symbol) { $0.field("rate", exact: rate) }
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

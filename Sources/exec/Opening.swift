public import Bybit
public import Records
public import Venue

/// What the exchange says before anything is done: of the symbols, the account, and what happened since the last run.
public struct Opening {
    public struct Symbol {
        public let info: InstrumentInfo
        public let makerFee: String
        public let takerFee: String

        public init(info: InstrumentInfo, makerFee: String, takerFee: String) {
            self.info = info
            self.makerFee = makerFee
            self.takerFee = takerFee
        }
    }

    /// Whose account it is.
    public var account = ""
    public var symbols: [Symbol] = []
    public var positions: [PositionRow] = []
    /// Orders that rest or wait.
    public var orders: [OrderRow] = []
    public var wallet: WalletRow?
    /// Of symbols in which something was open.
    public var executions: [Answer] = []
    /// What the exchange's clock is ahead, microseconds.
    public var clockOffset: Int64 = 0

    /// What the key is held to each hour; nil where the exchange does not tell what it may do.
    public var keyScope: KeyScope?

    public init() {}
}

/// Why a start is refused.
public enum Unstartable: Error, Equatable {
    case unreadableInstrument(String)
    /// A later version's, or none.
    case unreadableEntry(line: Int)
    /// Something is open in it, or may be, and it is not among those that are traded.
    case missingSymbol(String)

    public var cause: String {
        switch self {
        case .unreadableInstrument: "the exchange does not say what an order may be"
        case .unreadableEntry(let line): "entry \(line) of the journal is not known to this version"
        case .missingSymbol(let symbol): "something is open in \(symbol), or may be, and --symbols does not name it"
        }
    }
}

extension Executor {
    /// Begins where the journal ends: every start is a recovery.
    /// - Parameters:
    ///   - entries: the journal's.
    ///   - now: the wall clock, microseconds.
    public init(
        _ options: ExecOptions, isLive: Bool, entries: [JSON], _ opening: Opening, at now: Int64, into out: inout Output
    ) throws(Unstartable) {
        settings = Settings(options, isLive: isLive)
        memory = Memory()
        // Twice as long as an intent may be old: it may be as far in the future.
        ids = RecentNames(span: 2 * max(Int64(settings.maxAge), 600_000_000))
        desks = []
        for symbol in opening.symbols {
            guard let instrument = Instrument(symbol) else { throw .unreadableInstrument(symbol.info.symbol) }
            desks.append(Desk(name: symbol.info.symbol, instrument: instrument, knownUpTo: now))
        }
        clockOffset = opening.clockOffset
        timeAskAt = now + 60_000_000
        keyScope = opening.keyScope
        keyAskAt = keyScope == nil ? .max : now + Self.keyInterval
        if let objection = Self.objection(to: entries, symbols: desks.map(\.name)) { throw objection }
        for var entry in entries.lazy.compactMap(Entry.init) {
            if case .send(var sending) = entry {
                // The clock of that run may have been ahead.
                sending.ts = min(sending.ts, now)
                entry = .send(sending)
            }
            memory.take(entry)
        }
        note(.run(account: opening.account, ts: now))
        resume(opening, at: now, into: &out)
    }

    private mutating func resume(_ opening: Opening, at now: Int64, into out: inout Output) {
        let isHolding = desks.contains { memory.holding($0.name) != nil }
        if !memory.open.isEmpty || isHolding { setEventTime(now) }
        for link in memory.open {
            guard let sending = memory.sent[link] else { continue }
            var ticket = Ticket(sending: sending, askAt: now)
            ticket.state = .unknown
            ticket.booked = memory.booked[link] ?? .zero
            ticket.stated = ticket.booked
            tickets.append(ticket)
            if let index = desk(sending.symbol) { standBy(sending, index, at: now) }
            say("order \(link) of an earlier run: the exchange is asked what became of it")
        }
        for answer in opening.executions { book(answer, at: now, into: &out) }
        if let wallet = opening.wallet { take(wallet, at: now, into: &out) }
        // If what is held stays another than the journal says, it was not made by us alone (`compare`).
        for row in opening.positions { take(row, at: now, into: &out) }
        for row in opening.orders where memory.sent[row.link] == nil && row.mayOpen {
            guard let index = desk(row.symbol) else { continue }
            let order = "\(row.side?.rawValue ?? "?") \(row.quantity ?? "?") (\(row.id.cut(to: 64)))"
            shut(index, "an order of others waits in it: \(order)")
        }
        // A few seconds more, as an answer may be behind.
        for index in desks.indices where desks[index].differsSince == nil && !hasTicket(desks[index].name) {
            desks[index].startedAt = now + clockOffset - 5_000_000
        }
        for name in memory.closings.sorted() where settings.isLive && (memory.holding(name) != nil || hasTicket(name)) {
            guard let index = desk(name) else { continue }
            say("\(name): what is held is closed: an earlier run had begun to")
            resolve(index, at: now)
        }
        for halt in memory.halts { say("nothing is opened: \(halt.reason); see docs/exec.md for how to go on") }
    }
}

extension PositionRow {
    /// With which leverage something is held, if it is not this one.
    public func leverage(otherThan wanted: Rate) -> Rate? {
        guard side != nil, let held = leverage.flatMap({ Rate(text: $0) }), held != wanted else { return nil }
        return held
    }
}

extension Instrument {
    init?(_ symbol: Opening.Symbol) {
        let info = symbol.info
        guard let tick = info.tick.flatMap({ Price(text: $0) }), let step = info.step.flatMap({ Quantity(text: $0) }),
            let least = info.leastQuantity.flatMap({ Quantity(text: $0) }),
            let most = info.mostQuantity.flatMap({ Quantity(text: $0) }),
            let notional = Money(text: info.leastNotional ?? "0"),
            let leverage = info.mostLeverage.flatMap({ Rate(text: $0) }),
            let maker = Rate(text: symbol.makerFee), let taker = Rate(text: symbol.takerFee)
        else { return nil }
        self.init(
            tick: tick, step: step, minQuantity: least, maxQuantity: most, minNotional: notional, maxLeverage: leverage,
            makerFee: maker, takerFee: taker)
    }
}

extension Executor {
    /// Whose orders the journal is of; nil before the first start.
    public static func account(_ entries: [JSON]) -> String? {
        for case .run(let account, _)? in entries.lazy.map(Entry.init) { return account }
        return nil
    }

    /// Why nothing is opened until a person says so.
    public static func halts(_ entries: [JSON]) -> [String] {
        var memory = Memory()
        for entry in entries.lazy.compactMap(Entry.init) { memory.take(entry) }
        return memory.halts.map(\.reason)
    }

    /// Why a journal cannot be gone on with; nil where it can.
    /// - Parameter symbols: those that are to be traded.
    public static func objection(to entries: [JSON], symbols: [String]) -> Unstartable? {
        if let place = entries.firstIndex(where: { Entry($0) == nil }) { return .unreadableEntry(line: place + 1) }
        return unsettled(entries).keys.filter { !symbols.contains($0) }.min().map { .missingSymbol($0) }
    }

    /// The symbols in which the journal has something open, and since when executions are to be asked for at a start: a
    /// minute before that was sent, microseconds of the exchange's clock.
    public static func unsettled(_ entries: [JSON]) -> [String: Int64] {
        var since: [String: Int64] = [:]
        var open: [String: Sending] = [:]
        var held: [String: Int128] = [:]
        for case let entry? in entries.lazy.map(Entry.init) {
            switch entry {
            case .send(let sending): open[sending.link] = sending
            case .end(let link, _): open[link] = nil
            case .fill(let booking):
                let units = Int128(booking.level.quantity.units)
                let now = held[booking.symbol, default: 0] + (booking.side == .buy ? units : -units)
                held[booking.symbol] = now
                since[booking.symbol] =
                    now == 0 ? nil : since[booking.symbol] ?? open[booking.link]?.stamp ?? booking.executed
            case .gone(let symbol, _): (held[symbol], since[symbol]) = (nil, nil)
            default: break
            }
        }
        let first = open.values.reduce(into: since) { $0[$1.symbol] = min($0[$1.symbol] ?? .max, $1.stamp) }
        return first.mapValues { $0 - 60_000_000 }
    }
}

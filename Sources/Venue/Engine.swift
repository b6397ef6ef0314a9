public import Records

/// What is on its way to the book.
struct Instruction: Sendable {
    enum Action: Sendable {
        case arrive
        case cancel
        case amend(Amendment)
    }

    let number: Int
    /// Event time from which a record carries it out.
    let due: Int64
    let action: Action
    /// The instant of another clock at which it is carried out all the same.
    var patience: Int64?
}

/// What happens, in its order.
public enum Event: Sendable {
    /// An order was taken in; it is on its way to the book, or waits for its trigger.
    case accepted(Order)
    case fill(Fill)
    /// An order has become what it says.
    case order(Order)
    /// A position has changed; flat when it was closed.
    case position(account: Int, symbol: Int, Position)
    /// Funding was exchanged.
    case funding(account: Int, symbol: Int, Position, rate: Rate, mark: Price, received: Money)
    /// The money of an account has changed, to this.
    case account(Int, Statement)

    /// Whose it is.
    public var account: Int {
        switch self {
        case .accepted(let order), .order(let order): order.account
        case .fill(let fill): fill.order.account
        case .position(let account, _, _), .funding(let account, _, _, _, _, _), .account(let account, _): account
        }
    }
}

/// The money of an account at one instant.
public struct Statement: Equatable, Sendable {
    public let equity: Money
    public let available: Money
    public let realised: Money
    public let fees: Money
    public let funding: Money

    public init(equity: Money, available: Money, realised: Money, fees: Money, funding: Money) {
        self.equity = equity
        self.available = available
        self.realised = realised
        self.fees = fees
        self.funding = funding
    }
}

/// A matching engine for perpetuals, one-way positions: orders and market records in, events out. It knows no clock: time
/// is that of the records.
///
/// Orders meet the market as it was recorded, and do not move it. An order reaches the book with the first price record
/// stamped at or after its acceptance + `latency`. A taker gets what `Matching` says; a resting order what `Queue` says.
/// Its parts: `Placement` takes orders in, `Arrival` brings them to the book, `Resting` fills what waits there,
/// `Triggers` fires levels and takes positions over, `Settlement` books fills, `Protections` follows positions, `Bars` does
/// what it can where nothing finer is known.
public struct Engine: Sendable {
    public let matching: Matching
    public let latency: Latency
    /// Overrides the instruments'.
    private let takerFee: Rate?
    private let maintenance: Rate
    /// Into how many fills each level is cut, at most.
    public var fillParts = 1
    public internal(set) var listings: [Listing] = []
    public internal(set) var traders: [Trader]
    /// The event time that has been reached.
    public private(set) var now: Int64 = 0
    /// Where the bar began at whose open orders are carried out; nil on finer data.
    var barStart: Int64?
    /// Counts records that may move something.
    var tick = 0
    private var lastNumber = 0
    @usableFromInline
    var events: [Event] = []

    /// - Parameter leverage: of all accounts in all symbols, until somebody sets another.
    public init(
        matching: Matching, latency: Latency, takerFee: Rate?, maintenance: Rate, accounts: Int, equity: Money,
        leverage: Rate = Trader.standardLeverage
    ) {
        self.matching = matching
        self.latency = latency
        self.takerFee = takerFee
        self.maintenance = maintenance
        traders = (0..<accounts).map { _ in Trader(equity: equity, leverage: leverage) }
    }

    /// Whether anything has happened since `takeEvents` was called last.
    @inlinable
    public var hasEvents: Bool { !events.isEmpty }

    /// What has happened since the last call.
    public mutating func takeEvents() -> [Event] {
        guard !events.isEmpty else { return [] }
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// Makes an order; it is in no book yet.
    mutating func make(
        _ terms: OrderTerms, link: String = "", by account: Int, origin: Order.Origin = .client, parent: Order? = nil
    ) -> Order {
        lastNumber += 1
        return Order(
            number: lastNumber, account: account, link: link, terms: terms, origin: origin, parent: parent?.link ?? "",
            parentNumber: parent?.number, created: now, updated: now,
            status: terms.trigger == nil ? .new : .untriggered, lastPrice: listings[terms.symbol].market.last)
    }

    // MARK: Market records

    /// Takes the record that `input` has read last. (Within, the reader goes from hand to hand: a record that is passed on
    /// is copied whole.)
    /// - Returns: why it is not acted on, if it is not.
    public mutating func receive(_ input: borrowing RecordReader) -> Unusable? {
        guard input.record.hasTime, input.record.kind.isMarket else { return nil }
        note(input)
        switch input.record.kind {
        case .quote: quote(input)
        case .trade: trade(input)
        case .bar: bar(input)
        case .mark: mark(input)
        case .funding: return fund(input) ? nil : .funding
        case .instrument: return restate(input) ? nil : .instrument
        default: break
        }
        return nil
    }

    private mutating func restate(_ input: borrowing RecordReader) -> Bool {
        listings[input.record.symbol].instrument = Instrument(input.record).map(adapted)
        return listings[input.record.symbol].instrument != nil
    }

    /// Takes from a record with a time no more than that, and the names of symbols that it is the first to show.
    @inline(__always)
    public mutating func note(_ input: borrowing RecordReader) {
        now = max(now, input.record.ts)
        if input.record.symbol >= listings.count { list(input) }
    }

    private mutating func list(_ input: borrowing RecordReader) {
        while listings.count < input.symbols.count {
            let name = input.symbols.name(listings.count)
            listings.append(Listing(name: name, instrument: Instrument.builtIn(name).map(adapted)))
        }
    }

    /// Sets the rules of a symbol.
    /// - Returns: them, with what is overridden.
    public mutating func state(_ instrument: Instrument, of symbol: Int) -> Instrument {
        let adapted = adapted(instrument)
        listings[symbol].instrument = adapted
        return adapted
    }

    private func adapted(_ instrument: Instrument) -> Instrument {
        var adapted = instrument
        adapted.takerFee = takerFee ?? instrument.takerFee
        adapted.maintenanceMargin = maintenance
        return adapted
    }

    @inline(__always)
    private mutating func quote(_ input: borrowing RecordReader) {
        let symbol = input.record.symbol
        guard listings[symbol].take(input, { $0.take(quote: $1.record) }) else { return }
        tick += 1
        let market = listings[symbol].market
        watch(
            symbol,
            Glance(
                price: market.reference, isLast: !market.hasTrades, isMark: !market.hasTrades && !market.hasMark,
                isIndex: !market.hasTrades && !market.hasMark, liquidates: !market.hasMark))
        carryOut(symbol, until: input.record.ts, seen: market.reference)
        fillResting(symbol, Queue.Evidence(quote: market))
    }

    private mutating func trade(_ input: borrowing RecordReader) {
        let symbol = input.record.symbol
        guard listings[symbol].take(input, { $0.take(trade: $1.record) }) else { return }
        tick += 1
        let market = listings[symbol].market
        let isFinest = market.source == .trades
        watch(
            symbol,
            Glance(
                price: market.last, isLast: true, isMark: !market.hasMark, isIndex: !market.hasMark,
                liquidates: isFinest && !market.hasMark))
        if isFinest { carryOut(symbol, until: input.record.ts, seen: market.last) }
        fillResting(symbol, Queue.Evidence(trade: input.record))
    }

    private mutating func mark(_ input: borrowing RecordReader) {
        let symbol = input.record.symbol
        guard listings[symbol].take(input, { $0.take(mark: $1.record) }) else { return }
        tick += 1
        let market = listings[symbol].market
        watch(symbol, Glance(price: market.mark, isMark: true, liquidates: true))
        watch(symbol, Glance(price: market.index, isIndex: true))
    }

    /// No record will come any more: what is open ends.
    public mutating func finish() {
        for symbol in listings.indices {
            for order in listings[symbol].orders { end(order.number, symbol, .endOfMarket) }
            listings[symbol].instructions = []
        }
    }

    // MARK: Views

    /// The leverage at which an account trades a symbol: as set, and at most what the rules allow.
    public func leverage(_ account: Int, _ symbol: Int) -> Rate {
        let set = traders[account].leverage(symbol)
        return listings[symbol].rules.map { min(set, $0.maxLeverage) } ?? set
    }

    /// What a position is valued at.
    public func valuation(_ symbol: Int) -> Price { listings[symbol].market.valuation }

    public func equity(_ account: Int) -> Money { traders[account].account.equity(valuation) }

    public func statement(_ account: Int) -> Statement {
        let money = traders[account].account
        return Statement(
            equity: equity(account), available: available(account), realised: money.realised, fees: money.fees,
            funding: money.funding)
    }

    /// What an account may use for a new order: at least 0.
    public func available(_ account: Int) -> Money { max(.zero, free(account)) }

    /// What is left when everything open has what it needs; below 0 where it has not.
    func free(_ account: Int) -> Money {
        let money = traders[account].account
        return traders[account].isCross ? equity(account) - margins(account).initial - money.reserved : money.free
    }

    /// What the positions of an account need to be held, and to be kept.
    public func margins(_ account: Int) -> (initial: Money, maintenance: Money) {
        var sums = (initial: Money.zero, maintenance: Money.zero)
        for (symbol, position) in traders[account].account.positions.enumerated() {
            guard let position, let instrument = listings[symbol].rules else { continue }
            sums.initial += Margin.initial(position, instrument)
            sums.maintenance += Margin.maintenance(position, instrument)
        }
        return sums
    }

    /// An open order.
    public func order(_ number: Int, _ symbol: Int) -> Order? {
        listings[symbol].index(of: number).map { listings[symbol].orders[$0] }
    }
}

import Bybit
public import Records
import Venue

/// A local Bybit v5 for linear perpetuals, without its sockets: what comes in is market records, requests, frames and the
/// time; what goes out is answers, messages and the ledger. It touches no clock and no network, and one thread uses it.
///
/// Two times: `now` is the wall clock in microseconds, which signatures and delays are held against; event time is that of
/// the market's records, which everything that happens on the market is stamped with.
///
/// Its parts: `Routes` is the list of what the API has, `Admission` lets requests in, `market/` is what anybody may see,
/// `account/` what an account does and has, `streams/` who listens, `Ledger` the records of what really happened.
public final class Exchange {
    /// Added to the wall clock wherever the exchange reads it (fault: a clock that is off), microseconds.
    public var clockOffset: Int64 = 0
    /// Into how many executions each match is cut, at most (fault: fills in n parts).
    public var fillParts: Int {
        get { engine.fillParts }
        set { engine.fillParts = max(1, newValue) }
    }

    let options: ExchangeOptions
    let credentials: [Credential]
    var engine: Engine
    var market: PublicMarket
    var desks: [Desk]
    var admission: Admission
    var streams: Streams
    /// Counts whatever happens on the market; Bybit's `seq`.
    var sequence: Int64 = 0
    var executions: Int = 0
    private var waiting: [Waiting] = []
    private var hasStarted = false

    /// Instructions that meet the book as it stands if the market stays silent until `at`.
    private struct Waiting {
        let at: Int64
        let symbol: Int
    }

    public init(_ options: ExchangeOptions, credentials: [Credential]) {
        self.options = options
        self.credentials = credentials
        engine = Engine(
            matching: options.matching, latency: Latency(microseconds: Int64((options.latency * 1e6).rounded())),
            takerFee: options.takerFee.flatMap { Rate(nearest: $0) },
            maintenance: Rate(nearest: options.maintenanceMargin) ?? .zero, accounts: credentials.count,
            equity: Money(nearest: options.equity) ?? .zero)
        market = PublicMarket(options.matching)
        desks = credentials.map { _ in Desk() }
        admission = Admission(credentials)
        streams = Streams(options)
    }

    /// The event time that the market has come to, microseconds; 0 before its first record.
    public var eventTime: Int64 { engine.now }

    /// Takes the record that `input` has read last: the market moves, and orders with it.
    public func receive(_ input: borrowing RecordReader, at now: Int64, into ledger: inout Output) {
        guard input.record.hasTime, input.record.kind.isMarket else { return }
        // Rules may be older than what is traded under them: they do not say when the market begins.
        if !hasStarted, input.record.kind != .instrument { start(input.record.ts, at: now, into: &ledger) }
        if input.record.kind == .bar {
            // Nothing is traded on bars: the API could not show a book for it.
            engine.note(input)
        } else if let unusable = engine.receive(input) {
            refuse(input.record, unusable, into: &ledger)
        }
        market.receive(input, at: now)
        deliver(at: now, into: &ledger)
        push(at: now)
    }

    private func start(_ ts: Int64, at now: Int64, into ledger: inout Output) {
        hasStarted = true
        if options.present { market.shift = now - ts }
        for account in desks.indices { writeAccount(account, engine.statement(account), ts: ts, into: &ledger) }
    }

    private func refuse(_ record: borrowing Record, _ unusable: Unusable, into ledger: inout Output) {
        ledger.begin(.reject, ts: engine.now, symbol: engine.listings[record.symbol].name)
        ledger.field("id", json: "null")
        ledger.field("code", unusable.code)
        ledger.field("reason", unusable.reason)
        ledger.end()
    }

    /// Serves a request at once; what follows from it later comes out of `advance`.
    public func answer(_ request: Request, at now: Int64, into ledger: inout Output) -> Response {
        let answer = serve(request, at: now + clockOffset, into: &ledger)
        deliver(at: now, into: &ledger)
        return answer
    }

    /// Opens a stream.
    /// - Parameter path: `/v5/public/linear`, `/v5/private` or `/v5/trade`.
    /// - Returns: the stream's number, or nil if there is no such path (the transport answers 404).
    public func connect(path: String) -> Int? { streams.open(path) }

    /// Takes a text frame of a stream.
    public func receive(_ text: [UInt8], from stream: Int, at now: Int64, into ledger: inout Output) {
        listen(text, from: stream, at: now, into: &ledger)
        deliver(at: now, into: &ledger)
    }

    /// The stream is gone.
    public func disconnect(_ stream: Int) { streams.close(stream) }

    /// Does what is due at `now`: orders that the market has let wait, delayed answers, pushes held back.
    public func advance(to now: Int64, into ledger: inout Output) {
        while let first = waiting.first, first.at <= now {
            waiting.removeFirst()
            engine.carryOut(first.symbol, before: first.at)
        }
        deliver(at: now, into: &ledger)
        for topic in streams.release(at: now) { greet(topic) }
        push(at: now)
    }

    /// When `advance` must be called next, wall clock; nil if nothing is due.
    public var deadline: Int64? {
        [waiting.first?.at, streams.deadline, market.deadline].compactMap { $0 }.min()
    }

    /// What is to be sent to streams, in order; asked after every call of the others.
    public func takeMessages() -> [Message] { streams.takeMessages() }

    /// The matching engine was restarted: every order book begins again with `u` = 1, and closed orders are forgotten by
    /// `order/realtime`. (The transport closes the streams.)
    public func restart(into ledger: inout Output) {
        market.restart()
        for account in desks.indices { desks[account].restart() }
        note(fault: "restart", target: "", detail: "", into: &ledger)
    }

    /// Nothing will come any more: what is open ends.
    public func finish(at now: Int64, into ledger: inout Output) {
        engine.finish()
        deliver(at: now, into: &ledger)
    }

    /// A trade on the account that no client has asked for, at the book of the moment.
    /// - Parameters:
    ///   - account: index into the credentials.
    ///   - side: `Buy` or `Sell`.
    /// - Throws: `Refused` if there is no such account, symbol, or quantity.
    public func trade(
        account: Int, symbol: String, side: String, quantity: String, at now: Int64, into ledger: inout Output
    ) throws {
        guard desks.indices.contains(account) else { throw Refused(description: "no account \(account)") }
        guard let symbol = listing(named: symbol), let instrument = engine.listings[symbol].rules else {
            throw Refused(description: "no symbol \(symbol)")
        }
        guard let side = Self.side(side) else { throw Refused(description: "side is neither Buy nor Sell") }
        guard let quantity = Quantity(text: quantity), quantity > .zero, quantity.isMultiple(of: instrument.step) else {
            throw Refused(description: "qty is no multiple of \(instrument.step) above 0")
        }
        do {
            try engine.trade(
                OrderTerms(
                    symbol: symbol, side: side, kind: .market, quantity: quantity, limit: engine.band(symbol, side)),
                by: account)
        } catch {
            throw Refused(description: error == .noPrice ? "no price is known" : "the position would be too large")
        }
        deliver(at: now, into: &ledger)
    }

    /// Writes what was done on purpose into the ledger, as a `fault` record.
    /// - Parameters:
    ///   - fault: the kind of fault, as its rule names it.
    ///   - target: what it hit: a path, a topic.
    public func note(fault: String, target: String, detail: String, into ledger: inout Output) {
        ledger.begin(.fault, ts: engine.now)
        ledger.field("fault", fault)
        ledger.field("target", target)
        ledger.field("detail", detail)
        ledger.end()
    }

    // MARK: Parts

    /// Has the symbol's latest instruction carried out by the clock if the market does not.
    func wait(_ symbol: Int, at now: Int64) {
        let due = now + Int64((options.patience * 1e6).rounded())
        engine.date(symbol, until: due)
        waiting.append(Waiting(at: due, symbol: symbol))
    }

    private func push(at now: Int64) {
        for push in market.takePushes(streams.topics, at: now) { streams.send(push.text, toTopic: push.topic) }
    }

    private func greet(_ subscription: (stream: Int, topic: String)) {
        if let text = market.greeting(subscription.topic) {
            streams.send(text, to: subscription.stream, topic: subscription.topic)
        }
    }

    /// A symbol that can be asked about: it is listed, or was when something in it was opened.
    func listing(named name: String) -> Int? {
        guard ListedSymbol.isPlain(name) else { return nil }
        return engine.listings.firstIndex { $0.rules != nil && $0.name.elementsEqual(name.utf8) }
    }

    func name(_ symbol: Int) -> String { String(decoding: engine.listings[symbol].name, as: UTF8.self) }

    static func side(_ text: String) -> Side? { text == "Buy" ? .buy : text == "Sell" ? .sell : nil }

    /// Event time as the API states it: milliseconds.
    func milliseconds(_ ts: Int64) -> Int64 { (ts + market.shift) / 1000 }
}

/// A text frame for a stream.
public struct Message: Sendable {
    public let stream: Int
    /// The topic of a push, `publicTrade.BTCUSDT`; the operation of an answer, `auth`.
    public let topic: String
    public let text: [UInt8]
}

/// Who may trade: a key of the key file, and the account behind it.
public struct Credential: Sendable {
    public let key: String
    public let secret: [UInt8]

    public init(key: String, secret: [UInt8]) {
        self.key = key
        self.secret = secret
    }
}

/// Why something that was asked of the exchange itself cannot be done.
public struct Refused: Error, CustomStringConvertible {
    public let description: String
}

public import Records

/// What there is to see: of each symbol the market, the last signal, the gate's lights, the position; the account; and what
/// happened last. A fold over the stream.
public struct Scene {
    public init() {}

    struct Light: Equatable {
        let name: String
        let passes: Bool
        let isIgnored: Bool
        let value: Double?
        let threshold: Double?
    }

    struct Signal {
        let kind: String
        let drift: Double
        let confidence: Double
        let snr: Double
        let price: Double
        let forecast: Double
    }

    struct Position {
        let isLong: Bool
        let quantity: Double
        let entry: Double
        let opened: Int64
        let drift: Double
        let confidence: Double
        let halfLife: Double
    }

    struct Symbol {
        let name: String
        var bid = 0.0
        var ask = 0.0
        var last = 0.0
        /// The middle at the end of each of the last seconds that had one.
        var spark: [Double] = []
        var sparkSecond: Int64 = 0
        var signal: Signal?
        var warmup: (have: Double, need: Double)?
        var lights: [Light] = []
        var position: Position?

        var middle: Double { bid > 0 && ask >= bid ? (bid + ask) / 2 : last }
    }

    struct Account {
        let equity: Double
        let realised: Double
        let fees: Double
        let funding: Double
    }

    static let sparkLimit = 60
    private static let eventLimit = 40

    private(set) var symbols: [Symbol] = []
    private(set) var events: [String] = []
    private(set) var account: Account?
    private(set) var firstEquity: Double?
    /// After how many half-lives rebalance closes a position; nil while it has not said so, or if it does not.
    private(set) var halfLives: Double?
    private(set) var gaps = 0
    /// Lines that were no records: those that others told of, and those that were met here.
    private(set) var badLines = 0
    private(set) var signals = 0
    private(set) var passed = 0
    private(set) var fills = 0
    /// Signals by the layer that refused them first, and intents of which nothing was filled by why.
    private(set) var refused: [String: Int] = [:]
    private(set) var rejects: [String: Int] = [:]
    /// Event time that the stream has come to.
    public private(set) var time: Int64 = 0
    private var narrator = Narrator()

    public mutating func take(_ input: borrowing RecordReader) {
        guard input.record.hasTime else { return }
        if input.record.kind.isMarket { time = max(time, input.record.ts) }
        while input.record.symbol >= symbols.count {
            symbols.append(Symbol(name: Words.plain(Array(input.symbols.text(symbols.count).utf8))))
        }
        let symbol = input.record.symbol
        switch input.record.kind {
        case .quote, .trade, .bar: take(price: input.record, symbol)
        case .warmup: symbols[symbol].warmup = (input.record["have"]?.double ?? 0, input.record["need"]?.double ?? 0)
        case .signal: take(signal: input.record, symbol)
        case .verdict: take(verdict: input.record, symbol)
        case .position: symbols[symbol].position = Position(input.record)
        case .account:
            account = Account(input.record) ?? account
            firstEquity = firstEquity ?? account?.equity
        case .fill: fills += 1
        case .reject:
            // Some refuse what is no intent.
            if input.record["id"]?.string != nil { Self.count(input.record["code"], in: &rejects) }
        case .meta: take(meta: input.record)
        case .gap: gaps += 1
        case .bad: badLines += 1
        default: break
        }
        // What comes every few seconds is on the screen, not among the events.
        guard [.fill, .order, .reject, .position, .decision, .intent, .gap, .bad, .phase].contains(input.record.kind),
            let text = narrator.tell(input)
        else { return }
        // Of orders it tells those that were cancelled with nothing filled.
        if input.record.kind == .order { Self.count(input.record["reason"], in: &rejects) }
        add(text)
    }

    /// Lines that were no records, in the input itself: no record tells of them.
    public mutating func meet(badLines count: Int, _ text: String) {
        badLines += count
        add(text)
    }

    private mutating func add(_ event: String) {
        events.append(event)
        if events.count > Self.eventLimit { events.removeFirst() }
    }

    /// Words of the stream have no end of kinds; what is shown of them has.
    private static func count(_ word: RecordValue?, in counts: inout [String: Int]) {
        let name = word?.string.map { Words.plain($0) } ?? "none"
        counts[counts[name] != nil || counts.count < 64 ? name : "other", default: 0] += 1
    }

    private mutating func take(meta record: borrowing Record) {
        guard record["stage"]?.equals("drift-rebalance") == true, let options = record["options"] else { return }
        let leftOut = options["without"].map { String(decoding: $0.text, as: UTF8.self) } ?? ""
        halfLives = leftOut.contains("time_decay") ? nil : options["half_lives"]?.double
    }

    private mutating func take(price record: borrowing Record, _ symbol: Int) {
        switch record.kind {
        case .quote: (symbols[symbol].bid, symbols[symbol].ask) = (record.bid.double, record.ask.double)
        case .trade: symbols[symbol].last = record.price.double
        default: symbols[symbol].last = record.close.double
        }
        let second = record.ts / 1_000_000
        let middle = symbols[symbol].middle
        if second == symbols[symbol].sparkSecond, !symbols[symbol].spark.isEmpty {
            symbols[symbol].spark[symbols[symbol].spark.count - 1] = middle
        } else {
            symbols[symbol].sparkSecond = second
            symbols[symbol].spark.append(middle)
            if symbols[symbol].spark.count > Self.sparkLimit { symbols[symbol].spark.removeFirst() }
        }
    }

    private mutating func take(signal record: borrowing Record, _ symbol: Int) {
        signals += 1
        symbols[symbol].warmup = nil
        func number(_ value: RecordValue?) -> Double { value?.double ?? .nan }
        symbols[symbol].signal = Signal(
            kind: record["kind"]?.string.map { Words.plain($0) } ?? "?", drift: number(record["drift"]),
            confidence: number(record["confidence"]), snr: number(record["snr"]), price: number(record["px"]),
            forecast: number(record["forecast"]))
    }

    private mutating func take(verdict record: borrowing Record, _ symbol: Int) {
        if record["pass"]?.bool == true {
            passed += 1
        } else {
            Self.count(record["blocked_by"], in: &refused)
        }
        var lights: [Light] = []
        record["layers"]?.forEachMember { name, layer in
            lights.append(
                Light(
                    name: Words.plain(name), passes: layer["pass"]?.bool == true,
                    isIgnored: layer["ignored"]?.bool == true, value: layer["value"]?.double,
                    threshold: layer["threshold"]?.double))
        }
        symbols[symbol].lights = lights
    }
}

extension Scene.Account {
    init?(_ record: borrowing Record) {
        guard let equity = record["equity"]?.double else { return nil }
        self.equity = equity
        realised = record["realised"]?.double ?? .nan
        fees = record["fees"]?.double ?? .nan
        funding = record["funding"]?.double ?? .nan
    }
}

extension Scene.Position {
    /// - Returns: nil for flat.
    init?(_ record: borrowing Record) {
        let isFlat = record["side"]?.equals("flat") == true
        guard !isFlat, let quantity = record["qty"]?.double, let entry = record["entry"]?.double,
            let opened = record["opened"]?.integer
        else { return nil }
        isLong = record["side"]?.equals("long") == true
        self.quantity = quantity
        self.entry = entry
        self.opened = opened
        drift = record["drift"]?.double ?? .nan
        confidence = record["confidence"]?.double ?? .nan
        halfLife = record["half_life"]?.double ?? .nan
    }
}

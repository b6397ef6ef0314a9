import Records

/// What the gate knows of the account and the exchange, from `book` records and its own intents.
struct Limits {
    /// Which limit holds a trade back.
    struct Breach {
        let limit: String
        let value: Double
        let threshold: Double
    }

    private static let day: Int64 = 86_400_000_000
    private static let minute: Int64 = 60_000_000

    private let settings: GateSettings
    private(set) var equity: Double
    private var hasBook = false
    /// What ended the day: it stays ended, whatever an open position still brings.
    private var dayEnd: Breach?
    private var dayNumber: Int64 = -1
    private var dayEquity: Double
    private var losses = 0
    /// Losses in a row that lie before the present day: a new day starts with none.
    private var forgiven = 0
    private var isOpen: Set<Int> = []
    private var closedAt: [Int: Int64] = [:]
    /// The intent that each symbol waits for, until a book says that it has ended.
    private var inFlight: [Int: String] = [:]
    private var opens: [Int64] = []
    /// Whether what the stream tells is history: the present begins with `phase` `live`.
    private var isWarmingUp = false

    init(_ settings: GateSettings) {
        self.settings = settings
        equity = settings.equity
        dayEquity = settings.equity
    }

    /// Takes a `book`.
    mutating func update(_ book: Book) {
        startDay(book.ts)
        if !hasBook { dayEquity = book.equity }
        hasBook = true
        equity = book.equity
        losses = book.losses
        forgiven = min(forgiven, losses)
        for symbol in isOpen.subtracting(book.open) { closedAt[symbol] = book.ts }
        isOpen = book.open
        for (symbol, id) in book.settled where inFlight[symbol] == id { inFlight[symbol] = nil }
        if dayEnd == nil { dayEnd = lossOfDay }
    }

    /// Takes a `phase`.
    mutating func update(phase: borrowing RecordValue) {
        if phase.equals("warmup") { isWarmingUp = true } else if phase.equals("live") { isWarmingUp = false }
    }

    private var lossOfDay: Breach? {
        let loss = dayEquity > 0 ? 1 - equity / dayEquity : 1
        if loss >= settings.dailyLoss { return Breach(limit: "daily_loss", value: loss, threshold: settings.dailyLoss) }
        guard losses - forgiven >= settings.maxLosses else { return nil }
        return Breach(
            limit: "losses_in_a_row", value: Double(losses - forgiven), threshold: Double(settings.maxLosses))
    }

    /// Remembers an intent that goes out.
    mutating func open(_ symbol: Int, id: String, ts: Int64) {
        inFlight[symbol] = id
        opens.append(ts)
    }

    /// The first limit that forbids a new position in `symbol` at `ts`, nil if none does.
    mutating func breach(_ symbol: Int, ts: Int64) -> Breach? {
        startDay(ts)
        opens.removeAll { ts - $0 >= Self.minute }
        let taken = isOpen.union(inFlight.keys)
        let sinceClose = closedAt[symbol].map { Double(ts - $0) / 1e6 }
        if isWarmingUp { return Breach(limit: "warmup", value: 1, threshold: 0) }
        if inFlight[symbol] != nil { return Breach(limit: "in_flight", value: 1, threshold: 0) }
        if isOpen.contains(symbol) { return Breach(limit: "position_open", value: 1, threshold: 0) }
        if taken.count >= settings.maxPositions {
            return Breach(
                limit: "max_positions", value: Double(taken.count), threshold: Double(settings.maxPositions))
        }
        if opens.count >= settings.opensPerMinute {
            return Breach(
                limit: "opens_per_minute", value: Double(opens.count), threshold: Double(settings.opensPerMinute))
        }
        if let sinceClose, sinceClose < settings.coolDown {
            return Breach(limit: "cool_down", value: sinceClose, threshold: settings.coolDown)
        }
        return dayEnd
    }

    /// A new UTC day: its loss is measured from here.
    private mutating func startDay(_ ts: Int64) {
        guard ts / Self.day > dayNumber else { return }
        dayNumber = ts / Self.day
        dayEquity = equity
        forgiven = losses
        dayEnd = nil
    }
}

public import Bybit
import Records
import Venue

/// The heart of exec: what comes in, and what is to be done about it. No clock, no socket, no file, so that every fault
/// can be led through it in memory: whoever drives it says what time it is, does what `takeEffects` lists, in its order, and
/// brings back the answers.
///
/// Its own parts: what an intent must be to become an order (`Acceptance`), what answers mean (`Answers`), what became of an
/// order (`Lookup`), the private stream (`Stream`), what is booked (`Booking`) and held (`Positions`, `Live`), what closes
/// (`Sending`), what is due (`Due`), the start (`Opening`), and the records (`Writing`).
public struct Executor {
    public enum Effect {
        /// Goes to the journal, and to the disk; nothing behind it may be done if it cannot.
        case keep(JSON)
        case ask(Request)
        /// For a person.
        case say(String)
    }

    let settings: Settings
    var memory: Memory
    var desks: [Desk]
    var tickets: [Ticket] = []
    /// What is on its way to the exchange.
    var pending: Set<Request.Subject> = []
    var wallet: Wallet?
    /// Since when the private stream has been subscribed to, and lives; nil if it does not.
    var streamingSince: Int64?
    public var isStreaming: Bool { streamingSince != nil }
    /// Why nothing is opened any more while the program runs.
    public internal(set) var stopped: String?
    private(set) var isHalted = false
    /// Nothing goes to the exchange before; microseconds of the wall clock.
    public internal(set) var bannedUntil: Int64 = 0
    var refusals = 0
    /// Event time: that of the stream's last record.
    var eventTime: Int64 = 0
    var hasStarted = false
    /// Executions that fit nothing that is known.
    var strays: Set<String> = []
    /// The ids of late, whatever became of them. (Those that became orders are in `memory` for ever; the others' intents are
    /// too old to come again by the time they are forgotten.)
    var ids: RecentNames
    /// How often what was held was found without a stop.
    var exposures = 0
    /// What the last `account` said.
    var told: Statement?
    /// What the exchange's clock is ahead, microseconds.
    public var clockOffset: Int64 = 0
    var timeAskAt: Int64 = 0
    var walletAskAt: Int64?
    let keyScope: KeyScope?
    var keyAskAt: Int64
    /// No further intents come.
    var isEnding = false
    private var effects: [Effect] = []

    struct Wallet {
        let equity: Money
        let available: Money
        /// When it was told, microseconds of the wall clock.
        let at: Int64
    }

    public mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    public var hasEffects: Bool { !effects.isEmpty }

    /// Asks, unless the same is on its way.
    mutating func ask(_ request: Request) {
        if pending.insert(request.subject).inserted { effects.append(.ask(request)) }
    }

    /// Of answers that have more, the newest first.
    private var pages: [Request.Subject: [Answer]] = [:]

    /// Takes a page, and asks for the next.
    /// - Returns: all pages, the oldest first, once there is no further; nil before.
    mutating func whole(_ request: Request, _ answer: Answer) -> [Answer]? {
        pages[request.subject, default: []].append(answer)
        if let next = request.page(after: pages[request.subject]!) {
            ask(next)
            return nil
        }
        return pages.removeValue(forKey: request.subject)?.reversed()
    }

    /// The next question of this kind begins with the first page.
    mutating func dropPages(of request: Request) { pages[request.subject] = nil }

    mutating func say(_ text: String) { effects.append(.say(text)) }

    /// Remembers, here and in the journal.
    @discardableResult
    mutating func note(_ entry: Entry) -> Money {
        effects.append(.keep(entry.json))
        return memory.take(entry)
    }

    /// Before the first record of the stream only the clock tells when it is.
    mutating func setEventTime(_ now: Int64) {
        if eventTime == 0 { eventTime = now + clockOffset }
    }

    /// What is held, for a person.
    public var held: [String] {
        desks.compactMap { desk in
            live(desk.name).map { "\(desk.name): \($0.side.rawValue) \($0.quantity)" }
        }
    }

    /// The orders of which more may come, for a person.
    public var doubts: [String] {
        tickets.map { "order \($0.link), \($0.sending.symbol) \($0.sending.side.rawValue) \($0.sending.quantity)," }
    }

    func desk(_ symbol: String) -> Int? { desks.firstIndex { $0.name == symbol } }

    func ticket(_ link: String) -> Int? { tickets.firstIndex { $0.link == link } }

    func hasTicket(_ symbol: String) -> Bool { tickets.contains { $0.sending.symbol == symbol } }

    /// A person wants that nothing is opened, or does not any more.
    public mutating func setHalted(_ isHalted: Bool) {
        guard self.isHalted != isHalted else { return }
        self.isHalted = isHalted
        say(isHalted ? "the halt file is there: nothing is opened" : "the halt file is gone: trading goes on")
    }

    /// Nothing is opened in a symbol any more while the program runs.
    mutating func shut(_ index: Int, _ cause: String) {
        guard desks[index].shut == nil else { return }
        desks[index].shut = cause
        say("\(desks[index].name): nothing is opened in it: \(cause)")
    }

    mutating func stop(_ cause: String) {
        guard stopped == nil else { return }
        stopped = cause
        say("nothing is opened any more: \(cause)")
    }

    /// The code of a halt for the loss of a day.
    static let dailyLoss = "daily_loss"

    /// The exchange has refused an order that opens.
    mutating func noteRefusal(_ text: String, at now: Int64) {
        refusals += 1
        guard refusals >= settings.maxRefusals else { return }
        halt("refusals", "the exchange has refused \(refusals) orders in a row, the last with \(text)", at: now)
    }

    /// Nothing is opened any more, now or after a restart, until a person says so.
    mutating func halt(_ code: String, _ reason: String, at now: Int64) {
        guard !memory.halts.contains(where: { $0.code == code }) else { return }
        note(.halt(code: code, reason: reason, ts: now))
        say("nothing is opened any more: \(reason); see docs/exec.md for how to go on")
    }

    /// Whether all that was begun has ended, and nobody waits for anything.
    public var isDone: Bool {
        isEnding && tickets.isEmpty
            && desks.allSatisfy {
                $0.waiting.isEmpty && ($0.closing == nil && $0.protectBy == nil || memory.holding($0.name) == nil)
            }
    }

    /// No further intents come: at the end of input, or when somebody asks the program to end.
    public mutating func end(at now: Int64) {
        isEnding = true
        guard settings.onEnd == .flatten else { return }
        for index in desks.indices { resolve(index, at: now) }
    }
}

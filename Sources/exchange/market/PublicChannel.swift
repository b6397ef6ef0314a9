import Venue

/// A topic of the public stream, and what was pushed of it last.
struct PublicChannel {
    /// Far below the first real `u`, so that a `u` of 1 says what it says at the exchange: a restart.
    static let firstUpdate: Int64 = 1_000_000

    let topic: String
    let kind: PublicTopic.Kind
    /// Index of the market's symbols.
    let symbol: Int
    /// Whether somebody follows it.
    var isActive = false
    /// Whether something may have changed since the last push.
    private(set) var isPending = false
    /// When its next push is due: at whichever comes first, event time or wall clock; `.max` if it is not.
    private(set) var dueEvent = Int64.max
    private(set) var dueClock = Int64.max
    /// Event time and wall clock of the last push.
    private var pushedEvent: Int64 = 0
    private var pushedClock: Int64 = 0
    /// The next end of a kline, event time.
    var rollEvent = Int64.max { didSet { schedule() } }
    private var pendingSince: Int64 = 0

    /// The last `u`, of an order book.
    var update: Int64
    var book: PublicBook?
    var fields: TickerFields?
    var limits: PriceLimits?
    /// The start of the kline that is not final yet, as the API states it.
    var openStart: Int64?
    /// Frames' inner parts, the last one growing: trades are never conflated.
    var trades: [FrameText] = []
    var tradeCount = 0

    init(topic: String, kind: PublicTopic.Kind, symbol: Int, update: Int64) {
        self.topic = topic
        self.kind = kind
        self.symbol = symbol
        self.update = update
    }

    /// Something may have changed.
    @inline(__always)
    mutating func touch(at now: Int64) {
        if isPending { return }
        isPending = true
        pendingSince = now
        schedule()
    }

    /// What was pending has been pushed, or was no change after all.
    mutating func settle(event: Int64, clock: Int64, pushed: Bool) {
        isPending = false
        if pushed { (pushedEvent, pushedClock) = (event, clock) }
        schedule()
    }

    func isDue(event: Int64, clock: Int64) -> Bool { event >= dueEvent || clock >= dueClock }

    private mutating func schedule() {
        if isPending {
            dueEvent = pushedEvent + kind.interval
            dueClock = pendingSince + kind.interval
        } else if let repetition = kind.repetition, book != nil {
            dueEvent = pushedEvent + repetition
            dueClock = pushedClock + repetition
        } else {
            (dueEvent, dueClock) = (.max, .max)
        }
        dueEvent = min(dueEvent, rollEvent)
    }

    /// Nobody follows it any more: what it knew is out of date by the time that somebody does.
    mutating func stop() {
        self = PublicChannel(topic: topic, kind: kind, symbol: symbol, update: update)
    }

    /// The order book begins again with `u` = 1.
    mutating func restart(at now: Int64) {
        update = 0
        book = nil
        pushedEvent = 0
        touch(at: now)
    }
}

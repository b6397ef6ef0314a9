import Venue

/// All that a start must know again: a fold over the journal. What happens while the program runs goes through it too, so
/// that what is recovered is what was.
struct Memory {
    /// A position of ours.
    struct Holding {
        /// The intent that opened it.
        let opener: String
        let conviction: Conviction
        /// When it was first filled, by the exchange's clock, microseconds.
        let since: Int64
        /// When it was last traded in, by the same clock.
        var last: Int64
        var position: Position
    }

    /// Every order ever sent, by its client order id.
    private(set) var sent: [String: Sending] = [:]
    /// Those of which more may come.
    private(set) var open: [String] = []
    /// Every intent that became an order.
    private(set) var intents: Set<String> = []
    private(set) var executions: Set<String> = []
    /// How much of an order has been booked.
    private(set) var booked: [String: Quantity] = [:]
    /// By symbol; a position that is gone stays until the next one.
    private(set) var holdings: [String: Holding] = [:]
    /// The symbols in which exec closes by itself what is held, if it still is.
    private(set) var closings: Set<String> = []
    /// Why nothing is opened, until a person has looked.
    private(set) var halts: [(code: String, reason: String)] = []
    private(set) var day: (number: Int64, equity: Money)?
    private(set) var realised = Money.zero
    private(set) var fees = Money.zero
    private(set) var funding = Money.zero
    /// Orders that open, of the last minute or so: when, and how much they are worth.
    private(set) var openings: [(ts: Int64, notional: Money)] = []
    /// When intents to reduce a part were sent, of the last minute or so.
    private(set) var reductions: [Int64] = []

    /// What is held in a symbol; nil for none.
    func holding(_ symbol: String) -> Holding? { holdings[symbol].flatMap { $0.position.isFlat ? nil : $0 } }

    /// - Returns: the profit that a fill brought, before fees.
    @discardableResult
    mutating func take(_ entry: Entry) -> Money {
        switch entry {
        case .send(let sending): take(sending)
        case .fill(let booking): return take(booking)
        case .end(let link, _): open.removeAll { $0 == link }
        case .funding(let symbol, let execution, let received):
            executions.insert(execution)
            funding += received
            holdings[symbol]?.position.note(funding: received)
        case .day(let number, let equity): day = (number, equity)
        case .halt(let code, let reason, _): halts.append((code, reason))
        case .reset:
            // That loss is looked at anew from here, or it would halt again at once.
            if halts.contains(where: { $0.code == Executor.dailyLoss }) { day = nil }
            halts = []
        case .gone(let symbol, _): holdings[symbol]?.position.vanish()
        case .close(let symbol, _): closings.insert(symbol)
        case .run, .stop: break
        }
        return .zero
    }

    private mutating func take(_ sending: Sending) {
        sent[sending.link] = sending
        open.append(sending.link)
        if let intent = sending.intent { intents.insert(intent) }
        guard !sending.isReduceOnly else {
            guard sending.intent != nil, sending.fraction.units < Rate.one else { return }
            reductions.removeAll { $0 < sending.ts - 120_000_000 }
            return reductions.append(sending.ts)
        }
        // What is opened from here on is another position.
        closings.remove(sending.symbol)
        openings.removeAll { $0.ts < sending.ts - 120_000_000 }
        openings.append((sending.ts, sending.notional))
    }

    private mutating func take(_ booking: Booking) -> Money {
        executions.insert(booking.execution)
        if !booking.link.isEmpty { booked[booking.link, default: .zero] += booking.level.quantity }
        fees += booking.fee
        if holdings[booking.symbol]?.position.isFlat == true { holdings[booking.symbol] = nil }
        var holding =
            holdings[booking.symbol]
            ?? Holding(
                opener: sent[booking.link]?.intent ?? booking.link, conviction: sent[booking.link]?.conviction ?? .none,
                since: booking.executed, last: booking.executed,
                position: Position(
                    Direction(opening: booking.side), leverage: Rate(units: Rate.one), opened: booking.ts))
        holding.last = booking.executed
        var profit = Money.zero
        if booking.side == holding.position.side.opening {
            holding.position.add(booking.level, fee: booking.fee)
        } else {
            profit = holding.position.reduce(booking.level, fee: booking.fee)
            realised += profit
        }
        holdings[booking.symbol] = holding
        return profit
    }
}

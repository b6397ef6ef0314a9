public import Records
import Venue

/// What is due as time passes.
extension Executor {
    /// Does what is due.
    /// - Parameter now: the wall clock, microseconds.
    public mutating func advance(to now: Int64, into out: inout Output) {
        guard now >= bannedUntil else { return }
        if now >= timeAskAt {
            timeAskAt = now + 60_000_000
            ask(.time)
        }
        if now >= keyAskAt {
            keyAskAt = now + Self.keyInterval
            ask(.key)
        }
        for ticket in tickets where ticket.askAt <= now {
            ask(.order(ticket.link, ticket.sending.symbol))
            if let index = self.ticket(ticket.link) { tickets[index].askAt = now + 8_000_000 }
        }
        for index in desks.indices {
            if let by = desks[index].protectBy, now >= by { miss(index, at: now) }
            if let askAt = desks[index].askAt, now >= askAt {
                desks[index].askAt = nil
                ask(.position(desks[index].name))
            }
            // One that is on its way may be from before what calls for it.
            if let askAt = desks[index].tradesAskAt, now >= askAt, !isAskingTrades(desks[index]) {
                desks[index].tradesAskAt = nil
                askExecutions(index, at: now)
            }
            if now >= desks[index].markAskAt, !isEnding {
                desks[index].markAskAt = now + Self.markInterval
                ask(.mark(desks[index].name))
            }
            pump(index, at: now, into: &out)
        }
        if let askAt = walletAskAt, now >= askAt, !pending.contains(.wallet) {
            walletAskAt = nil
            ask(.wallet)
        }
        review(at: now)
    }

    /// The stop of what is held has not been seen in time.
    private mutating func miss(_ index: Int, at now: Int64) {
        desks[index].protectBy = nil
        guard live(desks[index].name) != nil else { return }
        guard !desks[index].isBare, now < desks[index].protectAtLatest else { return expose(index, at: now) }
        // No answer shows nothing: not that there is no stop either.
        (desks[index].protectBy, desks[index].askAt) = (now + 500_000, now)
    }

    /// What is held has no stop: it is closed. If that happens again, an exchange that takes no levels, or a hand that takes
    /// them away, would have it bought and sold for ever.
    private mutating func expose(_ index: Int, at now: Int64) {
        let cause =
            desks[index].isBare
            ? "the exchange does not show a stop within two seconds"
            : "the exchange does not show the position within ten seconds"
        exposures += 1
        guard settings.isLive else {
            if exposures == 1 { say("\(desks[index].name): \(cause); without --live nothing is done about it") }
            return
        }
        say("\(desks[index].name): \(cause): the position is closed")
        resolve(index, at: now)
        if exposures > 1 { return halt("unprotected", "\(cause), for the second time", at: now) }
        shut(index, cause)
    }

    /// Asks what has been traded in a symbol of late, and at least since the last whole answer.
    private mutating func askExecutions(_ index: Int, at now: Int64) {
        desks[index].tradesAskedAt = now
        let since = min(now - 600_000_000, desks[index].knownUpTo - 60_000_000)
        ask(.executions(desks[index].name, since: since + clockOffset, at: now + clockOffset))
    }

    private func isAskingTrades(_ desk: Desk) -> Bool { pending.contains(.executions(symbol: desk.name)) }

    /// So often the exchange is asked for its price.
    static let markInterval: Int64 = 5_000_000

    /// What the key may do is looked at so often: somebody may have given it more.
    static let keyInterval: Int64 = 3_600_000_000

    /// What is held is looked at every ten seconds, as a message may have been lost, and every two while no stream tells of it;
    /// what the account is worth, of which no stream tells, every ten.
    mutating func review(at now: Int64) {
        let interval: Int64 = isStreaming ? 10_000_000 : 2_000_000
        let open = desks.indices.filter { memory.holding(desks[$0].name) != nil || hasTicket(desks[$0].name) }
        if walletAskAt == nil, !pending.contains(.wallet), !(isEnding && open.isEmpty) {
            walletAskAt = now + 10_000_000
        }
        for index in open {
            guard desks[index].askAt == nil, !pending.contains(.position(symbol: desks[index].name)) else { continue }
            desks[index].askAt = now + interval
            if !isStreaming { desks[index].tradesAskAt = now }
        }
    }

    /// When `advance` has something to do at the latest, microseconds of the wall clock.
    public var nextDue: Int64 {
        var due = min(timeAskAt, keyAskAt, pending.contains(.wallet) ? .max : walletAskAt ?? .max)
        for ticket in tickets { due = min(due, ticket.askAt) }
        for desk in desks {
            due = min(
                due, desk.protectBy ?? .max, desk.askAt ?? .max, takeOverAt(desk) ?? .max, pumpAt(desk) ?? .max,
                isAskingTrades(desk) ? .max : desk.tradesAskAt ?? .max)
            if !isEnding { due = min(due, desk.markAskAt) }
        }
        return max(due, bannedUntil)
    }

    /// The end has come before what waits could leave: it is told of.
    public mutating func abandon(into out: inout Output) {
        for index in desks.indices {
            for reduction in desks[index].waiting {
                let refusal = Rejection("unfinished", "exec has ended while it waited for what was on its way")
                writeReject(reduction.intent, desks[index].name, refusal, into: &out)
            }
            desks[index].waiting = []
        }
    }
}

import Bybit
import Records
import Venue

/// Orders leave: never twice under one name, and never before they are in the journal.
extension Executor {
    /// - Throws: `dry_run`, if orders are only told of.
    mutating func send(_ sending: Sending, _ protection: OrderTerms.Protection? = nil) throws(Rejection) {
        let isUrgent = sending.intent == nil
        let request = Request.create(sending, protection, slippage: isUrgent ? nil : settings.slippage)
        guard settings.isLive else {
            throw Rejection(
                "dry_run",
                "without --live nothing is sent: POST \(request.path) \(String(decoding: request.rest.signed, as: UTF8.self))"
            )
        }
        note(.send(sending))
        tickets.append(Ticket(sending: sending, askAt: .max))
        ask(request)
    }

    /// Sends what waits in a symbol, if nothing is on its way there. What closes all waits two seconds at most, and not for an
    /// order to close of which nobody knows: reduce-only closes no more than there is, however often it is sent. Where others
    /// hold something too, that would be theirs: there it waits until the order before it has ended.
    mutating func pump(_ index: Int, at now: Int64, into out: inout Output) {
        // It is exec's from here on, even where it must wait before it sends.
        if let by = takeOverAt(desks[index]), now >= by { resolve(index, at: now) }
        let desk = desks[index]
        guard now >= freeAt(desk), now >= bannedUntil else { return }
        guard let live = live(desk.name) else {
            // What is on its way may open something yet.
            guard !hasTicket(desk.name) else { return }
            (desks[index].closing, desks[index].standBy) = (nil, nil)
            for reduction in desk.waiting {
                writeReject(reduction.intent, desk.name, Rejection("no_position", "the position is gone"), into: &out)
            }
            desks[index].waiting = []
            return
        }
        if let due = desk.closing?.notBefore ?? desk.standBy?.by {
            guard now >= due, let tries = desk.closing?.tries else { return }
            // What was done by the ones before is known sooner by asking.
            if tries > 0 { desks[index].tradesAskAt = desks[index].tradesAskAt ?? now }
            desks[index].closing?.tries += 1
            desks[index].closing?.notBefore = now + min(10_000_000, 500_000 << min(5, Int64(tries)))
            close(
                live, index, fraction: Rate(units: Rate.one), intent: nil, tries: tries, at: now, into: &out)
        } else if let place = desk.waiting.firstIndex(where: { now >= $0.notBefore && mayGo($0, desk) }) {
            let reduction = desks[index].waiting.remove(at: place)
            // What closes all is late rather than never.
            guard reduction.isWhole || now - reduction.since <= reductionAge else {
                let rejection = Rejection("stale_intent", "it has waited for \((now - reduction.since) / 1_000_000) s")
                return writeReject(reduction.intent, desk.name, rejection, into: &out)
            }
            guard reduction.side == live.side.closing else {
                let rejection = wrongSide(reduction.side, live.side)
                return writeReject(reduction.intent, desk.name, rejection, into: &out)
            }
            close(
                live, index, fraction: reduction.fraction, intent: reduction.intent, tries: reduction.tries, at: now,
                into: &out)
        }
    }

    /// So many orders of a symbol may be in doubt at once: each is asked about until it is known.
    private static let doubtLimit = 60

    /// When something that closes all may leave.
    private func freeAt(_ desk: Desk) -> Int64 {
        let here = tickets.filter { $0.sending.symbol == desk.name }
        if desk.isShared, here.contains(where: \.sending.isReduceOnly) { return .max }
        let sure = here.filter { !($0.state == .unknown && $0.sending.isReduceOnly) }
        guard here.count - sure.count < Self.doubtLimit else { return .max }
        return sure.map { $0.sending.ts + 2_000_000 }.max() ?? .min
    }

    /// An order closes all that is held: if it is not accepted within two seconds, what is held is not left to wait for it.
    mutating func standBy(_ sending: Sending, _ index: Int, at now: Int64) {
        // A dry run has nothing to send instead.
        guard settings.isLive, sending.isWholeReduction, desks[index].closing == nil else { return }
        desks[index].standBy = (sending.link, now + 2_000_000)
    }

    /// When exec takes over what an intent wants closed: its order is not accepted, or it still waits, as in another's
    /// symbol it may for long; what waits is nowhere but in memory.
    func takeOverAt(_ desk: Desk) -> Int64? {
        guard settings.isLive, desk.closing == nil, let side = side(desk.name) else { return nil }
        let waiting = desk.waiting.filter { $0.isWhole && $0.side == side.closing }
            .map { max($0.since, $0.notBefore) + 2_000_000 }
        return (waiting + [desk.standBy?.by].compactMap { $0 }).min()
    }

    /// That order was accepted, or surely not taken.
    mutating func standDown(_ sending: Sending) {
        guard let index = desk(sending.symbol), desks[index].standBy?.link == sending.link else { return }
        desks[index].standBy = nil
    }

    /// From here on exec closes what is held by itself, until nothing is: also after a restart.
    mutating func resolve(_ index: Int, after pause: Int64 = 0, at now: Int64) {
        (desks[index].standBy, desks[index].protectBy) = (nil, nil)
        guard desks[index].closing == nil else { return }
        desks[index].closing = Desk.Closing(notBefore: pause > 0 ? now + pause : 0)
        heedBan(index)
        let name = desks[index].name
        // Where nothing is held yet, what is on its way may open something.
        if settings.isLive, !memory.closings.contains(name), memory.holding(name) != nil || hasTicket(name) {
            note(.close(symbol: name, ts: now))
        }
    }

    /// Behind a ban what is held may be somebody else's: what was traded within it is asked first, and has two seconds.
    mutating func heedBan(_ index: Int) {
        guard let closing = desks[index].closing, closing.notBefore < bannedUntil else { return }
        desks[index].closing?.notBefore = bannedUntil + 2_000_000
        desks[index].tradesAskAt = min(desks[index].tradesAskAt ?? .max, bannedUntil)
    }

    func wrongSide(_ side: Side, _ held: Direction) -> Rejection {
        Rejection("wrong_side", "a \(side.rawValue) does not reduce a \(held.rawValue)")
    }

    private func mayGo(_ reduction: Desk.Reduction, _ desk: Desk) -> Bool {
        reduction.isWhole || !hasTicket(desk.name)
    }

    /// When `pump` has something to send; nil if it has not.
    func pumpAt(_ desk: Desk) -> Int64? {
        guard live(desk.name) != nil,
            let first = desk.closing?.notBefore ?? desk.standBy?.by
                ?? desk.waiting.filter({ mayGo($0, desk) }).map(\.notBefore).min()
        else { return nil }
        return max(first, freeAt(desk))
    }

    /// Closes a part of what is held now, or all.
    private mutating func close(
        _ live: Live, _ index: Int, fraction: Rate, intent: String?, tries: Int, at now: Int64,
        into out: inout Output
    ) {
        let desk = desks[index]
        let quantity = min(
            Sizing.reduction(of: live.quantity, by: fraction, desk.instrument), desk.instrument.maxQuantity)
        let sending = Sending(
            intent: intent, link: link(intent ?? "x-\(desk.name.prefix(10))-\(String(now, radix: 36))", tries),
            symbol: desk.name, side: live.side.closing, quantity: quantity, isReduceOnly: true,
            notional: desk.market.valuation * quantity, conviction: .none, fraction: fraction, tries: tries,
            stamp: now + clockOffset, ts: now)
        do throws(Rejection) { try send(sending) } catch {
            if let intent { return writeReject(intent, desk.name, error, into: &out) }
            say("\(desk.name): \(error.reason)")
            desks[index].closing = nil
            return
        }
        standBy(sending, index, at: now)
    }

    /// The name of an order: the intent's, and for each further attempt, in this run or an earlier one, another that follows
    /// from it.
    private func link(_ name: String, _ tries: Int) -> String {
        for attempt in tries... {
            let ending = attempt == 0 ? "" : "-x\(attempt)"
            let link = name.prefix(IntentIdentifier.limit - ending.utf8.count) + ending
            if memory.sent[String(link)] == nil { return String(link) }
        }
        fatalError("there is always another number")
    }
}

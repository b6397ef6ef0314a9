import Bybit
import Records
import Venue

/// What became of an order of which nobody knows: the exchange is asked among the open ones, the ended ones, and the fills.
extension Executor {
    /// - Parameter next: what is asked where this answer does not have it.
    mutating func found(
        _ link: String, _ result: Result<Answer, RESTFailure>, else next: (String, String) -> Request, at now: Int64,
        into out: inout Output
    ) {
        guard let index = ticket(link) else { return }
        guard case .success(let answer) = result, let list = answer.result["list"]?.elements else {
            return askLater(index, at: now)
        }
        let rows = list.compactMap(OrderRow.init).filter { $0.link == link }
        if let row = rows.first(where: { Self.isOurs($0, tickets[index].sending) }) {
            return take(row, at: now, into: &out)
        }
        // An answer that speaks of something else is no answer; an older order of this name may hide ours.
        guard rows.count == list.count else { return askLater(index, at: now) }
        ask(next(link, tickets[index].sending.symbol))
    }

    mutating func filled(
        _ link: String, _ result: Result<Answer, RESTFailure>, of request: Request, at now: Int64,
        into out: inout Output
    ) {
        guard case .success(let answer) = result, answer.result["list"]?.elements != nil else {
            dropPages(of: request)
            if let index = ticket(link) { askLater(index, at: now) }
            return
        }
        guard let pages = whole(request, answer) else { return }
        for page in pages { book(page, at: now, into: &out) }
        guard let index = ticket(link) else { return }
        if tickets[index].stated == .zero, tickets[index].booked == .zero, tickets[index].ended == nil {
            absent(index, at: now, into: &out)
        } else {
            finish(index, at: now, into: &out)
            if let index = ticket(link) { askLater(index, at: now) }
        }
    }

    /// Neither open, nor ended, nor filled: in three such answers over thirty seconds, with the private stream alive, and
    /// when the request could not be accepted any more, it was never taken, or is no more. For one that closes all the stream is
    /// not waited for: if it was taken after all, the next one closes no more than there is.
    private mutating func absent(_ index: Int, at now: Int64, into out: inout Output) {
        if tickets[index].absences == 0 { tickets[index].absentSince = now }
        tickets[index].absences += 1
        let ticket = tickets[index]
        // Nor for a part that stands in the way of that.
        let desk = desk(ticket.sending.symbol)
        let isInItsWay = ticket.sending.isReduceOnly && desk.map { desks[$0].isToBeClosed } ?? false
        guard ticket.absences >= 3, now - ticket.absentSince >= 30_000_000,
            ticket.sending.isWholeReduction || isInItsWay
                || streamingSince.map({ now - $0 >= Self.receiveWindow }) ?? false,
            now - ticket.sending.ts > Self.receiveWindow + 1_000_000
        else { return askLater(index, at: now) }
        let cause =
            "the exchange does not have it, in \(ticket.absences) answers over "
            + "\((now - ticket.absentSince) / 1_000_000) s"
        notPlaced(index, Rejection("not_placed", cause), at: now, into: &out)
    }

    /// The exchange does not have this order: one that opens has ended, one that closes is tried under another name.
    mutating func notPlaced(_ index: Int, _ refusal: Rejection, at now: Int64, into out: inout Output) {
        let ticket = tickets.remove(at: index)
        let symbol = ticket.sending.symbol
        // A dry run closes nothing: the next one that may has to.
        if !settings.isLive, ticket.sending.isWholeReduction, memory.holding(symbol) != nil || hasTicket(symbol) {
            note(.close(symbol: symbol, ts: now))
        }
        note(.end(link: ticket.link, outcome: "not_placed"))
        guard let desk = desk(symbol) else { return }
        if ticket.sending.isReduceOnly {
            retry(ticket, desk, refusal, mayPass: true, at: now, into: &out)
        } else {
            writeReject(ticket.sending.intent, ticket.sending.symbol, refusal, into: &out)
        }
        pump(desk, at: now, into: &out)
    }

    /// So long after its timestamp the exchange accepts a request, microseconds.
    public static let receiveWindow: Int64 = 5_000_000

    private mutating func askLater(_ index: Int, at now: Int64) {
        tickets[index].rounds += 1
        // What has been traded tells of it too.
        if tickets[index].rounds > 2, let desk = desk(tickets[index].sending.symbol) {
            desks[desk].tradesAskAt = desks[desk].tradesAskAt ?? now
        }
        let pause = Int64(250_000) << min(5, Int64(tickets[index].rounds))
        tickets[index].askAt = now + pause
    }
}

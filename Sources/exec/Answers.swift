public import Bybit
public import Records
import Venue

/// What the exchange has answered.
extension Executor {
    /// - Parameter now: the wall clock, microseconds.
    public mutating func receive(
        _ result: Result<Answer, RESTFailure>, of request: Request, at now: Int64, into out: inout Output
    ) {
        pending.remove(request.subject)
        if case .failure(let failure) = result, request.body == nil { heed(failure) }
        if case .failure(.banned) = result { ban(at: now) }
        defer { review(at: now) }
        switch request.subject {
        case .create(let link): created(link, result, at: now, into: &out)
        case .order(let link): found(link, result, else: Request.past, at: now, into: &out)
        case .past(let link): found(link, result, else: Request.fills, at: now, into: &out)
        case .fills(let link): filled(link, result, of: request, at: now, into: &out)
        case .executions(let symbol):
            guard let index = desk(symbol) else { return }
            guard case .success(let answer) = result else {
                dropPages(of: request)
                desks[index].tradesAskAt = now + 1_000_000
                return
            }
            guard let pages = whole(request, answer) else { return }
            desks[index].knownUpTo = desks[index].tradesAskedAt
            if desks[index].differsSince != nil { desks[index].askAt = now + 500_000 }
            for page in pages { book(page, at: now, into: &out) }
        case .position(let symbol):
            guard let index = desk(symbol) else { return }
            desks[index].askAt = nil
            if case .success(let answer) = result {
                for row in answer.list(PositionRow.init) { take(row, at: now, into: &out) }
            } else {
                desks[index].askAt = now + 1_000_000
            }
        case .wallet:
            guard case .success(let answer) = result, let row = answer.list(WalletRow.init).first else {
                walletAskAt = now + 1_000_000
                return
            }
            take(row, at: now, into: &out)
        case .key:
            guard case .success(let answer) = result, let key = KeyInfo(answer.result) else {
                keyAskAt = now + 60_000_000
                return
            }
            let problems = keyScope?.problems(key) ?? []
            if !problems.isEmpty { stop("the key: \(problems.joined(separator: "; "))") }
        case .mark(let symbol):
            guard let index = desk(symbol), case .success(let answer) = result,
                let row = answer.result["list"]?.elements?.first(where: { $0["symbol"]?.text == symbol }),
                let price = row["markPrice"]?.text.flatMap({ Price(text: $0) }), price > .zero
            else { return }
            // A slow answer is of when it was made.
            desks[index].mark = (price, answer.ts.map { $0 - clockOffset } ?? now)
        case .time, .orders: break
        }
    }

    /// What a refused question says of all that follows.
    private mutating func heed(_ failure: RESTFailure) {
        if failure.isFinal { stop("the exchange refuses: \(failure.text)") }
        if Reaction(failure) == .mistimed { ask(.time) }
    }

    /// So long nothing is asked once the exchange has refused the address, microseconds.
    public static let banTime: Int64 = 600_000_000

    /// The exchange will not hear this address for ten minutes.
    private mutating func ban(at now: Int64) {
        bannedUntil = now + Self.banTime
        for index in desks.indices {
            // What somebody wants closed is closed late rather than never; what is not shown meanwhile is asked for then.
            if desks[index].waiting.contains(where: \.isWhole) { resolve(index, at: now) }
            heedBan(index)
            guard desks[index].protectBy != nil else { continue }
            desks[index].askAt = bannedUntil
            desks[index].isBare = false
            (desks[index].protectBy, desks[index].protectAtLatest) = (bannedUntil + 2_000_000, bannedUntil + 10_000_000)
        }
        say("the exchange refuses this address (HTTP 403, or code 10018): nothing is asked for ten minutes")
    }

    // MARK: An order

    private mutating func created(
        _ link: String, _ result: Result<Answer, RESTFailure>, at now: Int64, into out: inout Output
    ) {
        guard let index = ticket(link) else { return }
        let symbol = tickets[index].sending.symbol
        let (reaction, code, text): (Reaction, String, String) =
            switch result {
            case .success(let answer):
                (Self.isFor(link, answer) ? .accepted : .unknown, "0", "the answer is not this order's")
            case .failure(let failure): (Reaction(failure), failure.code, failure.text.cut(to: Self.textLimit))
            }
        // What the stream has told meanwhile is more than any refusal: it was taken.
        let isSeen = tickets[index].state == .accepted
        switch reaction {
        case .accepted:
            if case .success(let answer) = result { accept(index, answer.result["orderId"]?.text ?? "", into: &out) }
            tickets[index].askAt = now + (isStreaming ? 1_000_000 : 250_000)
        // How it goes on the exchange is asked: the stream may have told a part.
        case _ where isSeen: tickets[index].askAt = now + 1_000_000
        case .known, .unknown: doubt(index, text, at: now)
        default: refused(index, reaction, code, text, at: now, into: &out)
        }
        if let desk = desk(symbol) { pump(desk, at: now, into: &out) }
    }

    /// The exchange's words go to the journal, whose lines are short; bytes.
    private static let textLimit = 200

    private static func isFor(_ link: String, _ answer: Answer) -> Bool {
        answer.json["retCode"] != nil && answer.result["orderLinkId"]?.text ?? link == link
    }

    mutating func accept(_ index: Int, _ exchangeID: String, into out: inout Output) {
        tickets[index].state = .accepted
        standDown(tickets[index].sending)
        tickets[index].absences = 0
        // A longer one is none: a record must bear it.
        if (1...Self.nameLimit).contains(exchangeID.utf8.count) { tickets[index].exchangeID = exchangeID }
        guard !tickets[index].isTold else { return }
        tickets[index].isTold = true
        write(tickets[index], "accepted", into: &out)
    }

    /// Nobody knows whether the exchange has it.
    mutating func doubt(_ index: Int, _ cause: String, at now: Int64) {
        tickets[index].state = .unknown
        tickets[index].askAt = now + 250_000
        say("order \(tickets[index].link): not known whether it was taken (\(cause)); the exchange is asked")
    }

    private mutating func refused(
        _ index: Int, _ reaction: Reaction, _ code: String, _ text: String, at now: Int64, into out: inout Output
    ) {
        let ticket = tickets.remove(at: index)
        note(.end(link: ticket.link, outcome: "rejected:\(code)"))
        guard let desk = desk(ticket.sending.symbol) else { return }
        switch reaction {
        case .stop: stop("the exchange refuses with \(text)")
        case .shut: shut(desk, "the exchange refuses with \(text)")
        case .mistimed: ask(.time)
        default: break
        }
        if ticket.sending.isReduceOnly {
            let isGone = reaction == .nothingToReduce
            if isGone {
                (desks[desk].tradesAskAt, desks[desk].askAt) = (now, now)
            }
            let mayPass = isGone || [.notNow, .mistimed].contains(reaction)
            return retry(
                ticket, desk, Rejection(code, text), mayPass: mayPass, isGone: isGone, at: now, into: &out)
        }
        walletAskAt = now
        writeReject(ticket.sending.intent, ticket.sending.symbol, Rejection(code, text), into: &out)
        // What the exchange has not heard, or not in time, it has not refused.
        if code != RESTFailure.unsentCode, reaction != .mistimed { noteRefusal(text, at: now) }
    }

    /// An order that closes was not taken: what is left to close is tried under another name.
    mutating func retry(
        _ ticket: Ticket, _ desk: Int, _ refusal: Rejection, mayPass: Bool, isGone: Bool = false, at now: Int64,
        into out: inout Output
    ) {
        // What exec closes by itself is tried for as long as there is something to close.
        guard let intent = ticket.sending.intent else {
            if !isGone, live(desks[desk].name) != nil {
                say("\(desks[desk].name): \(ticket.link) does not close it: \(refusal.code): \(refusal.reason)")
            }
            return
        }
        standDown(ticket.sending)
        let isWhole = ticket.sending.isWholeReduction
        // A part is nothing where all is to be closed.
        guard mayPass, ticket.sending.tries < 3, isWhole ? now >= bannedUntil : !desks[desk].isToBeClosed else {
            // A refusal is for whoever wanted it closed; what has not arrived is closed late rather than never.
            // Within a ban nobody can look whether there is anything left.
            if mayPass, isWhole, !isGone || now < bannedUntil { resolve(desk, after: 2_000_000, at: now) }
            return writeReject(intent, ticket.sending.symbol, refusal, into: &out)
        }
        desks[desk].waiting.insert(
            Desk.Reduction(
                intent: intent, side: ticket.sending.side, fraction: ticket.sending.fraction, since: ticket.sending.ts,
                tries: ticket.sending.tries + 1, notBefore: now + 500_000), at: 0)
    }
}

extension RESTFailure {
    static let unsentCode = "unsent"

    /// As a record says it.
    var code: String {
        switch self {
        case .unsent: Self.unsentCode
        case .unreachable: "unreachable"
        case .status(let status): "http_\(status)"
        case .banned: "http_403"
        case .garbled: "garbled"
        case .refused(let code, _): "\(code)"
        }
    }
}

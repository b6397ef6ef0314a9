import Bybit
import Records
import Venue

/// What has been traded, and what the exchange says there is.
extension Executor {
    /// No name of the exchange's is longer, bytes.
    static let nameLimit = 64

    /// Books the executions of an answer, the oldest first.
    mutating func book(_ answer: Answer, at now: Int64, into out: inout Output) {
        let rows = answer.list(ExecutionRow.init).enumerated()
            .sorted { ($0.element.ts, -$0.offset) < ($1.element.ts, -$1.offset) }
        for (_, row) in rows { book(row, isAnswer: true, at: now, into: &out) }
    }

    /// Books an execution, unless it has been.
    /// - Parameter isAnswer: whether it stands in an answer, in its order; messages may overtake each other.
    mutating func book(_ row: ExecutionRow, isAnswer: Bool, at now: Int64, into out: inout Output) {
        guard !memory.executions.contains(row.id), !strays.contains(row.id), let index = desk(row.symbol) else {
            return
        }
        guard let price = Price(text: row.price), let quantity = Quantity(text: row.quantity), price > .zero,
            quantity > .zero, let fee = Money(text: row.fee), row.id.utf8.count <= Self.nameLimit,
            row.link.utf8.count <= Self.nameLimit
        else { return say("\(row.symbol): an execution that cannot be read: \(row.id.cut(to: Self.nameLimit))") }
        if row.type == "Funding" { return bookFunding(row, fee, of: quantity, index, at: now) }
        let place = row.link.isEmpty ? nil : ticket(row.link)
        let sending = row.link.isEmpty ? nil : memory.sent[row.link]
        guard concerns(row, sending, memory.holding(row.symbol), index) else { return }
        let opens = sending?.isReduceOnly == false
        let ours: Quantity
        switch part(row, quantity, sending, isAnswer: isAnswer) {
        case .ours(let part): ours = part
        case .early:
            if let place {
                let told = min(tickets[place].sending.quantity, tickets[place].booked + quantity)
                tickets[place].stated = max(tickets[place].stated, told)
            }
            desks[index].tradesAskAt = isAnswer ? desks[index].tradesAskAt ?? now + 1_000_000 : now
            return
        case .unsure:
            desks[index].tradesAskAt = now
            return
        case .foreign:
            let cause = "\(row.side.rawValue) \(quantity) at \(price) (\(row.id)) is not of what is held by us"
            if desks[index].isShared {
                writeReject(nil, row.symbol, Rejection("foreign_position", cause), into: &out)
            }
            isolate(index, cause, at: now, into: &out)
            strays.insert(row.id)
            if let place {
                tickets[place].booked += quantity
                finish(place, at: now, into: &out)
            }
            return
        }
        let booking = Booking(
            execution: row.id, link: row.link, symbol: row.symbol, side: row.side,
            level: Level(price: price, quantity: ours), fee: fee.share(ours, of: quantity), isMaker: row.isMaker,
            reason: Self.reason(row, sending), executed: row.ts,
            // Of an earlier run only the exchange knows when.
            ts: hasStarted ? eventTime : row.ts)
        let realised = note(.fill(booking))
        desks[index].tradedSequence = row.sequence ?? desks[index].tradedSequence
        let opener = booking.reason == "external" ? nil : memory.holdings[row.symbol]?.opener
        write(booking, realised, id: sending?.intent ?? opener, into: &out)
        if let place {
            if !tickets[place].isTold || tickets[place].state != .accepted { accept(place, row.orderID, into: &out) }
            tickets[place].booked += quantity
            tickets[place].stated = max(tickets[place].stated, tickets[place].booked)
        }
        // Also behind an order that had been given up, and all that was held with it.
        if opens, place == nil, memory.closings.contains(row.symbol) { resolve(index, at: now) }
        if opens {
            refusals = 0
            protect(index, at: now, askIn: 200_000)
        }
        if let place {
            finish(place, at: now, into: &out)
        } else {
            confirm(index, at: now, into: &out)
        }
        if ours < quantity {
            isolate(index, "\(row.side.rawValue) \(quantity) (\(row.id)) is more than was held", at: now, into: &out)
        }
    }

    private enum Part {
        case ours(Quantity)
        /// It closes what is not booked yet.
        case early
        /// A message may be missing that comes before it: an answer says.
        case unsure
        case foreign
    }

    /// How much of an execution is ours.
    private func part(_ row: ExecutionRow, _ quantity: Quantity, _ sending: Sending?, isAnswer: Bool) -> Part {
        let position = memory.holding(row.symbol)?.position
        let opens = sending?.isReduceOnly == false
        let isOrdered = sending.map { memory.booked[row.link, default: .zero] + quantity <= $0.quantity } ?? true
        let closed = position.flatMap { $0.side.closing == row.side ? $0.quantity : nil }
        // Of what others close, as much is ours as there is.
        let ours = sending == nil ? min(quantity, closed ?? quantity) : quantity
        guard isOrdered, closed.map({ ours <= $0 }) ?? opens else {
            if !opens, mayOpenYet(row.symbol) { return .early }
            return isAnswer ? .foreign : .unsure
        }
        // What others traded is booked behind what ours did before it, and of that a message may be missing.
        guard isAnswer || ours == quantity && (sending != nil || !hasTicket(row.symbol)) else { return .unsure }
        return .ours(ours)
    }

    /// Whether an order of ours has opened more than is booked, or nobody knows what it has done.
    private func mayOpenYet(_ symbol: String) -> Bool {
        tickets.contains {
            $0.sending.symbol == symbol && !$0.sending.isReduceOnly && ($0.untold > .zero || $0.state == .unknown)
        }
    }

    /// Books what was paid for holding a position, if it was ours.
    private mutating func bookFunding(
        _ row: ExecutionRow, _ fee: Money, of quantity: Quantity, _ index: Int, at now: Int64
    ) {
        guard let holding = memory.holdings[row.symbol], row.ts >= holding.since,
            !holding.position.isFlat || row.ts <= holding.last
        else { return }
        // Where others hold something too, theirs is theirs.
        let ours = desks[index].isShared ? min(quantity, holding.position.quantity) : quantity
        note(.funding(symbol: row.symbol, execution: row.id, received: -fee.share(ours, of: quantity)))
        walletAskAt = now
    }

    /// Whether an execution is part of what is held now: an order of an earlier journal may have had a name of ours, and
    /// what others traded before we held anything is over.
    private func concerns(
        _ row: ExecutionRow, _ sending: Sending?, _ holding: Memory.Holding?, _ index: Int
    ) -> Bool {
        if let sending { return row.ts >= sending.stamp - 60_000_000 }
        return row.ts >= max(desks[index].startedAt, holding?.since ?? 0)
    }

    private static func reason(_ row: ExecutionRow, _ sending: Sending?) -> String {
        if row.type == "BustTrade" || row.type == "AdlTrade" { return "liquidation" }
        if let sending { return sending.isReduceOnly ? "reduce" : "open" }
        if row.origin.contains("StopLoss") { return "stop_loss" }
        if row.origin.contains("TakeProfit") { return "take_profit" }
        return "external"
    }

    // MARK: The end of an order

    /// Takes what the exchange says of an order.
    mutating func take(_ row: OrderRow, at now: Int64, into out: inout Output) {
        guard let index = ticket(row.link), let filled = Quantity(text: row.filled) else { return }
        guard Self.isOurs(row, tickets[index].sending) else { return }
        accept(index, row.id, into: &out)
        // Sources may contradict each other: what says more is later.
        let untold = tickets[index].untold
        tickets[index].stated = max(tickets[index].stated, filled)
        switch row.status {
        case .open, .unknown: break
        case .filled:
            tickets[index].ended = tickets[index].ended ?? ""
            // All of it, where no quantity is told; what closes is cut to what there is.
            if filled == .zero, !tickets[index].sending.isReduceOnly {
                tickets[index].stated = tickets[index].sending.quantity
            }
        case .ended: tickets[index].ended = Self.cause(row.reason)
        }
        finish(index, at: now, into: &out)
        guard let index = ticket(row.link) else { return }
        // One that is said to be filled was filled by something.
        let isShort =
            tickets[index].booked < tickets[index].stated
            || tickets[index].ended == "" && tickets[index].booked == .zero
        if tickets[index].untold > untold, !tickets[index].sending.isReduceOnly,
            let desk = desk(tickets[index].sending.symbol)
        {
            protect(desk, at: now, askIn: 200_000)
        }
        if isShort, tickets[index].ended != nil {
            ask(.fills(row.link, row.symbol))
        } else {
            tickets[index].askAt = now + (isStreaming ? 2_000_000 : 500_000)
        }
    }

    /// Whether it is this order: one of an earlier journal may have had its name.
    static func isOurs(_ row: OrderRow, _ sending: Sending) -> Bool {
        guard row.side ?? sending.side == sending.side else { return false }
        let quantity = row.quantity.flatMap { Quantity(text: $0) } ?? sending.quantity
        // One that closes is cut by the exchange to what there is.
        guard sending.isReduceOnly ? quantity <= sending.quantity : quantity == sending.quantity else { return false }
        return row.created ?? .max >= sending.stamp - 60_000_000
    }

    /// Why an order ended, in the words of `paper`.
    private static func cause(_ reason: String) -> String {
        switch reason {
        case "EC_NoImmediateQtyToFill", "EC_ReachMarketPriceLimit", "EC_CancelForNoFullFill": "depth"
        case "CancelByReduceOnly", "CancelByTpSlTsClear", "CancelAllBeforeLiq": "position_gone"
        case "CancelByNoEnoughMargin": "margin"
        // It was a market order, and the exchange says no more of it.
        case "Cancelled", "PartiallyFilledCanceled": "depth"
        default: reason.cut(to: nameLimit)
        }
    }

    /// Ends an order of which all has been booked.
    mutating func finish(_ index: Int, at now: Int64, into out: inout Output) {
        let ticket = tickets[index]
        let isWhole = ticket.ended == "" && ticket.booked > .zero && ticket.booked >= ticket.stated
        let isFilled = ticket.booked >= ticket.sending.quantity || isWhole
        let isOver = ticket.ended.map { !$0.isEmpty } ?? false
        guard isFilled || isOver && ticket.booked >= ticket.stated else { return }
        tickets.remove(at: index)
        note(.end(link: ticket.link, outcome: isFilled ? "filled" : "cancelled:\(ticket.ended ?? "")"))
        if isFilled {
            write(ticket, "filled", into: &out)
        } else {
            if ticket.booked > .zero { write(ticket, "partial", into: &out) }
            let cause = ticket.ended ?? "depth"
            write(ticket, "cancelled", because: cause, into: &out)
            // It was taken, and then refused after all.
            if !ticket.sending.isReduceOnly, ticket.booked == .zero, cause != "depth" {
                noteRefusal("\(cause): it ended with nothing filled", at: now)
            }
        }
        guard let desk = desk(ticket.sending.symbol) else { return }
        confirm(desk, at: now, into: &out)
        pump(desk, at: now, into: &out)
    }

    /// Something has been traded: says what is held now, and asks the exchange what it thinks.
    mutating func confirm(_ index: Int, at now: Int64, into out: inout Output) {
        let name = desks[index].name
        if let holding = memory.holdings[name] { writePosition(name, holding, into: &out) }
        if live(name) == nil {
            desks[index].protectBy = nil
            if !hasTicket(name) { desks[index].closing = nil }
        }
        desks[index].askAt = now
        walletAskAt = now
    }

    // MARK: Money

    mutating func take(_ row: WalletRow, at now: Int64, into out: inout Output) {
        guard let equity = Money(text: row.equity), let available = Money(text: row.available) else { return }
        wallet = Wallet(equity: equity, available: available, at: now)
        writeAccount(into: &out)
        let today = (now + clockOffset) / 86_400_000_000
        // With nothing in it an account begins no day: what is lost then would be a share of nothing.
        if memory.day?.number != today, equity > .zero { note(.day(today, equity: equity)) }
        guard let (day, start) = memory.day, day == today else { return }
        let least = start - start.times(settings.dailyLoss, .down)
        if equity < least {
            halt(Self.dailyLoss, "equity is \(equity) USDT, less than \(least): \(start) began the day", at: now)
        }
    }
}

extension Money {
    /// The part of it that falls on a part of a quantity.
    fileprivate func share(_ part: Quantity, of whole: Quantity) -> Money {
        guard part < whole else { return self }
        let product = units.multipliedFullWidth(by: Int128(part.units))
        return Money(units: Int128(whole.units).dividingFullWidth(product).quotient)
    }
}

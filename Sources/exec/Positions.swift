import Bybit
import Records
import Venue

/// What the exchange says is held: whether it has its stop, and whether it is ours.
extension Executor {
    /// The exchange must show within two seconds that what was opened is protected.
    mutating func protect(_ index: Int, at now: Int64, askIn pause: Int64) {
        guard desks[index].closing == nil else { return }
        if desks[index].protectBy == nil {
            // While nothing can be asked nothing can be shown.
            let from = max(now, bannedUntil)
            (desks[index].protectBy, desks[index].protectAtLatest) = (from + 2_000_000, from + 10_000_000)
            desks[index].isBare = false
        }
        desks[index].askAt = min(desks[index].askAt ?? .max, now + pause)
    }

    /// Takes what the exchange says of a position.
    mutating func take(_ row: PositionRow, at now: Int64, into out: inout Output) {
        guard let index = desk(row.symbol), let size = Quantity(text: row.size) else { return }
        guard row.index == 0 else {
            if size > .zero { stop("\(row.symbol) is in hedge mode: positions of both sides") }
            return
        }
        guard isNewest(row.sequence, index, at: now) else {
            if desks[index].protectBy != nil { desks[index].askAt = now + 400_000 }
            return
        }
        if let leverage = row.leverage(otherThan: settings.leverage) {
            shut(index, "what is held has leverage \(leverage), and --leverage is \(settings.leverage)")
        }
        let live = live(row.symbol)
        // On the other side nothing of ours is left: there is one position a symbol.
        let isOurSide = live.map { row.side == $0.side.opening } ?? false
        compare(index, row, size, isOurSide: isOurSide, at: now, into: &out)
        // Ours is in it, whatever else is.
        guard size > .zero, isOurSide else { return }
        if row.stopLoss != nil, row.takeProfit != nil {
            desks[index].protectBy = nil
        } else {
            protect(index, at: now, askIn: 400_000)
            desks[index].isBare = true
        }
    }

    /// Whether no later answer was seen before this one, by its running number. One after the other that is lower, for half a
    /// minute, is not late: the numbers do not tell, and what is shown counts again.
    private mutating func isNewest(_ sequence: Int64?, _ index: Int, at now: Int64) -> Bool {
        guard let sequence else { return true }
        if sequence < desks[index].sequence {
            let since = desks[index].behindSince ?? now
            desks[index].behindSince = since
            guard now - since >= 30_000_000 else { return false }
            say("\(desks[index].name): the running numbers of its position have gone back: what is shown now counts")
        }
        (desks[index].sequence, desks[index].behindSince) = (sequence, nil)
        return true
    }

    /// A position that differs for longer than its messages may take is not only ours.
    /// - Parameters:
    ///   - size: what the exchange holds.
    ///   - isOurSide: whether on the side of what is ours.
    private mutating func compare(
        _ index: Int, _ row: PositionRow, _ size: Quantity, isOurSide: Bool, at now: Int64, into out: inout Output
    ) {
        let name = desks[index].name
        let holding = memory.holding(name)
        let booked = holding?.position.quantity ?? .zero
        let isSame = size == booked && (isOurSide || size == .zero)
        guard !isSame, !hasTicket(name) else {
            desks[index].differsSince = nil
            return
        }
        let since = desks[index].differsSince ?? now
        desks[index].differsSince = since
        guard now - since >= 5_000_000, desks[index].knownUpTo > since else {
            desks[index].tradesAskAt = desks[index].tradesAskAt ?? now
            return
        }
        if let holding, size == .zero || !isOurSide {
            if isCurrent(row.sequence, index, at: now) {
                forget(holding, index, at: now, into: &out)
            } else {
                desks[index].tradesAskAt = desks[index].tradesAskAt ?? now + 5_000_000
            }
        }
        guard size > .zero else { return }
        let difference =
            holding.map {
                "\($0.position.side.rawValue) \(booked) is booked, and the exchange has "
                    + "\(row.side?.rawValue ?? "nothing") \(row.size)"
            } ?? "\(row.size) are held that are not ours"
        isolate(index, difference, at: now, into: &out)
    }

    /// Whether an answer of the position is not from before what has been traded in it: it may be some seconds behind. Where
    /// running numbers do not tell, minutes do.
    private func isCurrent(_ sequence: Int64?, _ index: Int, at now: Int64) -> Bool {
        if let sequence, let traded = desks[index].tradedSequence, sequence >= traded { return true }
        return now + clockOffset - (memory.holding(desks[index].name)?.last ?? 0) >= 300_000_000
    }

    /// A position is not there any more, and no execution that the exchange tells of has closed it: perhaps it was longer ago
    /// than that.
    private mutating func forget(_ holding: Memory.Holding, _ index: Int, at now: Int64, into out: inout Output) {
        let name = desks[index].name
        let cause =
            "\(holding.position.side.rawValue) \(holding.position.quantity) is not there any more: for how much it was closed "
            + "the exchange does not tell, and it is in no result"
        note(.gone(symbol: name, ts: now))
        desks[index].differsSince = nil
        writeReject(nil, name, Rejection("foreign_position", cause), into: &out)
        say("\(name): \(cause)")
        confirm(index, at: now, into: &out)
    }

    /// What is in this symbol is not only ours: it is left alone, and nothing is opened beside it.
    mutating func isolate(_ index: Int, _ cause: String, at now: Int64, into out: inout Output) {
        guard !desks[index].isShared || desks[index].shut == nil else { return }
        setEventTime(now)
        desks[index].isShared = true
        desks[index].shut = desks[index].shut ?? cause
        writeReject(nil, desks[index].name, Rejection("foreign_position", cause), into: &out)
        say("\(desks[index].name): \(cause); nothing is opened in it any more, and what is not ours is left alone")
    }
}

import Records
import Venue

/// Why an intent, or another input, is not acted on.
struct Refusal: Error {
    let code: String
    let reason: String

    init(_ code: String, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// What an intent must be to become an order.
extension PaperStage {
    mutating func intend(_ record: Record, into out: inout Output) {
        let id = record["id"]?.string ?? []
        now = max(now, record.ts)
        do throws(Refusal) {
            try admit(id)
            let order = try record["reduce_only"]?.bool == true ? reducing(record, id) : opening(record, id)
            if case .open(let opening) = order.purpose {
                account.reserve(opening.reserved)
                books[record.symbol].instrument = books[record.symbol].stated
            }
            books[record.symbol].orders.append(order)
            write(order, record.symbol, "accepted", into: &out)
        } catch {
            writeReject(id, record.symbol, error, into: &out)
        }
    }

    /// An id must be one that the exchange takes as a client order id, and new.
    private mutating func admit(_ id: [UInt8]) throws(Refusal) {
        guard IntentIdentifier.isValid(id) else {
            throw Refusal("bad_id", "an id is 1 to \(IntentIdentifier.limit) characters of A-Z a-z 0-9 _ -")
        }
        guard ids.insert(id).inserted else { throw Refusal("duplicate_id", "this id was used before") }
    }

    private func reducing(_ record: Record, _ id: [UInt8]) throws(Refusal) -> Order {
        let book = books[record.symbol]
        guard let position = account.position(record.symbol), let holding = book.holding,
            let instrument = book.instrument
        else { throw Refusal("no_position", "there is no position to reduce") }
        guard record.side == position.side.closing else {
            throw Refusal("wrong_side", "a \(record.side.rawValue) does not reduce a \(position.side.rawValue)")
        }
        let fraction = try fraction("fraction", of: record)
        return Order(
            id: id, accepted: now, side: record.side,
            quantity: Sizing.reduction(of: position.quantity, by: fraction, instrument),
            purpose: .reduce(position: holding.id))
    }

    private func opening(_ record: Record, _ id: [UInt8]) throws(Refusal) -> Order {
        let terms = try terms(record)
        let weight = try fraction("weight", of: record)
        let takeProfit = try fraction("take_profit", of: record)
        let stopLoss = try fraction("stop_loss", of: record)
        guard stopLoss.units < Rate.one else { throw Refusal("malformed", "stop_loss is not below 1") }
        guard account.position(record.symbol) == nil, !books[record.symbol].orders.contains(where: \.isOpening) else {
            throw Refusal("position_open", "a position in this symbol is open, or being opened: one at a time")
        }
        let quantity = try size(terms, weight: weight)
        let opening = Opening(
            takeProfit: takeProfit, stopLoss: stopLoss, reserved: terms.need(quantity),
            conviction: Conviction(record))
        return Order(id: id, accepted: now, side: record.side, quantity: quantity, purpose: .open(opening))
    }

    private func terms(_ record: Record) throws(Refusal) -> Sizing.Terms {
        let book = books[record.symbol]
        guard let instrument = book.stated else {
            throw Refusal("unknown_symbol", "no instrument record that can be used has named this symbol")
        }
        guard book.market.reference > .zero, book.market.isUsable else {
            throw Refusal("no_price", "no price of this symbol is known that can be used")
        }
        let leverage = assumptions.leverage
        guard leverage <= instrument.maxLeverage,
            Liquidation.allows(leverage: leverage, maintenance: instrument.maintenanceMargin)
        else {
            throw Refusal(
                "leverage",
                "leverage \(leverage) is above the instrument's maximum of \(instrument.maxLeverage), or leaves less than "
                    + "the maintenance margin of \(instrument.maintenanceMargin)")
        }
        return Sizing.Terms(record.side, price: book.market.reference, leverage: leverage, instrument)
    }

    /// A share or a distance: above 0, at most 1.
    private func fraction(_ key: StaticString, of record: Record) throws(Refusal) -> Rate {
        guard let number = record[key]?.number, let rate = Rate(nearest: number), rate > .zero, rate.units <= Rate.one
        else { throw Refusal("malformed", "\(key) is not a number above 0 and at most 1") }
        return rate
    }

    private func size(_ terms: Sizing.Terms, weight: Rate) throws(Refusal) -> Quantity {
        let equity = equity()
        guard equity <= .limit else {
            throw Refusal("out_of_range", "an account above \(Money.limit) USDT opens nothing")
        }
        let budget = equity.times(weight, .down)
        let minimum = terms.minimum
        let cost =
            "the minimum of \(minimum) at \(terms.price) is \(terms.price * minimum) USDT and needs "
            + "\(terms.need(minimum)) USDT of margin and fees at leverage \(terms.leverage)"
        switch Sizing.open(terms, budget: budget, available: account.available) {
        case .quantity(let quantity): return quantity
        case .tooSmall:
            throw Refusal(
                "too_small",
                "\(cost); there is \(budget) USDT (\(weight) of \(equity)), at this leverage "
                    + "\(budget.times(terms.leverage, .down)) USDT")
        case .insufficientMargin:
            throw Refusal("insufficient_margin", "\(cost); available is \(account.available) USDT")
        }
    }
}

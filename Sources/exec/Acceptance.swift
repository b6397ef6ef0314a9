public import Records
public import Venue

/// What an intent must be to become an order. Refusals are data: each is a record that names the figures.
extension Executor {
    /// Takes a record of the stream.
    /// - Parameter now: the wall clock, microseconds.
    public mutating func receive(_ input: borrowing RecordReader, at now: Int64, into out: inout Output) {
        out.pass(input.record)
        guard input.record.hasTime else { return }
        eventTime = max(eventTime, input.record.ts)
        if !hasStarted { start(into: &out) }
        guard input.record.kind == .intent || input.record.kind.isPrice else { return }
        guard let index = desk(input.symbols.text(input.record.symbol)) else {
            if input.record.kind == .intent {
                refuse(input, Rejection("unknown_symbol", "--symbols does not name it"), into: &out)
            }
            return
        }
        switch input.record.kind {
        case .quote:
            if desks[index].market.take(quote: input.record) { desks[index].pricedAt = input.record.ts }
        // Where there were quotes, a trade prices nothing.
        case .trade:
            if desks[index].market.take(trade: input.record), desks[index].market.source == .trades {
                desks[index].pricedAt = input.record.ts
            }
        case .bar:
            if desks[index].market.take(bar: input.record) != nil, desks[index].market.source == .bars {
                desks[index].pricedAt = input.record.ts
            }
        default:
            do throws(Rejection) { try intend(input.record, index, at: now, into: &out) } catch {
                refuse(input, error, into: &out)
            }
        }
    }

    private func refuse(_ input: borrowing RecordReader, _ rejection: Rejection, into out: inout Output) {
        out.reject(
            input.record["id"]?.string ?? [], ts: eventTime, symbol: input.symbols.name(input.record.symbol), rejection)
    }

    private mutating func intend(
        _ record: borrowing Record, _ index: Int, at now: Int64, into out: inout Output
    ) throws(Rejection) {
        let id = record["id"]?.string ?? []
        guard IntentIdentifier.isValid(id) else {
            throw Rejection("bad_id", "an id is 1 to \(IntentIdentifier.limit) characters of A-Z a-z 0-9 _ -")
        }
        let intent = String(decoding: id, as: UTF8.self)
        guard !memory.intents.contains(intent), memory.sent[intent] == nil, ids.insert(intent, at: now) else {
            throw Rejection("duplicate_id", "this id was used before")
        }
        if record["reduce_only"]?.bool == true {
            try reduce(record, intent, index, at: now)
            pump(index, at: now, into: &out)
        } else {
            try open(record, intent, index, at: now, into: &out)
        }
    }

    // MARK: To reduce

    private mutating func reduce(
        _ record: borrowing Record, _ intent: String, _ index: Int, at now: Int64
    ) throws(Rejection) {
        // What is to be closed is closed late rather than never; but an old stream closes nothing that is held now.
        let age = Double(now + clockOffset - record.ts)
        guard age <= Double(reductionAge) else {
            let most = seconds(Double(reductionAge))
            throw Rejection("stale_intent", "it is \(seconds(age)) old; one that reduces may be \(most)")
        }
        guard let fraction = record.fraction("fraction") else {
            throw Rejection("malformed", "fraction is not a number above 0 and at most 1")
        }
        guard memory.holding(desks[index].name) != nil || hasTicket(desks[index].name) else {
            throw Rejection("no_position", "there is no position to reduce")
        }
        if let held = side(desks[index].name), record.side != held.closing { throw wrongSide(record.side, held) }
        let isAll = fraction.units == Rate.one
        guard now >= bannedUntil else {
            if isAll { resolve(index, at: now) }
            throw Rejection(
                "banned",
                "the exchange has refused this address for a while"
                    + (isAll ? ": what is held is closed when it listens again" : ""))
        }
        guard desks[index].waiting.count < 64 else {
            if isAll { resolve(index, at: now) }
            throw Rejection(
                "too_many_orders",
                "64 intents wait for what is on its way in this symbol"
                    + (isAll ? ": exec closes what is held by itself" : ""))
        }
        if !isAll {
            let sent = memory.reductions.count { $0 > now - 60_000_000 }
            let waiting = desks.reduce(0) { $0 + $1.waiting.count { $0.fraction.units < Rate.one } }
            guard sent + waiting < settings.reductionsAMinute else {
                throw Rejection(
                    "order_rate",
                    "\(sent) were sent within a minute, and \(waiting) wait; --reductions-a-minute is \(settings.reductionsAMinute)"
                )
            }
        }
        desks[index].waiting.append(
            Desk.Reduction(intent: intent, side: record.side, fraction: fraction, since: now))
    }

    /// So old an intent to reduce may be, microseconds.
    var reductionAge: Int64 { max(Int64(settings.maxAge), 60_000_000) }

    // MARK: To open

    private mutating func open(
        _ record: borrowing Record, _ intent: String, _ index: Int, at now: Int64, into out: inout Output
    ) throws(Rejection) {
        let desk = desks[index]
        try permit(desk, at: now)
        let age = Double(now + clockOffset - record.ts)
        // One of the future is as little of now: a clock is off.
        guard age.magnitude <= settings.maxAge else {
            throw Rejection("stale_intent", "it is \(seconds(age)) old; --max-age is \(seconds(settings.maxAge))")
        }
        let price = try price(desk, at: now)
        guard let weight = record.fraction("weight"), let takeProfit = record.fraction("take_profit"),
            let stopLoss = record.fraction("stop_loss"), stopLoss.units < Rate.one,
            record.side == .buy || takeProfit.units < Rate.one
        else {
            throw Rejection(
                "malformed", "weight, take_profit or stop_loss is not above 0 and at most 1, or a level would be 0")
        }
        try vacancy(desk)
        let terms = Sizing.Terms(record.side, price: price, leverage: settings.leverage, desk.instrument)
        let quantity = try size(terms, weight: weight, at: now)
        let notional = price * quantity
        try allow(notional, at: now)
        let sending = Sending(
            intent: intent, link: intent, symbol: desk.name, side: record.side, quantity: quantity, isReduceOnly: false,
            notional: notional, conviction: Conviction(record), fraction: Rate(units: Rate.one), tries: 0,
            stamp: now + clockOffset, ts: now)
        var position = Position(Direction(opening: record.side), leverage: settings.leverage, opened: record.ts)
        position.add(Level(price: price, quantity: quantity), fee: .zero, desk.instrument)
        let protection = Distances(takeProfit: takeProfit, stopLoss: stopLoss).protection(of: position, desk.instrument)
        try send(sending, protection)
    }

    /// Why nothing is opened in any symbol, as a person or a limit will have it; nil if it may be.
    public var standstill: Rejection? {
        if let halt = memory.halts.first { return Rejection("halted", "\(halt.code): \(halt.reason)") }
        if isHalted { return Rejection("halted", "the halt file is there") }
        return stopped.map { Rejection("stopped", $0) }
    }

    /// Whether anything may be opened now.
    private func permit(_ desk: Desk, at now: Int64) throws(Rejection) {
        guard !isEnding else { throw Rejection("ending", "the program is about to end") }
        if let standstill { throw standstill }
        if let shut = desk.shut { throw Rejection("shut", shut) }
        guard isStreaming else {
            throw Rejection("stream_down", "the private stream is not connected: what happens would be known too late")
        }
        guard now >= bannedUntil else { throw Rejection("banned", "the exchange has refused this address for a while") }
        if let unknown = tickets.first(where: { $0.state == .unknown && $0.sending.symbol == desk.name }) {
            throw Rejection("unresolved", "nobody knows yet what became of order \(unknown.link)")
        }
        guard desk.differsSince == nil else {
            throw Rejection("unresolved", "the exchange's position is not the one that was booked")
        }
        let lag = Double(now + clockOffset - desk.pricedAt)
        guard lag.magnitude <= settings.maxLag else {
            throw Rejection(
                "stale_feed", "its last price is \(seconds(lag)) old; --max-lag is \(seconds(settings.maxLag))")
        }
    }

    /// The stream's price, if it is the exchange's: the stream may be of another exchange, or stand still.
    private func price(_ desk: Desk, at now: Int64) throws(Rejection) -> Price {
        let market = desk.market
        guard market.reference > .zero, market.isUsable else {
            throw Rejection("no_price", "no price of this symbol is known that can be used")
        }
        guard let mark = desk.mark, now - mark.at <= Self.markLimit else {
            throw Rejection(
                "no_mark", "the exchange has not told its mark price within \(Self.markLimit / 1_000_000) s")
        }
        let tick = desk.instrument.tick
        let low = mark.price.moved(by: -settings.collar, tick: tick, .up)
        guard (low...mark.price.moved(by: settings.collar, tick: tick, .up)).contains(market.reference) else {
            throw Rejection(
                "collar",
                "the price \(market.reference) is more than \(settings.collar) from the exchange's mark price \(mark.price)"
            )
        }
        return market.reference
    }

    private func vacancy(_ desk: Desk) throws(Rejection) {
        guard memory.holding(desk.name) == nil, !hasTicket(desk.name) else {
            throw Rejection("position_open", "a position in this symbol is open, or being opened: one at a time")
        }
        guard desk.closing == nil, desk.waiting.isEmpty else {
            throw Rejection("unresolved", "what was to be closed in this symbol has not ended")
        }
        let open = desks.filter { memory.holding($0.name) != nil || hasTicket($0.name) }.count
        guard open < settings.maxPositions else {
            throw Rejection("too_many_positions", "\(open) are open; --max-positions is \(settings.maxPositions)")
        }
    }

    private func allow(_ notional: Money, at now: Int64) throws(Rejection) {
        let recent = memory.openings.filter { $0.ts > now - 60_000_000 }
        guard recent.count < settings.openingsAMinute else {
            throw Rejection(
                "order_rate",
                "\(recent.count) were sent within a minute; --orders-a-minute is \(settings.openingsAMinute)")
        }
        let sum = recent.reduce(notional) { $0 + $1.notional }
        let most = (wallet?.equity ?? .zero).times(settings.notionalAMinute, .down)
        guard sum <= most else {
            throw Rejection("notional_rate", "\(sum) USDT would be sent within a minute; \(most) may be")
        }
    }

    private func size(_ terms: Sizing.Terms, weight: Rate, at now: Int64) throws(Rejection) -> Quantity {
        // What has been lost of late is not known then either.
        guard let wallet, now - wallet.at <= Self.walletLimit else {
            let limit = "\(Self.walletLimit / 1_000_000) s"
            throw Rejection("no_wallet", "the exchange has not told what the account holds within \(limit)")
        }
        return try terms.quantity(
            weight: weight, of: wallet.equity, available: wallet.available, usable: Self.usable)
    }

    private static let markLimit: Int64 = 20_000_000
    private static let walletLimit: Int64 = 30_000_000
    /// Of what is free. A part is left for what the price does until the order is there.
    static let usable = Rate(units: 98_000_000)

    private func seconds(_ microseconds: Double) -> String {
        "\((microseconds / 1000).rounded() / 1000) s"
    }
}

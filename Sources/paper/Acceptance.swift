import Records
import Venue

/// What an intent must be to become an order.
extension PaperStage {
    mutating func intend(_ input: borrowing RecordReader, into out: inout Output) {
        meet(input)
        let id = input.record["id"]?.string ?? []
        let isReducing = input.record["reduce_only"]?.bool == true
        do throws(Rejection) {
            try admit(id)
            try place(isReducing ? reducing(input.record) : opening(input.record), id)
            if !isReducing {
                books[input.record.symbol].holding = Holding(id: id, conviction: Conviction(input.record))
            }
        } catch {
            writeReject(id, input.record.symbol, error, into: &out)
        }
    }

    /// An id must be one that the exchange takes as a client order id, and new.
    private mutating func admit(_ id: [UInt8]) throws(Rejection) {
        guard IntentIdentifier.isValid(id) else {
            throw Rejection("bad_id", "an id is 1 to \(IntentIdentifier.limit) characters of A-Z a-z 0-9 _ -")
        }
        guard ids.insert(id).inserted else { throw Rejection("duplicate_id", "this id was used before") }
    }

    private mutating func place(_ terms: OrderTerms, _ id: [UInt8]) throws(Rejection) {
        do {
            _ = try engine.place(terms, link: String(decoding: id, as: UTF8.self), by: 0)
        } catch .tooManyOrders {
            throw Rejection(
                "too_many_orders", "\(Engine.orderLimit) orders in this symbol have not reached the book yet")
        } catch {
            fatalError("an order that was checked is refused: \(error)")
        }
    }

    private func reducing(_ record: borrowing Record) throws(Rejection) -> OrderTerms {
        guard let position = position(record.symbol), let instrument = engine.listings[record.symbol].rules else {
            throw Rejection("no_position", "there is no position to reduce")
        }
        guard record.side == position.side.closing else {
            throw Rejection("wrong_side", "a \(record.side.rawValue) does not reduce a \(position.side.rawValue)")
        }
        let fraction = try fraction("fraction", of: record)
        let quantity = Sizing.reduction(of: position.quantity, by: fraction, instrument)
        return order(record, quantity, instrument, isReduceOnly: true)
    }

    private mutating func opening(_ record: borrowing Record) throws(Rejection) -> OrderTerms {
        let symbol = record.symbol
        let stated = try tradable(symbol)
        let weight = try fraction("weight", of: record)
        let distances = Distances(
            takeProfit: try fraction("take_profit", of: record), stopLoss: try fraction("stop_loss", of: record),
            by: assumptions.trigger.by)
        guard distances.stopLoss.units < Rate.one else { throw Rejection("malformed", "stop_loss is not below 1") }
        guard position(symbol) == nil, engine.listings[symbol].orders.allSatisfy(\.terms.isReduceOnly) else {
            throw Rejection("position_open", "a position in this symbol is open, or being opened: one at a time")
        }
        let instrument = engine.state(stated, of: symbol)
        let terms = Sizing.Terms(
            record.side, price: engine.listings[symbol].market.reference, leverage: assumptions.leverage, instrument)
        return order(record, try size(terms, weight: weight), instrument, protection: .init(distances: distances))
    }

    /// A market order without a bound: the price band is the exchange's.
    private func order(
        _ record: borrowing Record, _ quantity: Quantity, _ instrument: Instrument, isReduceOnly: Bool = false,
        protection: OrderTerms.Protection = .init()
    ) -> OrderTerms {
        OrderTerms(
            symbol: record.symbol, side: record.side, kind: .market, quantity: quantity,
            limit: Price(units: record.side == .buy ? .max : 0), isReduceOnly: isReduceOnly, protection: protection,
            leastPosition: instrument.minQuantity)
    }

    private func position(_ symbol: Int) -> Position? { engine.traders[0].account.position(symbol) }

    /// The rules to open under, if it may be opened at all.
    private func tradable(_ symbol: Int) throws(Rejection) -> Instrument {
        guard let instrument = books[symbol].stated else {
            throw Rejection("unknown_symbol", "no instrument record that can be used has named this symbol")
        }
        let market = engine.listings[symbol].market
        guard market.reference > .zero, market.isUsable else {
            throw Rejection("no_price", "no price of this symbol is known that can be used")
        }
        let (leverage, maintenance) = (assumptions.leverage, assumptions.maintenanceMargin)
        guard leverage <= instrument.maxLeverage, Liquidation.allows(leverage: leverage, maintenance: maintenance)
        else {
            throw Rejection(
                "leverage",
                "leverage \(leverage) is above the instrument's maximum of \(instrument.maxLeverage), or leaves less than "
                    + "the maintenance margin of \(maintenance)")
        }
        return instrument
    }

    /// A share or a distance: above 0, at most 1.
    private func fraction(_ key: StaticString, of record: borrowing Record) throws(Rejection) -> Rate {
        guard let rate = record.fraction(key) else {
            throw Rejection("malformed", "\(key) is not a number above 0 and at most 1")
        }
        return rate
    }

    private func size(_ terms: Sizing.Terms, weight: Rate) throws(Rejection) -> Quantity {
        let equity = engine.equity(0)
        guard equity <= .limit else {
            throw Rejection("out_of_range", "an account above \(Money.limit) USDT opens nothing")
        }
        return try terms.quantity(weight: weight, of: equity, available: engine.available(0))
    }
}

import Bybit
import Records
import Venue

/// Orders are placed, changed and taken back. The answer only says that it was taken in; what comes of it follows on the
/// streams.
extension Exchange {
    func create(_ call: Call, _ ledger: inout Output) throws(APIError) -> Outcome {
        let link = call.parameters["orderLinkId"] ?? ""
        do throws(APIError) {
            let order = try place(call, link: link)
            return Self.acknowledged(order)
        } catch {
            if options.refusedBurnsLink, !link.isEmpty { desks[call.account].burn(link) }
            let symbol = call.parameters["symbol"] ?? ""
            if (1...SymbolTable.nameLimit).contains(symbol.utf8.count) {
                writeReject(link, symbol: symbol, account: call.account, error, into: &ledger)
            }
            throw error
        }
    }

    private func place(_ call: Call, link: String) throws(APIError) -> Order {
        let reader = try reader(call)
        let terms = try reader.terms()
        if !link.isEmpty, desks[call.account].isUsed(link) { throw APIError(110072, "OrderLinkedID is duplicate") }
        try checkDepth(terms)
        do throws(Refusal) {
            let order = try engine.place(terms, link: link, by: call.account)
            wait(terms.symbol, at: call.now - clockOffset)
            return order
        } catch { throw APIError(error, terms, options) }
    }

    /// Some have seen a market order refused at once for which the book had nothing within the band.
    private func checkDepth(_ terms: OrderTerms) throws(APIError) {
        let market = engine.listings[terms.symbol].market
        guard options.thinBook == .refuse, terms.kind == .market, terms.trigger == nil, market.source == .quotes else {
            return
        }
        let (best, quantity) = terms.side == .buy ? (market.ask, market.askQuantity) : (market.bid, market.bidQuantity)
        let isWithin = terms.side == .buy ? best <= terms.limit : best >= terms.limit
        guard quantity > .zero, isWithin else {
            let word = terms.side == .buy ? "buy" : "sell"
            throw APIError(10001, "\(word): [\(best.units / 10_000),\(terms.limit.units / 10_000)] invalid")
        }
    }

    /// A reader of the order that a call describes.
    private func reader(_ call: Call) throws(APIError) -> OrderReader {
        let symbol = try listing(call)
        guard let instrument = engine.listings[symbol].rules else { throw .symbol }
        return OrderReader(
            parameters: call.parameters, symbol: symbol, instrument: instrument,
            market: engine.listings[symbol].market, band: { [engine] in engine.band(symbol, $0) }, options: options)
    }

    /// The symbol of a call that must name a linear perpetual.
    func listing(_ call: Call) throws(APIError) -> Int {
        guard let category = call.parameters["category"] else { throw .missing("category") }
        guard category == "linear" else { throw .parameter("category") }
        guard let name = call.parameters["symbol"] else { throw .missing("symbol") }
        guard let symbol = listing(named: name) else { throw .symbol }
        return symbol
    }

    func amend(_ call: Call, _ ledger: inout Output) throws(APIError) -> Outcome {
        let reader = try reader(call)
        let order = try openOrder(call, reader.symbol)
        var amendment = Amendment()
        if let text = call.parameters["qty"] {
            guard let quantity = Quantity(text: text) else { throw .parameter("qty") }
            amendment.quantity = try reader.checked(quantity)
        }
        if let text = call.parameters["price"], order.terms.kind == .limit {
            amendment.limit = reader.within(try reader.price(text, "price"), order.terms.side)
        }
        if let text = call.parameters["triggerPrice"] {
            amendment.triggerPrice = try reader.price(text, "triggerPrice")
        }
        guard amendment.quantity == nil || !order.origin.isProtection else {
            throw APIError(10001, "The quantity of a level that protects a position cannot be changed")
        }
        let isPartial = order.terms.protection.isPartial
        let protection = order.terms.protection
        amendment.takeProfit = try reader.leg("takeProfit", "tp", isPartial: isPartial, was: protection.takeProfit)
        amendment.stopLoss = try reader.leg("stopLoss", "sl", isPartial: isPartial, was: protection.stopLoss)
        let terms = amendment.applied(to: order)
        guard terms != order.terms else { throw APIError(10001, "order not modified") }
        if terms.kind == .limit { try reader.checkNotional(terms.quantity, terms.limit, terms.isReduceOnly) }
        do throws(Refusal) { try engine.amend(order.number, order.terms.symbol, amendment) } catch {
            throw APIError(error, terms, options)
        }
        wait(order.terms.symbol, at: call.now - clockOffset)
        return Self.acknowledged(order)
    }

    func cancel(_ call: Call, _ ledger: inout Output) throws(APIError) -> Outcome {
        let order = try openOrder(call, listing(call))
        try takeBack(order, call)
        return Self.acknowledged(order)
    }

    func cancelAll(_ call: Call, _ ledger: inout Output) throws(APIError) -> Outcome {
        guard let category = call.parameters["category"] else { throw .missing("category") }
        guard category == "linear" else { throw .parameter("category") }
        let selected = try symbols(call)
        let filter = call.parameters["orderFilter"]
        var list: [JSON] = []
        for symbol in selected {
            for order in engine.listings[symbol].orders where order.account == call.account {
                let isStop = order.status == .untriggered
                guard filter == nil || (filter == "StopOrder") == isStop else { continue }
                try takeBack(order, call)
                list.append(Self.acknowledged(order).result)
            }
        }
        return Outcome(result: ["list": .array(list), "success": "1"])
    }

    /// The symbols that `symbol`, `baseCoin` or `settleCoin` name.
    /// - Throws: if none of them is given.
    func symbols(_ call: Call) throws(APIError) -> [Int] {
        if let name = call.parameters["symbol"] {
            guard let symbol = listing(named: name) else { throw .symbol }
            return [symbol]
        }
        let all = engine.listings.indices.filter { engine.listings[$0].rules != nil }
        if let coin = call.parameters["settleCoin"] { return coin == "USDT" ? Array(all) : [] }
        if let coin = call.parameters["baseCoin"] { return all.filter { name($0) == coin + "USDT" } }
        throw APIError(10001, "params error: symbol, settleCoin or baseCoin is required")
    }

    private func takeBack(_ order: Order, _ call: Call) throws(APIError) {
        do throws(Refusal) { try engine.cancel(order.number, order.terms.symbol) } catch {
            throw APIError(error, nil, options)
        }
        wait(order.terms.symbol, at: call.now - clockOffset)
    }

    /// The open order that a call names.
    private func openOrder(_ call: Call, _ symbol: Int) throws(APIError) -> Order {
        let id = call.parameters["orderId"]
        let link = call.parameters["orderLinkId"]
        guard id != nil || link != nil else { throw .missing("orderId or orderLinkId") }
        guard let entry = desks[call.account].entry(id: id, link: link), entry.order.status.isOpen,
            entry.order.terms.symbol == symbol
        else {
            throw APIError(110001, "order not exists or too late to cancel")
        }
        return entry.order
    }

    private static func acknowledged(_ order: Order) -> Outcome {
        Outcome(
            result: [
                "orderId": .string(Identifier.order(order.number)), "orderLinkId": .string(order.link),
            ])
    }

    // MARK: Batches

    func createBatch(_ call: Call, _ ledger: inout Output) throws(APIError) -> Outcome {
        try batch(call, &ledger, create)
    }

    func amendBatch(_ call: Call, _ ledger: inout Output) throws(APIError) -> Outcome {
        try batch(call, &ledger, amend)
    }

    func cancelBatch(_ call: Call, _ ledger: inout Output) throws(APIError) -> Outcome {
        try batch(call, &ledger, cancel)
    }

    /// Up to 20 requests in one: the whole is answered with 0 whatever becomes of each.
    private func batch(
        _ call: Call, _ ledger: inout Output, _ one: (Call, inout Output) throws(APIError) -> Outcome
    ) throws(APIError) -> Outcome {
        guard let category = call.parameters["category"] else { throw .missing("category") }
        let items = call.parameters.list("request")
        guard (1...20).contains(items.count) else { throw .parameter("request") }
        var list: [JSON] = []
        var codes: [JSON] = []
        for item in items {
            let parameters = Parameters(item, category: category)
            let part = Call(account: call.account, parameters: parameters, now: call.now, options: options)
            var id = JSON.string("")
            do throws(APIError) {
                id = try one(part, &ledger).result["orderId"] ?? ""
                codes.append(["code": 0, "msg": "OK"])
            } catch {
                codes.append(["code": .number(String(error.code)), "msg": .string(error.message)])
            }
            list.append([
                "category": .string(category), "symbol": .string(parameters["symbol"] ?? ""), "orderId": id,
                "orderLinkId": .string(parameters["orderLinkId"] ?? ""),
                "createAt": .string(id == "" ? "" : "\(milliseconds(engine.now))"),
            ])
        }
        return Outcome(result: ["list": .array(list)], extra: ["list": .array(codes)])
    }
}

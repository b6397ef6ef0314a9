import Bybit
import Records
import Venue

/// What an order's parameters say, and whether the instrument's rules allow it. In the exchange's order of checks:
/// category and symbol, enums, quantity, price, notional, position index, link, protection.
struct OrderReader {
    let parameters: Parameters
    let symbol: Int
    let instrument: Instrument
    let market: Market
    /// The highest price of a buy, the lowest of a sell.
    let band: (Side) -> Price
    let options: ExchangeOptions

    func terms() throws(APIError) -> OrderTerms {
        guard let side = Exchange.side(try required("side")) else { throw .parameter("side") }
        let kind = try kind()
        let isReduceOnly = parameters.flag("reduceOnly")
        let closes = parameters.flag("closeOnTrigger")
        let quantity = try quantity(closesAll: isReduceOnly && closes)
        let limit = try limit(side, kind)
        try checkNotional(quantity, kind == .limit ? limit : market.reference, isReduceOnly)
        try checkPositionIndex()
        _ = try link()
        let protection = try protection()
        if isReduceOnly, protection.takeProfit != nil || protection.stopLoss != nil {
            throw APIError(10001, "TP/SL cannot be set with reduceOnly")
        }
        return OrderTerms(
            symbol: symbol, side: side, kind: kind, quantity: quantity, limit: limit,
            timeInForce: try timeInForce(kind), isReduceOnly: isReduceOnly || closes, closesOnTrigger: closes,
            trigger: try trigger(), protection: protection)
    }

    func link() throws(APIError) -> String {
        guard let link = parameters["orderLinkId"] else { return "" }
        guard IntentIdentifier.isValid(Array(link.utf8)) else { throw .parameter("OrderLinkId") }
        return link
    }

    private func required(_ key: String) throws(APIError) -> String {
        guard let text = parameters[key] else { throw .missing(key) }
        return text
    }

    private func kind() throws(APIError) -> OrderTerms.Kind {
        switch try required("orderType") {
        case "Market": return .market
        case "Limit": return .limit
        default: throw .parameter("orderType")
        }
    }

    private func timeInForce(_ kind: OrderTerms.Kind) throws(APIError) -> OrderTerms.TimeInForce {
        guard let text = parameters["timeInForce"] else {
            return kind == .market ? .immediateOrCancel : .goodTillCancelled
        }
        guard let value = OrderTerms.TimeInForce(rawValue: text) else { throw .parameter("timeInForce") }
        return kind == .market ? .immediateOrCancel : value
    }

    // MARK: Quantity and price

    private func quantity(closesAll: Bool) throws(APIError) -> Quantity {
        let text = try required("qty")
        guard let quantity = Quantity(text: text) else { throw .parameter("qty") }
        if quantity == .zero, closesAll { return instrument.maxQuantity }
        return try checked(quantity)
    }

    /// Within the instrument's bounds and on its step.
    func checked(_ quantity: Quantity) throws(APIError) -> Quantity {
        guard quantity >= instrument.minQuantity else {
            throw APIError(10001, "The number of contracts exceeds minimum limit allowed")
        }
        guard quantity <= instrument.maxQuantity else {
            throw APIError(
                10001,
                "The number of contracts exceeds maximum limit allowed: too large, order_qty:\(quantity.units) > "
                    + "max_qty:\(instrument.maxQuantity.units)")
        }
        guard quantity.isMultiple(of: instrument.step) else { throw APIError(10001, options.offStepText) }
        return quantity
    }

    /// A market order may go as far as the band's edge, or as it tolerates.
    private func limit(_ side: Side, _ kind: OrderTerms.Kind) throws(APIError) -> Price {
        let edge = band(side)
        guard kind == .limit else { return try tolerated(side, edge) }
        return within(try price(try required("price"), "price"), side)
    }

    /// A limit beyond the band is moved to its edge.
    func within(_ price: Price, _ side: Side) -> Price {
        let edge = band(side)
        guard edge > .zero else { return price }
        return side == .buy ? min(price, edge) : max(price, edge)
    }

    private func tolerated(_ side: Side, _ edge: Price) throws(APIError) -> Price {
        guard let type = parameters["slippageToleranceType"], type != "UNKNOWN" else { return edge }
        let best = market.source == .quotes ? (side == .buy ? market.ask : market.bid) : market.reference
        let sign: Int64 = side == .buy ? 1 : -1
        let text = try required("slippageTolerance")
        let bound: Price
        switch type {
        case "TickSize":
            guard let ticks = Int64(text), (1...10_000).contains(ticks) else {
                throw APIError(110108, "slippageTolerance of TickSize must be an integer of 1 to 10000")
            }
            let units = Int128(best.units) + Int128(sign * ticks) * Int128(instrument.tick.units)
            bound = Price(units: Int64(min(max(units, Int128(instrument.tick.units)), Int128(Price.limit))))
        case "Percent":
            guard let percent = Rate(text: text), (1_000_000...1_000_000_000).contains(percent.units),
                percent.units % 1_000_000 == 0
            else { throw APIError(110109, "slippageTolerance of Percent must be 0.01 to 10 with two decimals at most") }
            bound = best.moved(
                by: Rate(units: sign * percent.units / 100), tick: instrument.tick, side == .buy ? .down : .up)
        default: throw .parameter("slippageToleranceType")
        }
        return side == .buy ? min(bound, edge) : max(bound, edge)
    }

    func price(_ text: String, _ key: String) throws(APIError) -> Price {
        guard let price = Price(text: text), price > .zero else { throw .parameter(key) }
        guard price.isMultiple(of: instrument.tick) else {
            throw APIError(10001, "\(key) \(text) is not a multiple of the tick \(instrument.tick)")
        }
        return price
    }

    func checkNotional(_ quantity: Quantity, _ price: Price, _ isReduceOnly: Bool) throws(APIError) {
        guard !isReduceOnly || options.notionalOnReduce, price > .zero else { return }
        guard price * quantity >= instrument.minNotional else {
            throw APIError(110094, "Order does not meet minimum order value \(instrument.minNotional)USDT")
        }
    }

    func checkPositionIndex() throws(APIError) {
        guard (parameters["positionIdx"] ?? "0") == "0" else {
            throw APIError(10001, "position idx not match position mode")
        }
    }

    // MARK: Triggers

    private func trigger() throws(APIError) -> OrderTerms.Trigger? {
        guard let text = parameters["triggerPrice"], text != "0" else { return nil }
        guard let direction = parameters["triggerDirection"], direction == "1" || direction == "2" else {
            throw .parameter("TriggerDirection")
        }
        return OrderTerms.Trigger(
            price: try price(text, "triggerPrice"), rises: direction == "1", by: try triggerBy("triggerBy"))
    }

    private func triggerBy(
        _ key: String, was old: OrderTerms.TriggerBy? = nil
    ) throws(APIError) -> OrderTerms.TriggerBy {
        guard let text = parameters[key] else { return old ?? .last }
        guard let by = OrderTerms.TriggerBy(rawValue: text) else { throw .parameter(key) }
        return by
    }

    func protection() throws(APIError) -> OrderTerms.Protection {
        let mode = parameters["tpslMode"]
        guard mode == nil || mode == "Full" || mode == "Partial" else { throw .parameter("tpslMode") }
        let isPartial = mode == "Partial"
        return OrderTerms.Protection(
            takeProfit: try leg("takeProfit", "tp", isPartial: isPartial) ?? nil,
            stopLoss: try leg("stopLoss", "sl", isPartial: isPartial) ?? nil, isPartial: isPartial)
    }

    /// - Parameter old: the level so far: what is not said of it stays.
    /// - Returns: the outer nil where nothing is said, the inner one where "0" removes the level.
    func leg(
        _ key: String, _ prefix: String, isPartial: Bool, was old: OrderTerms.Leg? = nil
    ) throws(APIError) -> OrderTerms.Leg?? {
        guard let text = parameters[key] else { return nil }
        if Price(text: text) == .zero { return .some(nil) }
        var limit = old?.limit
        if parameters["\(prefix)OrderType"] == "Limit" {
            guard isPartial else { throw APIError(10001, "\(prefix)OrderType Limit needs tpslMode Partial") }
            limit = try price(try required("\(prefix)LimitPrice"), "\(prefix)LimitPrice")
        }
        return OrderTerms.Leg(
            price: try price(text, key), by: try triggerBy("\(prefix)TriggerBy", was: old?.by), limit: limit)
    }
}

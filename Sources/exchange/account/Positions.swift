import Bybit
import Records
import Venue

/// Positions, their leverage, their mode, their levels.
extension Exchange {
    func positionList(_ call: Call) throws(APIError) -> Outcome {
        guard try isLinear(call) else { return Self.list([], "", call) }
        let selected = try symbols(call)
        // By symbol also a flat position is shown; by coin only what is open.
        let shown = selected.filter {
            call.parameters["symbol"] != nil || engine.traders[call.account].account.position($0) != nil
        }
        let limit = try call.parameters.limit("limit", 1...200, default: 20)
        let (page, next) = try Self.page(shown.reversed(), limit: limit, call) { $0 }
        return Self.list(page.map { positionRow(call.account, $0) }, next, call)
    }

    func setLeverage(_ call: Call) throws(APIError) -> Outcome {
        let symbol = try listing(call)
        guard let buy = call.parameters["buyLeverage"], let sell = call.parameters["sellLeverage"] else {
            throw .missing("buyLeverage and sellLeverage")
        }
        guard let leverage = Rate(text: buy), leverage.units >= Rate.one, leverage.units % 1_000_000 == 0 else {
            throw .parameter("buyLeverage")
        }
        guard Rate(text: sell) == leverage else {
            throw APIError(10001, "buyLeverage and sellLeverage must be equal in one-way mode")
        }
        let position = engine.traders[call.account].account.position(symbol)
        guard (position?.leverage ?? engine.leverage(call.account, symbol)) != leverage else {
            throw APIError(110043, "leverage not modified")
        }
        do throws(Refusal) { try engine.setLeverage(leverage, symbol, by: call.account) } catch {
            guard error != .insufficientMargin else { throw APIError(110012, "Insufficient available balance") }
            throw APIError(error, nil, options)
        }
        return Outcome(result: [:])
    }

    /// One-way is all there is: it is never modified, and hedge mode is refused.
    func switchMode(_ call: Call) throws(APIError) -> Outcome {
        guard call.parameters["symbol"] != nil || call.parameters["coin"] != nil else {
            throw .missing("symbol or coin")
        }
        switch call.parameters["mode"] {
        case "0": throw APIError(110025, "Position mode is not modified")
        case "3": throw APIError(10001, "Hedge mode is not available on this exchange: one-way mode only")
        default: throw .parameter("mode")
        }
    }

    func tradingStop(_ call: Call) throws(APIError) -> Outcome {
        let symbol = try listing(call)
        guard let instrument = engine.listings[symbol].rules else { throw .symbol }
        let reader = OrderReader(
            parameters: call.parameters, symbol: symbol, instrument: instrument,
            market: engine.listings[symbol].market, band: { _ in .zero }, options: options)
        try reader.checkPositionIndex()
        if let trailing = call.parameters["trailingStop"], Price(text: trailing) != .zero {
            throw APIError(10001, "A trailing stop is not available on this exchange")
        }
        guard let mode = call.parameters["tpslMode"] else { throw .missing("tpslMode") }
        guard mode == "Full" || mode == "Partial" else { throw .parameter("tpslMode") }
        let isPartial = mode == "Partial"
        let takeProfit = try reader.leg("takeProfit", "tp", isPartial: isPartial)
        let stopLoss = try reader.leg("stopLoss", "sl", isPartial: isPartial)
        let part = isPartial ? try part(call) : nil
        let side: Side = engine.traders[call.account].account.position(symbol)?.side == .short ? .sell : .buy
        let terms = OrderTerms(
            symbol: symbol, side: side, kind: .market, quantity: .zero, limit: .zero,
            protection: .init(takeProfit: takeProfit ?? nil, stopLoss: stopLoss ?? nil))
        let isChanged: Bool
        do throws(Refusal) {
            isChanged = try engine.protect(call.account, symbol, takeProfit: takeProfit, stopLoss: stopLoss, part: part)
        } catch {
            guard error != .isFlat else { throw APIError(10001, "can not set tp/sl/ts for zero position") }
            throw APIError(error, terms, options)
        }
        guard isChanged else { throw APIError(34040, "not modified") }
        return Outcome(result: [:])
    }

    private func part(_ call: Call) throws(APIError) -> Quantity {
        let sizes = [call.parameters["tpSize"], call.parameters["slSize"]].compactMap { $0 }
        guard let first = sizes.first else { throw .missing("tpSize or slSize") }
        guard sizes.allSatisfy({ $0 == first }) else { throw APIError(10001, "tpSize and slSize must be equal") }
        guard let size = Quantity(text: first), size > .zero else { throw .parameter("tpSize") }
        return size
    }

    // MARK: The row

    /// - Parameter isPush: the stream calls the average price otherwise.
    func positionRow(_ account: Int, _ symbol: Int, isPush: Bool = false) -> JSON {
        let trader = engine.traders[account]
        let position = trader.account.position(symbol).flatMap { $0.isFlat ? nil : $0 }
        let mark = engine.valuation(symbol)
        let levels = engine.protection(account, symbol)
        let entry = isPush ? "entryPrice" : "avgPrice"
        var members: [JSON.Member] = [
            .init("positionIdx", 0), .init("riskId", 1), .init("riskLimitValue", "2000000"),
            .init("symbol", .string(name(symbol))),
            .init("side", .string(position.map { $0.side == .long ? "Buy" : "Sell" } ?? "")),
            .init("size", "\(position?.quantity ?? .zero)"), .init(entry, "\(position?.averageEntry ?? .zero)"),
            .init("leverage", "\(position?.leverage ?? engine.leverage(account, symbol))"),
            .init("markPrice", "\(mark)"),
            .init("takeProfit", .string(levels.takeProfit?.description ?? "")),
            .init("stopLoss", .string(levels.stopLoss?.description ?? "")), .init("trailingStop", "0"),
            .init("tpslMode", "Full"), .init("tradeMode", .number(trader.isCross ? "0" : "1")),
            .init("positionStatus", "Normal"), .init("adlRankIndicator", 0), .init("autoAddMargin", 0),
            .init("isReduceOnly", false), .init("bustPrice", ""), .init("sessionAvgPrice", ""),
            .init("leverageSysUpdatedTime", ""), .init("mmrSysUpdatedTime", ""),
            .init("cumRealisedPnl", "\(trader.realised(symbol))"),
            .init("seq", .number(position == nil && trader.realised(symbol) == .zero ? "-1" : String(sequence))),
            .init("updatedTime", "\(milliseconds(desks[account].changed(symbol)))"),
        ]
        members += position.map { figures($0, symbol, trader, mark) } ?? Self.flatFigures
        if isPush { members.append(.init("category", "linear")) }
        return .object(members)
    }

    private func figures(_ position: Position, _ symbol: Int, _ trader: Trader, _ mark: Price) -> [JSON.Member] {
        guard let instrument = engine.listings[symbol].rules else { return Self.flatFigures }
        let initial = Margin.initial(position, instrument)
        let maintenance = Margin.maintenance(position, instrument)
        let current = position.realised - position.fees + position.funding
        return [
            .init("positionValue", "\(position.cost)"), .init("unrealisedPnl", "\(position.unrealised(at: mark))"),
            .init("curRealisedPnl", "\(current)"), .init("positionIM", "\(initial)"),
            .init("positionIMByMp", "\(initial)"), .init("positionMM", "\(maintenance)"),
            .init("positionMMByMp", "\(maintenance)"), .init("positionBalance", "\(position.margin)"),
            .init("liqPrice", .string(trader.liquidation(symbol)?.description ?? "")),
            .init("breakEvenPrice", "\(Self.breakEven(position, current, instrument))"),
            .init("createdTime", "\(milliseconds(position.opened))"),
            .init("openTime", .number("\(milliseconds(position.opened))")),
        ]
    }

    private static let flatFigures: [JSON.Member] = [
        .init("positionValue", ""), .init("unrealisedPnl", ""), .init("curRealisedPnl", "0"), .init("positionIM", "0"),
        .init("positionIMByMp", "0"), .init("positionMM", "0"), .init("positionMMByMp", "0"),
        .init("positionBalance", "0"), .init("liqPrice", ""), .init("breakEvenPrice", ""), .init("createdTime", "0"),
        .init("openTime", 0),
    ]

    /// (average x quantity - realised) / (quantity - |quantity| x fee), the quantity of a short below 0.
    private static func breakEven(_ position: Position, _ realised: Money, _ instrument: Instrument) -> Price {
        let fee = max(instrument.takerFee, Rate(units: 55_000)).units
        let isLong = position.side == .long
        let value = isLong ? position.cost - realised : position.cost + realised
        guard value > .zero else { return .zero }
        // A loss that was realised on far more than is left lies beyond any price.
        return value.over(Rate(units: isLong ? Rate.one - fee : Rate.one + fee), .up).boundedPrice(
            of: position.quantity, .nearest)
    }
}

import Bybit
import Records
import Venue

/// An order, an execution, as the API shows them.
extension Exchange {
    /// - Parameter isPush: streams show a little more than queries.
    func orderRow(_ order: Order, isPush: Bool = false) -> JSON {
        let terms = order.terms
        let leaves = order.status.isOpen ? order.remaining : .zero
        let price = order.origin.isProtection && terms.kind == .market && order.filled == .zero ? "0" : "\(terms.limit)"
        var members: [JSON.Member] = [
            .init("orderId", .string(Identifier.order(order.number))), .init("orderLinkId", .string(order.link)),
            .init("parentOrderLinkId", .string(order.parent)), .init("blockTradeId", ""),
            .init("symbol", .string(name(terms.symbol))), .init("price", .string(price)),
            .init("qty", "\(terms.quantity)"), .init("side", .string(Self.text(terms.side))), .init("isLeverage", ""),
            .init("positionIdx", 0), .init("orderStatus", .string(Self.text(order.status))),
            .init("createType", .string(Self.createType(order.origin))),
            .init("cancelType", .string(Self.cancelType(order))),
            .init("rejectReason", .string(Self.rejectReason(order))),
            .init("avgPrice", .string(order.averagePrice?.description ?? "")), .init("leavesQty", "\(leaves)"),
            .init("leavesValue", "\(terms.limit * leaves)"), .init("cumExecQty", "\(order.filled)"),
            .init("cumExecValue", "\(order.value)"), .init("cumExecFee", "\(order.fees)"),
            .init("cumFeeDetail", order.filled > .zero ? ["USDT": "\(order.fees)"] : [:]),
            .init("timeInForce", .string(terms.timeInForce.rawValue)),
            .init("orderType", terms.kind == .market ? "Market" : "Limit"),
            .init("stopOrderType", .string(Self.stopType(order))),
            .init("triggerPrice", .string(terms.trigger?.price.description ?? "")),
            .init("triggerDirection", .number(terms.trigger.map { $0.rises ? "1" : "2" } ?? "0")),
            .init("triggerBy", .string(terms.trigger?.by.rawValue ?? "")),
            .init("lastPriceOnCreated", .string(order.lastPrice > .zero ? "\(order.lastPrice)" : "")),
            .init("reduceOnly", .bool(terms.isReduceOnly)), .init("closeOnTrigger", .bool(terms.closesOnTrigger)),
            .init("orderIv", ""), .init("placeType", ""), .init("marketUnit", ""), .init("smpType", "None"),
            .init("smpGroup", 0), .init("smpOrderId", ""), .init("slippageToleranceType", "UNKNOWN"),
            .init("slippageTolerance", "0"), .init("createdTime", "\(milliseconds(order.created))"),
            .init("updatedTime", "\(milliseconds(order.updated))"), .init("extraFees", ""),
            .init("rpiTakerAccess", false), .init("rpiMatchedQty", "0"),
        ]
        members += Self.protectionMembers(order)
        if isPush {
            members += [
                .init("category", "linear"), .init("closedPnl", "\(desks[order.account].profit(order.number))"),
                .init("feeCurrency", "USDT"),
            ]
        }
        return .object(members)
    }

    private static func protectionMembers(_ order: Order) -> [JSON.Member] {
        func text(_ price: Price?, _ none: String) -> JSON { .string(price?.description ?? none) }
        let protection = order.terms.protection
        return [
            .init("takeProfit", text(protection.takeProfit?.price, "")),
            .init("stopLoss", text(protection.stopLoss?.price, "")),
            .init("tpTriggerBy", .string(protection.takeProfit?.by.rawValue ?? "")),
            .init("slTriggerBy", .string(protection.stopLoss?.by.rawValue ?? "")),
            .init("tpLimitPrice", text(protection.takeProfit?.limit, "0")),
            .init("slLimitPrice", text(protection.stopLoss?.limit, "0")),
            .init("tpslMode", .string(protectionMode(order))),
        ]
    }

    private static func protectionMode(_ order: Order) -> String {
        switch order.origin {
        case .takeProfit, .stopLoss: return "Full"
        case .partialTakeProfit, .partialStopLoss: return "Partial"
        default: break
        }
        let protection = order.terms.protection
        guard protection.takeProfit != nil || protection.stopLoss != nil else { return "" }
        return protection.isPartial ? "Partial" : "Full"
    }

    func executionRow(_ fill: Fill, name: String) -> JSON {
        let order = fill.order
        return [
            "category": "linear", "symbol": .string(self.name(order.terms.symbol)),
            "orderId": .string(Identifier.order(order.number)), "orderLinkId": .string(order.link),
            "side": .string(Self.text(order.terms.side)), "orderPrice": "\(order.terms.limit)",
            "orderQty": "\(order.terms.quantity)", "leavesQty": "\(order.remaining)",
            "orderType": order.terms.kind == .market ? "Market" : "Limit",
            "stopOrderType": .string(Self.stopType(order).isEmpty ? "UNKNOWN" : Self.stopType(order)),
            "createType": .string(Self.createType(order.origin)), "execId": .string(name),
            "execPrice": "\(fill.level.price)", "execQty": "\(fill.level.quantity)",
            "execValue": "\(fill.level.price * fill.level.quantity)", "execFee": "\(fill.fee)",
            "feeRate": "\(fill.rate)", "feeCurrency": "USDT", "execType": .string(Self.type(fill.kind)),
            "execTime": "\(milliseconds(fill.ts))", "isMaker": .bool(fill.liquidity == .maker),
            "markPrice": "\(fill.mark)", "indexPrice": "", "underlyingPrice": "", "tradeIv": "", "markIv": "",
            "blockTradeId": "", "closedSize": "\(fill.closed)", "execPnl": "\(fill.realised)", "isLeverage": "0",
            "marketUnit": "", "seq": .number(String(sequence)), "extraFees": "",
        ]
    }

    func fastRow(_ fill: Fill, name: String) -> JSON {
        [
            "category": "linear", "symbol": .string(self.name(fill.order.terms.symbol)), "execId": .string(name),
            "execPrice": "\(fill.level.price)", "execQty": "\(fill.level.quantity)",
            "orderId": .string(Identifier.order(fill.order.number)), "isMaker": .bool(fill.liquidity == .maker),
            "orderLinkId": .string(fill.liquidity == .maker ? "" : fill.order.link),
            "side": .string(Self.text(fill.order.terms.side)), "execTime": "\(milliseconds(fill.ts))",
            "seq": .number(String(sequence)),
        ]
    }

    /// Paid is positive; the rate of a short has its sign turned.
    func fundingRow(
        _ symbol: Int, _ position: Position, rate: Rate, mark: Price, received: Money, name: String
    ) -> JSON {
        [
            "category": "linear", "symbol": .string(self.name(symbol)), "orderId": .string(name), "orderLinkId": "",
            "side": .string(position.side == .long ? "Buy" : "Sell"), "orderPrice": "0", "orderQty": "0",
            "leavesQty": "0", "orderType": "UNKNOWN", "stopOrderType": "UNKNOWN", "createType": "",
            "execId": .string(name), "execPrice": "\(mark)", "execQty": "\(position.quantity)",
            "execValue": "\(mark * position.quantity)", "execFee": "\(-received)",
            "feeRate": "\(position.side == .long ? rate : -rate)", "feeCurrency": "USDT", "execType": "Funding",
            "execTime": "\(milliseconds(engine.now))", "isMaker": false, "markPrice": "\(mark)", "indexPrice": "",
            "underlyingPrice": "", "tradeIv": "", "markIv": "", "blockTradeId": "", "closedSize": "0", "execPnl": "0",
            "isLeverage": "0", "marketUnit": "", "seq": .number(String(sequence)), "extraFees": "",
        ]
    }

    // MARK: Words of the API

    static func text(_ side: Side) -> String { side == .buy ? "Buy" : "Sell" }

    static func type(_ kind: Fill.Kind) -> String { kind == .takeover ? "BustTrade" : "Trade" }

    static func text(_ status: Order.Status) -> String {
        switch status {
        case .untriggered: "Untriggered"
        case .new: "New"
        case .partiallyFilled: "PartiallyFilled"
        case .filled: "Filled"
        case .cancelled: "Cancelled"
        case .deactivated: "Deactivated"
        }
    }

    private static func createType(_ origin: Order.Origin) -> String {
        switch origin {
        case .client: "CreateByUser"
        case .takeProfit: "CreateByTakeProfit"
        case .stopLoss: "CreateByStopLoss"
        case .partialTakeProfit: "CreateByPartialTakeProfit"
        case .partialStopLoss: "CreateByPartialStopLoss"
        case .liquidation: "CreateByTakeOver_PassThrough"
        case .external: "CreateByClosing"
        }
    }

    static func stopType(_ order: Order) -> String {
        switch order.origin {
        case .takeProfit: "TakeProfit"
        case .stopLoss: "StopLoss"
        case .partialTakeProfit: "PartialTakeProfit"
        case .partialStopLoss: "PartialStopLoss"
        default: order.terms.trigger == nil ? "" : "Stop"
        }
    }

    private static func cancelType(_ order: Order) -> String {
        switch order.cause {
        case .client: "CancelByUser"
        case .reduceOnly: "CancelByReduceOnly"
        case .positionClosed: "CancelByTpSlTsClear"
        // The two names are inferred: nobody has shown the rows.
        case .otherLevel:
            order.origin == .partialTakeProfit
                ? "CancelByOCOTpCanceledBySlTriggered" : "CancelByOCOSlCanceledByTpTriggered"
        case .liquidation: "CancelAllBeforeLiq"
        case .margin: "CancelByNoEnoughMargin"
        default: "UNKNOWN"
        }
    }

    private static func rejectReason(_ order: Order) -> String {
        switch order.cause {
        case .client: "EC_PerCancelRequest"
        case .depth: order.filled > .zero ? "EC_NoError" : "EC_NoImmediateQtyToFill"
        case .notWhole: "EC_CancelForNoFullFill"
        case .wouldTake: "EC_PostOnlyWillTakeLiquidity"
        default: "EC_NoError"
        }
    }
}

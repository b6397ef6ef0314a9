import Bybit
import Venue

/// What an account may ask of its past: orders and executions, the newest first, in pages.
extension Exchange {
    func openOrders(_ call: Call) throws(APIError) -> Outcome {
        guard try isLinear(call) else { return Self.list([], "", call) }
        let isByName = call.parameters["orderId"] != nil || call.parameters["orderLinkId"] != nil
        // By name the ended are found too, as long as they are recent.
        let wantsEnded = isByName || call.parameters["openOnly"] == "1"
        let found = try entries(call, needsScope: !isByName)
            .filter { $0.order.status.isOpen || (wantsEnded && $0.isRecent) }
        return try page(found, call)
    }

    func orderHistory(_ call: Call) throws(APIError) -> Outcome {
        guard try isLinear(call) else { return Self.list([], "", call) }
        let status = call.parameters["orderStatus"]
        let span = try span(call)
        let found = try entries(call, needsScope: false).filter {
            !$0.order.status.isOpen && (status == nil || Self.text($0.order.status) == status)
                && span.contains(milliseconds($0.order.created))
        }
        return try page(found, call)
    }

    private func page(_ entries: [Desk.Entry], _ call: Call) throws(APIError) -> Outcome {
        let limit = try call.parameters.limit("limit", 1...50, default: 20)
        let (page, next) = try Self.page(entries, limit: limit, call) { $0.order.number }
        return Self.list(page.map { orderRow($0.order) }, next, call)
    }

    /// The account's orders that fit a call, the newest first.
    private func entries(_ call: Call, needsScope: Bool) throws(APIError) -> [Desk.Entry] {
        let desk = desks[call.account]
        let id = call.parameters["orderId"]
        let link = call.parameters["orderLinkId"]
        if id != nil || link != nil { return desk.entry(id: id, link: link).map { [$0] } ?? [] }
        let isScoped = ["symbol", "settleCoin", "baseCoin"].contains { call.parameters[$0] != nil }
        let selected = isScoped || needsScope ? try symbols(call) : Array(engine.listings.indices)
        let filter = call.parameters["orderFilter"]
        return desk.entries.reversed().filter {
            let isStop = $0.order.terms.trigger != nil
            return selected.contains($0.order.terms.symbol) && (filter == nil || (filter == "StopOrder") == isStop)
        }
    }

    func executionList(_ call: Call) throws(APIError) -> Outcome {
        guard try isLinear(call) else { return Self.list([], "", call) }
        let isScoped = ["symbol", "settleCoin", "baseCoin"].contains { call.parameters[$0] != nil }
        let selected = isScoped ? try symbols(call) : Array(engine.listings.indices)
        let span = try span(call)
        let (id, link, type) = (
            call.parameters["orderId"], call.parameters["orderLinkId"], call.parameters["execType"]
        )
        let found = desks[call.account].executions.reversed().filter {
            selected.contains($0.symbol) && span.contains(milliseconds($0.ts)) && (type == nil || $0.type == type)
                && (id == nil || $0.orderID == id) && (id != nil || link == nil || $0.link == link)
        }
        let limit = try call.parameters.limit("limit", 1...100, default: 50)
        let (page, next) = try Self.page(found, limit: limit, call) { $0.number }
        return Self.list(page.map(\.row), next, call)
    }

    func closedProfits(_ call: Call) throws(APIError) -> Outcome {
        guard try isLinear(call) else { return Self.list([], "", call) }
        let selected = call.parameters["symbol"] == nil ? Array(engine.listings.indices) : try symbols(call)
        let span = try span(call)
        let found = desks[call.account].profits.reversed().filter {
            selected.contains($0.order.terms.symbol) && span.contains(milliseconds($0.updated))
        }
        let limit = try call.parameters.limit("limit", 1...100, default: 50)
        let (page, next) = try Self.page(found, limit: limit, call) { $0.order.number }
        return Self.list(page.map(profitRow), next, call)
    }

    private func profitRow(_ profit: ClosedProfit) -> JSON {
        let order = profit.order
        return [
            "symbol": .string(name(order.terms.symbol)), "orderId": .string(Identifier.order(order.number)),
            "side": .string(Self.text(order.terms.side)), "qty": "\(order.terms.quantity)",
            "closedSize": "\(profit.quantity)", "orderPrice": "\(order.terms.limit)",
            "orderType": order.terms.kind == .market ? "Market" : "Limit", "execType": .string(Self.type(profit.kind)),
            "avgEntryPrice": "\(profit.entryValue.price(of: profit.quantity, .nearest))",
            "avgExitPrice": "\(profit.exitValue.price(of: profit.quantity, .nearest))",
            "cumEntryValue": "\(profit.entryValue)", "cumExitValue": "\(profit.exitValue)",
            "closedPnl": "\(profit.profit)", "openFee": "\(profit.openFee)", "closeFee": "\(profit.closeFee)",
            "fillCount": "\(profit.fills)", "leverage": "\(profit.leverage)",
            "createdTime": "\(milliseconds(order.created))", "updatedTime": "\(milliseconds(profit.updated))",
        ]
    }

    // MARK: Parts

    /// Whether a query is for linear perpetuals; of other categories this exchange has none, and says so with empty lists.
    func isLinear(_ call: Call) throws(APIError) -> Bool {
        switch call.parameters["category"] {
        case "linear": return true
        case "spot", "inverse", "option": return false
        case nil: throw .missing("category")
        default: throw .parameter("category")
        }
    }

    /// `startTime` to `endTime`, milliseconds; at most seven days.
    private func span(_ call: Call) throws(APIError) -> ClosedRange<Int64> {
        let week: Int64 = 7 * 86_400_000
        let start = try call.parameters.time("startTime")
        let end = try call.parameters.time("endTime")
        if let start, let end {
            guard start <= end, end - start <= week else {
                throw APIError(10001, "The time range must be within 7 days")
            }
        }
        let first = start ?? max(0, (end ?? milliseconds(engine.now)) - week)
        return first...max(first, end ?? start.map { $0 + week } ?? .max)
    }

    /// - Parameters:
    ///   - items: the newest first.
    ///   - number: falls from one to the next.
    static func page<Item>(
        _ items: [Item], limit: Int, _ call: Call, number: (Item) -> Int
    ) throws(APIError) -> ([Item], next: String) {
        var rest = items[...]
        if let text = call.parameters["cursor"] {
            guard let cursor = Int(text) else { throw .parameter("cursor") }
            rest = rest.drop { number($0) >= cursor }
        }
        let page = Array(rest.prefix(limit))
        return (page, rest.count > limit ? page.last.map { String(number($0)) } ?? "" : "")
    }

    static func list(_ rows: [JSON], _ next: String, _ call: Call) -> Outcome {
        Outcome(
            result: [
                "list": .array(rows), "nextPageCursor": .string(next),
                "category": .string(call.parameters["category"] ?? "linear"),
            ])
    }
}

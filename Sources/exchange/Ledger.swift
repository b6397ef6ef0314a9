import Records
import Venue

/// The records of what really happened, stamped with event time: the same as `paper` writes, and the exchange's own names.
/// `owner` is the account's place in the key file.
extension Exchange {
    func writeOrder(_ order: Order, _ status: String, into ledger: inout Output) {
        ledger.begin(.order, ts: engine.now, symbol: engine.listings[order.terms.symbol].name)
        writeName(order.link, into: &ledger)
        ledger.field("status", status)
        if let cause = order.cause { ledger.field("reason", Self.reason(cause)) }
        ledger.field("exchange_id", Identifier.order(order.number))
        ledger.field("owner", Int64(order.account))
        ledger.field("side", order.terms.side.rawValue)
        ledger.field("qty", json: order.terms.quantity.description)
        if order.terms.limit > .zero { ledger.field("limit", json: order.terms.limit.description) }
        if let trigger = order.terms.trigger { ledger.field("trigger", json: trigger.price.description) }
        if order.isResting { ledger.field("resting", true) }
        if order.origin.isProtection { ledger.field("parent", order.parent) }
        ledger.end()
    }

    func writeFill(_ fill: Fill, execution: String, opener: String, into ledger: inout Output) {
        let order = fill.order
        ledger.begin(.fill, ts: fill.ts, symbol: engine.listings[order.terms.symbol].name)
        writeName(Self.intent(of: order, opener: opener), into: &ledger)
        ledger.fields(fill, reason: Self.reason(fill))
        ledger.field("exchange_id", Identifier.order(order.number))
        ledger.field("exec_id", execution)
        ledger.field("owner", Int64(order.account))
        ledger.end()
    }

    func writeReject(_ link: String, symbol: String, account: Int, _ error: APIError, into ledger: inout Output) {
        ledger.begin(.reject, ts: engine.now, symbol: Array(symbol.utf8))
        writeName(link.utf8.count <= 256 ? link : "", into: &ledger)
        ledger.field("code", String(error.code))
        ledger.field("reason", error.message)
        ledger.field("owner", Int64(account))
        ledger.end()
    }

    func writePosition(_ account: Int, _ symbol: Int, _ position: Position, into ledger: inout Output) {
        ledger.begin(.position, ts: engine.now, symbol: engine.listings[symbol].name)
        // Why it was opened, only the client knows.
        ledger.fields(position)
        ledger.field("owner", Int64(account))
        ledger.end()
    }

    func writeAccount(_ account: Int, _ statement: Statement, ts: Int64, into ledger: inout Output) {
        ledger.begin(.account, ts: ts)
        ledger.fields(statement)
        ledger.field("owner", Int64(account))
        ledger.end()
    }

    private func writeName(_ link: String, into ledger: inout Output) {
        if link.isEmpty { ledger.field("id", json: "null") } else { ledger.field("id", link) }
    }

    /// What came from outside has no intent; what closes by itself has that of the order that opened.
    static func intent(of order: Order, opener: String) -> String {
        switch order.origin {
        case .client: order.link
        case .external: ""
        case .takeProfit, .stopLoss, .partialTakeProfit, .partialStopLoss:
            order.parent.isEmpty ? opener : order.parent
        case .liquidation: opener
        }
    }

    private static func reason(_ fill: Fill) -> String {
        switch fill.order.origin {
        case .takeProfit, .partialTakeProfit: "take_profit"
        case .stopLoss, .partialStopLoss: "stop_loss"
        case .liquidation: "liquidation"
        case .external: "external"
        case .client: fill.closed > .zero ? "reduce" : "open"
        }
    }

    private static func reason(_ cause: Order.Cause) -> String {
        switch cause {
        case .client: "client"
        case .reduceOnly: "reduce_only"
        case .positionClosed: "position_gone"
        case .otherLevel: "other_level"
        case .liquidation: "liquidation"
        case .depth: "depth"
        case .notWhole: "not_whole"
        case .wouldTake: "would_take"
        case .margin: "margin"
        case .endOfMarket: "end_of_input"
        }
    }
}

import Records
import Venue

/// The records of the stage, stamped with the event time that has been reached.
extension PaperStage {
    func write(_ events: [Event], into out: inout Output) {
        for event in events {
            switch event {
            case .accepted(let order): write(order, "accepted", into: &out)
            case .fill(let fill): write(fill, into: &out)
            // Levels and takeovers are no intents: their fills tell of them.
            case .order(let order) where order.origin == .client: writeEnd(order, into: &out)
            case .order, .funding: break
            case .position(_, let symbol, let position): write(position, symbol, into: &out)
            case .account(_, let statement): write(statement, into: &out)
            }
        }
    }

    private func writeEnd(_ order: Order, into out: inout Output) {
        if order.status == .filled { return write(order, "filled", into: &out) }
        if order.filled > .zero { write(order, "partial", into: &out) }
        let reason =
            switch order.cause {
            case .margin: "margin"
            case .depth: "depth"
            case .reduceOnly, .liquidation: "position_gone"
            case .endOfMarket: "end_of_input"
            default: fatalError("a market order ended for \(order.cause.map { "\($0)" } ?? "nothing")")
            }
        write(order, "cancelled", because: reason, into: &out)
    }

    private func write(_ order: Order, _ status: String, because reason: String? = nil, into out: inout Output) {
        out.begin(.order, ts: engine.now, symbol: name(order.terms.symbol))
        out.field("id", order.link)
        out.field("status", status)
        if let reason { out.field("reason", reason) }
        out.end()
    }

    private func write(_ fill: Fill, into out: inout Output) {
        let terms = fill.order.terms
        let reason =
            switch fill.order.origin {
            case .takeProfit: "take_profit"
            case .stopLoss: "stop_loss"
            case .liquidation: "liquidation"
            default: terms.isReduceOnly ? "reduce" : "open"
            }
        let opener = fill.order.origin == .client ? nil : books[terms.symbol].holding?.id
        out.begin(.fill, ts: engine.now, symbol: name(terms.symbol))
        out.field("id", bytes: opener ?? Array(fill.order.link.utf8))
        out.fields(fill, reason: reason)
        out.end()
    }

    func writeReject(_ id: [UInt8]?, _ symbol: Int, _ rejection: Rejection, into out: inout Output) {
        out.reject(id, ts: engine.now, symbol: name(symbol), rejection)
    }

    private func write(_ position: Position, _ symbol: Int, into out: inout Output) {
        out.begin(.position, ts: engine.now, symbol: name(symbol))
        out.fields(position, books[symbol].holding?.conviction ?? .none)
        out.end()
    }

    func write(_ statement: Statement, into out: inout Output) {
        out.begin(.account, ts: engine.now)
        out.fields(statement)
        out.end()
    }

    private func name(_ symbol: Int) -> [UInt8] { engine.listings[symbol].name }
}

import Records
import Venue

/// The records of the stage, stamped with the event time that has been reached.
extension PaperStage {
    func write(
        _ order: Order, _ symbol: Int, _ status: String, because reason: String? = nil, into out: inout Output
    ) {
        out.begin(.order, ts: now, symbol: books[symbol].name)
        out.field("id", bytes: order.id)
        out.field("status", status)
        if let reason { out.field("reason", reason) }
        out.end()
    }

    func writeFill(
        _ id: [UInt8], _ symbol: Int, _ side: Side, _ level: Level, fee: Money, realised: Money, reason: String,
        into out: inout Output
    ) {
        out.begin(.fill, ts: now, symbol: books[symbol].name)
        out.field("id", bytes: id)
        out.field("side", side.rawValue)
        out.field("qty", json: level.quantity.description)
        out.field("px", json: level.price.description)
        out.field("fee", json: fee.description)
        out.field("liquidity", "taker")
        out.field("reduce_only", reason != "open")
        out.field("reason", reason)
        out.field("realised", json: realised.description)
        out.end()
    }

    /// - Parameter id: the intent's; nil where something else than an intent is refused. An id that no exchange could
    ///   carry is repeated up to 256 bytes, else left out.
    func writeReject(_ id: [UInt8]?, _ symbol: Int, _ refusal: Refusal, into out: inout Output) {
        out.begin(.reject, ts: now, symbol: books[symbol].name)
        if let id, id.count <= 256 { out.field("id", bytes: id) } else { out.field("id", json: "null") }
        out.field("code", refusal.code)
        out.field("reason", refusal.reason)
        out.end()
    }

    func writePosition(_ position: Position, _ symbol: Int, into out: inout Output) {
        out.begin(.position, ts: now, symbol: books[symbol].name)
        out.field("side", position.isFlat ? "flat" : position.side.rawValue)
        out.field("qty", json: position.quantity.description)
        out.field("entry", json: position.isFlat ? "null" : position.averageEntry.description)
        out.field("opened", position.opened)
        out.field("realised", json: position.realised.description)
        out.field("fees", json: position.fees.description)
        let conviction = books[symbol].holding?.conviction
        out.field("drift", json: conviction?.drift ?? "null")
        out.field("confidence", json: conviction?.confidence ?? "null")
        out.field("half_life", json: conviction?.halfLife ?? "null")
        out.end()
    }

    func writeAccount(into out: inout Output) {
        out.begin(.account, ts: now)
        out.field("equity", json: equity().description)
        out.field("available", json: account.available.description)
        out.field("realised", json: account.realised.description)
        out.field("fees", json: account.fees.description)
        out.field("funding", json: account.funding.description)
        out.end()
    }
}

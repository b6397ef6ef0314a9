import Records
import Venue

/// The records, those of `paper`: stamped with the event time that the stream has come to.
extension Executor {
    /// Tells the stages behind what there is, before anything happens.
    mutating func start(into out: inout Output) {
        hasStarted = true
        writeAccount(into: &out)
        for desk in desks {
            if let holding = memory.holding(desk.name) { writePosition(desk.name, holding, into: &out) }
        }
    }

    func write(_ ticket: Ticket, _ status: String, because reason: String? = nil, into out: inout Output) {
        // What exec closes by itself is no intent: its fills tell of it.
        guard let intent = ticket.sending.intent else { return }
        out.begin(.order, ts: eventTime, symbol: Array(ticket.sending.symbol.utf8))
        out.field("id", intent)
        out.field("status", status)
        if let reason { out.field("reason", reason) }
        if !ticket.exchangeID.isEmpty { out.field("exchange_id", ticket.exchangeID) }
        out.end()
    }

    /// - Parameter id: of the intent; nil for what came from outside.
    func write(_ booking: Booking, _ realised: Money, id: String?, into out: inout Output) {
        out.begin(.fill, ts: eventTime, symbol: Array(booking.symbol.utf8))
        if let id { out.field("id", id) } else { out.field("id", json: "null") }
        out.fields(
            fill: booking.level, booking.side, fee: booking.fee, booking.isMaker ? .maker : .taker,
            isReduceOnly: booking.reason != "open", reason: booking.reason, realised: realised)
        out.field("exec_id", booking.execution)
        out.end()
    }

    /// - Parameter id: nil where something else than an intent is refused.
    func writeReject(_ id: String?, _ symbol: String, _ rejection: Rejection, into out: inout Output) {
        out.reject(id.map { Array($0.utf8) }, ts: eventTime, symbol: Array(symbol.utf8), rejection)
    }

    func writePosition(_ symbol: String, _ holding: Memory.Holding, into out: inout Output) {
        out.begin(.position, ts: eventTime, symbol: Array(symbol.utf8))
        out.fields(holding.position, holding.conviction)
        out.end()
    }

    /// What the account has, if it is news.
    mutating func writeAccount(into out: inout Output) {
        guard let wallet, hasStarted else { return }
        let statement = Statement(
            equity: wallet.equity, available: wallet.available, realised: memory.realised, fees: memory.fees,
            funding: memory.funding)
        guard statement != told else { return }
        told = statement
        out.begin(.account, ts: eventTime)
        out.fields(statement)
        out.end()
    }
}

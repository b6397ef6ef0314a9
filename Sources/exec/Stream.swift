public import Bybit
public import Records

/// The private stream, and the program that keeps it.
extension Executor {
    /// What is said behind each opening of the stream: who we are, and then what we want to hear.
    public static let topics = ["order", "execution", "position", "wallet"]

    /// Takes a frame of the private stream.
    public mutating func receive(frame: JSON, at now: Int64, into out: inout Output) {
        let rows = frame["data"]?.elements ?? []
        switch frame["topic"]?.text?.split(separator: ".").first {
        case "order": for row in rows.compactMap(OrderRow.init) { take(row, at: now, into: &out) }
        case "execution":
            for row in rows.compactMap(ExecutionRow.init) { book(row, isAnswer: false, at: now, into: &out) }
        case "position":
            for row in rows.compactMap(PositionRow.init) { take(row, at: now, into: &out) }
        case "wallet": for row in rows.compactMap(WalletRow.init) { take(row, at: now, into: &out) }
        default: break
        }
    }

    /// The stream lives, or has died. What happened in between is asked for.
    public mutating func setStreaming(_ isStreaming: Bool, at now: Int64) {
        guard self.isStreaming != isStreaming else { return }
        streamingSince = isStreaming ? now : nil
        say(
            isStreaming
                ? "the private stream is connected" : "the private stream is gone: the exchange is asked instead")
        for index in tickets.indices where tickets[index].state != .sent { tickets[index].askAt = now }
        for index in desks.indices { desks[index].askAt = now }
        walletAskAt = now
        if isStreaming {
            for index in desks.indices where memory.holding(desks[index].name) != nil || hasTicket(desks[index].name) {
                desks[index].tradesAskAt = now
            }
        }
    }
}

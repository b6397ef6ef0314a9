import Records
import Venue

/// What is ours on the exchange, as far as anybody has told.
struct Live {
    let side: Direction
    let quantity: Quantity
}

extension Executor {
    /// What is booked in a symbol, and what the exchange says that our orders there have done beyond it: a position whose
    /// executions cannot be read is not left to itself. Nil for nothing.
    func live(_ symbol: String) -> Live? {
        guard let side = side(symbol) else { return nil }
        let here = tickets.filter { $0.sending.symbol == symbol }
        func untold(_ side: Side, isReduceOnly: Bool) -> Quantity {
            here.filter { $0.sending.side == side && $0.sending.isReduceOnly == isReduceOnly }
                .reduce(.zero) { $0 + $1.untold }
        }
        let opened =
            (memory.holding(symbol)?.position.quantity ?? .zero) + untold(side.opening, isReduceOnly: false)
        let closed = untold(side.closing, isReduceOnly: true)
        return opened > closed ? Live(side: side, quantity: opened - closed) : nil
    }

    /// On which side something is held in a symbol, or may be once what is on its way has arrived.
    func side(_ symbol: String) -> Direction? {
        memory.holding(symbol)?.position.side
            ?? tickets.first { $0.sending.symbol == symbol && !$0.sending.isReduceOnly }
            .map { Direction(opening: $0.sending.side) }
    }
}

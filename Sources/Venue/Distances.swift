/// Levels that are distances from what was paid for a position.
public struct Distances: Equatable, Sendable {
    /// A fraction of the average entry, above 0, at most 1.
    public let takeProfit: Rate
    /// Likewise, below 1.
    public let stopLoss: Rate
    /// Which price fires them.
    public let by: OrderTerms.TriggerBy

    public init(takeProfit: Rate, stopLoss: Rate, by: OrderTerms.TriggerBy = .last) {
        self.takeProfit = takeProfit
        self.stopLoss = stopLoss
        self.by = by
    }

    /// The levels, each rounded to the tick so that it does not fire earlier than asked.
    public func protection(of position: Position, _ instrument: Instrument) -> OrderTerms.Protection {
        func level(_ distance: Rate, _ rounding: Rounding) -> OrderTerms.Leg {
            let value = position.cost + position.cost.times(distance, rounding)
            return OrderTerms.Leg(
                price: value.price(of: position.quantity, grain: instrument.tick, rounding), by: by)
        }
        let isLong = position.side == .long
        return OrderTerms.Protection(
            takeProfit: isLong ? level(takeProfit, .up) : level(-takeProfit, .down),
            stopLoss: isLong ? level(-stopLoss, .down) : level(stopLoss, .up))
    }
}

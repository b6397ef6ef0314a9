/// Simulation assumption: which price fires a take-profit or a stop-loss.
///
/// `last` compares every trade; where no trade of the symbol was seen, the middle of every quote. `mark` compares every
/// mark price; where none was seen, as `last`. What fires is a market order at the book of that moment: a gap slips.
/// On bars alone: at the open if that is beyond the level; else at the level, if the bar's low or high reaches it; of
/// two levels within one bar the one nearer to loss fires.
public enum TriggerPrice: String, CaseIterable, Sendable {
    case last, mark

    public func isTrade(_ market: Market) -> Bool { self == .last || !market.hasMark }
    public func isQuote(_ market: Market) -> Bool { isTrade(market) && !market.hasTrades }
    public func isMark(_ market: Market) -> Bool { self == .mark }
}

/// The prices at which a position is closed without being asked: what the path of ticks compares with.
public struct Watch: Equatable, Sendable {
    /// Why a position is closed.
    public enum Reason: String, Sendable {
        case takeProfit = "take_profit"
        case stopLoss = "stop_loss"
        case liquidation
    }

    public let side: Direction
    public let takeProfit: Price
    public let stopLoss: Price
    /// Of the valuation price.
    public private(set) var liquidation: Price

    /// - Parameters:
    ///   - takeProfit: distance from the average entry as a fraction, above 0, at most 1; the level is rounded to the
    ///     tick so that it does not fire earlier than asked.
    ///   - stopLoss: likewise, below 1.
    public init(_ position: Position, takeProfit: Rate, stopLoss: Rate, _ instrument: Instrument) {
        func level(_ distance: Rate, _ rounding: Rounding) -> Price {
            let value = position.cost + position.cost.times(distance, rounding)
            return value.price(of: position.quantity, grain: instrument.tick, rounding)
        }
        side = position.side
        self.takeProfit = side == .long ? level(takeProfit, .up) : level(-takeProfit, .down)
        self.stopLoss = side == .long ? level(-stopLoss, .down) : level(stopLoss, .up)
        liquidation = Liquidation.level(position, maintenance: instrument.maintenanceMargin)
    }

    /// After the position's margin or quantity has changed.
    public mutating func follow(_ position: Position, _ instrument: Instrument) {
        liquidation = Liquidation.level(position, maintenance: instrument.maintenanceMargin)
    }

    /// Whether `level` lies at `price` or was passed on the way to a loss.
    @inline(__always)
    private func isLost(_ level: Price, at price: Price) -> Bool {
        side == .long ? price <= level : price >= level
    }

    @inline(__always)
    public func isLiquidated(at valuation: Price) -> Bool { isLost(liquidation, at: valuation) }

    /// What a trigger price fires; the stop comes first.
    @inline(__always)
    public func fired(at price: Price) -> Reason? {
        if isLost(stopLoss, at: price) { return .stopLoss }
        return (side == .long ? price >= takeProfit : price <= takeProfit) ? .takeProfit : nil
    }

    /// What the way of the price within a bar fires after its open, and at which price: losses first, the nearer first.
    public func fired(within bar: Bar, triggers: Bool, liquidates: Bool) -> (reason: Reason, price: Price)? {
        let worst = side == .long ? bar.low : bar.high
        let best = side == .long ? bar.high : bar.low
        let isStopNearer = side == .long ? stopLoss > liquidation : stopLoss < liquidation
        let stops = triggers && isLost(stopLoss, at: worst)
        if liquidates, isLiquidated(at: worst), !(stops && isStopNearer) { return (.liquidation, liquidation) }
        if stops { return (.stopLoss, stopLoss) }
        return triggers && fired(at: best) == .takeProfit ? (.takeProfit, takeProfit) : nil
    }
}

public import Records

/// Simulation assumption: what a taker pays beyond the top of the book, of which quotes tell only the best level.
///
/// The quantity quoted fills at the best price; the remainder at the best price worsened by `fraction`, up to `depth`
/// times the quantity quoted in all. What is left is cancelled. Prices are rounded to the tick against the taker,
/// quantities down to the step.
public struct Slippage: Sendable {
    /// At least 0, below 1.
    public let fraction: Rate
    /// At least 1.
    public let depth: Int64

    public init(fraction: Rate, depth: Int64) {
        self.fraction = fraction
        self.depth = depth
    }

    /// What a market order of `quantity` gets from a book with `offered` at `best`, the best level first.
    public func levels(
        _ side: Side, _ quantity: Quantity, best: Price, offered: Quantity, _ instrument: Instrument
    ) -> [Level] {
        let against: Rounding = side == .buy ? .up : .down
        let top = min(quantity, offered.rounded(to: instrument.step, .down))
        let beyond = min(quantity, reach(offered).rounded(to: instrument.step, .down)) - top
        var levels: [Level] = []
        if top > .zero {
            levels.append(Level(price: best.moved(by: .zero, tick: instrument.tick, against), quantity: top))
        }
        if beyond > .zero {
            let worsening = side == .buy ? fraction : -fraction
            levels.append(Level(price: best.moved(by: worsening, tick: instrument.tick, against), quantity: beyond))
        }
        return levels
    }

    private func reach(_ offered: Quantity) -> Quantity {
        let (units, overflow) = offered.units.multipliedReportingOverflow(by: depth)
        return Quantity(units: overflow ? Quantity.limit : min(units, Quantity.limit))
    }
}

/// A quantity at one price.
public struct Level: Equatable, Sendable {
    public let price: Price
    public let quantity: Quantity

    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

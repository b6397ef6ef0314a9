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
        ladder(side, best: best, offered: offered, instrument).prefix(quantity)
    }

    /// All that a taker on `side` could get from a book with `offered` at `best`, the best level first.
    public func ladder(_ side: Side, best: Price, offered: Quantity, _ instrument: Instrument) -> [Level] {
        let against: Rounding = side == .buy ? .up : .down
        let worsening = side == .buy ? fraction : -fraction
        let top = offered.rounded(to: instrument.step, .down)
        let beyond = reach(offered).rounded(to: instrument.step, .down) - top
        return [
            Level(price: best.moved(by: .zero, tick: instrument.tick, against), quantity: top),
            Level(price: best.moved(by: worsening, tick: instrument.tick, against), quantity: beyond),
        ].filter { $0.quantity > .zero }
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

extension [Level] {
    public var total: Quantity { reduce(into: Quantity.zero) { $0 += $1.quantity } }

    /// The first levels, up to `quantity` in all.
    public func prefix(_ quantity: Quantity) -> [Level] {
        var rest = quantity
        return compactMap { level in
            let part = Swift.min(rest, level.quantity)
            rest -= part
            return part > .zero ? Level(price: level.price, quantity: part) : nil
        }
    }
}

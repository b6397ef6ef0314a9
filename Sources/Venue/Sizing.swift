public import Records

/// How much an order is for.
public enum Sizing {
    /// The terms of an order that opens.
    public struct Terms: Sendable {
        public let side: Side
        public let price: Price
        public let leverage: Rate
        public let instrument: Instrument

        public init(_ side: Side, price: Price, leverage: Rate, _ instrument: Instrument) {
            self.side = side
            self.price = price
            self.leverage = leverage
            self.instrument = instrument
        }

        /// What the account must have free for it: the margin the position will lock, and the fee for opening.
        public func need(_ quantity: Quantity) -> Money {
            let level = Level(price: price, quantity: quantity)
            let fee = Fees.taker(level, instrument)
            var position = Position(Direction(opening: side), leverage: leverage, opened: 0)
            position.add(level, fee: fee, instrument)
            return position.margin + fee
        }

        /// The most that `free` can carry, a multiple of the step.
        ///
        /// Counted in steps of what one step needs before fees are rounded. Where rounding makes that too many, the
        /// grains of two fees are left aside: so it may be some steps short where those matter, and is never too much.
        public func affordable(_ free: Money) -> Quantity {
            let most = steps(free)
            return need(most) <= free ? most : steps(free - Fees.grain - Fees.grain)
        }

        private func steps(_ free: Money) -> Quantity {
            let value = price * instrument.step
            let collateral = value.over(leverage, .up)
            let bankrupt = side == .buy ? value - collateral : value + collateral
            let fees = value.times(instrument.takerFee, .up) + bankrupt.times(instrument.takerFee, .up)
            let steps = max(0, free.units) / (collateral + fees).units
            let most = Int128(Quantity.limit / instrument.step.units)
            return Quantity(units: Int64(min(steps, most)) * instrument.step.units)
        }

        /// The smallest quantity that may be opened at this price.
        public var minimum: Quantity {
            let perStep = price * instrument.step
            let steps = (instrument.minNotional.units + perStep.units - 1) / perStep.units
            let most = Int128(Quantity.limit / instrument.step.units)
            return max(instrument.minQuantity, Quantity(units: Int64(min(steps, most)) * instrument.step.units))
        }
    }

    public enum Outcome: Equatable, Sendable {
        case quantity(Quantity)
        /// The budget buys less than the minimum.
        case tooSmall
        /// The budget would do, but the account has not enough free for the minimum.
        case insufficientMargin
    }

    /// equity x weight x leverage / price, rounded down to the step; at most the instrument's maximum, and what
    /// `available` can carry with the fees.
    /// - Parameter budget: equity x weight, at most `Money.limit`.
    public static func open(_ terms: Terms, budget: Money, available: Money) -> Outcome {
        let instrument = terms.instrument
        let notional = max(.zero, budget).times(terms.leverage, .down)
        let steps = notional.units / (terms.price * instrument.step).units
        let most = Int128(instrument.maxQuantity.units / instrument.step.units)
        let wanted = Quantity(units: Int64(min(steps, most)) * instrument.step.units)
        guard wanted >= terms.minimum else { return .tooSmall }
        let quantity = min(wanted, terms.affordable(available))
        return quantity >= terms.minimum ? .quantity(quantity) : .insufficientMargin
    }

    /// How much closes a fraction of a position: rounded down to the step. What rounds to nothing, or would leave less
    /// than the minimum, closes all.
    /// - Parameter fraction: above 0, at most 1.
    public static func reduction(of live: Quantity, by fraction: Rate, _ instrument: Instrument) -> Quantity {
        reduction(of: live, by: live.times(fraction, step: instrument.step), leaving: instrument.minQuantity)
    }

    /// As much of `wanted` as is there; nothing, or what would leave less than `least`, becomes all.
    static func reduction(of live: Quantity, by wanted: Quantity, leaving least: Quantity) -> Quantity {
        let isAll = wanted == .zero || wanted >= live || live - wanted < least
        return isAll ? live : wanted
    }
}

/// Which side of a fill an order was on.
public enum Liquidity: String, Sendable {
    /// It rested in the book.
    case maker
    case taker
}

/// Simulation assumption: every fill pays a rate on its value, in USDT and at once; the instrument says which.
public enum Fees {
    public static func rate(_ liquidity: Liquidity, _ instrument: Instrument) -> Rate {
        liquidity == .maker ? instrument.makerFee : instrument.takerFee
    }

    /// The most that rounding adds to a fee.
    static let grain = Money(units: 100_000_000)

    /// value x rate, rounded up to 1e-8, against the account; below 0 for a maker's rebate.
    ///
    /// Bybit's answers show eight places: 55.9375 x 0.00055 = 0.030765625 was charged as 0.03076563.
    public static func of(_ level: Level, _ liquidity: Liquidity, _ instrument: Instrument) -> Money {
        (level.price * level.quantity).times(rate(liquidity, instrument), .up).rounded(.up)
    }

    public static func taker(_ level: Level, _ instrument: Instrument) -> Money { of(level, .taker, instrument) }
}

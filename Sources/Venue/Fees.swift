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

    /// value x rate; below 0 for a maker's rebate. Exact wherever price, quantity and rate have at most 16 places together
    /// (BTCUSDT: 1 + 3 + 5); beyond that rounded up to 1e-16, against the account.
    public static func of(_ level: Level, _ liquidity: Liquidity, _ instrument: Instrument) -> Money {
        (level.price * level.quantity).times(rate(liquidity, instrument), .up)
    }

    public static func taker(_ level: Level, _ instrument: Instrument) -> Money { of(level, .taker, instrument) }
}

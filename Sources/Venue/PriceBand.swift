public import Records

/// How far from the mark price an order may be.
///
/// Source: Bybit, price limit of futures, as documented 2026-05-26: the highest price of a buy is the lesser of mark x (1
/// + Y) and the greater of index and mark x (1 + X); of a sell likewise below. The premium term, a mean of 30 s, is left
/// out: the recorded market has no samples of it.
public enum PriceBand {
    /// Bybit's `priceLimitRatioX` of a symbol; Y is twice that. Recorded 2025; others as ETHUSDT (assumed).
    public static func ratio(_ symbol: [UInt8]) -> Rate {
        Rate(units: symbol == Array("BTCUSDT".utf8) ? 1_000_000 : 2_000_000)
    }

    /// The highest price of a buy, the lowest of a sell, on a tick within.
    public static func edge(_ side: Side, _ market: Market, _ instrument: Instrument, x: Rate) -> Price {
        let mark = market.valuation
        let index = market.hasMark ? market.index : mark
        let sign: Int64 = side == .buy ? 1 : -1
        let rounding: Rounding = side == .buy ? .down : .up
        let near = mark.moved(by: Rate(units: sign * x.units), tick: instrument.tick, rounding)
        let far = mark.moved(by: Rate(units: sign * 2 * x.units), tick: instrument.tick, rounding)
        let indexed = index.rounded(to: instrument.tick, rounding)
        return side == .buy ? min(far, max(near, indexed)) : max(far, min(near, indexed))
    }
}

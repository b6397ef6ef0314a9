/// Simulation assumption: every order of ours takes, so every fill pays the taker's rate on its value, in USDT and at once.
public enum Fees {
    /// value x rate. Exact wherever price, quantity and rate have at most 16 places together (BTCUSDT: 1 + 3 + 5);
    /// beyond that rounded up to 1e-16, against the account.
    public static func taker(_ level: Level, _ instrument: Instrument) -> Money {
        (level.price * level.quantity).times(instrument.takerFee, .up)
    }
}

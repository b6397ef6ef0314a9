/// What a position needs, as Bybit's answers state it: on its entry value, with rates rounded up to 1e-8, and the sum too.
///
/// Found in recorded answers: 77.519375 at leverage 6 needs 77.519375 x (0.16666667 + 0.00045834), up to 12.95542633.
public enum Margin {
    /// To hold it: value / leverage, and the fee for closing it where that is gone.
    public static func initial(_ position: Position, _ instrument: Instrument) -> Money {
        of(position, share(position.leverage), instrument)
    }

    /// To keep it: value x maintenance rate, and the same fee.
    public static func maintenance(_ position: Position, _ instrument: Instrument) -> Money {
        of(position, instrument.maintenanceMargin, instrument)
    }

    private static func of(_ position: Position, _ rate: Rate, _ instrument: Instrument) -> Money {
        position.cost.times(Rate(units: rate.units + closing(position, instrument).units), .up).rounded(.up)
    }

    /// The fee for closing at the price where the margin is gone, of the entry value.
    private static func closing(_ position: Position, _ instrument: Instrument) -> Rate {
        let one = Int128(Rate.one)
        let leverage = Int128(position.leverage.units)
        let left = position.side == .long ? leverage - one : leverage + one
        return Rate(units: Int64(ratio(Int128(instrument.takerFee.units), left, leverage, .up)))
    }

    private static func share(_ leverage: Rate) -> Rate {
        Rate(units: Int64(ratio(Int128(Rate.one), Int128(Rate.one), Int128(leverage.units), .up)))
    }
}

extension Money {
    /// To a multiple of 1e-8.
    func rounded(_ rounding: Rounding) -> Money {
        Money(units: ratio(units, 1, 100_000_000, rounding) * 100_000_000)
    }
}

/// Simulation assumption: funding is exchanged at the instant of the `funding` record by the positions open then, and
/// the mark known then (or the reference price without one) is the mark it is computed with.
enum Funding {
    /// What the position receives; negative is what it pays. A long pays if the rate is above 0.
    ///
    /// quantity x mark x rate, rounded to 1e-8 against the account: Bybit's answers show eight places.
    /// - Parameter rate: of the position's value, -1...1.
    static func received(_ position: Position, mark: Price, rate: Rate) -> Money {
        (mark * position.quantity).times(position.side == .long ? -rate : rate, .down).rounded(.down)
    }
}

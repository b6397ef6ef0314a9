public import Records

/// What positions, accounts and fills say in a record, whoever writes it.
extension Output {
    /// - Parameter conviction: of the intent that opened it.
    public mutating func fields(_ position: Position, _ conviction: Conviction = .none) {
        field("side", position.isFlat ? "flat" : position.side.rawValue)
        field("qty", json: position.quantity.description)
        field("entry", json: position.isFlat ? "null" : position.averageEntry.description)
        field("opened", position.opened)
        field("realised", json: position.realised.description)
        field("fees", json: position.fees.description)
        field("funding", json: position.funding.description)
        field("drift", json: conviction.drift)
        field("confidence", json: conviction.confidence)
        field("half_life", json: conviction.halfLife)
    }

    public mutating func fields(_ statement: Statement) {
        field("equity", json: statement.equity.description)
        field("available", json: statement.available.description)
        field("realised", json: statement.realised.description)
        field("fees", json: statement.fees.description)
        field("funding", json: statement.funding.description)
    }

    public mutating func fields(_ fill: Fill, reason: String) {
        fields(
            fill: fill.level, fill.order.terms.side, fee: fill.fee, fill.liquidity,
            isReduceOnly: fill.order.terms.isReduceOnly, reason: reason, realised: fill.realised)
    }

    /// - Parameters:
    ///   - fee: paid.
    ///   - reason: why it came about.
    ///   - realised: the profit before fees.
    public mutating func fields(
        fill level: Level, _ side: Side, fee: Money, _ liquidity: Liquidity, isReduceOnly: Bool, reason: String,
        realised: Money
    ) {
        field("side", side.rawValue)
        field("qty", json: level.quantity.description)
        field("px", json: level.price.description)
        field("fee", json: fee.description)
        field("liquidity", liquidity.rawValue)
        field("reduce_only", isReduceOnly)
        field("reason", reason)
        field("realised", json: realised.description)
    }
}

public import Records

/// What positions, accounts and fills say in a record, whoever writes it.
extension Output {
    /// - Parameter conviction: of the intent that opened it, as JSON; where it is not known, null.
    public mutating func fields(
        _ position: Position, drift: String = "null", confidence: String = "null", halfLife: String = "null"
    ) {
        field("side", position.isFlat ? "flat" : position.side.rawValue)
        field("qty", json: position.quantity.description)
        field("entry", json: position.isFlat ? "null" : position.averageEntry.description)
        field("opened", position.opened)
        field("realised", json: position.realised.description)
        field("fees", json: position.fees.description)
        field("drift", json: drift)
        field("confidence", json: confidence)
        field("half_life", json: halfLife)
    }

    public mutating func fields(_ statement: Statement) {
        field("equity", json: statement.equity.description)
        field("available", json: statement.available.description)
        field("realised", json: statement.realised.description)
        field("fees", json: statement.fees.description)
        field("funding", json: statement.funding.description)
    }

    /// - Parameter reason: why it came about.
    public mutating func fields(_ fill: Fill, reason: String) {
        field("side", fill.order.terms.side.rawValue)
        field("qty", json: fill.level.quantity.description)
        field("px", json: fill.level.price.description)
        field("fee", json: fill.fee.description)
        field("liquidity", fill.liquidity.rawValue)
        field("reduce_only", fill.order.terms.isReduceOnly)
        field("reason", reason)
        field("realised", json: fill.realised.description)
    }
}

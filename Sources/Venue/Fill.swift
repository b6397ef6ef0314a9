/// One fill of an order.
public struct Fill: Sendable {
    public enum Kind: Sendable { case trade, takeover }

    /// As it is after the fill.
    public let order: Order
    public let kind: Kind
    public let level: Level
    public let liquidity: Liquidity
    public let fee: Money
    public let rate: Rate
    /// How much of it closed, and the profit of that before fees.
    public let closed: Quantity
    public let realised: Money
    /// What had been paid for opening the part that was closed.
    public let openingFee: Money
    /// The average entry price of what was closed; zero where nothing was.
    public let entry: Price
    /// The leverage of what was closed; one where nothing was.
    public let leverage: Rate
    public let mark: Price
    /// Event time, microseconds.
    public let ts: Int64
}

/// An account with the settings of its owner.
public struct Trader: Sendable {
    /// Position value for each unit of margin, before anybody sets it: Bybit's default.
    public static let standardLeverage = Rate(units: 10 * Rate.one)

    public internal(set) var account: Account
    /// Whether all positions share the account's money; else each has a margin of its own and can lose no more.
    public internal(set) var isCross = true
    /// What holds where nobody has set another.
    private let leverage: Rate
    private var leverages: [Rate?] = []
    /// By symbol: the profit of all positions there have been, after fees and funding.
    private var realised: [Money] = []
    /// By symbol: the price at which an isolated position is taken over.
    private var liquidations: [Price?] = []

    init(equity: Money, leverage: Rate) {
        account = Account(start: equity)
        self.leverage = leverage
    }

    /// As it was set; what the symbol's rules allow of it is the engine's to say.
    func leverage(_ symbol: Int) -> Rate { (symbol < leverages.count ? leverages[symbol] : nil) ?? leverage }

    mutating func setLeverage(_ leverage: Rate, _ symbol: Int) {
        while leverages.count <= symbol { leverages.append(nil) }
        leverages[symbol] = leverage
    }

    /// The profit of the symbol's positions so far, after fees and funding.
    public func realised(_ symbol: Int) -> Money { symbol < realised.count ? realised[symbol] : .zero }

    mutating func note(realised amount: Money, _ symbol: Int) {
        while realised.count <= symbol { realised.append(.zero) }
        realised[symbol] += amount
    }

    /// The valuation price at which the position is taken over; nil where that is not its own matter.
    public func liquidation(_ symbol: Int) -> Price? { symbol < liquidations.count ? liquidations[symbol] : nil }

    mutating func setLiquidation(_ price: Price?, _ symbol: Int) {
        while liquidations.count <= symbol { liquidations.append(nil) }
        liquidations[symbol] = price
    }
}

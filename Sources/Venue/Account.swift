/// The money of one account, and its positions by symbol number.
///
/// cash = start + realised - fees + funding, exactly, always.
public struct Account: Sendable {
    /// What it began with.
    public let start: Money
    /// Profit of all that was closed, before fees.
    public private(set) var realised = Money.zero
    /// Paid.
    public private(set) var fees = Money.zero
    /// Received minus paid.
    public private(set) var funding = Money.zero
    /// Set aside for orders to open that have been accepted and not yet filled.
    public private(set) var reserved = Money.zero
    public private(set) var positions: [Position?] = []

    public init(start: Money) { self.start = start }

    public var cash: Money { start + realised - fees + funding }

    /// What positions have locked.
    public var marginInUse: Money { positions.reduce(into: Money.zero) { $0 += $1?.margin ?? .zero } }

    /// Cash without margins in use and reservations: what a new order may use where margin is isolated. Unrealised profit
    /// is not in it, unrealised loss does not diminish it.
    var free: Money { cash - marginInUse - reserved }

    /// Cash and the unrealised profit of all positions.
    /// - Parameter valuation: the price at which a symbol's position is valued.
    public func equity(_ valuation: (Int) -> Price) -> Money {
        var equity = cash
        for (symbol, position) in positions.enumerated() {
            if let position { equity += position.unrealised(at: valuation(symbol)) }
        }
        return equity
    }

    public func position(_ symbol: Int) -> Position? { symbol < positions.count ? positions[symbol] : nil }

    mutating func reserve(_ amount: Money) { reserved += amount }

    mutating func release(_ amount: Money) { reserved -= amount }

    /// Makes room for a position that is about to be filled.
    mutating func open(_ symbol: Int, _ position: Position) {
        while positions.count <= symbol { positions.append(nil) }
        precondition(positions[symbol] == nil, "one position a symbol")
        positions[symbol] = position
    }

    /// Books a fill that opens, or the part of one that does.
    /// - Parameter fee: the part's.
    mutating func add(_ level: Level, fee: Money, _ symbol: Int, _ instrument: Instrument) {
        positions[symbol]?.add(level, fee: fee, instrument)
        fees += fee
    }

    /// Books a fill that closes a part or all.
    /// - Returns: the fee, and the profit before it.
    mutating func reduce(
        _ level: Level, _ symbol: Int, _ instrument: Instrument, _ liquidity: Liquidity
    ) -> (fee: Money, realised: Money) {
        let fee = Fees.of(level, liquidity, instrument)
        let profit = positions[symbol]?.reduce(level, fee: fee, instrument) ?? .zero
        realised += profit
        fees += fee
        return (fee, profit)
    }

    /// Forgets a position that has become flat.
    mutating func clear(_ symbol: Int) {
        precondition(positions[symbol]?.isFlat == true, "only what is closed is forgotten")
        positions[symbol] = nil
    }

    /// Books funding.
    ///
    /// What free cash (cash without margins in use) cannot pay is taken from the position's own margin, and what that
    /// cannot pay the exchange bears: so cash stays at least what all positions can lose.
    /// - Parameter amount: received; negative is to be paid.
    mutating func fund(_ amount: Money, _ symbol: Int, _ instrument: Instrument) {
        let free = max(.zero, cash - marginInUse)
        var received = amount
        if amount + free < .zero {
            let paid = positions[symbol]?.drain(-(amount + free), instrument) ?? .zero
            received = -(free + paid)
        }
        funding += received
        positions[symbol]?.note(funding: received)
    }

    /// Books funding that the account as a whole answers for: margin is shared, nothing is drained.
    mutating func settle(funding amount: Money, _ symbol: Int) {
        funding += amount
        positions[symbol]?.note(funding: amount)
    }

    mutating func lever(_ leverage: Rate, _ symbol: Int, _ instrument: Instrument) {
        guard symbol < positions.count else { return }
        positions[symbol]?.lever(leverage, instrument)
    }
}

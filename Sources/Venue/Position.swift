public import Records

public enum Direction: String, Sendable {
    case long, short

    /// The side of the orders that open it.
    public var opening: Side { self == .long ? .buy : .sell }
    /// The side of the orders that close it.
    public var closing: Side { self == .long ? .sell : .buy }

    public init(opening side: Side) { self = side == .buy ? .long : .short }
}

/// A position in one symbol: one-way, isolated margin, from open to flat.
public struct Position: Equatable, Sendable {
    public let side: Direction
    public private(set) var leverage: Rate
    /// Event time of its first fill, microseconds.
    public let opened: Int64
    /// A bar that began earlier says nothing about it.
    let since: Int64
    public private(set) var quantity = Quantity.zero
    /// What the open quantity was bought (or sold) for: exact, the sum of price x quantity.
    public private(set) var cost = Money.zero
    /// Profit of what has been closed, before fees.
    public private(set) var realised = Money.zero
    /// Paid since it was opened, for opening and for closing.
    public private(set) var fees = Money.zero
    /// Paid for opening what is open now: a part that is closed takes its share with it.
    public private(set) var openingFees = Money.zero
    /// Received minus paid since it was opened.
    public private(set) var funding = Money.zero
    /// Funding that its own margin had to pay, because the account had no free money.
    public private(set) var drained = Money.zero
    /// What the account has locked for it: the collateral, and the fee for closing where it is gone.
    public private(set) var margin = Money.zero

    /// - Parameter since: where the bar began whose open it was opened at, if it was.
    public init(_ side: Direction, leverage: Rate, opened: Int64, since: Int64? = nil) {
        self.side = side
        self.leverage = leverage
        self.opened = opened
        self.since = since ?? opened
    }

    public var isFlat: Bool { quantity == .zero }

    /// cost / quantity, rounded to 1e-8. For people and for trigger levels; the money is computed from the cost.
    public var averageEntry: Price { cost.price(of: quantity, .nearest) }

    /// What it can lose: its entry value / leverage (rounded up), without what funding has taken.
    public var collateral: Money { cost.over(leverage, .up) - drained }

    /// The profit, before fees, of closing all of it at `price`.
    public func unrealised(at price: Price) -> Money {
        side == .long ? price * quantity - cost : cost - price * quantity
    }

    public mutating func add(_ level: Level, fee: Money, _ instrument: Instrument) {
        add(level, fee: fee)
        post(instrument)
    }

    /// Adds to it, where what it locks is somebody else's to know.
    public mutating func add(_ level: Level, fee: Money) {
        quantity += level.quantity
        cost += level.price * level.quantity
        fees += fee
        openingFees += fee
    }

    /// Sets the leverage anew: what it locks changes, what it is worth does not.
    mutating func lever(_ leverage: Rate, _ instrument: Instrument) {
        self.leverage = leverage
        post(instrument)
    }

    /// Books what was received, or, below zero, paid for holding it.
    public mutating func note(funding amount: Money) { funding += amount }

    /// Closes a part, or all.
    ///
    /// The part's share of the cost is rounded down once to 1e-16 and the remainder keeps the rest, so that over the
    /// position's life the profits sum up exactly to what was received minus what was paid.
    /// - Parameter level: at most the open quantity.
    /// - Returns: the profit of the part, before fees.
    public mutating func reduce(_ level: Level, fee: Money, _ instrument: Instrument) -> Money {
        defer { post(instrument) }
        return reduce(level, fee: fee)
    }

    /// Closes a part, or all, where what it locks is somebody else's to know.
    public mutating func reduce(_ level: Level, fee: Money) -> Money {
        precondition(level.quantity <= quantity, "a position is never closed by more than it has")
        let released = cost.share(level.quantity, of: quantity)
        let proceeds = level.price * level.quantity
        let profit = side == .long ? proceeds - released : released - proceeds
        drained -= drained.share(level.quantity, of: quantity)
        openingFees -= openingFees.share(level.quantity, of: quantity)
        cost -= released
        quantity -= level.quantity
        realised += profit
        fees += fee
        return profit
    }

    /// Nothing is open any more, and for how much it was closed nobody knows.
    public mutating func vanish() {
        (quantity, cost, openingFees, drained, margin) = (.zero, .zero, .zero, .zero, .zero)
    }

    /// Takes funding out of the margin, at most what the collateral holds.
    ///
    /// Less collateral moves the bankruptcy price, and with it the fee for closing there (up for a long, down for a short),
    /// so the collateral gives a little more (or less) than what is paid; and a grain, because that fee is rounded up.
    /// - Returns: how much was paid: by at least this the margin is less.
    mutating func drain(_ owed: Money, _ instrument: Instrument) -> Money {
        let before = margin
        let fee = side == .long ? -instrument.takerFee : instrument.takerFee
        drained += min(owed.over(Rate(units: Rate.one + fee.units), .up) + Fees.grain, collateral)
        post(instrument)
        return min(owed, before - margin)
    }

    private mutating func post(_ instrument: Instrument) {
        let bankrupt = side == .long ? cost - collateral : cost + collateral
        margin = isFlat ? .zero : collateral + bankrupt.times(instrument.takerFee, .up).rounded(.up)
    }
}

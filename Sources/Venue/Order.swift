public import Records

/// What is asked for.
public struct OrderTerms: Equatable, Sendable {
    public enum Kind: Sendable { case market, limit }

    public enum TimeInForce: String, CaseIterable, Sendable {
        case goodTillCancelled = "GTC"
        case immediateOrCancel = "IOC"
        case fillOrKill = "FOK"
        case postOnly = "PostOnly"
    }

    /// Which price fires a trigger.
    public enum TriggerBy: String, CaseIterable, Sendable {
        case last = "LastPrice"
        case mark = "MarkPrice"
        case index = "IndexPrice"
    }

    /// A price that must be reached before the order goes to the book.
    public struct Trigger: Equatable, Sendable {
        public var price: Price
        /// Whether it fires at or above the price; else at or below.
        public let rises: Bool
        public let by: TriggerBy

        public init(price: Price, rises: Bool, by: TriggerBy) {
            self.price = price
            self.rises = rises
            self.by = by
        }

        func isReached(at seen: Price) -> Bool { rises ? seen >= price : seen <= price }
    }

    /// One level that closes a position.
    public struct Leg: Equatable, Sendable {
        public let price: Price
        public let by: TriggerBy
        /// The price of a limit order; nil closes at the market.
        public let limit: Price?

        public init(price: Price, by: TriggerBy, limit: Price? = nil) {
            self.price = price
            self.by = by
            self.limit = limit
        }
    }

    /// The levels that a filled order leaves behind to close what it opened.
    public struct Protection: Equatable, Sendable {
        public var takeProfit: Leg?
        public var stopLoss: Leg?
        /// Whether they close what this order opened; else the whole position, whatever its size.
        public var isPartial: Bool
        /// Where the levels are not known before it is known what was paid: both of them, in place of the legs.
        public var distances: Distances?

        public init(
            takeProfit: Leg? = nil, stopLoss: Leg? = nil, isPartial: Bool = false, distances: Distances? = nil
        ) {
            self.takeProfit = takeProfit
            self.stopLoss = stopLoss
            self.isPartial = isPartial
            self.distances = distances
        }
    }

    public let symbol: Int
    public let side: Side
    public let kind: Kind
    public var quantity: Quantity
    /// What a limit order pays at most, or takes at least; of a market order, how far it may go into the book.
    public var limit: Price
    public let timeInForce: TimeInForce
    public let isReduceOnly: Bool
    public let closesOnTrigger: Bool
    public var trigger: Trigger?
    public var protection: Protection
    /// The smallest position that it may leave behind at once, other than none: what would open less ends, what would
    /// leave less closes all.
    public let leastPosition: Quantity

    public init(
        symbol: Int, side: Side, kind: Kind, quantity: Quantity, limit: Price,
        timeInForce: TimeInForce = .immediateOrCancel, isReduceOnly: Bool = false, closesOnTrigger: Bool = false,
        trigger: Trigger? = nil, protection: Protection = Protection(), leastPosition: Quantity = .zero
    ) {
        self.symbol = symbol
        self.side = side
        self.kind = kind
        self.quantity = quantity
        self.limit = limit
        self.timeInForce = timeInForce
        self.isReduceOnly = isReduceOnly
        self.closesOnTrigger = closesOnTrigger
        self.trigger = trigger
        self.protection = protection
        self.leastPosition = leastPosition
    }

    /// Whether a price is one that the order accepts.
    func accepts(_ price: Price) -> Bool { side == .buy ? price <= limit : price >= limit }
}

/// An order, from its acknowledgement to its end.
public struct Order: Sendable {
    public enum Status: Sendable {
        /// Waits for its trigger.
        case untriggered
        /// On its way to the book, or resting in it.
        case new
        case partiallyFilled, filled
        /// Ended; a part may have been filled.
        case cancelled
        /// Ended before its trigger.
        case deactivated

        public var isOpen: Bool { self == .untriggered || self == .new || self == .partiallyFilled }
    }

    /// Who made it.
    public enum Origin: Sendable {
        case client
        /// A level of the whole position.
        case takeProfit, stopLoss
        /// A level of a part of it.
        case partialTakeProfit, partialStopLoss
        /// The exchange takes a position over.
        case liquidation
        /// Nobody that the client knows of.
        case external

        /// A level that closes whatever the position is.
        public var isWhole: Bool { self == .takeProfit || self == .stopLoss }

        public var isProtection: Bool { self == .takeProfit || self == .stopLoss || isPartial }

        var isPartial: Bool { self == .partialTakeProfit || self == .partialStopLoss }
    }

    /// Why it ended without being filled whole.
    public enum Cause: Sendable {
        case client
        /// Nothing, or not enough, to reduce.
        case reduceOnly
        /// The position that it protects is gone.
        case positionClosed
        /// The other level of the pair fired.
        case otherLevel
        case liquidation
        /// The book had not enough, at once and at its price.
        case depth
        /// Fill or kill.
        case notWhole
        /// Post only.
        case wouldTake
        /// The account cannot carry it.
        case margin
        case endOfMarket
    }

    /// Counts all orders of the engine, from 1.
    public let number: Int
    public let account: Int
    /// The client's own name for it; empty without one.
    public let link: String
    public var terms: OrderTerms
    public let origin: Origin
    /// The order that this one protects what was opened by; its client's name for it.
    public internal(set) var parent: String
    var parentNumber: Int?
    /// Event time, microseconds, like `updated`.
    public let created: Int64
    public internal(set) var updated: Int64
    public internal(set) var status: Status
    public internal(set) var cause: Cause?
    public internal(set) var filled = Quantity.zero
    /// Of all fills: price x quantity, exactly.
    public internal(set) var value = Money.zero
    public internal(set) var fees = Money.zero
    /// Of all fills: profit of what they closed, before fees.
    public internal(set) var realised = Money.zero
    /// How much of what was filled has opened.
    var opened = Quantity.zero
    /// The last trade's price when it was made.
    public let lastPrice: Price
    /// What the account has set aside for what it may still open.
    var reserved = Money.zero
    /// Whether it has reached the book.
    var isAtBook = false
    /// The engine's tick at which it reached the book, or was set as a level: it does nothing more within that tick.
    var arrival = 0
    /// How much stands before it at its price; nil while that is not known.
    var ahead: Quantity?
    /// How much of what it has opened has been given levels.
    var covered = Quantity.zero

    /// Whether margin of this account is set aside for it.
    func mayOpen(_ account: Int) -> Bool {
        self.account == account && status != .untriggered && !terms.isReduceOnly
    }

    /// Whether it waits in the book, or for its trigger.
    public var isResting: Bool { status.isOpen && (isAtBook || status == .untriggered) }

    /// As it was before anything happened to it.
    public var asNew: Order {
        var order = self
        order.status = .new
        order.cause = nil
        order.filled = .zero
        order.value = .zero
        order.fees = .zero
        order.realised = .zero
        order.updated = created
        return order
    }

    public var remaining: Quantity { terms.quantity - filled }

    /// value / filled, rounded to 1e-8; nil before the first fill.
    public var averagePrice: Price? { filled > .zero ? value.price(of: filled, .nearest) : nil }
}

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
    public let mark: Price
    /// Event time, microseconds.
    public let ts: Int64
}

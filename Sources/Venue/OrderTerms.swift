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

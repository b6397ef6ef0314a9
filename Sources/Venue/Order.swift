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

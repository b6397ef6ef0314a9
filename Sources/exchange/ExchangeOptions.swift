public import ArgumentParser
import Stage
import Venue

/// What a market order gets that finds nothing within its price band.
public enum ThinBook: String, CaseIterable, ExpressibleByArgument, Sendable {
    case refuse, cancel
}

/// What a stream calls a topic that was subscribed to as `order.linear`.
public enum TopicName: String, CaseIterable, ExpressibleByArgument, Sendable {
    case subscribed, plain
}

/// The options of the exchange's market and accounts; those of its sockets are the command's.
public struct ExchangeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What each account begins with, above 0.", valueName: "USDT"))
    public var equity = 25.0

    @Option(
        help: ArgumentHelp(
            "From an acknowledgement to the order's arrival at the book, in event time.", valueName: "seconds"))
    public var latency = 0.005

    @Option(
        help: ArgumentHelp(
            "So long, by the clock, an order waits for the record that it meets; then it meets the book as it stands.",
            valueName: "seconds"))
    public var patience = 0.1

    @Option(
        help: ArgumentHelp(
            "How long streams hold their answers back; pybit loses those that come at once.", valueName: "seconds"))
    public var ackDelay = 0.02

    @Option(help: ArgumentHelp("Beyond the quantity quoted, the price is this much worse.", valueName: "fraction"))
    public var slippage = 0.0003

    @Option(help: ArgumentHelp("How many times the quantity quoted can be filled in all.", valueName: "times"))
    public var depth = 20

    @Option(help: ArgumentHelp("Distance from the price to bid and ask where no quotes are.", valueName: "fraction"))
    public var halfSpread = 0.0001

    @Option(help: ArgumentHelp("Overrides the instruments' taker fee.", valueName: "fraction"))
    public var takerFee: Double?

    @Option(help: ArgumentHelp("Share of a position's value at which it is liquidated.", valueName: "fraction"))
    public var maintenanceMargin = 0.005

    @Flag(help: "Move the market's time to the present: its first record is now.")
    public var present = false

    // MARK: What nobody has confirmed of the exchange: each a switch

    @Option(help: ArgumentHelp("Unconfirmed: the text that refuses a quantity off its step.", valueName: "text"))
    public var offStepText = "Qty invalid"

    @Option(help: ArgumentHelp("Unconfirmed: the code that refuses a leverage above the maximum.", valueName: "code"))
    public var leverageCode = 110013

    @Flag(help: "Unconfirmed: an orderLinkId is used up by an order that was refused.")
    public var refusedBurnsLink = false

    @Flag(help: "Unconfirmed: the smallest notional holds for reduce-only orders too.")
    public var notionalOnReduce = false

    @Flag(help: "Unconfirmed: a market order is told of as New before it is Filled.")
    public var newBeforeFilled = false

    @Option(help: "Unconfirmed: how the topic of a subscription to order.linear is called: subscribed or plain.")
    public var categorisedTopic = TopicName.subscribed

    @Option(help: "Unconfirmed: a market order that finds an empty book: refuse (10001), or acknowledge and cancel.")
    public var thinBook = ThinBook.cancel

    var matching: Matching { Matching(halfSpread: halfSpread, slippage: slippage, depth: depth) }

    public init() {}

    public func validate() throws {
        try Self.check("--equity", equity > 0 && equity <= 1e9, "above 0, at most 1000000000")
        try Self.check("--latency", latency >= 0 && latency <= 3600, "0 to 3600 seconds")
        try Self.check("--patience", patience >= 0 && patience <= 3600, "0 to 3600 seconds")
        try Self.check("--ack-delay", ackDelay >= 0 && ackDelay <= 10, "0 to 10 seconds")
        try Self.check("--slippage", slippage >= 0 && slippage <= 0.5, "0 to 0.5")
        try Self.check("--depth", depth >= 1 && depth <= 1_000_000, "1 to 1000000")
        try Self.check("--half-spread", halfSpread >= 0 && halfSpread <= 0.5, "0 to 0.5")
        try Self.check("--taker-fee", takerFee.map { $0 >= 0 && $0 <= 0.1 } ?? true, "0 to 0.1")
        try Self.check("--maintenance-margin", maintenanceMargin >= 0 && maintenanceMargin < 1, "0 to below 1")
        try Self.check("--leverage-code", leverageCode > 0, "above 0")
    }
}

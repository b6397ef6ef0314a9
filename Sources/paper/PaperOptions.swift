public import ArgumentParser
import Stage
public import Venue

/// Which price fires take-profit and stop-loss.
public enum TriggerPrice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case last, mark

    var by: OrderTerms.TriggerBy { self == .last ? .last : .mark }
}

/// The options of the stage: the keys of a profile's section `[paper]`.
public struct PaperOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the account begins with, above 0.", valueName: "USDT"))
    public var equity = 25.0

    @Option(help: ArgumentHelp("Position value for each unit of margin, 1 to the instrument's maximum."))
    public var leverage = 10.0

    @Option(help: ArgumentHelp("From an intent to its arrival at the book.", valueName: "seconds"))
    public var latency = 0.05

    @Option(help: ArgumentHelp("Beyond the quantity quoted, the price is this much worse.", valueName: "fraction"))
    public var slippage = 0.0003

    @Option(help: ArgumentHelp("How many times the quantity quoted can be filled in all.", valueName: "times"))
    public var depth = 20

    @Option(help: ArgumentHelp("Distance from the price to bid and ask where no quotes are.", valueName: "fraction"))
    public var halfSpread = 0.0001

    @Option(help: "Which price fires take-profit and stop-loss: last or mark.")
    public var trigger = TriggerPrice.last

    @Option(help: ArgumentHelp("Overrides the instrument's taker fee.", valueName: "fraction"))
    public var takerFee: Double?

    @Option(help: ArgumentHelp("Share of a position's value at which it is liquidated.", valueName: "fraction"))
    public var maintenanceMargin = 0.005

    public init() {}

    public mutating func validate() throws {
        try Self.check("--equity", equity > 0 && equity <= 1e9, "above 0, at most 1000000000")
        try Self.check("--leverage", leverage >= 1 && leverage <= 1000, "1 to 1000")
        try Self.check("--latency", latency >= 0 && latency <= 3600, "0 to 3600 seconds")
        try Self.check("--slippage", slippage >= 0 && slippage <= 0.5, "0 to 0.5")
        try Self.check("--depth", depth >= 1 && depth <= 1_000_000, "1 to 1000000")
        try Self.check("--half-spread", halfSpread >= 0 && halfSpread <= 0.5, "0 to 0.5")
        try Self.check("--taker-fee", takerFee.map { $0 >= 0 && $0 <= 0.1 } ?? true, "0 to 0.1")
        try Self.check("--maintenance-margin", maintenanceMargin >= 0 && maintenanceMargin < 1, "0 to below 1")
    }
}

/// The options as exact values: what the stage runs on.
public struct Assumptions: Sendable {
    public var equity: Money
    public var leverage: Rate
    public var latency: Latency
    public var matching: Matching
    public var trigger: TriggerPrice
    /// Overrides the instruments'.
    public var takerFee: Rate?
    public var maintenanceMargin: Rate

    /// The options' defaults.
    public static var standard: Assumptions {
        guard let options = try? PaperOptions.parse([]) else { preconditionFailure("the defaults are valid options") }
        return Assumptions(options)
    }

    /// - Parameter options: validated, so that each value is within range.
    public init(_ options: PaperOptions) {
        equity = Money(nearest: options.equity) ?? .zero
        leverage = Rate(nearest: options.leverage) ?? .zero
        latency = Latency(microseconds: Int64((options.latency * 1e6).rounded()))
        matching = Matching(halfSpread: options.halfSpread, slippage: options.slippage, depth: options.depth)
        trigger = options.trigger
        takerFee = options.takerFee.flatMap { Rate(nearest: $0) }
        maintenanceMargin = Rate(nearest: options.maintenanceMargin) ?? .zero
    }
}

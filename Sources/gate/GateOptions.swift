public import ArgumentParser

/// What shapes the gate: the symbols of `docs/models.md`, layers 4 to 6 and the limits.
public struct GateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Sampling interval D of the reference price, as the signal's.", valueName: "s"))
    public var sample = 1.0

    @Option(help: ArgumentHelp("Without a price for longer, a symbol's models are reset.", valueName: "s"))
    public var stale = 30.0

    @Option(help: ArgumentHelp("Equity before the first `book`: it picks the tier.", valueName: "usdt"))
    public var equity = 25.0

    @Option(help: ArgumentHelp("Least signal-to-noise ratio; the tier's if not given.", valueName: "ratio"))
    public var snr: Double?

    @Option(help: ArgumentHelp("Least confidence; the tier's if not given.", valueName: "0-1"))
    public var confidence: Double?

    @Option(help: ArgumentHelp("Least |drift|: costs of a round trip; the tier's if not given.", valueName: "return"))
    public var edge: Double?

    @Option(help: ArgumentHelp("Least distance of the take-profit; the tier's if not given.", valueName: "return"))
    public var takeProfit: Double?

    @Option(help: ArgumentHelp("Half-life of order flow.", valueName: "s"))
    public var flowHalfLife = 30.0

    @Option(help: ArgumentHelp("Least order-flow imbalance in the trade's direction.", valueName: "0-1"))
    public var flow = 0.05

    @Option(help: ArgumentHelp("What to do before the hourly drift has an hour of data.", valueName: "pass|block"))
    public var hourlyDriftMissing = MissingPolicy.pass

    @Option(help: ArgumentHelp("Share of equity for a position.", valueName: "share"))
    public var weight = 0.5

    @Option(help: ArgumentHelp("Positions at once, one a symbol.", valueName: "n"))
    public var maxPositions = 2

    @Option(help: ArgumentHelp("Opens within any minute.", valueName: "n"))
    public var opensPerMinute = 40

    @Option(help: ArgumentHelp("No new position in a symbol for this long after a close.", valueName: "s"))
    public var coolDown = 60.0

    @Option(help: ArgumentHelp("Loss since the day's first equity that ends the day (UTC).", valueName: "share"))
    public var dailyLoss = 0.05

    @Option(help: ArgumentHelp("Losing positions in a row that end the day (UTC).", valueName: "n"))
    public var maxLosses = 5

    @Option(help: ArgumentHelp("Stop-loss distance, in sigmas of the horizon.", valueName: "sigmas"))
    public var stopSigmas = 1.5

    @Option(help: ArgumentHelp("Least stop-loss distance.", valueName: "return"))
    public var minStop = 0.005

    @Option(
        help: ArgumentHelp("A layer that is evaluated but does not block. May be repeated.", valueName: "layer"))
    public var without: [Layer] = []

    public init() {}

    public func validate() throws {
        func require(_ holds: Bool, _ text: String) throws {
            if !holds { throw ValidationError(text) }
        }
        try require(sample >= 0.001 && sample <= 86_400, "--sample must be 0.001 to 86400 seconds.")
        try require(
            abs(sample * 1e6 - (sample * 1e6).rounded()) < 1e-3, "--sample must be a whole number of microseconds.")
        try require((sample...(100_000 * sample)).contains(stale), "--stale must be 1 to 100000 times --sample.")
        try require((0...1e12).contains(equity), "--equity must be 0 to 1e12.")
        try require([snr, confidence, edge].allSatisfy { (0...1e6).contains($0 ?? 0) }, "thresholds must be 0 to 1e6.")
        try require(
            [takeProfit ?? minStop, minStop].allSatisfy { $0 > 0 && $0 < 1 }, "distances must be above 0 and below 1.")
        try require((0.001...1e9).contains(flowHalfLife), "--flow-half-life must be 0.001 to 1e9 seconds.")
        try require((0...1).contains(flow), "--flow must be 0 to 1.")
        try require(weight > 0 && weight <= 1, "--weight must be above 0, at most 1.")
        try require(maxPositions >= 1 && opensPerMinute >= 1 && maxLosses >= 1, "counts must be at least 1.")
        try require(
            (0...1e9).contains(coolDown) && (0...1e6).contains(stopSigmas),
            "--cool-down must be 0 to 1e9 seconds, --stop-sigmas 0 to 1e6.")
        try require(dailyLoss > 0 && dailyLoss <= 1, "--daily-loss must be above 0, at most 1.")
    }
}

/// What stands between a signal and an order, in the order in which they are asked.
public enum Layer: String, CaseIterable, ExpressibleByArgument, Sendable {
    case snr, confidence, edge
    case orderFlow = "order_flow"
    case hourlyDrift = "hourly_drift"
    case crossAsset = "cross_asset"
    case limits
}

/// Whether a layer that has no data yet lets a trade through.
public enum MissingPolicy: String, CaseIterable, ExpressibleByArgument, Sendable {
    case pass, block
}

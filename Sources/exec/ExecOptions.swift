public import ArgumentParser
import Stage
public import Venue

/// What becomes of positions when the program ends.
public enum EndPolicy: String, CaseIterable, ExpressibleByArgument, Sendable {
    case hold, flatten
}

/// The options of trading: the keys of a profile's section `[exec]`. Where the exchange is, and the key, are the command's.
public struct ExecOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Symbols that may be traded, separated by commas.", valueName: "symbols"))
    public var symbols = "BTCUSDT,ETHUSDT"

    @Option(help: ArgumentHelp("Position value for each unit of margin, 1 to the instrument's maximum."))
    public var leverage = 10.0

    @Option(
        help: ArgumentHelp("A market order may go so far beyond the best price, 0.0001 to 0.1.", valueName: "fraction"))
    public var slippage = 0.005

    @Option(
        help: ArgumentHelp(
            "Nothing is opened where the stream's price is so far from the exchange's mark price.",
            valueName: "fraction"))
    public var collar = 0.02

    @Option(help: ArgumentHelp("An intent to open that is older is refused.", valueName: "seconds"))
    public var maxAge = 5.0

    @Option(help: ArgumentHelp("Nothing is opened while the stream is so far behind the clock.", valueName: "seconds"))
    public var maxLag = 5.0

    @Option(help: ArgumentHelp("Orders to open that are sent within a minute.", valueName: "orders"))
    public var ordersAMinute = 6

    @Option(
        help: ArgumentHelp(
            "Orders to reduce a part that are sent within a minute; what closes all is not counted.",
            valueName: "orders"))
    public var reductionsAMinute = 60

    @Option(help: ArgumentHelp("What those that open are worth together, times the equity.", valueName: "times"))
    public var notionalAMinute = 30.0

    @Option(help: ArgumentHelp("Positions open at once.", valueName: "positions"))
    public var maxPositions = 2

    @Option(
        help: ArgumentHelp("Refusals by the exchange in a row, after which nothing is opened.", valueName: "refusals"))
    public var maxRefusals = 5

    @Option(
        help: ArgumentHelp(
            "Loss of a day, UTC, after which nothing is opened, of its first equity.", valueName: "fraction"))
    public var dailyLoss = 0.1

    @Option(
        help:
            "At the end of input and on SIGTERM, SIGINT and SIGHUP: hold leaves positions to their stops, flatten closes them."
    )
    public var onEnd = EndPolicy.hold

    public init() {}

    public var symbolNames: [String] { symbols.split(separator: ",").map(String.init) }

    /// To the hundredth, as the exchange takes it.
    public var exactLeverage: Rate { Rate(nearest: (leverage * 100).rounded() / 100) ?? .zero }

    public func validate() throws {
        let names = symbolNames
        try Self.check(
            "--symbols", !names.isEmpty && Set(names).count == names.count && names.allSatisfy(Self.isName),
            "a list of symbols, each once")
        try Self.check("--leverage", leverage >= 1 && leverage <= 1000, "1 to 1000")
        try Self.check("--slippage", slippage >= 0.0001 && slippage <= 0.1, "0.0001 to 0.1")
        try Self.check("--collar", collar > 0 && collar <= 1, "above 0, at most 1")
        try Self.check("--max-age", maxAge > 0 && maxAge <= 86_400, "above 0, at most 86400 seconds")
        try Self.check("--max-lag", maxLag > 0 && maxLag <= 86_400, "above 0, at most 86400 seconds")
        try Self.check("--orders-a-minute", (0...600).contains(ordersAMinute), "0 to 600")
        try Self.check("--reductions-a-minute", (0...600).contains(reductionsAMinute), "0 to 600")
        try Self.check("--notional-a-minute", notionalAMinute > 0 && notionalAMinute <= 1000, "above 0, at most 1000")
        try Self.check("--max-positions", (1...64).contains(maxPositions), "1 to 64")
        try Self.check("--max-refusals", (1...1000).contains(maxRefusals), "1 to 1000")
        try Self.check("--daily-loss", dailyLoss > 0 && dailyLoss <= 1, "above 0, at most 1")
    }

    private static func isName(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count) && name.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
    }
}

/// The options as exact values.
struct Settings {
    let leverage: Rate
    /// To the hundredth of a percent, as the exchange takes it.
    let slippage: Rate
    let collar: Rate
    /// Microseconds.
    let maxAge: Double
    let maxLag: Double
    let openingsAMinute: Int
    let reductionsAMinute: Int
    let notionalAMinute: Rate
    let maxPositions: Int
    let maxRefusals: Int
    let dailyLoss: Rate
    let onEnd: EndPolicy
    /// Whether orders are sent, or only told of.
    let isLive: Bool

    /// - Parameter options: validated.
    init(_ options: ExecOptions, isLive: Bool) {
        leverage = options.exactLeverage
        slippage = Rate(nearest: (options.slippage * 10_000).rounded() / 10_000) ?? .zero
        collar = Rate(nearest: options.collar) ?? .zero
        maxAge = options.maxAge * 1e6
        maxLag = options.maxLag * 1e6
        openingsAMinute = options.ordersAMinute
        reductionsAMinute = options.reductionsAMinute
        notionalAMinute = Rate(nearest: options.notionalAMinute) ?? .zero
        maxPositions = options.maxPositions
        maxRefusals = options.maxRefusals
        dailyLoss = Rate(nearest: options.dailyLoss) ?? .zero
        onEnd = options.onEnd
        self.isLive = isLive
    }
}

public import ArgumentParser
public import Stage

/// What to do with a record that is later than `--reorder` allows.
public enum OnDisorder: String, CaseIterable, ExpressibleByArgument, Sendable {
    case error, gap
}

/// What a feed is told. FILES stand here too: `meta` states all that is needed to run the feed again.
public struct FeedOptions: ParsableArguments {
    @Argument(help: "What to read, each plain, .gz or .zst; none or - is standard input.", completion: .file())
    public var files: [String] = []

    @Option(help: "The format of all files; each file's own first lines tell it if this is not given.")
    public var format: Format?

    @Option(help: ArgumentHelp("Leave out records before this: ISO 8601 UTC or microseconds.", valueName: "time"))
    public var from: Instant?

    @Option(help: ArgumentHelp("Leave out records at or after this, and end there.", valueName: "time"))
    public var to: Instant?

    @Option(help: ArgumentHelp("Only these, with commas between; names a file's symbol too.", valueName: "symbols"))
    public var symbols: [String] = []

    @Flag(help: "Only market records: leave out what stages derived, as from an audit file that is traded again.")
    public var marketOnly = false

    @Option(help: ArgumentHelp("Replay by the clock, this many times as fast as it was.", valueName: "factor"))
    public var speed: Double?

    @Option(
        help: ArgumentHelp(
            "Sort records that are late by up to this (default: 1 for files, 0 for standard input).",
            valueName: "seconds"))
    public var reorder: Double?

    @Option(help: "What a later record is: an error, or dropped with a gap record that says so.")
    public var onDisorder: OnDisorder = .error

    @Option(help: ArgumentHelp("The length of bars, where their times do not tell it.", valueName: "seconds"))
    public var span: Int?

    @Option(
        help: ArgumentHelp(
            "Instead of files, the made-up market of this seed: with trends that order flow announces, unless --edge is given.",
            valueName: "seed"))
    public var synthetic: UInt64?

    @Option(
        help: ArgumentHelp(
            "The made-up market is a random walk instead, but for a gain of this in the five minutes after order flow has turned.",
            valueName: "bp"))
    public var edge: Double?

    @Option(help: ArgumentHelp("How long the made-up market lasts.", valueName: "days"))
    public var days: Double = 1

    @Option(
        help: ArgumentHelp(
            "Read the live stream of this exchange from standard input, as drift-ws writes it.", valueName: "exchange"))
    public var live: LiveExchange?

    @Option(help: ArgumentHelp("Live: begin with so much history: 2h, 90m, seconds.", valueName: "duration"))
    public var backfill = Duration(rawValue: 0)!

    @Option(
        help: ArgumentHelp("Live: keep every line that came, and every answer, in a new file.", valueName: "file"),
        completion: .file())
    public var record: String?

    @Option(help: ArgumentHelp("Live: the REST API; http only on this machine.", valueName: "url"))
    public var restUrl = RESTAddress.mainnet

    @Option(help: ArgumentHelp("Live: the fee that instrument records state for takers.", valueName: "rate"))
    public var takerFee = FeeRate.taker

    @Option(help: ArgumentHelp("Live: the fee that instrument records state for makers.", valueName: "rate"))
    public var makerFee = FeeRate.maker

    public init() {}

    public func validate() throws {
        if let speed, !(speed > 0 && speed.isFinite) { throw ValidationError("--speed must be above 0") }
        if let reorder, !(0...3600).contains(reorder) { throw ValidationError("--reorder must be 0 to 3600") }
        if let span, !(1...86_400).contains(span) { throw ValidationError("--span must be 1 to 86400") }
        guard days > 0, days <= 36_525 else { throw ValidationError("--days must be above 0 and at most 36525") }
        if let from, let to, from.rawValue >= to.rawValue { throw ValidationError("--from must be before --to") }
        if let edge {
            guard synthetic != nil else { throw ValidationError("--edge needs --synthetic") }
            guard (0...1000).contains(edge) else { throw ValidationError("--edge must be 0 to 1000") }
        }
        if synthetic != nil, !files.isEmpty { throw ValidationError("--synthetic takes no files") }
        try validateLive()
        if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read once") }
    }

    private func validateLive() throws {
        guard live != nil else {
            if backfill.rawValue > 0 || record != nil { throw ValidationError("--backfill and --record need --live") }
            return
        }
        guard files.isEmpty, synthetic == nil, speed == nil, from == nil, to == nil, format == nil else {
            throw ValidationError("--live reads standard input as it comes: no FILES, --format, --from, --to, --speed")
        }
        guard backfill.rawValue <= Self.backfillLimitSeconds else {
            throw ValidationError("--backfill must be at most seven days")
        }
        guard
            symbolNames.allSatisfy({
                !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            })
        else { throw ValidationError("--symbols are letters and digits") }
        if backfill.rawValue > 0, symbolNames.isEmpty { throw ValidationError("--backfill needs --symbols") }
    }

    private static let backfillLimitSeconds = 7 * 86_400

    var symbolNames: [String] { symbols.flatMap { $0.split(separator: ",").map(String.init) } }

    /// What is read: standard input if nothing else is named.
    public var inputs: [String] { files.isEmpty ? ["-"] : files }

    func reorderMicroseconds(isStream: Bool) -> Int64 {
        Int64((reorder ?? (isStream ? 0 : 1)) * 1_000_000)
    }
}

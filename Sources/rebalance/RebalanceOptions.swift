public import ArgumentParser

/// What shapes rebalancing: the symbols of `docs/models.md`, layer 7.
public struct RebalanceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A drift against the position beyond this closes it.", valueName: "return"))
    public var flip = 0.0001

    @Option(help: ArgumentHelp("Half-lives after which a position is closed.", valueName: "n"))
    public var halfLives = 2.0

    @Option(help: ArgumentHelp("A drift that has faded by more than this halves the position.", valueName: "return"))
    public var decay = 0.0005

    @Option(help: ArgumentHelp("Below this share of the entry confidence the position is halved.", valueName: "share"))
    public var confidence = 0.7

    @Option(help: ArgumentHelp("What a reduction takes of the position.", valueName: "share"))
    public var reduction = 0.5

    @Option(help: ArgumentHelp("A rule that is left out. May be repeated.", valueName: "rule"))
    public var without: [Rule] = []

    public init() {}

    public func validate() throws {
        func require(_ holds: Bool, _ text: String) throws {
            if !holds { throw ValidationError(text) }
        }
        try require((0...1e6).contains(flip) && (0...1e6).contains(decay), "--flip and --decay must be 0 to 1e6.")
        try require(halfLives > 0 && halfLives <= 1e6, "--half-lives must be above 0, at most 1e6.")
        try require((0...1).contains(confidence), "--confidence must be 0 to 1.")
        try require(reduction > 0 && reduction <= 1, "--reduction must be above 0, at most 1.")
    }
}

/// The four rules, in the order in which they are asked.
public enum Rule: String, CaseIterable, ExpressibleByArgument, Sendable {
    case driftFlip = "drift_flip"
    case timeDecay = "time_decay"
    case driftDecay = "drift_decay"
    case confidenceDrop = "confidence_drop"
}

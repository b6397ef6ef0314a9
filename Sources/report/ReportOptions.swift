public import ArgumentParser

/// What a report assumes.
public struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("How many strategies or parameter sets were tried before this one.", valueName: "trials"))
    public var trials = 1

    @Option(
        help: ArgumentHelp(
            "Half-lives after which a position would have been closed anyway, for what an exit saved or cost (default: those of the run's drift-rebalance, else 2).",
            valueName: "n"))
    public var halfLives: Double?

    @Option(help: ArgumentHelp("What this run is called in a table of runs.", valueName: "text"))
    public var name = "all"

    public init() {}

    public func validate() throws {
        guard trials >= 1, trials <= 1_000_000_000 else { throw ValidationError("--trials is not 1 to 1e9") }
        if let halfLives, !(halfLives > 0 && halfLives <= 1e6) {
            throw ValidationError("--half-lives is not above 0, at most 1e6")
        }
    }
}

public import ArgumentParser

/// What shapes the signal: the symbols of `docs/models.md`, with the defaults of the micro profile.
public struct SignalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Sampling interval D of the reference price.", valueName: "s"))
    public var sample = 1.0

    @Option(help: ArgumentHelp("Without a price for longer, a symbol's models are reset.", valueName: "s"))
    public var stale = 30.0

    @Option(help: ArgumentHelp("Kalman time constant tau, in samples.", valueName: "samples"))
    public var tau = 5.0

    @Option(help: ArgumentHelp("Filtered levels in the fourth-order polynomial.", valueName: "samples"))
    public var window = 100

    @Option(help: ArgumentHelp("Samples before the first signal.", valueName: "samples"))
    public var ready = 25

    @Option(help: ArgumentHelp("A derivative below this share of its root mean square is zero.", valueName: "share"))
    public var flat = 0.1

    @Option(help: ArgumentHelp("Memory of the Ornstein-Uhlenbeck regression.", valueName: "samples"))
    public var ouMemory = 600.0

    @Option(help: ArgumentHelp("Shortest horizon.", valueName: "s"))
    public var minHold = 90.0

    @Option(help: ArgumentHelp("Longest horizon.", valueName: "s"))
    public var maxHold = 360.0

    @Option(help: ArgumentHelp("Horizon where the price does not revert.", valueName: "s"))
    public var hold = 300.0

    @Option(help: ArgumentHelp("Below this signal-to-noise ratio a signal is neutral.", valueName: "ratio"))
    public var snr = 0.5

    @Option(help: ArgumentHelp("Interval of signals, a multiple of the sampling interval.", valueName: "s"))
    public var every = 5.0

    @Flag(help: "Scale the drift by how well past drifts forecast.")
    public var calibrate = false

    public init() {}

    public func validate() throws {
        func require(_ holds: Bool, _ text: String) throws {
            if !holds { throw ValidationError(text) }
        }
        try require(sample >= 0.001 && sample <= 86_400, "--sample must be 0.001 to 86400 seconds.")
        let grid = (sample * 1e6).rounded()
        try require(abs(sample * 1e6 - grid) < 1e-3, "--sample must be a whole number of microseconds.")
        try require((sample...(100_000 * sample)).contains(stale), "--stale must be 1 to 100000 times --sample.")
        try require((0.1...1e4).contains(tau), "--tau must be 0.1 to 10000 samples.")
        try require((5...100_000).contains(ready) && ready <= window, "--ready must be 5 to --window.")
        try require(window <= 10_000, "--window must be at most 10000.")
        try require(flat >= 0 && flat < 1, "--flat must be 0 to 1.")
        try require((10...1e9).contains(ouMemory), "--ou-memory must be 10 to 1e9 samples.")
        try require(minHold >= sample && maxHold >= minHold, "holds must be --sample <= --min-hold <= --max-hold.")
        try require(maxHold <= 100_000 * sample, "--max-hold must be at most 100000 times --sample.")
        try require(hold >= minHold && hold <= maxHold, "--hold must be within --min-hold and --max-hold.")
        try require((0...1e6).contains(snr), "--snr must be 0 to 1e6.")
        try require(
            (sample...(1e6 * sample)).contains(every)
                && (every * 1e6).rounded().truncatingRemainder(dividingBy: grid) == 0,
            "--every must be a multiple of --sample, at most 1e6 of it.")
    }
}

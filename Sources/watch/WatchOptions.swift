public import ArgumentParser

/// How the stream is shown.
public struct WatchOptions: ParsableArguments {
    @Flag(help: "Write one line for each event instead of drawing; so it is where standard error is no terminal.")
    public var plain = false

    @Option(
        help: ArgumentHelp(
            "Every five seconds, and at the end, write health and results to a file as Prometheus reads them.",
            valueName: "file"))
    public var metrics: String?

    public init() {}
}

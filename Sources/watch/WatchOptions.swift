public import ArgumentParser

/// How the stream is shown.
public struct WatchOptions: ParsableArguments {
    @Flag(help: "Write one line for each event instead of drawing; so it is where standard error is no terminal.")
    public var plain = false

    public init() {}
}

public import ArgumentParser

/// How the loop merges its two inputs.
public struct LoopOptions: ParsableArguments {
    @Flag(help: "Never wait: insert what comes back as it comes.")
    public var live = false

    public init() {}
}

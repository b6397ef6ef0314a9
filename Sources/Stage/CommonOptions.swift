public import ArgumentParser

/// The options that every stage has.
public struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Take options from a TOML profile; flags override it.", valueName: "file"))
    public var profile: String?

    @Flag(help: "Print each option with its value and where it came from, and end.")
    public var printConfig = false

    public init() {}
}

extension ParsableArguments {
    /// - Parameter range: what the value must be, as a person is told.
    /// - Throws: `ValidationError`, unless it `holds`.
    public static func check(_ flag: String, _ holds: Bool, _ range: String) throws {
        guard holds else { throw ValidationError("\(flag) is not \(range)") }
    }
}

/// A filter also may leave out what it read.
public struct FilterOptions: ParsableArguments {
    @Flag(help: "Write only the records that this stage derives, not the lines it reads.")
    public var only = false

    public init() {}
}

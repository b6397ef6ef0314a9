public import ArgumentParser

/// The options of a stage that another program runs, and its `meta` record: what its own command would make of them.
public struct StageSettings<Options: ParsableArguments> {
    public let options: Options
    /// The `meta` record, given a time.
    public let meta: (Int64) -> [UInt8]

    /// - Parameters:
    ///   - verb: the stage's; also its section in a profile.
    ///   - profile: the file's path.
    ///   - words: arguments, which override the profile.
    /// - Throws: `Failure` for a profile or arguments that cannot be used.
    public init(_ verb: String, profile: String?, words: [String]) throws {
        let flags = try profile.map { try Profile.flags($0, verb: verb, Options.self).flatMap(\.arguments) } ?? []
        do { options = try Options.parse(flags + words) } catch {
            let cause = Options.message(for: error).split(separator: "\n").joined(separator: " ")
            throw Failure.refused(.usage, "unable to use the options of \(verb): \(cause)")
        }
        let meta = Meta(verb: verb, options)
        self.meta = { meta.record(ts: $0) }
    }
}

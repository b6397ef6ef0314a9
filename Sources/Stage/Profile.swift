import ArgumentParser
import FoundationEssentials
import TOMLKit

/// A profile: one TOML file that configures the whole pipeline, a section a stage, the keys named as the options are
/// with `_` for `-`. It stands for flags given before those of the command line, so flags override it.
struct Profile {
    /// The sections a profile may have: the stages that take options.
    static let sections = [
        "ws", "feed", "signal", "loop", "gate", "paper", "exec", "rebalance", "exchange", "report", "watch",
    ]

    /// The options of one stage in the order of the file, as keys and arguments.
    let options: [(key: String, arguments: [String])]

    /// - Throws: `Failure` if the file cannot be read, is no TOML, or has a section that no stage reads.
    init(path: String, section: String) throws {
        func refuse(_ cause: String) -> Failure {
            .refused(.configuration, "unable to use profile \(path): \(cause)")
        }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw Failure.refused(.noInput, "unable to read profile \(path): no such readable text file") }
        let table: TOMLTable
        do { table = try TOMLTable(string: text) } catch {
            throw refuse("\(error)".split(separator: "\n").joined(separator: " "))
        }
        for name in table.keys where !Self.sections.contains(name) {
            throw refuse("unknown section or key '\(name)'; sections are \(Self.sections.joined(separator: ", "))")
        }
        guard let own = table[section] else {
            options = []
            return
        }
        guard let values = own.table else { throw refuse("'\(section)' is no section") }
        options = try values.keys.map { key in
            guard key.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }) else {
                throw refuse("unknown key '\(key)' in [\(section)]")
            }
            let flag = "--" + key.replacing("_", with: "-")
            guard let value = values[key] else { return (key, []) }
            if let flagged = value.bool { return (key, flagged ? [flag] : []) }
            if let items = value.array {
                return (key, try items.flatMap { [flag, try Self.text($0, key: key, refuse)] })
            }
            return (key, [flag, try Self.text(value, key: key, refuse)])
        }
    }

    /// The options of one stage, which are its own and valid.
    static func flags<Options: ParsableArguments>(
        _ path: String, verb: String, _: Options.Type
    ) throws -> [(key: String, arguments: [String])] {
        let profile = try Profile(path: path, section: verb)
        let known = ResolvedOptions.keys(of: Options())
        for option in profile.options where !known.contains(option.key) {
            throw Failure.refused(
                .configuration,
                "unable to use profile \(path): unknown key '\(option.key)' in [\(verb)]; keys are "
                    + known.joined(separator: ", "))
        }
        do { _ = try Options.parse(profile.options.flatMap(\.arguments)) } catch {
            throw Failure.refused(.configuration, "unable to use profile \(path): \(Options.message(for: error))")
        }
        return profile.options
    }

    private static func text(_ value: any TOMLValueConvertible, key: String, _ refuse: (String) -> Failure) throws
        -> String
    {
        if let text = value.string { return text }
        if let integer = value.int { return String(integer) }
        if let number = value.double { return number.description }
        throw refuse("'\(key)' is neither number, text, boolean nor a list of them")
    }
}

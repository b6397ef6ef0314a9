public import ArgumentParser
import Glibc

/// The version of all programs of the pipeline.
public let pipelineVersion = "0.1.0"

/// A stage's command: options, and the run. `StageCommand.main()` is the one place where a program ends.
public protocol StageCommand: ParsableCommand {
    /// The options that shape what the stage writes: those that a profile may set and `meta` states.
    associatedtype Options: ParsableArguments

    /// The folder's name: the binary is this with the prefix `drift-`.
    static var verb: String { get }
    var options: Options { get }
    var common: CommonOptions { get }

    /// Runs the stage.
    /// - Parameter meta: the stage's `meta` record, given a time.
    func run(meta: @escaping (Int64) -> [UInt8]) throws
}

extension StageCommand {
    public static var program: String { "drift-\(verb)" }

    public static func main() {
        UnixSignals.watch()
        do {
            let command = try parse()
            let meta = Meta(verb: verb, command.options)
            try command.run { meta.record(ts: $0) }
        } catch Failure.closedOutput {
            Glibc.exit(ExitStatus.success.rawValue)
        } catch Failure.interrupted(let number) {
            Glibc.exit(128 + number)
        } catch Failure.refused(let status, let text) {
            diagnose(program, "error: \(text)")
            Glibc.exit(status.rawValue)
        } catch {
            end(with: error)
        }
        Glibc.exit(ExitStatus.success.rawValue)
    }

    /// Ends as the argument parser says: help goes to standard output, a wrong argument is one line of diagnostic.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        if code.isSuccess {
            let isWritten = say(fullMessage(for: error))
            Glibc.exit(isWritten ? 0 : ExitStatus.io.rawValue)
        }
        let cause = message(for: error).split(separator: "\n").joined(separator: " ")
        diagnose(program, "error: unable to use the arguments: \(cause) (see --help)")
        Glibc.exit(code.rawValue)
    }

    /// Writes text that a person asked for to standard output; an empty one is none.
    /// - Returns: whether all of it went out.
    private static func say(_ text: String) -> Bool {
        let lines = text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
        let bytes = Array(lines.utf8)
        return bytes.isEmpty || write(1, bytes, bytes.count) == bytes.count
    }

    /// Reads the command line, with the profile's options in front of it.
    private static func parse() throws -> Self {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let path = profilePath(in: arguments) else {
            return try finish(arguments, profile: nil)
        }
        let options = try Profile.flags(path, verb: verb, Options.self)
        return try finish(
            options.flatMap(\.arguments) + arguments, profile: (path, options.map(\.key)), own: arguments)
    }

    private static func finish(
        _ arguments: [String], profile: (path: String, keys: [String])?, own: [String]? = nil
    ) throws -> Self {
        guard let command = try parseAsRoot(arguments) as? Self else {
            throw CleanExit.helpRequest(Self.self)
        }
        if command.common.printConfig {
            let resolved = ResolvedOptions(of: command.options)
            guard say(resolved.listing(verb: verb, flags: own ?? arguments, profile: profile)) else {
                throw Failure.refused(.io, "unable to write to standard output: \(errorText())")
            }
            throw ExitCode.success
        }
        return command
    }

    private static func profilePath(in arguments: [String]) -> String? {
        var path: String?
        for (index, argument) in arguments.enumerated() {
            if argument == "--profile", index + 1 < arguments.count { path = arguments[index + 1] }
            if argument.hasPrefix("--profile=") { path = String(argument.dropFirst("--profile=".count)) }
        }
        return path
    }
}

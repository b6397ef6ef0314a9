import FeedFold
import FoundationEssentials
import Records
import ReportFold
import Stage

/// A run as one JSON object: `market`, what the feed reads; `profile`, a file; and sections of options, as in a profile.
///
///     {"market":["ticks.gz"],"profile":"micro.toml","gate":{"edge":0.002,"without":["snr"]},"report":{"name":"a"}}
public struct RunSpec {
    private let profile: String?
    private let market: [String]
    private var words: [String: [String]] = [:]

    /// - Parameter line: without its LF.
    /// - Throws: `Failure` for what is no such object.
    public init(_ line: [UInt8]) throws {
        // What two readers may read in two ways is refused.
        if let problem = Run.problem(line) {
            throw Self.refusal("it is no JSON object: \(problem.problem) at byte \(problem.at)")
        }
        guard case .object(let members)? = try? JSONDecoder().decode(Value.self, from: Data(line)) else {
            throw Self.refusal("it is no JSON object")
        }
        var (profile, market): (String?, [String]) = (nil, [])
        for (name, value) in members {
            switch (name, value) {
            case ("profile", .text(let path)): profile = path
            case ("market", .array(let files)):
                market = try files.map { file in
                    guard case .text(let path) = file else { throw Self.refusal("a member of 'market' is no text") }
                    return path
                }
            case ("profile", _), ("market", _): throw Self.refusal("'profile' is a text, and 'market' a list of them")
            case (_, .object(let options)):
                words[name] = try options.sorted { $0.key < $1.key }.flatMap { try Self.words($0.key, $0.value) }
            default: throw Self.refusal("'\(name)' is no section of options")
            }
        }
        (self.profile, self.market) = (profile, market)
    }

    /// - Throws: `Failure` for options that cannot be used.
    public func plan() throws -> Plan {
        let plan = try Plan(profile: profile, words: words, market: market)
        // Standard input is where the runs come from.
        let files = plan.feed.options.files
        guard plan.feed.options.synthetic != nil || !files.isEmpty && !files.contains("-") else {
            throw Self.refusal("'market' names no files, and 'feed' no 'synthetic'")
        }
        return plan
    }

    private static func words(_ key: String, _ value: Value) throws -> [String] {
        switch value {
        case .array(let values): try values.flatMap { try words(key, $0) }
        case .text(let text): Setting.words(key, text)
        case .object: throw refusal("'\(key)' is neither number, text, boolean nor a list of them")
        }
    }

    private static func refusal(_ cause: String) -> Failure { .refused(.usage, "unable to plan the run: \(cause)") }

    /// What JSON tells, as the text that a command line would have.
    private indirect enum Value: Decodable {
        case text(String)
        case array([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .text(flag ? "true" : "false")
            } else if let integer = try? container.decode(Int64.self) {
                self = .text("\(integer)")
            } else if let number = try? container.decode(Double.self) {
                self = .text("\(number)")
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let values = try? container.decode([Value].self) {
                self = .array(values)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }
    }
}

extension Run {
    /// Carries out a run that is given as a line.
    /// - Parameter line: a `RunSpec`, without its LF.
    /// - Returns: one line, with its LF: the run as it was given, and its report, or the error that it ended with.
    /// - Throws: `Failure.interrupted`.
    public static func result(of line: [UInt8]) throws -> [UInt8] {
        do {
            let summary = try report(try RunSpec(line).plan())
            return result(of: line, "report", try ReportJSON.line(summary).dropLast())
        } catch Failure.interrupted(let number) {
            throw Failure.interrupted(number)
        } catch Failure.refused(let status, let text) {
            return result(of: line, status: status.rawValue, text)
        } catch { return result(of: line, status: ExitStatus.software.rawValue, "\(error)") }
    }

    /// The result of a run that came to none.
    /// - Parameter status: that its process would have ended with.
    public static func result(of line: [UInt8], status: Int32, _ text: String) -> [UInt8] {
        return result(of: line, "error", Array(#"{"status":\#(status),"text":\#(quoted(text))}"#.utf8)[...])
    }

    private static func result(of line: [UInt8], _ key: String, _ value: ArraySlice<UInt8>) -> [UInt8] {
        // What is no object can only be told as text.
        let run = problem(line) == nil ? line : Array(quoted(String(decoding: line, as: UTF8.self)).utf8)
        return Array(#"{"run":"#.utf8) + run + Array(#","\#(key)":"#.utf8) + value + Array("}\n".utf8)
    }

    /// What is wrong with a line that is to be a JSON object; nil if it is one.
    static func problem(_ line: [UInt8]) -> Malformed? {
        var reader = ObjectReader()
        return RecordReader.withPadding(line) { text in
            do throws(Malformed) { try reader.read(text) } catch { return error }
            return nil
        }
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data("\"\"".utf8), as: UTF8.self)
    }
}

import ArgumentParser
import Records

/// The options of a stage as they came out: for `meta` and for `--print-config`.
struct ResolvedOptions {
    /// Keys as in a profile, values as JSON text, in the order of their declaration.
    let values: [(key: String, json: String)]

    init(of options: some ParsableArguments) {
        values = Mirror(reflecting: options).children.compactMap { child in
            guard let label = child.label, let value = child.value as? any Parsed else { return nil }
            return (Self.key(label), Self.json(value.parsed))
        }
    }

    /// The keys that a profile may set.
    static func keys(of options: some ParsableArguments) -> [String] {
        Mirror(reflecting: options).children.compactMap { child in
            guard let label = child.label, child.value is any Parsed else { return nil }
            return key(label)
        }
    }

    /// One line an option: `key = value  # whence`.
    func listing(verb: String, flags: [String], profile: (path: String, keys: [String])?) -> String {
        let width = values.map { $0.key.count + $0.json.count }.max() ?? 0
        let lines = values.map { key, json in
            let flag = "--" + key.replacing("_", with: "-")
            let source =
                flags.contains { $0 == flag || $0.hasPrefix(flag + "=") }
                ? "flag" : profile?.keys.contains(key) == true ? profile!.path : "default"
            let padding = String(repeating: " ", count: width - key.count - json.count)
            return "\(json == "null" ? "# " : "")\(key) = \(json == "null" ? "none" : json)\(padding)  # \(source)\n"
        }
        return "[\(verb)]\n" + lines.joined()
    }

    /// `_minHold` is `min_hold`.
    private static func key(_ label: String) -> String {
        var key = ""
        for character in label.drop(while: { $0 == "_" }) {
            if character.isUppercase { key += "_" }
            key += character.lowercased()
        }
        return key
    }

    private static func json(_ value: Any) -> String {
        switch value {
        case let value as Bool: return value ? "true" : "false"
        case let value as Int: return String(value)
        case let value as UInt64: return String(value)
        case let value as Double:
            return Int(exactly: value).map(String.init) ?? value.description
        case let value as [Any]: return "[" + value.map(json).joined(separator: ",") + "]"
        case let value as (any RawRepresentable): return json(value.rawValue)
        case Optional<Any>.none: return "null"
        case let value as String: return quoted(value)
        default:
            let mirror = Mirror(reflecting: value)
            if mirror.displayStyle == .optional { return mirror.children.first.map { json($0.value) } ?? "null" }
            return quoted("\(value)")
        }
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\0"..<" ":
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// An option wrapper of the argument parser, whatever it wraps.
private protocol Parsed {
    var parsed: Any { get }
}

extension Option: Parsed {
    fileprivate var parsed: Any { wrappedValue }
}

extension Flag: Parsed {
    fileprivate var parsed: Any { wrappedValue }
}

extension Argument: Parsed {
    fileprivate var parsed: Any { wrappedValue }
}

/// The record that says what wrote the stream.
struct Meta {
    let program: String
    let options: ResolvedOptions

    init(verb: String, _ options: some ParsableArguments) {
        program = "drift-\(verb)"
        self.options = ResolvedOptions(of: options)
    }

    func record(ts: Int64) -> [UInt8] {
        var out = Output()
        out.begin(.meta, ts: ts)
        out.field("stage", program)
        out.field("version", pipelineVersion)
        let pairs = options.values.map { "\(ResolvedOptions.quoted($0.key)):\($0.json)" }
        out.field("options", json: "{" + pairs.joined(separator: ",") + "}")
        out.end()
        var record: [UInt8] = []
        out.drain { record.append(contentsOf: $0) }
        return record
    }
}

import Stage

/// `section.key=value`: an option of a stage as a profile names it.
public enum Setting {
    /// - Returns: arguments of the stages, by section.
    /// - Throws: `Failure` for a text that is none.
    public static func words(_ settings: [String]) throws -> [String: [String]] {
        var words: [String: [String]] = [:]
        for setting in settings {
            let (name, value) = split(setting[...], at: "=")
            let (section, key) = split(name, at: ".")
            guard let key, let value, !section.isEmpty, !key.isEmpty else {
                throw Failure.refused(.usage, "unable to set '\(setting)': it is not section.key=value")
            }
            words[String(section), default: []] += self.words(String(key), String(value))
        }
        return words
    }

    /// A flag is set by `true`; `false` is what it is without.
    static func words(_ key: String, _ value: String) -> [String] {
        let flag = "--" + key.replacing("_", with: "-")
        return switch value {
        case "true": [flag]
        case "false": []
        default: [flag, value]
        }
    }

    private static func split(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
        guard let place = text.firstIndex(of: mark) else { return (text, nil) }
        return (text[..<place], text[text.index(after: place)...])
    }
}

import Glibc

/// Writes the report: TAP version 13 with a YAML block under each failure.
struct TAP {
    private var number = 0
    private(set) var failures = 0

    init(count: Int) throws {
        try write("TAP version 13\n1..\(count)\n")
    }

    mutating func report(_ name: String, _ outcome: Case.Outcome) throws {
        number += 1
        switch outcome {
        case .ok: try write("ok \(number) - \(name)\n")
        case .skipped(let why): try write("ok \(number) - \(name) # SKIP \(why)\n")
        case .failed(let failure):
            failures += 1
            try write("not ok \(number) - \(name)\n  ---\n")
            try write("  expected: \(quoted(failure.expected))\n  got: \(quoted(failure.got))\n  ...\n")
        }
    }

    /// A YAML double-quoted scalar of at most 600 characters.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars.prefix(600) {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case " "..."~": result.unicodeScalars.append(scalar)
            default: result += "\\U" + hexadecimal(scalar.value, digits: 8)
            }
        }
        return result + (text.unicodeScalars.count > 600 ? "...\"" : "\"")
    }

    /// Unbuffered, so that a person who watches sees each case as it ends.
    private func write(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("unable to write the report")
            }
            rest = rest.dropFirst(count)
        }
    }
}

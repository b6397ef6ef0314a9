/// What a person reads.
public enum PlainText {
    /// A figure with so many places; no exponent, no `-0`, `-` for what is no number.
    public static func figure(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "-" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard value.magnitude < 1e15 / scale else { return "\(value)" }
        let units = Int64((value * scale).rounded())
        guard places > 0 else { return "\(units)" }
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(units < 0 ? "-" : "")\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// A number with what it counts.
    public static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    /// Text that others have written, for a terminal: nothing in it is an order to the terminal, turns the direction of what
    /// stands behind it, or begins a line.
    public static func harmless(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isUnseen($0) ? " " : $0 }))
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else { return scalar.value < 32 || scalar.value == 127 }
        return [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }

    /// The same of lines, each with its end.
    public static func harmless(_ lines: [String]) -> String { lines.map { harmless($0) + "\n" }.joined() }
}

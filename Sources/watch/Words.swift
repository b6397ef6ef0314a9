/// Figures as a person reads them.
enum Words {
    /// With so many places; no exponent, no `-0`.
    static func number(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return "-" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard value.magnitude < 1e15 / scale else { return "\(value)" }
        let units = Int64((value * scale).rounded())
        let digits = String(units.magnitude)
        guard places > 0 else { return "\(units < 0 ? "-" : "")\(digits)" }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(units < 0 ? "-" : "")\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    static func signed(_ value: Double, _ places: Int) -> String { (value < 0 ? "" : "+") + number(value, places) }

    /// A price, with as many places as one of its size wants.
    static func price(_ value: Double) -> String { number(value, value >= 1000 ? 1 : value >= 1 ? 2 : 6) }

    static func share(_ value: Double) -> String { "\(number(value * 100, 0)) %" }

    /// 75 is `1m15s`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "-" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return "\(whole / 60)m\(whole % 60 < 10 ? "0" : "")\(whole % 60)s" }
        return "\(whole / 3600)h\(whole / 60 % 60 < 10 ? "0" : "")\(whole / 60 % 60)m"
    }

    /// The time of day, UTC.
    static func clock(_ microseconds: Int64) -> String {
        let seconds = microseconds / 1_000_000 % 86_400
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// Text of the stream for a terminal: nothing in it is an order to the terminal.
    static func plain(_ bytes: [UInt8]) -> String {
        String(
            String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
                scalar.properties.generalCategory == .control ? " " : Character(scalar)
            })
    }
}

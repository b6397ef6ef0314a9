import Stage

/// Figures as a person reads them.
enum Words {
    static func number(_ value: Double, _ places: Int) -> String { PlainText.figure(value, places: places) }

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
    static func clock(_ microseconds: Int64) -> String { String(Instant.text(microseconds).dropFirst(11).prefix(8)) }

    /// Text of the stream.
    static func plain(_ bytes: [UInt8]) -> String { PlainText.harmless(String(decoding: bytes, as: UTF8.self)) }
}

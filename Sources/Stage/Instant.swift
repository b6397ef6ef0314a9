public import ArgumentParser

/// A point in time as options take it: `2024-07-18`, `2024-07-18T23:57:01.5Z` (UTC), or integer microseconds.
public struct Instant: ExpressibleByArgument, RawRepresentable, Sendable {
    /// Microseconds since the Unix epoch.
    public let rawValue: Int

    public init?(rawValue: Int) { self.rawValue = rawValue }

    public init?(argument: String) {
        if let microseconds = Int(argument), microseconds >= 0 {
            rawValue = microseconds
            return
        }
        guard let parsed = Self.parse(Array(argument.utf8)) else { return nil }
        rawValue = parsed
    }

    public var defaultValueDescription: String { String(rawValue) }

    /// `YYYY-MM-DD`, then perhaps `T` or a space and `hh:mm`, `:ss`, `.f`, then perhaps `Z`.
    private static func parse(_ text: [UInt8]) -> Int? {
        var text = text[...]
        if text.last == UInt8(ascii: "Z") { text.removeLast() }
        guard let year = number(&text, 4), skip(&text, "-"), let month = number(&text, 2), skip(&text, "-"),
            let day = number(&text, 2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = days(year, month, day) * 86_400
        guard !text.isEmpty else { return seconds * 1_000_000 }
        guard skip(&text, "T") || skip(&text, " "), let hour = number(&text, 2), skip(&text, ":"),
            let minute = number(&text, 2), hour < 24, minute < 60
        else { return nil }
        seconds += hour * 3600 + minute * 60
        if skip(&text, ":") {
            guard let second = number(&text, 2), second < 60 else { return nil }
            seconds += second
        }
        var fraction = 0
        if skip(&text, ".") {
            guard !text.isEmpty, text.count <= 6, text.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
            let digits = Array(text)
            for place in 0..<6 { fraction = fraction * 10 + (place < digits.count ? Int(digits[place] - 48) : 0) }
            text = []
        }
        return text.isEmpty ? seconds * 1_000_000 + fraction : nil
    }

    private static func number(_ text: inout ArraySlice<UInt8>, _ digits: Int) -> Int? {
        guard text.count >= digits, text.prefix(digits).allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        defer { text.removeFirst(digits) }
        return text.prefix(digits).reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private static func skip(_ text: inout ArraySlice<UInt8>, _ mark: Character) -> Bool {
        guard text.first == mark.asciiValue else { return false }
        text.removeFirst()
        return true
    }

    /// Days since 1970-01-01. Source: H. Hinnant, chrono-compatible low-level date algorithms (2013), days_from_civil.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// `2024-07-18T23:57:01Z`.
    public static func text(_ microseconds: Int64) -> String {
        let seconds = Int(microseconds / 1_000_000)
        let (year, month, day) = civil(seconds / 86_400)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let clock = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return "\(year)-\(two(month))-\(two(day))T\(clock)Z"
    }

    /// The inverse of `days`: civil_from_days of the same source.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

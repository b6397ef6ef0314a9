/// The length of a kline, and where on the calendar (UTC) it begins. Times are microseconds since the Unix epoch.
enum KlineInterval: Equatable {
    case minutes(Int64)
    case day
    /// From Monday.
    case week
    case month

    static let minute: Int64 = 60_000_000
    static let oneDay: Int64 = 1440 * minute

    /// - Returns: nil if the exchange has no such interval.
    init?(_ text: some StringProtocol) {
        switch text {
        case "1", "3", "5", "15", "30", "60", "120", "240", "360", "720": self = .minutes(Int64(text)!)
        case "D": self = .day
        case "W": self = .week
        case "M": self = .month
        default: return nil
        }
    }

    /// Whether days are fine enough to make it of.
    var isOfDays: Bool {
        if case .minutes = self { false } else { true }
    }

    /// The beginning of the interval in which `time` lies.
    func start(of time: Int64) -> Int64 {
        let day = Self.floor(time, Self.oneDay)
        switch self {
        case .minutes(let count): return Self.floor(time, count * Self.minute)
        case .day: return day
        // The epoch was a Thursday.
        case .week: return Self.floor(day + 3 * Self.oneDay, 7 * Self.oneDay) - 3 * Self.oneDay
        case .month: return day - (Self.dayOfMonth(day / Self.oneDay) - 1) * Self.oneDay
        }
    }

    /// The beginning of the next interval.
    func end(of start: Int64) -> Int64 {
        switch self {
        case .minutes(let count): start + count * Self.minute
        case .day: start + Self.oneDay
        case .week: start + 7 * Self.oneDay
        case .month: self.start(of: start + 31 * Self.oneDay)
        }
    }

    private static func floor(_ time: Int64, _ width: Int64) -> Int64 {
        let rest = time % width
        return time - (rest < 0 ? rest + width : rest)
    }

    /// 1...31, of a day counted from the epoch. Years begin in March, so that the leap day is the last.
    /// Source: H. Hinnant, chrono-compatible low-level date algorithms, civil_from_days.
    private static func dayOfMonth(_ days: Int64) -> Int64 {
        let sinceMarch0000 = days + 719_468
        let dayOfEra = sinceMarch0000 - floor(sinceMarch0000, 146_097)
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        return dayOfYear - (153 * month + 2) / 5 + 1
    }
}

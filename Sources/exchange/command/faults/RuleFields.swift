import Bybit

/// Why an object is no rule.
struct RuleError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The members of a JSON object, each to be taken once: what nobody has taken is an unknown key.
struct RuleFields {
    private var members: [JSON.Member]

    init(_ object: JSON) throws(RuleError) {
        guard case .object(let members) = object else { throw RuleError("not an object") }
        self.members = members
    }

    mutating func take(_ key: String) -> JSON? {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        return members.remove(at: index).value
    }

    mutating func text(_ key: String) throws(RuleError) -> String {
        guard let text = try optionalText(key) else { throw RuleError("\(key) is missing") }
        return text
    }

    mutating func optionalText(_ key: String) throws(RuleError) -> String? {
        guard let value = take(key) else { return nil }
        guard let text = value.text else { throw RuleError("\(key) is not a text") }
        return text
    }

    mutating func integer(_ key: String, _ range: ClosedRange<Int>) throws(RuleError) -> Int {
        guard let value = try optionalInteger(key, range) else { throw RuleError("\(key) is missing") }
        return value
    }

    mutating func integer(
        _ key: String, _ range: ClosedRange<Int>, default standard: Int
    ) throws(RuleError) -> Int {
        try optionalInteger(key, range) ?? standard
    }

    mutating func optionalInteger(_ key: String, _ range: ClosedRange<Int>) throws(RuleError) -> Int? {
        guard let value = take(key) else { return nil }
        guard let number = value.text.flatMap({ Int($0) }), range.contains(number) else {
            throw RuleError("\(key) is not a whole number of \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func flag(_ key: String) throws(RuleError) -> Bool {
        guard let value = take(key) else { throw RuleError("\(key) is missing") }
        guard let flag = value.bool else { throw RuleError("\(key) is not true or false") }
        return flag
    }

    /// - Returns: nil without the key; a share of 0 to 1.
    mutating func share(_ key: String) throws(RuleError) -> Double? {
        guard let value = take(key) else { return nil }
        guard let share = value.text.flatMap({ Double($0) }), (0...1).contains(share) else {
            throw RuleError("\(key) is not a number of 0 to 1")
        }
        return share
    }

    func finish() throws(RuleError) {
        if let member = members.first { throw RuleError("unknown key '\(member.key)'") }
    }
}

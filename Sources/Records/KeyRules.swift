/// What a key of a known record type must hold. Numbers are at most 2^53 in size, so that no sum or product of a few
/// leaves the doubles.
enum Rule {
    /// A number greater than zero.
    case positive
    /// A number, zero or greater.
    case nonNegative
    case number, numberOrNull
    /// An integer of 0 ..< 2^53: `ts`, `seq`, counts.
    case integer
    case string, stringOrNull
    /// A string of 1 to 32 bytes: `sym`.
    case symbol
    /// `"buy"` or `"sell"`.
    case side
    /// `"long"`, `"short"` or `"flat"`.
    case direction
    case bool
    case object, objectOrNull

    func holds(_ value: RecordValue) -> Bool {
        switch self {
        case .positive: value.boundedSign.map { $0 > 0 } ?? false
        case .nonNegative: value.boundedSign.map { $0 >= 0 } ?? false
        case .number: value.boundedSign != nil
        case .numberOrNull: value.isNull || value.boundedSign != nil
        case .integer: value.integer != nil
        case .string: value.isString
        case .symbol: value.isString && value.withString { (1...SymbolTable.nameLimit).contains($0.count) }
        case .stringOrNull: value.isNull || value.isString
        case .side: value.equals("buy") || value.equals("sell")
        case .direction: value.equals("long") || value.equals("short") || value.equals("flat")
        case .bool: value.bool != nil
        case .object: value.isObject
        case .objectOrNull: value.isNull || value.isObject
        }
    }

    var expectation: String {
        switch self {
        case .positive: "a number above 0, at most 2^53"
        case .nonNegative: "a number of 0 to 2^53"
        case .number: "a number within 2^53"
        case .numberOrNull: "a number within 2^53, or null"
        case .integer: "an integer of 0 to 2^53-1"
        case .string: "a string"
        case .symbol: "a string of 1 to \(SymbolTable.nameLimit) bytes"
        case .stringOrNull: "a string or null"
        case .side: "\"buy\" or \"sell\""
        case .direction: "\"long\", \"short\" or \"flat\""
        case .bool: "true or false"
        case .object: "an object"
        case .objectOrNull: "an object or null"
        }
    }
}

struct KeyRule {
    let key: StaticString
    let rule: Rule
    let isOptional: Bool

    init(_ key: StaticString, _ rule: Rule, optional: Bool = false) {
        self.key = key
        self.rule = rule
        isOptional = optional
    }
}

extension RecordKind {
    /// The keys that this program relies on, beyond `type`; `docs/records.md` and `schema/` list all.
    /// In the market types the numeric keys come first, in the order of `Record.values`.
    var keyRules: [KeyRule] { Self.rules[Int(rawValue)] }

    private static let rules = allCases.map(\.ownRules)

    private var ownRules: [KeyRule] {
        let time = KeyRule("ts", .integer)
        let symbol = KeyRule("sym", .symbol)
        switch self {
        case .trade:
            return [.init("px", .positive), .init("qty", .nonNegative), time, symbol, .init("side", .side)]
        case .quote:
            return [
                .init("bid", .positive), .init("bid_qty", .nonNegative), .init("ask", .positive),
                .init("ask_qty", .nonNegative), time, symbol,
            ]
        case .bar:
            return [
                .init("open", .positive), .init("high", .positive), .init("low", .positive), .init("close", .positive),
                .init("volume", .nonNegative), .init("span", .positive), time, symbol,
            ]
        case .mark: return [.init("mark", .positive), time, symbol]
        case .funding: return [.init("rate", .number), time, symbol]
        case .instrument:
            return [
                .init("tick", .positive), .init("step", .positive), .init("min_qty", .positive),
                .init("max_qty", .positive), .init("min_notional", .nonNegative), .init("max_leverage", .positive),
                .init("maker_fee", .number), .init("taker_fee", .number), time, symbol,
            ]
        case .gap:
            return [
                time, .init("sym", .symbol, optional: true), .init("from", .integer), .init("to", .integer),
                .init("reason", .string),
            ]
        case .clock, .meta, .bad: return [time]
        case .phase: return [time, .init("phase", .string)]
        case .planted: return [.init("mu", .number), time, symbol]
        case .warmup: return [time, symbol]
        case .signal:
            return [
                time, symbol, .init("seq", .integer), .init("px", .positive), .init("drift", .number),
                .init("horizon", .positive), .init("sigma", .nonNegative), .init("snr", .nonNegative),
                .init("confidence", .nonNegative),
            ]
        case .verdict: return [time, symbol, .init("seq", .integer), .init("pass", .bool)]
        case .intent:
            return [
                time, symbol, .init("id", .string), .init("side", .side), .init("reduce_only", .bool),
                .init("seq", .integer),
            ]
        case .order: return [time, symbol, .init("id", .stringOrNull), .init("status", .string)]
        case .fill:
            return [
                time, symbol, .init("id", .stringOrNull), .init("side", .side), .init("qty", .positive),
                .init("px", .positive), .init("fee", .number), .init("reduce_only", .bool), .init("reason", .string),
                .init("realised", .number),
            ]
        case .reject: return [time, symbol, .init("id", .stringOrNull), .init("code", .string)]
        case .position:
            return [time, symbol, .init("side", .direction), .init("qty", .nonNegative)]
        case .account: return [time, .init("equity", .number)]
        case .decision: return [time, symbol, .init("seq", .integer), .init("rule", .string)]
        case .book: return [time, .init("equity", .number), .init("positions", .object)]
        case .sync: return [time, .init("seq", .integer)]
        case .fault: return [time, .init("fault", .string)]
        case .other: return [.init("ts", .integer, optional: true)]
        }
    }
}

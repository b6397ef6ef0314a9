import Bybit

/// One rule of a fault file: which events it matches, at which of them it fires, and what it does then.
struct FaultRule {
    /// The object as it was given, for `GET /control/faults`.
    let source: JSON
    let fault: Fault
    /// The fault's name, as the ledger states it.
    let name: String
    private let events: Events
    var trigger: FaultTrigger

    private enum Events {
        case requests(method: String?, path: Pattern?)
        case messages(topic: Pattern?, path: Pattern?)
    }

    /// - Throws: what is wrong with the object.
    init(_ object: JSON) throws(RuleError) {
        source = object
        var fields = try RuleFields(object)
        name = try fields.text("fault")
        fault = try Fault(name, &fields)
        events = try Self.events(of: fault, &fields)
        trigger = try FaultTrigger(&fields)
        try fields.finish()
    }

    private static func events(of fault: Fault, _ fields: inout RuleFields) throws(RuleError) -> Events {
        let kind: String
        switch fault {
        case .request: kind = "request"
        case .message: kind = "message"
        case .venue:
            kind = try fields.optionalText("on") ?? "request"
            guard kind == "request" || kind == "message" else { throw RuleError("on is not request or message") }
        }
        if kind == "request" {
            return .requests(
                method: try fields.optionalText("method"), path: try fields.optionalText("path").map(Pattern.init))
        }
        return .messages(
            topic: try fields.optionalText("topic").map(Pattern.init),
            path: try fields.optionalText("stream").map(Pattern.init))
    }

    var isForMessages: Bool { if case .messages = events { true } else { false } }

    func matchesRequest(method: String, path: String) -> Bool {
        guard case .requests(let wantedMethod, let wantedPath) = events else { return false }
        return (wantedMethod ?? method) == method && wantedPath?.matches(path) ?? true
    }

    /// - Parameter isDelta: whether the message changes what an earlier one has stated.
    func matchesMessage(topic: String, path: String, isDelta: Bool) -> Bool {
        guard case .messages(let wantedTopic, let wantedPath) = events else { return false }
        if fault == .message(.sequenceGap), !isDelta || !topic.hasPrefix("orderbook.") { return false }
        return wantedTopic?.matches(topic) ?? true && wantedPath?.matches(path) ?? true
    }

    /// A text to be met exactly, or up to a `*` at its end.
    private struct Pattern {
        private let text: String
        private let isPrefix: Bool

        init(_ pattern: String) {
            isPrefix = pattern.hasSuffix("*")
            text = isPrefix ? String(pattern.dropLast()) : pattern
        }

        func matches(_ other: String) -> Bool { isPrefix ? other.hasPrefix(text) : other == text }
    }
}

extension Fault {
    private static let milliseconds = 0...3_600_000
    private static let bytes = 0...(1 << 30)
    /// Messages that one firing may hold back.
    private static let held = 1...MessageFault.holdLimit

    /// - Parameter name: as in a rule.
    init(_ name: String, _ fields: inout RuleFields) throws(RuleError) {
        if let fault = try Self.request(name, &fields) {
            self = .request(fault)
        } else if let fault = try Self.message(name, &fields) {
            self = .message(fault)
        } else if let fault = try Self.venue(name, &fields) {
            self = .venue(fault)
        } else {
            throw RuleError("unknown fault '\(name)'")
        }
    }

    private static func request(_ name: String, _ fields: inout RuleFields) throws(RuleError) -> RequestFault? {
        switch name {
        case "lose_ack": .loseAck
        case "delay": .delay(milliseconds: try fields.integer("ms", milliseconds))
        case "close_request": .cutRequest(byte: try fields.integer("byte", bytes), .close)
        case "reset_request": .cutRequest(byte: try fields.integer("byte", bytes), .reset)
        case "close_response": .cutAnswer(byte: try fields.integer("byte", bytes), .close)
        case "reset_response": .cutAnswer(byte: try fields.integer("byte", bytes), .reset)
        case "status":
            .status(try fields.integer("status", 400...599), isExecuted: try fields.flag("executed"))
        case "code":
            .code(
                try fields.integer("code", 1...Int.max), text: try fields.optionalText("message") ?? "fault",
                resetMilliseconds: try fields.integer("reset_ms", milliseconds, default: 300),
                isExecuted: try fields.flag("executed"))
        case "garbage":
            .garbage(
                Array((try fields.optionalText("body") ?? "<html>{\"retCode\":0,").utf8),
                isExecuted: try fields.flag("executed"))
        case "slow_drip":
            .slowDrip(
                bytes: try fields.integer("bytes", 1...65_536, default: 1),
                milliseconds: try fields.integer("ms", 1...60_000))
        default: nil
        }
    }

    private static func message(_ name: String, _ fields: inout RuleFields) throws(RuleError) -> MessageFault? {
        switch name {
        case "duplicate": .duplicate
        case "reorder": .reorder(count: try fields.integer("count", held, default: 1))
        case "late": .late(count: try fields.integer("count", held))
        case "drop": .drop
        case "half_open": .halfOpen
        case "close_stream": .closeStream(code: try fields.optionalInteger("code", 1000...4999))
        case "sequence_gap": .sequenceGap
        default: nil
        }
    }

    private static func venue(_ name: String, _ fields: inout RuleFields) throws(RuleError) -> VenueFault? {
        switch name {
        case "restart": .restart
        case "clock_offset": .clockOffset(milliseconds: try fields.integer("ms", -86_400_000...86_400_000))
        case "external_trade": .externalTrade(try ExternalTrade(&fields))
        case "fill_parts": .fillParts(try fields.integer("parts", 1...1000))
        default: nil
        }
    }
}

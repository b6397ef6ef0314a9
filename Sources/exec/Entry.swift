public import Bybit
import Records
import Venue

/// What the journal keeps.
enum Entry: Equatable {
    /// A start of the program, and whose account it traded.
    case run(account: String, ts: Int64)
    /// An order is about to be sent. It is on the disk before the first byte leaves.
    case send(Sending)
    case fill(Booking)
    /// Nothing more is to come of an order.
    case end(link: String, outcome: String)
    case funding(symbol: String, execution: String, received: Money)
    /// What a day, UTC, began with; in days since 1970.
    case day(Int64, equity: Money)
    /// Nothing is opened any more, until a person says so.
    case halt(code: String, reason: String, ts: Int64)
    case reset(ts: Int64)
    /// A position is not there any more, and the exchange does not tell what became of it.
    case gone(symbol: String, ts: Int64)
    /// What is held in a symbol is closed by exec itself, until nothing is.
    case close(symbol: String, ts: Int64)
    /// An end that was meant.
    case stop(ts: Int64)
}

/// An order as it is sent.
struct Sending: Equatable {
    /// The intent's id; nil for what exec closes by itself.
    let intent: String?
    /// The exchange's client order id.
    let link: String
    let symbol: String
    let side: Side
    let quantity: Quantity
    let isReduceOnly: Bool
    /// What it is worth, about.
    let notional: Money
    /// Why it is opened.
    let conviction: Conviction
    /// Of one that closes: how much of what is held was to be closed.
    let fraction: Rate
    /// How often this intent was sent before, under other names.
    let tries: Int
    /// When, by the exchange's clock and by ours, microseconds.
    let stamp: Int64
    var ts: Int64

    /// Whether it is to close all that is held.
    var isWholeReduction: Bool { isReduceOnly && fraction.units == Rate.one }
}

/// A fill as it is booked.
struct Booking: Equatable {
    let execution: String
    /// Of the order; empty for what the exchange made itself.
    let link: String
    let symbol: String
    let side: Side
    let level: Level
    /// Paid.
    let fee: Money
    let isMaker: Bool
    let reason: String
    /// When, by the exchange's clock, microseconds.
    let executed: Int64
    /// Event time, microseconds.
    let ts: Int64
}

/// What the door itself puts into the journal.
public enum Remark {
    /// A person has looked, and lifts what has halted trading.
    public static func reset(at now: Int64) -> JSON { Entry.reset(ts: now).json }
    /// An end that was meant.
    public static func stop(at now: Int64) -> JSON { Entry.stop(ts: now).json }
}

extension Entry {
    var json: JSON {
        switch self {
        case .run(let account, let ts): ["do": "run", "account": .string(account), "ts": .number("\(ts)")]
        case .send(let sending): sending.json
        case .fill(let booking): booking.json
        case .end(let link, let outcome): ["do": "end", "link": .string(link), "outcome": .string(outcome)]
        case .funding(let symbol, let execution, let received):
            [
                "do": "funding", "symbol": .string(symbol), "execution": .string(execution), "received": "\(received)",
            ]
        case .day(let day, let equity): ["do": "day", "day": .number("\(day)"), "equity": "\(equity)"]
        case .halt(let code, let reason, let ts):
            ["do": "halt", "code": .string(code), "reason": .string(reason), "ts": .number("\(ts)")]
        case .reset(let ts): ["do": "reset", "ts": .number("\(ts)")]
        case .gone(let symbol, let ts): ["do": "gone", "symbol": .string(symbol), "ts": .number("\(ts)")]
        case .close(let symbol, let ts): ["do": "close", "symbol": .string(symbol), "ts": .number("\(ts)")]
        case .stop(let ts): ["do": "stop", "ts": .number("\(ts)")]
        }
    }

    /// - Returns: nil for an entry that this version does not know.
    init?(_ json: JSON) {
        func text(_ key: String) -> String? { json[key]?.text }
        func integer(_ key: String) -> Int64? { text(key).flatMap { Int64($0) } }
        func money(_ key: String) -> Money? { text(key).flatMap { Money(text: $0) } }
        switch text("do") {
        case "run":
            guard let account = text("account"), let ts = integer("ts") else { return nil }
            self = .run(account: account, ts: ts)
        case "send":
            guard let sending = Sending(json) else { return nil }
            self = .send(sending)
        case "fill":
            guard let booking = Booking(json) else { return nil }
            self = .fill(booking)
        case "end":
            guard let link = text("link"), let outcome = text("outcome") else { return nil }
            self = .end(link: link, outcome: outcome)
        case "funding":
            guard let execution = text("execution"), let received = money("received") else { return nil }
            // An earlier version did not keep of which position it was.
            self = .funding(symbol: text("symbol") ?? "", execution: execution, received: received)
        case "day":
            guard let day = integer("day"), let equity = money("equity") else { return nil }
            self = .day(day, equity: equity)
        case "halt":
            guard let code = text("code"), let reason = text("reason"), let ts = integer("ts") else { return nil }
            self = .halt(code: code, reason: reason, ts: ts)
        case "reset":
            guard let ts = integer("ts") else { return nil }
            self = .reset(ts: ts)
        case "gone":
            guard let symbol = text("symbol"), let ts = integer("ts") else { return nil }
            self = .gone(symbol: symbol, ts: ts)
        case "close":
            guard let symbol = text("symbol"), let ts = integer("ts") else { return nil }
            self = .close(symbol: symbol, ts: ts)
        case "stop":
            guard let ts = integer("ts") else { return nil }
            self = .stop(ts: ts)
        default: return nil
        }
    }
}

extension Sending {
    var json: JSON {
        [
            "do": "send", "intent": intent.map { .string($0) } ?? .null, "link": .string(link),
            "symbol": .string(symbol), "side": .string(side.rawValue), "qty": "\(quantity)",
            "reduce_only": .bool(isReduceOnly), "notional": "\(notional)", "drift": .string(conviction.drift),
            "confidence": .string(conviction.confidence), "half_life": .string(conviction.halfLife),
            "fraction": "\(fraction)", "tries": .number("\(tries)"), "stamp": .number("\(stamp)"),
            "ts": .number("\(ts)"),
        ]
    }

    init?(_ json: JSON) {
        guard let link = json["link"]?.text, let symbol = json["symbol"]?.text,
            let side = json["side"]?.text.flatMap({ Side(rawValue: $0) }),
            let fraction = json["fraction"]?.text.flatMap({ Rate(text: $0) }),
            let tries = json["tries"]?.text.flatMap({ Int($0) }),
            let quantity = json["qty"]?.text.flatMap({ Quantity(text: $0) }),
            let isReduceOnly = json["reduce_only"]?.bool,
            let notional = json["notional"]?.text.flatMap({ Money(text: $0) }),
            let stamp = json["stamp"]?.text.flatMap({ Int64($0) }), let ts = json["ts"]?.text.flatMap({ Int64($0) })
        else { return nil }
        self.init(
            intent: json["intent"]?.text, link: link, symbol: symbol, side: side, quantity: quantity,
            isReduceOnly: isReduceOnly, notional: notional,
            conviction: Conviction(
                drift: json["drift"]?.text ?? "null", confidence: json["confidence"]?.text ?? "null",
                halfLife: json["half_life"]?.text ?? "null"),
            fraction: fraction, tries: tries, stamp: stamp, ts: ts)
    }
}

extension Booking {
    var json: JSON {
        [
            "do": "fill", "execution": .string(execution), "link": .string(link), "symbol": .string(symbol),
            "side": .string(side.rawValue), "qty": "\(level.quantity)", "px": "\(level.price)", "fee": "\(fee)",
            "maker": .bool(isMaker), "reason": .string(reason), "executed": .number("\(executed)"),
            "ts": .number("\(ts)"),
        ]
    }

    init?(_ json: JSON) {
        guard let execution = json["execution"]?.text, let link = json["link"]?.text,
            let symbol = json["symbol"]?.text, let side = json["side"]?.text.flatMap({ Side(rawValue: $0) }),
            let quantity = json["qty"]?.text.flatMap({ Quantity(text: $0) }),
            let price = json["px"]?.text.flatMap({ Price(text: $0) }),
            let fee = json["fee"]?.text.flatMap({ Money(text: $0) }), let isMaker = json["maker"]?.bool,
            let reason = json["reason"]?.text, let executed = json["executed"]?.text.flatMap({ Int64($0) }),
            let ts = json["ts"]?.text.flatMap({ Int64($0) })
        else { return nil }
        self.init(
            execution: execution, link: link, symbol: symbol, side: side,
            level: Level(price: price, quantity: quantity), fee: fee, isMaker: isMaker, reason: reason,
            executed: executed, ts: ts)
    }
}

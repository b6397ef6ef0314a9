public import Records

/// What happens, a sentence an event.
public struct Narrator {
    /// What a position was before its last change, to say what became of it.
    private struct Held {
        var quantity: Double
        var realised: Double
        var fees: Double
        var funding: Double
    }

    private var held: [Int: Held] = [:]
    private var unfilled: [Int: Unfilled] = [:]

    public init() {}

    /// - Returns: nil for what needs no words.
    public mutating func tell(_ input: borrowing RecordReader) -> String? {
        guard input.record.hasTime, let text = sentence(input) else { return nil }
        let name =
            input.record.symbol >= 0 ? Words.plain(Array(input.symbols.text(input.record.symbol).utf8)) + " " : ""
        return "\(Words.clock(input.record.ts)) \(name)\(text)"
    }

    /// Of lines that were met here and are no records.
    /// - Parameters:
    ///   - ts: event time that the stream had come to.
    ///   - problem: of the first of them; nil where that is not known.
    public static func tell(badLines count: Int, _ problem: String?, at ts: Int64) -> String {
        let cause = problem.map { ": \(Words.plain(Array($0.utf8)))" } ?? ""
        let lines =
            count == 1
            ? "a line that is no record" : "\(count) lines that are no records\(cause.isEmpty ? "" : ", the first")"
        return "\(Words.clock(ts)) \(lines)\(cause)"
    }

    private mutating func sentence(_ input: borrowing RecordReader) -> String? {
        switch input.record.kind {
        case .warmup: Self.warmup(input.record)
        case .signal: Self.signal(input.record)
        case .verdict: Self.verdict(input.record)
        case .intent: intent(input.record)
        case .fill: fill(input.record)
        case .order: order(input.record)
        case .reject: Self.reject(input.record)
        case .position: position(input.record)
        case .decision: Self.decision(input.record)
        case .gap: Self.gap(input.record)
        case .phase: input.record["phase"].flatMap { $0.string }.map { "phase \(Words.plain($0))" }
        case .bad: "a line that is no record: \(Self.text(input.record["error"]))"
        default: nil
        }
    }

    private static func text(_ value: RecordValue?) -> String { value?.string.map { Words.plain($0) } ?? "?" }
    private static func number(_ value: RecordValue?) -> Double { value?.double ?? .nan }

    private static func warmup(_ record: borrowing Record) -> String {
        "\(Words.number(number(record["have"]), 0))/\(Words.number(number(record["need"]), 0)) prices"
    }

    private static func signal(_ record: borrowing Record) -> String {
        let (px, forecast) = (number(record["px"]), number(record["forecast"]))
        let kind = text(record["kind"]).replacing("_", with: " ")
        return
            "\(kind), confidence \(Words.share(number(record["confidence"]))), \(Words.price(px)) -> \(Words.price(forecast)) "
            + "(\(Words.signed(number(record["drift"]) * 1e4, 1)) bp in \(Words.duration(number(record["horizon"]))))"
    }

    /// Each layer, in its order, up to the first that refuses.
    private static func verdict(_ record: borrowing Record) -> String? {
        guard let layers = record["layers"] else { return nil }
        var (confirmed, refused): ([String], String?) = ([], nil)
        layers.forEachMember { name, layer in
            guard refused == nil else { return }
            let name = Words.plain(name).replacing("_", with: " ")
            if layer["pass"]?.bool == true || layer["ignored"]?.bool == true { return confirmed.append(name) }
            let figures = layer["value"]?.double.map { value in
                " (\(short(value)) against \(layer["threshold"]?.double.map(short) ?? "-"))"
            }
            let note = layer["note"]?.string.map { ": \(Words.plain($0))" }
            refused = "\(name) refuses\(figures ?? "")\(note ?? "")"
        }
        let list = confirmed.isEmpty ? "" : "\(confirmed.joined(separator: ", ")) confirmed"
        return [list, refused ?? "all layers let it through"].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    static func short(_ value: Double) -> String {
        Words.number(value, value.magnitude < 0.01 ? 5 : value.magnitude < 10 ? 3 : 1)
    }

    private mutating func intent(_ record: borrowing Record) -> String {
        unfilled[record.symbol, default: Unfilled()].wait(for: record["id"]?.string ?? [])
        return Self.intent(record)
    }

    private mutating func fill(_ record: borrowing Record) -> String {
        _ = unfilled[record.symbol]?.meet(record["id"]?.string ?? [])
        return Self.fill(record)
    }

    /// Of an intent that was filled, its fills have told.
    private mutating func order(_ record: borrowing Record) -> String? {
        guard unfilled[record.symbol]?.isEmpty == false, record["status"]?.equals("cancelled") == true,
            unfilled[record.symbol]?.meet(record["id"]?.string ?? []) == true
        else { return nil }
        return "cancelled, nothing was filled: \(Self.text(record["reason"]))"
    }

    private static func intent(_ record: borrowing Record) -> String {
        if record["reduce_only"]?.bool == true {
            let fraction = number(record["fraction"])
            let what =
                fraction == 1 ? "closing" : fraction == 0.5 ? "reducing half" : "reducing by \(Words.share(fraction))"
            return "\(text(record["rule"]).replacing("_", with: " ")): \(what)"
        }
        return "intent to \(text(record["side"])): \(Words.share(number(record["weight"]))) of the equity, take-profit "
            + "\(Words.number(number(record["take_profit"]) * 100, 2)) %, stop \(Words.number(number(record["stop_loss"]) * 100, 2)) %"
    }

    private static func fill(_ record: borrowing Record) -> String {
        let what =
            record["reduce_only"]?.bool == true ? text(record["reason"]).replacing("_", with: " ") : "trade executed"
        var words =
            "\(what): \(text(record["side"])) \(short(number(record["qty"]))) at \(Words.price(number(record["px"]))), fee "
            + "\(Words.number(number(record["fee"]), 4))"
        if record["reduce_only"]?.bool == true {
            words += ", partial PnL \(Words.signed(number(record["realised"]), 4)) USDT"
        }
        return words
    }

    private static func reject(_ record: borrowing Record) -> String {
        "refused, \(text(record["code"])): \(text(record["reason"]))"
    }

    private mutating func position(_ record: borrowing Record) -> String {
        let now = Held(
            quantity: Self.number(record["qty"]), realised: Self.number(record["realised"]),
            fees: Self.number(record["fees"]), funding: record["funding"]?.double ?? 0)
        defer { held[record.symbol] = now }
        if record["side"]?.equals("flat") == true {
            held[record.symbol] = nil
            let funding = abs(now.funding) < 5e-5 ? "" : ", \(Words.signed(now.funding, 4)) of funding"
            return
                "flat: PnL \(Words.signed(now.realised - now.fees + now.funding, 4)) USDT after \(Words.number(now.fees, 4)) of fees\(funding)"
        }
        let size =
            "\(Self.text(record["side"])) \(Self.short(now.quantity)) from \(Words.price(Self.number(record["entry"])))"
        guard let before = held[record.symbol], before.quantity > now.quantity else { return size }
        return "resized: \(size)"
    }

    private static func decision(_ record: borrowing Record) -> String? {
        let rule = text(record["rule"])
        guard rule != "hold" else { return nil }
        return "\(rule.replacing("_", with: " ")) \(Words.signed(number(record["entry_drift"]), 4)) -> "
            + "\(Words.signed(number(record["drift"]), 4)), confidence \(Words.share(number(record["entry_confidence"]))) -> "
            + "\(Words.share(number(record["confidence"]))), age \(Words.duration(number(record["age"])))"
    }

    private static func gap(_ record: borrowing Record) -> String {
        let seconds = (number(record["to"]) - number(record["from"])) / 1e6
        return "data are missing for \(Words.duration(seconds)): \(text(record["reason"]))"
    }
}

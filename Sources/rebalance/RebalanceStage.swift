public import Records
public import Stage

/// Layer 7: recalculates every open position's conviction at each signal, and shrinks or closes it as that fades.
/// A sink of the stream: it writes only its own records, which drift-loop feeds back.
public struct RebalanceStage: StageFold {
    private struct Reduction {
        let id: String
        let conviction: Conviction
    }

    private struct Market {
        var holding: Holding?
        /// The one intent in flight.
        var pending: Reduction?
        /// The last opening intent that was seen to end.
        var settled: String?
    }

    private let rules: Rules
    private var markets: [Market] = []
    private var equity: Double?
    private var lossesInARow: Int64 = 0

    public init(_ options: RebalanceOptions) { rules = Rules(options) }

    public mutating func receive(_ input: borrowing RecordReader, into out: inout Output) {
        // Run with an output that passes nothing on: this only says that a record has been read.
        out.pass(input.record)
        switch input.record.kind {
        case .signal: decide(input, &out)
        case .position: take(position: input.record)
        case .order: take(order: input, &out)
        case .reject: settle(input, filled: false, &out)
        case .account:
            equity = input.record["equity"]?.double
            writeBook(input, &out)
        default: break
        }
    }

    private mutating func decide(_ input: borrowing RecordReader, _ out: inout Output) {
        let ts = input.record.ts
        guard let seq = input.record["seq"]?.integer, let drift = input.record["drift"]?.double,
            let confidence = input.record["confidence"]?.double
        else { return }
        let symbol = input.record.symbol
        if let holding = market(symbol).holding {
            let now = Conviction(drift: drift, confidence: confidence)
            let age = Double(ts - holding.opened) / 1e6
            let rule = rules.first(
                side: Double(holding.side.sign), now: now, entry: holding.entry, age: age, halfLife: holding.halfLife)
            let name = input.symbols.name(symbol)
            out.decision(ts, name, seq, rule, now, holding, age: age, inFlight: markets[symbol].pending != nil)
            if let rule, markets[symbol].pending == nil {
                let id = IntentIdentifier.text(symbol: name, role: "r", ts: ts, seq: seq)
                markets[symbol].pending = Reduction(id: id, conviction: now)
                out.reduce(id, ts, name, seq, rule, holding.side.opposite, fraction: rules.fraction(rule))
            }
        }
        out.begin(.sync, ts: ts)
        out.field("seq", seq)
        out.end()
    }

    private mutating func take(position record: borrowing Record) {
        let symbol = record.symbol
        let before = market(symbol).holding
        markets[symbol].holding = Holding(record)
        if record["side"]?.equals("flat") == true {
            func money(_ value: RecordValue?) -> Double { value?.double ?? 0 }
            let result = money(record["realised"]) - money(record["fees"]) + money(record["funding"])
            lossesInARow = result < 0 ? lossesInARow + 1 : 0
        } else if let before, before.opened == markets[symbol].holding?.opened {
            // The record repeats the opening intent's conviction; after a reduction ours is anchored later.
            markets[symbol].holding?.entry = before.entry
        }
    }

    private mutating func take(order input: borrowing RecordReader, _ out: inout Output) {
        guard let status = input.record["status"] else { return }
        if status.equals("filled") {
            settle(input, filled: true, &out)
        } else if status.equals("cancelled") || status.equals("rejected") {
            settle(input, filled: false, &out)
        }
    }

    /// An intent has ended. A filled reduction anchors the conviction anew; an opening intent frees its symbol.
    private mutating func settle(_ input: borrowing RecordReader, filled: Bool, _ out: inout Output) {
        guard let bytes = input.record["id"]?.string else { return }
        let id = String(decoding: bytes, as: UTF8.self)
        let symbol = input.record.symbol
        if let reduction = market(symbol).pending, reduction.id == id {
            markets[symbol].pending = nil
            if filled { markets[symbol].holding?.entry = reduction.conviction }
            return
        }
        markets[symbol].settled = id
        // A fill is followed by the account it changed, and the book then.
        if !filled { writeBook(input, &out) }
    }

    private mutating func market(_ symbol: Int) -> Market {
        while symbol >= markets.count { markets.append(Market()) }
        return markets[symbol]
    }

    private func writeBook(_ input: borrowing RecordReader, _ out: inout Output) {
        guard let equity else { return }
        out.begin(.book, ts: input.record.ts)
        out.field("equity", equity)
        out.field("losses", lossesInARow)
        out.open("positions")
        for symbol in markets.indices {
            guard let holding = markets[symbol].holding else { continue }
            out.open(bytes: input.symbols.name(symbol))
            out.field("side", holding.side == .buy ? "long" : "short")
            out.field("qty", json: holding.quantity)
            out.field("opened", holding.opened)
            out.close()
        }
        out.close()
        out.open("settled")
        for symbol in markets.indices {
            if let id = markets[symbol].settled { out.field(bytes: input.symbols.name(symbol), id) }
        }
        out.close()
        out.end()
    }
}

extension Output {
    fileprivate mutating func decision(
        _ ts: Int64, _ symbol: [UInt8], _ seq: Int64, _ rule: Rule?, _ now: Conviction, _ holding: Holding,
        age: Double, inFlight: Bool
    ) {
        begin(.decision, ts: ts, symbol: symbol)
        field("seq", seq)
        field("rule", rule?.rawValue ?? "hold")
        field("drift", now.drift)
        field("entry_drift", holding.entry.drift)
        field("confidence", now.confidence)
        field("entry_confidence", holding.entry.confidence)
        field("age", age)
        field("half_life", holding.halfLife)
        if inFlight { field("in_flight", true) }
        end()
    }

    fileprivate mutating func reduce(
        _ id: String, _ ts: Int64, _ symbol: [UInt8], _ seq: Int64, _ rule: Rule, _ side: Side, fraction: Double
    ) {
        begin(.intent, ts: ts, symbol: symbol)
        field("id", id)
        field("side", side.rawValue)
        field("reduce_only", true)
        field("fraction", fraction)
        field("rule", rule.rawValue)
        field("seq", seq)
        end()
    }
}

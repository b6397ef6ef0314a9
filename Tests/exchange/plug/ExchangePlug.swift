import Bybit
import Records
import Rehearsal

@testable import ExchangeFold
@testable import Venue

/// Puts the exchange behind the same plug as `paper`: intents in, records out. What it does with an intent is what a
/// careful client does: sizes it by the instrument's rules, sends it signed, and sets the levels from what it really paid.
final class ExchangePlug {
    private let client: Client
    private var exchange: Exchange { client.exchange }
    private let leverage: String
    private var reader = RecordReader()
    private var known: Set<Int> = []
    private var levels: [String: (takeProfit: String, stopLoss: String)] = [:]
    /// What the API answered to what, where it was not 0.
    private(set) var refusals: [String] = []
    /// How many lines there were when a level was refused, as the market had passed it already: `paper` fires it with the
    /// next tick, a client closes at the market, and from there on the two differ.
    private(set) var comparable: Int?
    var lines: [String] { client.lines }

    init(equity: Double, leverage: String, latency: Double, depth: Int) throws {
        client = try Client(
            "--equity", "\(equity)", "--latency", "\(latency)", "--depth", "\(depth)", "--patience", "3600")
        self.leverage = leverage
    }

    func receive(_ line: String) throws {
        try withPaddedLine(line) { bytes in
            try reader.read(bytes)
            guard reader.record.kind == .intent else { return }
            // `paper` knows the time of an intent; the exchange that of its market alone.
            try protect(client.feed(#"{"type":"clock","ts":\#(reader.record.ts)}"#))
            try intend(reader.record)
        }
        guard reader.record.kind != .intent else { return }
        let written = try client.feed(line)
        if reader.record.symbol >= 0, known.insert(reader.record.symbol).inserted {
            try introduce(reader.record.symbol)
        }
        try protect(written)
    }

    /// A symbol is seen for the first time.
    private func introduce(_ symbol: Int) throws {
        if known.count == 1 { try post("account/set-margin-mode", ["setMarginMode": "ISOLATED_MARGIN"]) }
        guard leverage != "10" else { return }
        try post(
            "position/set-leverage",
            [
                "category": "linear", "symbol": .string(exchange.name(symbol)), "buyLeverage": .string(leverage),
                "sellLeverage": .string(leverage),
            ])
    }

    // MARK: Intents

    private func intend(_ record: borrowing Record) throws {
        let symbol = record.symbol
        guard let instrument = exchange.engine.listings[symbol].instrument,
            exchange.engine.listings[symbol].market.reference > .zero
        else { return }
        let id = String(decoding: record["id"]?.string ?? [], as: UTF8.self)
        let isReducing = record["reduce_only"]?.bool == true
        let quantity = isReducing ? reduction(record, instrument) : opening(record, instrument)
        guard let quantity else { return }
        if !isReducing {
            levels[id] = (
                String(decoding: record["take_profit"]!.text, as: UTF8.self),
                String(decoding: record["stop_loss"]!.text, as: UTF8.self)
            )
        }
        try post(
            "order/create",
            [
                "category": "linear", "symbol": .string(exchange.name(symbol)),
                "side": record.side == .buy ? "Buy" : "Sell", "orderType": "Market", "qty": "\(quantity)",
                "reduceOnly": .bool(isReducing), "orderLinkId": .string(id), "positionIdx": 0,
            ])
    }

    private func reduction(_ record: borrowing Record, _ instrument: Instrument) -> Quantity? {
        guard let position = exchange.engine.traders[0].account.position(record.symbol),
            position.side.closing == record.side, let fraction = Rate(nearest: record["fraction"]!.number!)
        else { return nil }
        return Sizing.reduction(of: position.quantity, by: fraction, instrument)
    }

    /// One position a symbol, sized as `paper` sizes it.
    private func opening(_ record: borrowing Record, _ instrument: Instrument) -> Quantity? {
        let engine = exchange.engine
        let listing = engine.listings[record.symbol]
        guard engine.traders[0].account.position(record.symbol) == nil,
            !listing.orders.contains(where: { !$0.terms.isReduceOnly })
        else { return nil }
        let terms = Sizing.Terms(
            record.side, price: listing.market.reference, leverage: engine.leverage(0, record.symbol),
            instrument)
        let weight = Rate(nearest: record["weight"]!.number!)!
        let budget = engine.equity(0).times(weight, .down)
        guard case .quantity(let quantity) = Sizing.open(terms, budget: budget, available: engine.available(0)) else {
            return nil
        }
        return quantity
    }

    /// Sets the levels of what was opened, at their distances from what was paid.
    private func protect(_ written: [String]) throws {
        for line in try written.map(Written.init) where line["type"] == "fill" && line["reason"] == "open" {
            guard let symbol = exchange.listing(named: line["sym"]),
                let wanted = levels.removeValue(forKey: line["id"]),
                let position = exchange.engine.traders[0].account.position(symbol),
                let instrument = exchange.engine.listings[symbol].instrument
            else { continue }
            let distances = Distances(
                takeProfit: Rate(text: wanted.takeProfit)!, stopLoss: Rate(text: wanted.stopLoss)!)
            let levels = distances.protection(of: position, instrument)
            try post(
                "position/trading-stop",
                [
                    "category": "linear", "symbol": .string(line["sym"]), "tpslMode": "Full", "positionIdx": 0,
                    "takeProfit": "\(levels.takeProfit!.price)", "stopLoss": "\(levels.stopLoss!.price)",
                ])
        }
    }

    // MARK: Requests

    private func post(_ path: String, _ body: Bybit.JSON) throws {
        // Only requests move the wall clock, so that no rate is exceeded.
        client.now += 1_000_000
        let answer = try client.post(path, body)
        if answer.code != "0" {
            if path == "position/trading-stop", comparable == nil { comparable = lines.count }
            refusals.append("\(path) \(String(decoding: body.bytes, as: UTF8.self)): \(answer["retMsg"]?.text ?? "")")
        }
    }
}

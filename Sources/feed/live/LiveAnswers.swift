import Bybit
import Records

/// What REST answers.
extension LiveMarket {
    func receive(answer: JSON, _ received: Int64) {
        var history = history ?? History()
        let isLast = history.take(answer)
        if let cause = answer["error"]?.text {
            notice("unable to get \(answer["get"]?.text ?? "?"): \(cause)")
        }
        self.history = isLast ? nil : history
        guard isLast else { return }
        let now = max(clock.time(at: received) ?? history.ts, time)
        settle(history, now: now, latest: clock.latest(at: received) ?? max(now, history.ts))
    }

    /// Writes what the answers say, all symbols together in the order of time.
    /// - Parameters:
    ///   - now: the exchange's time, at least.
    ///   - latest: the exchange's time, at most.
    private func settle(_ history: History, now: Int64, latest: Int64) {
        var rows: [(symbol: Int, row: History.Row)] = []
        for name in history.symbols {
            guard let symbol = number(ofText: name) else { continue }
            // Only a backfill wants what came before the first message.
            if markets[symbol].trades.first == nil, history.bars[name] != nil || history.trades[name] == nil {
                let (bars, since) = history.beginning(of: name, now: now)
                rows += bars.map { (symbol, $0) }
                if history.trades[name] != nil { markets[symbol].begin(since: since) }
            }
            guard let recent = history.trades[name], markets[symbol].trades.first != nil else { continue }
            for trade in recent ?? [] where trade.isBlock { note(block: trade, symbol) }
            rows += markets[symbol].recover(from: recent, now: now, latest: latest, answeredAt: history.ts)
                .map { (symbol, $0) }
        }
        rows = Self.inOrder(rows)
        let first = rows.first?.row.ts ?? now
        for instrument in history.instruments { write(instrument, at: first) }
        let isBeginning = !isLive && !(history.instruments.isEmpty && history.bars.isEmpty)
        if isBeginning, !rows.isEmpty { write(.phase, at: first, nil) { $0.field("phase", "warmup") } }
        for (symbol, row) in rows { write(row, symbol) }
        if isBeginning { write(.phase, at: time, nil) { $0.field("phase", "live") } }
        isLive = isLive || isBeginning
        // What a minute's volume says was traded, and the exchange has not told when asked.
        for symbol in markets.indices { miss(markets[symbol].check.losses(), symbol) }
        nextQuestion = markets.compactMap(\.check.dueAt).min() ?? .max
    }

    private func note(block trade: RecentTrade, _ symbol: Int) {
        withFigures([trade.quantity]) { figures in
            guard let quantity = try? Decimal(figures[0], "size", at: 0).tenBillionths(of: Int128.self) else { return }
            markets[symbol].check.add(block: Array(trade.id.utf8), at: trade.ts, quantity)
        }
    }

    private static func inOrder(_ rows: [(symbol: Int, row: History.Row)]) -> [(symbol: Int, row: History.Row)] {
        rows.enumerated().sorted { ($0.element.row.ts, $0.offset) < ($1.element.row.ts, $1.offset) }.map(\.element)
    }

    private func number(ofText name: String) -> Int? {
        Array(name.utf8).withUnsafeBytes { number(of: $0) }
    }

    private func write(_ row: History.Row, _ symbol: Int) {
        switch row {
        case .gap(let from, let to, let reason): gap(symbol, from: from, to: to, reason)
        case .trade(let trade):
            withFigures([trade.price, trade.quantity]) { figures in
                guard let price = try? Decimal(figures[0], "price", at: 0, isPositive: true),
                    let quantity = try? Decimal(figures[1], "size", at: 0)
                else { return gap(symbol, from: trade.ts, to: trade.ts, "a trade that cannot be read") }
                write(trade: Array(trade.id.utf8), price, quantity, trade.side, at: trade.ts, symbol)
            }
        case .bar(let bar):
            withFigures([bar.open, bar.high, bar.low, bar.close, bar.volume]) { figures in
                let numbers = figures.enumerated().compactMap {
                    try? Decimal($0.element, "bar", at: 0, isPositive: $0.offset < 4)
                }
                guard numbers.count == 5 else { return }
                write(.bar, at: row.ts, symbol) { out in
                    out.field("span", Minute.span / 1_000_000)
                    out.field("open", text: numbers[0].text)
                    out.field("high", text: numbers[1].text)
                    out.field("low", text: numbers[2].text)
                    out.field("close", text: numbers[3].text)
                    out.field("volume", text: numbers[4].text)
                }
            }
        }
    }

    private func write(_ instrument: InstrumentInfo, at ts: Int64) {
        let texts = [
            instrument.tick, instrument.step, instrument.leastQuantity, instrument.mostQuantity,
            instrument.leastNotional ?? "0", instrument.mostLeverage,
        ]
        guard let symbol = number(ofText: instrument.symbol) else { return }
        let known = texts.compactMap { $0 }
        guard known.count == texts.count else {
            return notice("\(instrument.symbol): the exchange does not say what an order may be")
        }
        withFigures(known + [settings.makerFee, settings.takerFee]) { figures in
            let numbers = figures.compactMap { Decimal.signed($0) }
            guard numbers.count == figures.count else { return }
            write(.instrument, at: ts, symbol) { out in
                out.field("tick", exact: numbers[0])
                out.field("step", exact: numbers[1])
                out.field("min_qty", exact: numbers[2])
                out.field("max_qty", exact: numbers[3])
                out.field("min_notional", exact: numbers[4])
                out.field("max_leverage", exact: numbers[5])
                out.field("maker_fee", exact: numbers[6])
                out.field("taker_fee", exact: numbers[7])
            }
        }
    }
}

/// Lends texts as figures.
private func withFigures(_ texts: [String], _ body: ([Figure]) -> Void) {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for text in texts {
        bytes += Array(text.utf8)
        ends.append(bytes.count)
    }
    bytes.withUnsafeBytes { all in
        body(ends.indices.map { Figure(rebasing: all[($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0]]) })
    }
}

import Bybit
import Records

/// What the topics bring.
extension LiveMarket {
    func receive(trades push: StreamMessage.Push, _ symbol: Int, _ ts: Int64) {
        // One that can be read may stand behind one that cannot.
        var known = markets[symbol].trades.first == nil ? ts : markets[symbol].trades.latest
        var unreadable = push.data.first == UInt8(ascii: "[") ? 0 : 1
        for element in Elements(push.data) {
            if let trade = data.trade(element), let price = try? Decimal(trade.price, "p", at: 0, isPositive: true),
                let quantity = try? Decimal(trade.quantity, "v", at: 0),
                trade.symbol?.elementsEqual(push.symbol) ?? true, trade.ts <= ts + Minute.span
            {
                if markets[symbol].trades.first == nil { markets[symbol].begin(at: min(trade.ts, ts)) }
                // What was agreed outside of the book was never offered in it.
                if trade.isBlock {
                    markets[symbol].check.add(
                        block: Array(trade.id), at: trade.ts, quantity.tenBillionths(of: Int128.self) ?? 0)
                    continue
                }
                let id = Array(trade.id)
                // One that is late, or known, says nothing of what came after it.
                if !markets[symbol].trades.contains(id), trade.ts >= markets[symbol].trades.latest {
                    endBreak(symbol, at: trade.ts)
                }
                write(trade: id, price, quantity, trade.side, at: trade.ts, symbol)
            } else {
                unreadable += 1
                // It may have been overtaken, but is no older than the first.
                known = min(known, max(data.elementTs ?? known, markets[symbol].trades.first ?? known))
            }
        }
        if markets[symbol].trades.first == nil { markets[symbol].begin(at: ts) }
        if unreadable > 0 {
            gap(symbol, from: known, to: ts, "\(unreadable) trades that cannot be read")
        }
    }

    /// The first trade behind a break shows where it ends, where nobody else has.
    private func endBreak(_ symbol: Int, at ts: Int64) {
        guard markets[symbol].check.isBroken else { return }
        for missing in markets[symbol].check.endBreak(at: ts) {
            gap(symbol, missing, "messages are missing")
        }
    }

    /// The exchange's own account of a minute is held against the trades that came.
    func receive(bars push: StreamMessage.Push, _ symbol: Int, _ ts: Int64) {
        for element in Elements(push.data) {
            guard let bar = data.bar(element), !markets[symbol].check.isBroken,
                let volume = (try? Decimal(bar.volume, "volume", at: 0))?.tenBillionths(of: Int128.self)
            else { continue }
            if markets[symbol].check.isUnanswered(at: ts) { miss(markets[symbol].check.giveUp(at: ts), symbol) }
            let wasTrusted = !markets[symbol].check.isDistrusted
            let isAsking = markets[symbol].check.state(
                bar.start, volume: volume, at: bar.matchedTs ?? ts, sent: ts, isFinal: bar.isFinal)
            if isAsking { doubt(symbol) }
            if wasTrusted, markets[symbol].check.isDistrusted {
                notice(
                    "\(table.text(symbol)): the volumes of its minutes count more than its trades: they are not used any more"
                )
            }
        }
    }

    func miss(_ ranges: [Range<Int64>], _ symbol: Int) {
        for range in ranges { gap(symbol, range, History.doubtReason) }
    }

    /// The end of the lines: nobody will answer any more.
    func finish() {
        for symbol in markets.indices { miss(markets[symbol].check.missingAtEnd(), symbol) }
    }

    func receive(book push: StreamMessage.Push, _ depth: Int, _ symbol: Int, _ ts: Int64) {
        guard let change = data.book(push.data) else { return }
        let matched = push.matchedTs ?? ts
        let place = markets[symbol].place(ofBook: depth)
        switch markets[symbol].books[place].book.apply(change, isSnapshot: push.isSnapshot, matched: matched) {
        case .quiet: break
        case .dropped(let reason):
            // A topic of snapshots alone mends itself with the next message.
            if push.isSnapshot { break }
            notice("\(table.text(symbol)): the book of \(depth) levels is void until its next snapshot: \(reason)")
        case .best(let bid, let ask, let isRepeated):
            // The book of another depth may have told more already.
            if let last = markets[symbol].quote {
                guard matched >= last.matched else { return }
                let isSame = !push.isSnapshot && last.bid == bid && last.ask == ask
                if isSame, matched - last.ts < SymbolMarket.quoteInterval { return }
            }
            // What is said again holds now; what is new came about when it was matched.
            let at = isRepeated ? ts : matched
            markets[symbol].quote = (bid, ask, matched, at)
            write(.quote, at: at, symbol) { out in
                out.field("bid", exact: bid.priceText)
                out.field("bid_qty", exact: bid.quantity)
                out.field("ask", exact: ask.priceText)
                out.field("ask_qty", exact: ask.quantity)
            }
        }
    }

    func receive(ticker push: StreamMessage.Push, _ symbol: Int, _ ts: Int64) {
        guard let ticker = data.ticker(push.data), ts >= markets[symbol].tickerTs else { return }
        markets[symbol].tickerTs = ts
        // The rate that held until now is the one that applies to an instant that has passed.
        settleFunding(upTo: ts)
        markets[symbol].funding.update(
            at: max(ts, time), instant: ticker.nextFunding, rate: ticker.fundingRate.flatMap { Decimal.signed($0) })
        nextFunding = min(nextFunding, markets[symbol].funding.next)
        let mark = ticker.mark.flatMap { try? Decimal($0, "markPrice", at: 0, isPositive: true) }
        let index = ticker.index.flatMap { try? Decimal($0, "indexPrice", at: 0, isPositive: true) }
        if let mark { markets[symbol].mark = Array(mark.text) }
        if let index { markets[symbol].index = Array(index.text) }
        guard mark != nil || index != nil, let known = markets[symbol].mark else { return }
        let knownIndex = markets[symbol].index
        write(.mark, at: ts, symbol) { out in
            out.field("mark", exact: known)
            if let knownIndex { out.field("index", exact: knownIndex) }
        }
    }
}

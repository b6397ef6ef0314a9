import Records

/// What a record does to the orders that rest in the book.
extension Engine {
    mutating func fillResting(_ symbol: Int, _ evidence: Queue.Evidence) {
        var reached: [Order] = []
        for index in listings[symbol].orders.indices where listings[symbol].orders[index].rests(since: tick) {
            guard Queue.reaches(&listings[symbol].orders[index], evidence) else { continue }
            reached.append(listings[symbol].orders[index])
        }
        guard !reached.isEmpty, let step = listings[symbol].rules?.step else { return }
        reached.sort(by: Queue.precedes)
        var evidence = evidence
        // By number: a fill removes orders, and adds those that protect what it opened.
        for number in reached.map(\.number) {
            guard let index = listings[symbol].index(of: number) else { continue }
            let part = Queue.filled(&listings[symbol].orders[index], by: &evidence).rounded(to: step, .down)
            if part > .zero { fillResting(number, symbol, part) }
        }
    }

    private mutating func fillResting(_ number: Int, _ symbol: Int, _ part: Quantity) {
        guard let index = listings[symbol].index(of: number), let instrument = listings[symbol].rules else { return }
        let order = listings[symbol].orders[index]
        let offered = [Level(price: order.terms.limit, quantity: part)]
        if bankrupts(order, offered, instrument, .maker) { return takeOver(around: order) }
        release(index, symbol)
        // The money may have gone since it was set aside.
        let levels = affordable(order, offered, instrument)
        for level in levels { fill(number, symbol, level, .maker) }
        endOutlived(number, symbol)
        conclude(resting: number, symbol, isShort: levels.total < part)
        if !levels.isEmpty { settle(order) }
    }

    private mutating func conclude(resting number: Int, _ symbol: Int, isShort: Bool) {
        guard let index = listings[symbol].index(of: number) else { return }
        let order = listings[symbol].orders[index]
        if order.remaining == .zero || isShort {
            end(number, symbol, order.remaining == .zero ? nil : .margin)
        } else {
            reserve(order.account, symbol)
            events.append(.order(listings[symbol].orders[index]))
        }
    }
}

extension Order {
    /// Whether it was in the book before this tick: one that came with it has taken what there was to take.
    fileprivate func rests(since tick: Int) -> Bool {
        isAtBook && status.isOpen && terms.kind == .limit && arrival != tick
    }
}

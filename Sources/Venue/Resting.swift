import Records

/// What a record does to the orders that rest in the book.
extension Engine {
    mutating func fillResting(_ symbol: Int, _ evidence: Queue.Evidence) {
        guard let instrument = listings[symbol].instrument else { return }
        var evidence = evidence
        // By number: a fill removes orders, and adds those that protect what it opened.
        for number in listings[symbol].orders.filter({ rests($0) }).map(\.number) {
            guard let index = listings[symbol].index(of: number) else { continue }
            let part = Queue.filled(&listings[symbol].orders[index], by: &evidence)
                .rounded(to: instrument.step, .down)
            if part > .zero { fillResting(index, symbol, part) }
        }
    }

    /// What came with this very record has taken what there was to take.
    private func rests(_ order: Order) -> Bool {
        order.isAtBook && order.status.isOpen && order.terms.kind == .limit && order.arrival != tick
    }

    private mutating func fillResting(_ index: Int, _ symbol: Int, _ part: Quantity) {
        let order = listings[symbol].orders[index]
        release(index, symbol)
        fill(index, symbol, Level(price: order.terms.limit, quantity: part), .maker)
        if listings[symbol].orders[index].remaining == .zero {
            finish(index, symbol, .filled, nil)
        } else {
            listings[symbol].orders[index].status = .partiallyFilled
            reserve(index, symbol)
            events.append(.order(listings[symbol].orders[index]))
        }
        settle(order)
    }
}

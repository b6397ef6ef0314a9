public import Records

/// Why an intent, or another input, is not acted on.
public struct Rejection: Error, Equatable, Sendable {
    public let code: String
    public let reason: String

    public init(_ code: String, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

extension Output {
    /// - Parameter id: the intent's; nil where something else than an intent is refused. An id that no exchange could
    ///   carry is repeated up to 256 bytes, else left out.
    /// - Parameter rejection: why. Others may have worded its reason: 1000 bytes of it are told.
    public mutating func reject(_ id: [UInt8]?, ts: Int64, symbol: [UInt8], _ rejection: Rejection) {
        begin(.reject, ts: ts, symbol: symbol)
        if let id, id.count <= 256 { field("id", bytes: id) } else { field("id", json: "null") }
        field("code", rejection.code)
        field("reason", rejection.reason.cut(to: 1000))
        end()
    }
}

extension String {
    /// Its beginning, of so many bytes at most; it ends with a whole Unicode scalar.
    public func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

extension Sizing.Terms {
    /// How much an intent opens: `weight` of the equity, at the leverage.
    /// - Parameter usable: the share of what is available that may be used.
    /// - Throws: `too_small`, `insufficient_margin`, with the figures.
    public func quantity(
        weight: Rate, of equity: Money, available: Money, usable: Rate = Rate(units: Rate.one)
    ) throws(Rejection) -> Quantity {
        let budget = equity.times(weight, .down)
        let cost =
            "the minimum of \(minimum) at \(price) is \(price * minimum) USDT and needs "
            + "\(need(minimum)) USDT of margin and fees at leverage \(leverage)"
        switch Sizing.open(self, budget: budget, available: available.times(usable, .down)) {
        case .quantity(let quantity): return quantity
        case .tooSmall:
            throw Rejection(
                "too_small",
                "\(cost); there is \(budget) USDT (\(weight) of \(equity)), at this leverage "
                    + "\(budget.times(leverage, .down)) USDT")
        case .insufficientMargin:
            throw Rejection("insufficient_margin", "\(cost); available is \(available) USDT")
        }
    }
}

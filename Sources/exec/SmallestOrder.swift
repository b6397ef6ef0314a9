import Bybit
import Records
public import Venue

/// What the smallest order of a symbol means for an account.
public struct SmallestOrder {
    public let lines: [String]

    /// - Parameters:
    ///   - price, equity: as the exchange writes them.
    ///   - leverage: that is to be traded with.
    /// - Returns: nil if a figure cannot be read.
    public init?(_ symbol: Opening.Symbol, price: String, equity: String, leverage: Rate) {
        guard let instrument = Instrument(symbol), let price = Price(text: price), price > .zero,
            let equity = Money(text: equity), leverage >= Rate(units: Rate.one)
        else { return nil }
        let terms = Sizing.Terms(.buy, price: price, leverage: leverage, instrument)
        let value = price * terms.minimum
        let need = terms.need(terms.minimum)
        let fee = Fees.taker(Level(price: price, quantity: terms.minimum), instrument)
        // What it takes is said rather too high than too low.
        func share(_ part: Money) -> String {
            guard equity > .zero else { return "more than all" }
            return "\((Double(part.units) / Double(equity.units) * 10_000).rounded(.up) / 100) %"
        }
        let least = value.units <= 0 || equity <= .zero ? nil : Double(value.units) / Double(equity.units)
        let halves = terms.need(terms.minimum + terms.minimum) <= equity.times(Executor.usable, .down)
        lines = [
            "\(symbol.info.symbol)    the smallest order is \(terms.minimum), \(value.rounded) USDT at \(price): \(share(value)) of equity",
            "           at leverage \(leverage) it locks \(need.rounded) USDT, \(share(need)) of equity"
                + (need > equity ? ": more than there is" : ""),
            least.map {
                $0 > 1
                    ? "           it takes leverage \(($0 * 100).rounded(.up) / 100) at least to open it with all of the equity"
                    : ""
            } ?? "",
            "           a round trip costs \((fee + fee).rounded) USDT of fees, \(share(fee + fee)) of equity",
            halves
                ? "           with all of the equity two of it can be opened, so half can be closed"
                : "           two of it cannot be opened: a position can only be closed whole",
        ].filter { !$0.isEmpty }
    }
}

extension Money {
    /// Up to the hundredth, for people.
    fileprivate var rounded: Money {
        Money(units: (units + 99_999_999_999_999) / 100_000_000_000_000 * 100_000_000_000_000)
    }
}

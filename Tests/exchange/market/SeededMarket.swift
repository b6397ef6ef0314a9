import Rehearsal

/// A market drawn from a seed: quotes and trades of three symbols, marks and funding, at distances from nothing to hours.
struct SeededMarket {
    private var random: SplitMix
    private(set) var ts = dawn
    /// In ticks.
    private var prices = [650_000, 350_000, 2_500]
    private let hasQuotes: Bool
    static let symbols = ["BTCUSDT", "ETHUSDT", "ODDUSDT"]
    private static let places = [1, 2, 3]

    init(seed: UInt64, quotes: Bool = true) {
        random = SplitMix(seed: seed)
        hasQuotes = quotes
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func next() -> String {
        let steps: [Int64] = [0, 1, 5_000, 15_000, 90_000, 400_000, 7_000_000, 60_000_000]
        ts += steps[below(below(20) == 0 ? 8 : 6)]
        let symbol = below(3)
        let jump = below(50) == 0 ? 300 : 3
        prices[symbol] = max(20, prices[symbol] * (10_000 + below(2 * jump + 1) - jump) / 10_000)
        switch below(20) {
        case 0: return Line.mark(ts, text(symbol, below(9) - 4), sym: Self.symbols[symbol])
        case 1: return Line.funding(ts, ["0.0001", "-0.00037", "0.005"][below(3)], sym: Self.symbols[symbol])
        case 2...11 where hasQuotes: return quote(symbol)
        default:
            let size = ["0.001", "0.25", "3", "17.5"][below(4)]
            return Line.trade(
                ts, text(symbol, below(3) - 1), size, side: below(2) == 0 ? "buy" : "sell", sym: Self.symbols[symbol])
        }
    }

    private mutating func quote(_ symbol: Int) -> String {
        let sizes = ["0", "0.0004", "0.001", "0.05", "3", "40", "20000"]
        // One in thirty is crossed.
        let spread = below(30) == 0 ? -1 : 1 + below(3)
        return Line.quote(
            ts, text(symbol, 0), sizes[below(7)], text(symbol, spread), sizes[below(7)], sym: Self.symbols[symbol])
    }

    private func text(_ symbol: Int, _ shift: Int) -> String {
        var digits = String(max(1, prices[symbol] + shift))
        while digits.count <= Self.places[symbol] { digits = "0" + digits }
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -Self.places[symbol]))
        return digits
    }
}

import Rehearsal
@testable import PaperFold

extension SplitMix {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}

/// A market and intents drawn from a seed: quotes, trades, bars or a mixture; marks or none; calm, jumps and crashes;
/// funding small and absurd; intents good, bad, repeated and late.
struct RandomMarket {
    struct Symbol {
        let name: String
        /// In ticks.
        var price: Int
        /// How many digits of a price stand behind the point.
        let places: Int
        var side = "buy"
    }

    let options: Assumptions
    let equity: String
    let leverage: String
    private(set) var lines: [String] = []
    private var random: SplitMix
    private var symbols: [Symbol] = []
    private var ts = 1_000_000_000
    private let kinds: [String]
    private let hasMarks: Bool
    private var ids: [String] = []

    init(seed: UInt64) {
        var random = SplitMix(seed: seed)
        equity = ["5", "25", "60.37", "1000", "250000"][random.below(5)]
        leverage = ["1", "3", "8", "10", "12.5", "25", "50", "100"][random.below(8)]
        options = Desk.options(
            equity: equity, leverage: leverage, latency: [0, 50_000, 2_000_000][random.below(3)],
            depth: [1, 2, 20][random.below(3)], trigger: random.chance(50) ? .last : .mark)
        kinds = [["quote"], ["quote", "trade"], ["trade"], ["bar"], ["bar", "trade", "quote"]][random.below(5)]
        hasMarks = random.chance(50)
        self.random = random
        symbols = [
            Symbol(name: "BTCUSDT", price: 968_700, places: 1), Symbol(name: "ETHUSDT", price: 310_000, places: 2),
            Symbol(name: "ODDUSDT", price: 2_500, places: 3),
        ]
        lines.append(Self.odd)
        for _ in 0..<100 { step() }
    }

    /// tick 0.001, step 10, at least 30 and 5 USDT, up to 50,000.
    private static let odd =
        #"{"type":"instrument","ts":1000000000,"sym":"ODDUSDT","tick":0.001,"step":10,"min_qty":30,"max_qty":50000,"#
        + #""min_notional":5,"max_leverage":100,"maker_fee":0.0002,"taker_fee":0.00055}"#

    private mutating func step() {
        ts += [0, 1, 40_000, 500_000, 60_000_000][random.below(5)]
        let index = random.below(symbols.count)
        move(index)
        switch random.below(10) {
        case 0...5: lines.append(tick(symbols[index]))
        case 6:
            lines.append(Desk.mark(Int64(ts), text(symbols[index], shift: 0), sym: symbols[index].name))
            if !hasMarks { lines.removeLast() }
        case 7 where random.chance(40): lines.append(Desk.funding(Int64(ts), rate(), sym: symbols[index].name))
        default: lines.append(intent(index))
        }
    }

    private mutating func move(_ index: Int) {
        let spread = random.chance(4) ? 400 : random.chance(30) ? 20 : 2
        let permille = random.below(2 * spread + 1) - spread
        symbols[index].price = min(max(20, symbols[index].price * (1000 + permille) / 1000), 5_000_000)
    }

    private mutating func tick(_ symbol: Symbol) -> String {
        let at = Int64(ts)
        switch kinds[random.below(kinds.count)] {
        case "trade": return Desk.trade(at, text(symbol, shift: 0), sym: symbol.name)
        case "quote":
            let sizes = ["0", "0.0004", "0.001", "0.05", "3", "40", "20000"]
            return Desk.quote(
                at, text(symbol, shift: -random.below(4)), sizes[random.below(7)],
                text(symbol, shift: 1 + random.below(4)),
                sizes[random.below(7)], sym: symbol.name)
        default:
            let (up, down) = (random.below(symbol.price / 10 + 1), random.below(symbol.price / 10 + 1))
            return Desk.bar(
                at, text(symbol, shift: random.below(up + down + 1) - down), text(symbol, shift: up),
                text(symbol, shift: -down), text(symbol, shift: 0)
            ).replacing("BTCUSDT", with: symbol.name)
        }
    }

    /// A price some ticks away.
    private func text(_ symbol: Symbol, shift: Int) -> String {
        var digits = String(max(1, symbol.price + shift))
        while digits.count <= symbol.places { digits = "0" + digits }
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -symbol.places))
        return digits
    }

    private mutating func rate() -> String {
        ["0.0001", "-0.0001", "0.00037", "-0.005", "0.3", "-0.3", "1"][random.below(7)]
    }

    private mutating func intent(_ index: Int) -> String {
        let symbol = symbols[index]
        let id =
            random.chance(4)
            ? "not plain" : random.chance(4) ? ids.randomElement(using: &random) ?? "x" : "i\(ids.count)"
        ids.append(id)
        let at = Int64(random.chance(10) ? ts - 1_000_000 : ts)
        if random.chance(55) {
            let side = random.chance(90) ? symbol.side == "buy" ? "sell" : "buy" : symbol.side
            let fraction = ["0.5", "1", "0.33333333", "0.01", "0.25", "2"][random.below(6)]
            return Desk.reduce(at, id, side, fraction, sym: symbol.name)
        }
        symbols[index].side = random.chance(50) ? "buy" : "sell"
        return Desk.open(
            at, id, symbols[index].side, weight: ["0.5", "1", "0.1", "0.0375", "0"][random.below(5)],
            takeProfit: ["0.001", "0.015", "1"][random.below(3)],
            stopLoss: ["0.0005", "0.005", "0.9"][random.below(3)],
            sym: symbol.name)
    }
}

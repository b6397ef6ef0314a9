import Rehearsal

/// A market and intents drawn from a seed, such as both sides of the plug take: quotes and trades, or trades alone; with
/// marks or without; funding; calm, jumps and crashes.
struct PlugMarket {
    let equity: Double
    let leverage: String
    let latency: Double
    let depth: Int
    private(set) var lines: [String] = []
    private var random: SplitMix
    private var ts: Int64 = 1_735_689_600_000_000
    private var prices = [968_700, 310_000]
    private let hasQuotes: Bool
    private let hasMarks: Bool
    private var sides = ["buy", "buy"]
    private var seq = 0
    private static let symbols = ["BTCUSDT", "ETHUSDT"]
    private static let places = [1, 2]

    init(seed: UInt64) {
        var random = SplitMix(seed: seed)
        func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
        equity = pick([25, 60.37, 1000, 250_000])
        leverage = pick(["3", "8", "10", "12.5", "25", "50", "100"])
        latency = pick([0, 0.05, 2])
        depth = pick([1, 2, 20])
        hasQuotes = pick([true, true, false])
        hasMarks = pick([true, false])
        self.random = random
        for index in 0..<2 { lines.append(tick(index)) }
        for _ in 0..<150 { step() }
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    private mutating func step() {
        ts += [0, 1, 40_000, 500_000, 5_000_000, 60_000_000][below(6)]
        let index = below(2)
        let jump = [10, 10, 10, 50, 300][below(5)]
        prices[index] = max(100, prices[index] * (10_000 + below(2 * jump + 1) - jump) / 10_000)
        switch below(12) {
        case 0 where hasMarks: lines.append(Line.mark(ts, text(index, below(9) - 4), sym: Self.symbols[index]))
        case 1 where below(3) == 0:
            lines.append(Line.funding(ts, ["0.0001", "-0.00037", "0.005"][below(3)], sym: Self.symbols[index]))
        case 2, 3: open(index)
        case 4: reduce(index)
        default: lines.append(tick(index))
        }
    }

    private mutating func tick(_ index: Int) -> String {
        let sizes = ["0.0004", "0.001", "0.05", "3", "40"]
        if hasQuotes, below(3) > 0 {
            return Line.quote(
                ts, text(index, 0), sizes[below(5)], text(index, 1 + below(3)), sizes[below(5)],
                sym: Self.symbols[index])
        }
        return Line.trade(ts, text(index, 0), sizes[below(5)], side: "buy", sym: Self.symbols[index])
    }

    private mutating func open(_ index: Int) {
        seq += 1
        sides[index] = ["buy", "sell"][below(2)]
        lines.append(
            #"{"type":"intent","ts":\#(ts),"sym":"\#(Self.symbols[index])","id":"o-\#(seq)","side":"\#(sides[index])","#
                + #""reduce_only":false,"weight":\#(["0.1", "0.5", "1"][below(3)]),"take_profit":\#(["0.01", "0.03"][below(2)]),"#
                + #""stop_loss":\#(["0.01", "0.05", "0.4"][below(3)]),"drift":0.002,"confidence":0.4,"half_life":60,"seq":\#(seq)}"#
        )
    }

    private mutating func reduce(_ index: Int) {
        seq += 1
        let side = sides[index] == "buy" ? "sell" : "buy"
        lines.append(
            #"{"type":"intent","ts":\#(ts),"sym":"\#(Self.symbols[index])","id":"r-\#(seq)","side":"\#(side)","#
                + #""reduce_only":true,"fraction":\#(["0.5", "1", "0.1"][below(3)]),"rule":"drift_decay","seq":\#(seq)}"#
        )
    }

    private func text(_ index: Int, _ shift: Int) -> String {
        var digits = String(max(1, prices[index] + shift))
        while digits.count <= Self.places[index] { digits = "0" + digits }
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -Self.places[index]))
        return digits
    }
}

import Rehearsal
import Testing

@testable import PaperFold

/// Figures at the edges of the exact types, and beyond: nothing traps, and every intent still has exactly one end.
///
/// Not covered: whether the figures are right (rounding is then unavoidable); lines that are no records (the reader's).
@Suite struct ExtremeTests {
    @Test(arguments: [7 as UInt64])
    func edgesNeverTrap(_ first: UInt64) throws {
        var kinds: [String: Int] = [:]
        for seed in first..<(first + 200) {
            var random = SplitMix(seed: seed)
            let lines = (0..<80).map { line($0, &random) }
            let options = Desk.options(
                equity: ["0.0000000000000001", "25", "1000000000000000", "1000000000000000"][random.below(4)],
                leverage: ["1", "100", "199", "1000"][random.below(4)], latency: 0,
                depth: [1, 1_000_000][random.below(2)])
            let written = try Desk.run(options, lines)
            let intents = lines.filter { $0.contains(#""intent""#) }.count
            let ends = written.filter {
                ($0.type == "reject" && $0["id"] != "null") || $0["status"] == "filled" || $0["status"] == "cancelled"
            }
            #expect(ends.count == intents, "seed \(seed)")
            for line in written {
                kinds[line["code"] + line["reason"].prefix(line.type == "fill" ? 12 : 0), default: 0] += 1
            }
        }
        // A market in which nothing happens proves nothing.
        #expect(kinds["open", default: 0] > 40 && kinds["liquidation", default: 0] > 20, "\(kinds)")
    }

    private func line(_ index: Int, _ random: inout SplitMix) -> String {
        let ts = Int64(index) * 60_000_000 + 60_000_000
        let prices = [
            "1e-8", "1e-9", "0.00000001", "1", "96870", "999999999", "1000000000", "1000000000.01", "1e9", "9e15",
        ]
        let sizes = ["0", "1e-8", "1", "10000000000", "1e10", "1e11", "9e15"]
        let steps = ["0.00000001", "1e-8", "0.001", "1", "1", random.chance(10) ? "1000000000" : "0.01"]
        func pick(_ list: [String]) -> String { list[random.below(list.count)] }
        switch random.below(8) {
        case 0 where index == 0 || random.chance(40):
            return #"{"type":"instrument","ts":\#(ts),"sym":"X","tick":\#(pick(steps)),"step":\#(pick(steps)),"#
                + #""min_qty":\#(pick(steps)),"max_qty":\#(pick(["10000000000", "1e10", "1e10", "10000000000.5", "9e15", "5"])),"#
                + #""min_notional":\#(pick(["0", "0", "0", "5", "1e9", "9e15"])),"max_leverage":1000,"maker_fee":0,"taker_fee":0.1}"#
        case 1, 2: return Desk.quote(ts, pick(prices), pick(sizes), pick(prices), pick(sizes), sym: "X")
        case 3: return Desk.mark(ts, pick(prices), sym: "X")
        case 4: return Desk.funding(ts, pick(["1", "-1", "1e-8", "-0.99999999", "2", "9e15"]), sym: "X")
        case 5: return Desk.reduce(ts, "r\(index)", pick(["buy", "sell"]), pick(["1", "1e-8", "0.5"]), sym: "X")
        case 6 where random.chance(30): return Desk.trade(ts, pick(prices), sym: "X")
        default:
            return Desk.open(
                ts, "i\(index)", pick(["buy", "sell"]), weight: pick(["1", "1e-8", "0.5"]),
                takeProfit: pick(["1", "1e-8"]), stopLoss: pick(["0.99999999", "1e-8"]), sym: "X")
        }
    }
}

import Foundation
import Testing

/// The made-up market: the same for the same seed, and with the properties that a strategy looks for. Not covered: that
/// it is like a real market, which it is not.
struct SyntheticTests {
    private static func lines(seed: Int, days: Double, _ options: [String] = []) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("market-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try FeedRehearsal.run(
            arguments: ["--synthetic", "\(seed)", "--days", "\(days)"] + options, output: path
        ).lines
    }

    private static func number(_ key: String, _ line: String) -> Double {
        guard let range = line.range(of: "\"\(key)\":") else { return .nan }
        return Double(line[range.upperBound...].prefix { $0 != "," && $0 != "}" }) ?? .nan
    }

    /// The last middle of BTCUSDT before the end of each second.
    private static func middles(_ lines: [String]) -> [Double] {
        var middles: [Double] = []
        for line in lines where line.hasPrefix(#"{"type":"quote""#) && line.contains("BTCUSDT") {
            let second = Int((number("ts", line) - start) / 1e6)
            let middle = (number("bid", line) + number("ask", line)) / 2
            middles += [Double](repeating: middles.last ?? middle, count: max(0, second - middles.count))
            if middles.count > second { middles[second] = middle } else { middles.append(middle) }
        }
        return middles
    }

    private static let start = 1_735_689_600e6

    @Test func withoutAnEdgeNothingCanBeKnown() throws {
        let lines = try Self.lines(seed: 3, days: 0.5, ["--edge", "0"])
        #expect(!lines.contains { $0.hasPrefix(#"{"type":"planted""#) })
        let middles = Self.middles(lines)
        for span in [10, 60, 300] {
            let points = stride(from: 0, to: middles.count, by: span).map { middles[$0] }
            let returns = zip(points, points.dropFirst()).map { log($1 / $0) }
            let repeated = correlation(Array(returns.dropLast()), Array(returns.dropFirst()))
            #expect(abs(repeated) * Double(returns.count).squareRoot() < 4, "returns of \(span) s")
        }
    }

    @Test func anEdgeIsWhatWasAskedFor() throws {
        let lines = try Self.lines(seed: 3, days: 0.5, ["--edge", "50"])
        let middles = Self.middles(lines)
        let planted = lines.filter { $0.hasPrefix(#"{"type":"planted""#) && $0.contains("BTCUSDT") }
        var gains: [Double] = []
        for (begin, end) in zip(planted, planted.dropFirst()) where Self.number("mu", begin) != 0 {
            let (mu, from, to) = (Self.number("mu", begin), Self.number("ts", begin), Self.number("ts", end))
            #expect(abs(abs(mu) * (to - from) / 1e6 - 0.005) < 1e-12)
            let (first, last) = (Int((from - Self.start) / 1e6), Int((to - Self.start) / 1e6))
            guard last < middles.count else { continue }
            gains.append((mu > 0 ? 1 : -1) * log(middles[last] / middles[first]))
        }
        let mean = gains.reduce(0, +) / Double(gains.count)
        let spread = (gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gains.count)).squareRoot()
        #expect((15...45).contains(gains.count))
        #expect(abs(mean - 0.005) < 4 * spread / Double(gains.count).squareRoot(), "\(mean), \(gains.count)")
    }

    @Test func aSeedIsTheSameMarketAlways() throws {
        let first = try Self.lines(seed: 7, days: 0.02)
        #expect(first == (try Self.lines(seed: 7, days: 0.02)))
        #expect(first != (try Self.lines(seed: 8, days: 0.02)))
        #expect(first == Array(try Self.lines(seed: 7, days: 0.03).prefix(first.count)))
    }

    /// One day: time ascends; returns correlate; flow leads price.
    @Test func aDayHasWhatAStrategyLooksFor() throws {
        let day = try Self.lines(seed: 1, days: 1)
        #expect((250_000...500_000).contains(day.count))
        var prices = [[Int: Double]](repeating: [:], count: 2)
        var flow = [Int: (bought: Double, sold: Double)]()
        var latest = 0.0
        for line in day {
            let ts = Self.number("ts", line)
            #expect(ts >= latest)
            latest = ts
            let slot = Int(ts / 30e6)
            let symbol = line.contains("BTCUSDT") ? 0 : 1
            if line.hasPrefix(#"{"type":"quote""#) {
                prices[symbol][slot] = (Self.number("bid", line) + Self.number("ask", line)) / 2
            } else if line.hasPrefix(#"{"type":"trade""#), symbol == 0 {
                let quantity = Self.number("qty", line)
                if line.contains(#""side":"buy""#) {
                    flow[slot, default: (0, 0)].bought += quantity
                } else {
                    flow[slot, default: (0, 0)].sold += quantity
                }
            }
        }
        let minutes = Set(prices[0].keys).intersection(prices[1].keys).filter { $0 % 2 == 0 }.sorted()
        let returns = prices.map { prices in zip(minutes, minutes.dropFirst()).map { log(prices[$1]! / prices[$0]!) } }
        #expect((0.6...0.95).contains(correlation(returns[0], returns[1])))

        let pairs = flow.compactMap { slot, traded -> (Double, Double)? in
            guard let now = prices[0][slot], let next = prices[0][slot + 1] else { return nil }
            return ((traded.bought - traded.sold) / (traded.bought + traded.sold), log(next / now))
        }
        let lead = correlation(pairs.map(\.0), pairs.map(\.1))
        #expect(lead * Double(pairs.count).squareRoot() > 3, "t-statistic of flow on the next return")
    }

    private func correlation(_ x: [Double], _ y: [Double]) -> Double {
        let count = Double(x.count)
        let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
        func sum(_ terms: (Double, Double) -> Double) -> Double {
            zip(x, y).reduce(0) { $0 + terms($1.0 - meanX, $1.1 - meanY) }
        }
        return sum { $0 * $1 } / (sum { dx, _ in dx * dx } * sum { _, dy in dy * dy }).squareRoot()
    }
}

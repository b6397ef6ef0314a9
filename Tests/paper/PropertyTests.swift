import Foundation
import Testing

@testable import PaperFold

/// What must hold in every market: thousands are drawn from seeds and booked a second time by an independent ledger.
///
/// On each: the sum of fills is the position; cash = start + realised - fees + funding to the last digit, and equity with it,
/// at every account record; reduce-only never raises or flips; every intent has exactly one end; quantities on the step,
/// prices on the tick, openings of at least the minimum; no position loses more than its margin; cash is never negative; time
/// never goes back; the same input gives the same output.
///
/// Not covered: whether a fill was due at that record and at that price (the suites of assumptions and lives).
@Suite struct PropertyTests {
    /// How many: `DRIFT_MARKETS`, else three thousand (a minute in a debug build).
    private static let markets = ProcessInfo.processInfo.environment["DRIFT_MARKETS"].flatMap { Int($0) } ?? 3_000

    @Test(arguments: [20_261_122 as UInt64])
    func randomMarkets(_ first: UInt64) throws {
        var fills = 0
        var reasons: [String: Int] = [:]
        for seed in first..<(first + UInt64(Self.markets)) {
            let market = RandomMarket(seed: seed)
            let written = try Desk.text(market.options, only: false, market.lines)
            var ledger = Ledger(start: Decimal(string: market.equity)!, leverage: Decimal(string: market.leverage)!)
            ledger.rules["ODDUSDT"] = .init(
                tick: Decimal(string: "0.001")!, step: 10, minimum: 30, takerFee: Decimal(string: "0.00055")!)
            for line in written.split(separator: "\n") { ledger.read(Line(String(line))) }
            ledger.finish()
            try #require(ledger.problems.isEmpty, "seed \(seed): \(ledger.problems.prefix(3))")
            if seed % 100 == 0 { #expect(try Desk.text(market.options, only: false, market.lines) == written) }
            fills += ledger.fills
            reasons.merge(ledger.reasons, uniquingKeysWith: +)
        }
        // A market in which nothing happens proves nothing.
        for reason in ["open", "reduce", "take_profit", "stop_loss", "liquidation"] {
            #expect(reasons[reason, default: 0] > Self.markets / 20, "\(reasons)")
        }
        print("\(Self.markets) markets from seed \(first): \(fills) fills, \(reasons.sorted { $0.key < $1.key })")
    }
}

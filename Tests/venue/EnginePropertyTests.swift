import Foundation
import Testing

@testable import Venue

/// What must hold in every market, whatever the orders: hundreds are drawn from seeds, and booked a second time from the
/// engine's events alone.
///
/// On each: the sum of signed fills is the position; cash = start + realised - fees + funding at every step, to the last
/// digit; reduce-only never opens; every accepted order has exactly one end, and nothing after it; what is cumulated is
/// the sum of the fills, and never more than was asked for; fills lie within the limit, on tick and step; what is set
/// aside is what the open orders need, and zero without any; an isolated position never loses more than its margin; an
/// account that shares its money never ends below zero; the same seed gives the same events.
///
/// Not covered: whether a fill was due at that record and at that price (the suites of lives); more than two accounts.
@Suite struct EnginePropertyTests {
    /// How many: `DRIFT_MARKETS`, else as many as take some seconds in a debug build.
    private static let markets = ProcessInfo.processInfo.environment["DRIFT_MARKETS"].flatMap { Int($0) } ?? 250
    private static let length = 150

    @Test(arguments: [20_261_124 as UInt64])
    func randomPrograms(_ first: UInt64) throws {
        var counts: [String: Int] = [:]
        for seed in first..<(first + UInt64(Self.markets)) {
            var program = try EngineProgram(seed: seed)
            var ledger = EngineLedger(accounts: 2)
            for _ in 0..<Self.length {
                ledger.read(try program.step(), program.floor.engine)
                ledger.compare(program.floor.engine)
                if !ledger.problems.isEmpty { break }
            }
            ledger.read(program.finish(), program.floor.engine)
            ledger.finish(program.floor.engine)
            try #require(ledger.problems.isEmpty, "seed \(seed): \(ledger.problems.prefix(3))")
            if seed % 20 == 0 { #expect(try story(seed) == story(seed), "seed \(seed)") }
            counts.merge(ledger.counts, uniquingKeysWith: +)
        }
        for what in ["maker", "taker", "takeover", "flip", "level", "funding", "reduceOnly", "otherLevel", "margin"] {
            #expect(counts[what, default: 0] > Self.markets / 50, "\(what): \(counts)")
        }
        print("\(Self.markets) programs from seed \(first): \(counts.sorted { $0.key < $1.key })")
    }

    /// All that happens, in words.
    private func story(_ seed: UInt64) throws -> [String] {
        var program = try EngineProgram(seed: seed)
        var story: [String] = []
        for _ in 0..<Self.length { story += try program.step().map(\.told) }
        return story + program.finish().map(\.told)
    }
}

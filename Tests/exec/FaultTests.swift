import Bybit
import ExchangeFold
import Foundation
import Rehearsal
import Testing

@testable import ExecFold

/// Runs in memory, by seed, with everything going wrong that can: nothing is lost, nothing is sent twice, nothing is left
/// open without protection. DRIFT_EXEC_RUNS for more of them, DRIFT_EXEC_SEED to begin elsewhere. Not covered: sockets,
/// files, pipes, and the real binaries (`make faults`).
struct FaultTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let runs = UInt64(environment["DRIFT_EXEC_RUNS"] ?? "") ?? 30
    private static let first = UInt64(environment["DRIFT_EXEC_SEED"] ?? "") ?? 1

    @Test func withoutFaultsAllIsAsItShouldBe() throws {
        for seed in 1...5 as ClosedRange<UInt64> { try Self.check(seed, Simulation.Faults.none, seconds: 60) }
    }

    @Test func whateverGoesWrong() throws {
        var fired: [String: Int] = [:]
        var (orders, crashes) = (0, 0)
        for seed in Self.first..<(Self.first + Self.runs) {
            let simulation = try Self.check(seed, nil, seconds: 60)
            fired.merge(simulation.fired, uniquingKeysWith: +)
            orders += simulation.wire.count
            crashes += simulation.crashes
        }
        print(
            "\(Self.runs) runs from seed \(Self.first): \(orders) orders, \(crashes) crashes, \(fired.sorted { $0.key < $1.key })"
        )
        for name in [
            "request lost", "answer lost", "5xx, done", "5xx, not done", "garbage", "request late", "frame lost",
            "levels removed",
        ] {
            #expect(fired[name, default: 0] > 0, "\(name) has never happened")
        }
    }

    @Test func theSameSeedGivesTheSameRun() throws {
        let (a, b) = (try Self.check(77, .all, seconds: 30), try Self.check(77, .all, seconds: 30))
        #expect(a.audit == b.audit && a.ledger == b.ledger && a.disk == b.disk)
    }

    /// Intents at random, then peace, then the end.
    @discardableResult
    private static func check(_ seed: UInt64, _ faults: Simulation.Faults?, seconds: Double) throws -> Simulation {
        let simulation = try Simulation(
            seed: seed, ["--daily-loss", "1", "--max-refusals", "1000", "--on-end", "flatten"])
        try simulation.go(2)
        simulation.faults = faults ?? .some(&simulation.random)
        simulation.exchange.fillParts = faults == nil ? Int.random(in: 1...4, using: &simulation.random) : 1
        var (count, unprotected) = (0, [String: Int64]())
        var findings: [String] = []
        func watch(_ simulation: Simulation) throws {
            for symbol in Simulation.symbols {
                let row = try simulation.position(symbol)
                let isNaked = row?.side != nil && row?.stopLoss == nil
                if !isNaked || simulation.executor == nil { unprotected[symbol] = nil }
                guard isNaked, simulation.executor != nil else { continue }
                let since = unprotected[symbol, default: simulation.now]
                unprotected[symbol] = since
                if simulation.now - since > 45_000_000 { findings.append("\(symbol) is open without a stop for 45 s") }
            }
        }
        try simulation.go(seconds) { simulation in
            try watch(simulation)
            guard Int.random(in: 0..<12, using: &simulation.random) == 0 else { return }
            count += 1
            try simulation.intend(Intents.next(count, &simulation.random, at: simulation.now))
        }
        simulation.faults = .none
        try simulation.go(75, each: watch)
        try simulation.end()
        try simulation.go(20, each: watch)
        if simulation.executor?.isDone != true { findings.append("it does not come to an end") }
        let auditor = try Auditor(
            ledger: simulation.ledger, audit: simulation.audit, journal: simulation.disk,
            wire: simulation.wire.map { ($0.link, $0.isReduceOnly, $0.isKept) }, intents: simulation.intents,
            crashed: simulation.crashes > 0)
        findings += auditor.findings()
        #expect(findings.isEmpty, "seed \(seed): \(findings.prefix(5))")
        return simulation
    }
}

/// Intents as the gate and the rebalancer make them, and some that they do not.
enum Intents {
    static func next(_ count: Int, _ random: inout SplitMix, at ts: Int64) -> (id: String, line: String) {
        let symbol = Simulation.symbols.randomElement(using: &random)!
        let isBuy = Bool.random(using: &random)
        let (id, age) = ("\(symbol)-\(count)", Int.random(in: 0..<20, using: &random) == 0 ? 9_000_000 : 0)
        let head =
            #"{"type":"intent","ts":\#(ts - Int64(age)),"id":"\#(id)","sym":"\#(symbol)","side":"\#(isBuy ? "buy" : "sell")""#
        if Int.random(in: 0..<2, using: &random) == 0 {
            return (
                id,
                head
                    + #","reduce_only":false,"weight":0.2,"take_profit":0.01,"stop_loss":0.01,"drift":0.001,"confidence":0.7,"half_life":60,"seq":\#(count)}"#
            )
        }
        let fraction = [0.5, 1, 0.3].randomElement(using: &random)!
        return (id, head + #","reduce_only":true,"fraction":\#(fraction),"rule":"drift_decay","seq":\#(count)}"#)
    }
}

extension Simulation {
    func intend(_ intent: (id: String, line: String)) throws { try intend(intent.id, intent.line) }
}

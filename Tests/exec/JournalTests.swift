import Bybit
import Foundation
import Rehearsal
import Testing

@testable import ExecFold

/// The journal as bytes. Not covered: the disk (`process/door` tears a file, and damages one).
struct JournalTests {
    private static let entries: [Bybit.JSON] = (0..<30).map {
        $0 == 0
            ? ["do": "run", "ts": 1]
            : ["do": "end", "link": "BTC-\($0)", "outcome": .string(String(repeating: "é\"", count: $0))]
    }

    private static func written(_ count: Int = entries.count) -> [UInt8] {
        var journal = Journal()
        return entries[..<count].flatMap { journal.line($0) }
    }

    /// Computed with Python's hashlib: sha256(b"0" * 64 + b'{"do":"run","ts":1}').
    @Test func theChainIsSHA256() {
        var journal = Journal()
        let line = String(decoding: journal.line(["do": "run", "ts": 1]), as: UTF8.self)
        #expect(
            line == "f86d9f2074fb92e3ec1ba38f1843a7bf5d2e4f5e0debd43ab7ffe7ac25512858 "
                + #"{"do":"run","ts":1}"# + "\n")
    }

    @Test func whatWasWrittenIsRead() throws {
        let content = try Journal.read(Self.written())
        #expect(content.entries == Self.entries && content.torn == 0)
        var journal = content.journal
        let longer = Self.written() + journal.line(["do": "stop", "ts": 2])
        #expect(try Journal.read(longer).entries.count == 31)
    }

    @Test func everyCutKeepsTheWholeLinesBeforeIt() throws {
        let bytes = Self.written()
        for cut in 0..<bytes.count {
            let content = try Journal.read(Array(bytes[..<cut]))
            let whole = bytes[..<cut].count { $0 == 10 }
            #expect(content.entries == Array(Self.entries[..<whole]) && content.count + content.torn == cut)
        }
        print("\(bytes.count) cuts, each read up to its last whole line")
    }

    /// Each line is on the disk before the next is written, so a loss of power can spoil the last one only: of the sectors
    /// that it touches any may have been written, and the file may end anywhere in it. Every hundredth line of a run of a
    /// hundred orders; with DRIFT_POWER_LINES=1 each.
    @Test func everyStateThatALossOfPowerLeavesIsRead() throws {
        let stride = ProcessInfo.processInfo.environment["DRIFT_POWER_LINES"].flatMap { Int($0) } ?? 100
        let simulation = try Simulation(seed: 9, ["--orders-a-minute", "600", "--notional-a-minute", "1000"])
        try simulation.go(1)
        for count in 1...600 where simulation.wire.count < 100 {
            try simulation.intend(Intents.next(count, &simulation.random, at: simulation.now))
            try simulation.go(1)
        }
        #expect(simulation.wire.count == 100)
        let bytes = simulation.disk
        let entries = try Journal.read(bytes).entries
        let ends = bytes.indices.filter { bytes[$0] == 10 }.map { $0 + 1 }
        var states = 0
        for number in Swift.stride(from: 0, to: ends.count, by: stride) {
            let line = (number == 0 ? 0 : ends[number - 1])..<ends[number]
            let sectors = (line.lowerBound / 512...(line.upperBound - 1) / 512).map { $0 * 512..<$0 * 512 + 512 }
            for written in 0..<1 << sectors.count {
                var state = Array(bytes[..<line.upperBound])
                for (bit, sector) in sectors.enumerated() where written & 1 << bit == 0 {
                    for place in sector.clamped(to: line) { state[place] = 0 }
                }
                let lengths =
                    Swift.stride(from: line.lowerBound, to: line.upperBound, by: 13) + sectors.map(\.lowerBound)
                for length in lengths + [line.upperBound] where line.lowerBound...line.upperBound ~= length {
                    let content = try Journal.read(Array(state[..<length]))
                    let isWhole = length == line.upperBound && written == 1 << sectors.count - 1
                    let count = number + (isWhole ? 1 : 0)
                    #expect(
                        content.entries == Array(entries[..<count]), "line \(number + 1), \(length) bytes, \(written)")
                    #expect(content.count + content.torn == length)
                    states += 1
                }
            }
        }
        print("\(states) states of the disk, \(ends.count) lines")
        #expect(states > 10_000 / stride)
    }

    /// Whatever is changed, nothing is read that was not written: what stands before, and the rest is cut or refused.
    @Test func everyFlippedBitShows() throws {
        let count = 12
        let bytes = Self.written(count)
        var refused = 0
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                do throws(JournalDamage) {
                    let content = try Journal.read(damaged)
                    #expect(content.entries == Array(Self.entries[..<content.entries.count]) && content.torn > 0)
                    #expect(content.entries.count < count)
                    #expect(content.entries.count >= count - 2, "byte \(place): only the end is cut")
                } catch { refused += 1 }
            }
        }
        print("\(bytes.count * 8) flipped bits: \(refused) refused, of the others the end is cut")
        #expect(refused > bytes.count * 8 * 8 / 10)
    }

    @Test func aLineThatIsTakenOutOrSwappedShows() throws {
        let lines = Self.written().split(separator: 10).map { Array($0) + [10] }
        for place in 0..<28 {
            var fewer = lines
            fewer.remove(at: place)
            #expect(throws: JournalDamage.self) { try Journal.read(fewer.flatMap { $0 }) }
        }
    }

    @Test func zerosAtTheEndAreCutOff() throws {
        let bytes = Self.written()
        let content = try Journal.read(bytes + [UInt8](repeating: 0, count: 4096))
        #expect(content.entries == Self.entries && content.torn == 4096)
    }

    @Test func entriesSurviveTheirText() throws {
        let simulation = try Simulation(seed: 3, ["--daily-loss", "0.0001"])
        try simulation.go(1)
        for count in 1...40 {
            try simulation.intend(Intents.next(count, &simulation.random, at: simulation.now))
            try simulation.go(0.5)
        }
        let entries = try Journal.read(simulation.disk).entries
        var kinds: Set<String> = []
        for json in entries {
            let entry = try #require(Entry(json))
            #expect(entry.json == json)
            kinds.insert(json["do"]?.text ?? "")
        }
        // An earlier version did not write of which position a funding was.
        let earlier: Bybit.JSON = ["do": "funding", "execution": "e", "received": "-1"]
        #expect(try #require(Entry(earlier)).json["received"]?.text == "-1")
        #expect(kinds.isSuperset(of: ["run", "day", "send", "fill", "end", "halt"]))
    }
}

import Bybit
import Rehearsal
import Testing

@testable import ExecFold

/// The journal as bytes. Not covered: the disk (`process/door` tears a file, and damages one).
struct JournalTests {
    private static let entries: [Bybit.JSON] = (0..<30).map {
        $0 == 0
            ? ["do": "run", "epoch": 1, "ts": 1]
            : ["do": "end", "link": "BTC-\($0)", "outcome": .string(String(repeating: "é\"", count: $0))]
    }

    private static func written() -> [UInt8] {
        var journal = Journal()
        return entries.flatMap { journal.line($0) }
    }

    /// Computed with Python's hashlib: sha256(b"0" * 64 + b'{"do":"run","epoch":1,"ts":1}').
    @Test func theChainIsSHA256() {
        var journal = Journal()
        let line = String(decoding: journal.line(["do": "run", "epoch": 1, "ts": 1]), as: UTF8.self)
        #expect(
            line == "27c00d132bb7117519b36cd55b3f319d1979890bd4ec2ad1b9a6e9d293c019ad "
                + #"{"do":"run","epoch":1,"ts":1}"# + "\n")
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
    }

    /// Whatever is changed, nothing is read that was not written: what stands before, and the rest is cut or refused.
    @Test func everyFlippedBitShows() throws {
        let bytes = Self.written()
        var random = SplitMix(seed: 5)
        var refused = 0
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            do throws(JournalDamage) {
                let content = try Journal.read(damaged)
                #expect(content.entries == Array(Self.entries[..<content.entries.count]) && content.torn > 0)
                #expect(content.entries.count < Self.entries.count)
                #expect(content.entries.count >= 28, "byte \(place): only the end is cut")
            } catch { refused += 1 }
        }
        #expect(refused > bytes.count * 8 / 10)
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
        #expect(kinds.isSuperset(of: ["run", "day", "send", "fill", "end", "halt"]))
    }
}

import Rehearsal
import Testing

@testable import FeedFold

/// What is asked for again, and what cannot be told any more. Not covered: chance (`MissedTests`).
struct RecoveryTests {
    let live = LiveRehearsal()
    private let minute = Live.minute

    private func ofEther(_ line: String) -> String { line.replacing("BTCUSDT", with: "ETHUSDT") }

    private func gaps(_ records: [String]) throws -> [ClosedRange<Int64>] {
        try records.map { try JSON($0) }.filter { $0["type"].text == "gap" }
            .map { Int64($0["from"].integer)...Int64($0["to"].integer) }
    }

    /// One symbol was due first, and is whole by then; the other is due later.
    @Test func theSecondQuestionOfAnotherSymbolIsAsked() throws {
        func receive(_ lines: String...) throws { _ = try live.receive(lines) }
        try receive(
            Live.trades(5, ("z", 5)), ofEther(Live.trades(5, ("Z", 5))),
            Live.bar(minute + 1, start: minute - 60_000, volume: "0.0010"),
            ofEther(Live.bar(minute + 1, start: minute - 60_000, volume: "0.0010")),
            Live.trades(minute + 11, ("a", minute + 10)), ofEther(Live.trades(minute + 11, ("A", minute + 10))),
            ofEther(Live.bar(minute + 60_040, start: minute, volume: "0.0010")))
        // The minute's last trade is late, and the answer behind.
        try receive(Live.bar(minute + 60_050, start: minute, volume: "0.0020"))
        #expect(live.isInDoubt)
        try receive(
            Live.recent(minute + 60_060, ("z", 5), ("a", minute + 10)),
            Live.trades(minute + 60_100, ("b", minute + 59_990)))
        // Of the other symbol one trade cannot be read, and one is left out; the answer is behind.
        try receive(
            ofEther(Live.trades(minute + 60_501, ("E", minute + 60_500))),
            ofEther(Live.trades(minute + 61_000, ("X", minute + 61_000)))
                .replacing(#""S":"Buy""#, with: #""S":"Odd""#),
            ofEther(Live.trades(minute + 62_001, ("R", minute + 62_000))),
            ofEther(
                Live.bar(
                    minute + 62_010, start: minute + 60_000, volume: "0.0040", isFinal: false, until: minute + 62_000)))
        #expect(live.isInDoubt)
        try receive(ofEther(Live.recent(minute + 62_020, ("Z", 5), ("A", minute + 10), ("E", minute + 60_500))))
        var asked: [Int64] = []
        for at in stride(from: minute + 63_000, to: minute + 80_000, by: 500) {
            try receive(Live.book(at, update: at))
            if live.isInDoubt { asked.append(at - minute) }
        }
        #expect(asked.count == 1 && asked.allSatisfy { (67_000...68_000).contains($0) }, "\(asked)")
    }

    /// The second answer is so far behind that the memory does not reach back to what it holds.
    @Test func whatMayHaveBeenForgottenIsAGap() throws {
        var records = try live.receive(Live.trades(10, ("z", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        records += try live.receive(Live.recent(950, ("z", 5)))
        let all = (0..<8300).map { (id: "t\($0)", at: Int64(2000 + $0 * 4900 / 8300)) }
        for trade in all { records += try live.receive(Live.trades(trade.at + 1, trade)) }
        records += try live.receive(Live.book(7_000, update: 1))
        #expect(live.isInDoubt)
        records += try live.receive(Live.recent(7_010, [("z", 5), ("q", 400)] + all.filter { $0.at <= 2_105 }))
        records += try live.finish()
        #expect(try gaps(records).contains { $0.contains(Live.ts(400)) })
        #expect(!records.contains { $0.contains(#""id":"q""#) })
    }

    /// Two messages hold trades of one millisecond, and the break swallows the second.
    @Test(arguments: [true, false]) func ofTheLatestMillisecondMoreMayBeMissing(isSilent: Bool) throws {
        var records = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        records += try live.receive(isSilent ? Live.silent(960) : Live.recent(950, ("c", 400)))
        records += try live.receive(Live.trades(970, ("d", 965)), Live.book(8000, update: 1))
        records += try live.finish()
        #expect(try gaps(records).contains { $0.contains(Live.ts(5)) })
    }

    @Test func whereTheAnswerHoldsTheLatestNothingIsMissing() throws {
        var records = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        records += try live.receive(Live.recent(950, ("a", 5), ("b", 5), ("c", 400)))
        records += try live.receive(Live.trades(8001, ("d", 8000)), Live.book(8010, update: 1))
        records += try live.receive(Live.recent(8020, ("a", 5), ("b", 5), ("c", 400), ("d", 8000)))
        records += try live.finish()
        #expect(try gaps(records).isEmpty)
        #expect(records.contains(Live.trade("b", 5)) || records.contains { $0.contains(#""id":"b""#) })
    }

    /// The first trade of the new connection, behind one of its millisecond that the break has swallowed.
    @Test func theFirstMillisecondBehindABreakIsNotProvenByItself() throws {
        var records = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        records += try live.receive(Live.recent(950, ("a", 5)))
        let all = (0..<1000).map { (id: "t\($0)", at: Int64(960 + $0 * 7)) }
        for trade in all { records += try live.receive(Live.trades(trade.at + 1, trade)) }
        records += try live.receive(Live.book(8_000, update: 1))
        #expect(live.isInDoubt)
        records += try live.receive(Live.recent(8_010, all))
        records += try live.finish()
        #expect(try gaps(records).contains { $0.contains(Live.ts(960)) })
    }

    @Test func anUnreadableTradeOfLongAgoSilencesNothing() throws {
        var records = try live.receive(Live.trades(5, ("a", 5)), Live.trades(21, ("b", 20)))
        let odd = Live.trades(30, ("x", 12)).replacing(#""T":\#(Live.origin + 12)"#, with: #""T":0"#)
            .replacing(#""S":"Buy""#, with: #""S":"Odd""#)
        records += try live.receive(odd)
        #expect(try gaps(records).allSatisfy { $0.lowerBound >= Live.ts(5) } && !gaps(records).isEmpty)
    }

    @Test func anOvertakenTradeThatCannotBeReadLiesInItsGap() throws {
        var records = try live.receive(Live.trades(5, ("a", 5)), Live.trades(21, ("b", 20)))
        records += try live.receive(
            Live.trades(15, ("x", 12)).replacing(#""S":"Buy""#, with: #""S":"Odd""#))
        records += try live.finish()
        #expect(try gaps(records).contains { $0.contains(Live.ts(12)) })
    }
}

import Rehearsal
import Testing

@testable import FeedFold

/// Milliseconds in which a volume, an answer or the lines end. Not covered: what `MinuteTests` has.
struct MinuteEdgeTests {
    let live = LiveRehearsal()
    private let minute = Live.minute

    /// The first message comes within a minute, and its first volume states a trade at 20 s and what came before.
    private func anchor() throws {
        _ = try live.receive(
            Live.book(minute + 10_000, update: 1), Live.trades(minute + 20_005, ("a", minute + 20_000)),
            Live.bar(minute + 20_006, start: minute, volume: "5", isFinal: false, until: minute + 20_000))
        #expect(live.isInDoubt)
    }

    private func gaps(_ records: [String]) throws -> [ClosedRange<Int64>] {
        try records.map { try JSON($0) }.filter { $0["type"].text == "gap" }
            .map { Int64($0["from"].integer)...Int64($0["to"].integer) }
    }

    private func covers(_ records: [String], _ ms: Int64) throws -> Bool {
        try gaps(records).contains { $0.contains(Live.ts(ms)) }
    }

    /// One of the first statement's millisecond, q, is lost; a later whole volume proves that millisecond; the answers fail to bring it.
    @Test(arguments: [true, false]) func theFirstStatementsMillisecondIsNotProvenByTheNext(silentSecond: Bool) throws {
        try anchor()
        // Behind: ends with y.
        var told = try live.receive(Live.recent(minute + 20_010, ("x", minute - 5000), ("y", minute + 15_000)))
        told += try live.receive(
            Live.trades(minute + 21_000, ("b", minute + 20_900)),
            Live.bar(minute + 21_010, start: minute, volume: "5.0010", isFinal: false, until: minute + 20_900))
        told += try live.receive(Live.book(minute + 27_000, update: 2))
        if silentSecond { told += try live.receive(Live.silent(minute + 27_010)) }
        told += try live.receive(
            Live.trades(minute + 50_005, ("c", minute + 50_000)),
            Live.bar(minute + 60_050, start: minute, volume: "5.0020"))
        told += try live.finish()
        #expect(try covers(told, minute + 20_000), "q at 20.000 is lost without a gap")
    }

    /// Everything before the first statement is proven by the answer, up to but without its millisecond; then the volume
    /// seems to prove that, and must not keep the second question from being asked.
    @Test func whatAnAnswerEndsWithinIsAskedForAgain() throws {
        try anchor()
        // It ends within the millisecond: a is there, q not yet.
        var told = try live.receive(Live.recent(minute + 20_010, ("x", minute - 5000), ("a", minute + 20_000)))
        told += try live.receive(
            Live.trades(minute + 21_000, ("b", minute + 20_900)),
            Live.bar(minute + 21_010, start: minute, volume: "5.0010", isFinal: false, until: minute + 20_900))
        let page: [(id: String, at: Int64)] = [
            ("x", minute - 5000), ("a", minute + 20_000), ("q", minute + 20_000), ("b", minute + 20_900),
        ]
        for ms in stride(from: minute + 22_000, to: minute + 59_000, by: 1000) {
            told += try live.receive(Live.book(ms, update: ms))
            if live.isInDoubt {
                told += try live.receive(Live.recent(ms, page))
            }
        }
        told += try live.receive(
            Live.trades(minute + 59_005, ("c", minute + 59_000)),
            Live.bar(minute + 60_050, start: minute, volume: "5.0020"))
        told += try live.finish()
        #expect(
            try told.contains { $0.contains(#""id":"q""#) } || covers(told, minute + 20_000), "q lost without a gap")
    }

    /// A break, one answer that is behind, and the lines end before the second question.
    @Test(arguments: [true, false]) func anEndBeforeTheSecondQuestionIsAGap(stated: Bool) throws {
        if stated { try live.endFirstMinute() } else { _ = try live.receive(Live.trades(5, ("z", 5))) }
        let m = minute
        _ = try live.receive(
            Live.trades(m + 11, ("a", m + 10)), Live.event(m + 20, "closed"), Live.event(m + 900, "open"))
        var told = try live.receive(Live.recent(m + 950, ("z", 5), ("a", m + 10)))
        told += try live.receive(
            Live.book(m + 960, update: 1), Live.trades(m + 1010, ("d", m + 1005)), Live.book(m + 2000, update: 2))
        told += try live.finish()
        #expect(try covers(told, m + 400), "b at 400 lost without a gap")
    }

    /// Each second a trade, a volume up to it, and another trade of its millisecond: how many questions?
    @Test func statementsThatAreSplitEachSecondAreAskedForOnce() throws {
        _ = try live.receive(Live.book(minute + 1000, update: 1))
        var questions = 0
        var all: [(id: String, at: Int64)] = [("o", minute - 5000)]
        for second in 2..<60 as Range<Int64> {
            let at = minute + second * 1000
            func ask() throws {
                guard live.isInDoubt else { return }
                questions += 1
                _ = try live.receive(Live.recent(at + 1, all))
            }
            all.append(("p\(second)", at))
            _ = try live.receive(Live.trades(at + 1, ("p\(second)", at)))
            try ask()
            _ = try live.receive(
                Live.bar(at + 2, start: minute, volume: "\(Double(second))", isFinal: false, until: at))
            try ask()
            all.append(("q\(second)", at))
            _ = try live.receive(Live.trades(at + 3, ("q\(second)", at)))
            try ask()
        }
        #expect(questions <= 6)
    }

    /// A trade of the far future, once; 8192 later.
    @Test func aTradeOfTheFarFutureSilencesNothing() throws {
        _ = try live.receive(Live.trades(5, ("z", 5)))
        _ = try live.receive(Live.trades(6, ("f", 86_400_000 * 3650)))
        var told: [String] = []
        for i in 0..<(TradeMemory.limit + 50) {
            let r = try live.receive(Live.trades(10 + Int64(i), ("t\(i)", 10 + Int64(i))))
            if i >= TradeMemory.limit { told += r }
        }
        #expect(try gaps(told).isEmpty, "every trade after is refused for ever")
    }

    /// One of a page's first millisecond, q, is lost; the minute is short; nobody answers before the end.
    @Test(arguments: [true, false]) func aMinuteThatIsShortIsAGapWhole(byNextBar: Bool) throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)),
            Live.bar(minute + 12, start: minute, volume: "0.0010", isFinal: false, until: minute + 10),
            Live.trades(minute + 30_001, ("b", minute + 30_000)))
        var told = try live.receive(Live.recent(minute + 40_000, ("a", minute + 10), ("b", minute + 30_000)))
        told += try live.receive(Live.bar(minute + 60_050, start: minute, volume: "0.0030"))
        if byNextBar {
            told += try live.receive(Live.trades(minute + 70_000, ("n", minute + 69_990)))
            told += try live.receive(Live.bar(minute + 120_050, start: minute + 60_000, volume: "0.0010"))
        }
        told += try live.finish()
        #expect(try covers(told, minute + 10), "q at m+10 lost without a gap")
    }

    /// The whole minute is doubted again though part lies before the first message, or was told.
    @Test func aShortMinuteBeginsWithItsFirstStatement() throws {
        try anchor()
        var told = try live.receive(Live.recent(minute + 20_010, ("x", minute - 1000), ("a", minute + 20_000)))
        told += try live.receive(
            Live.trades(minute + 60_020, ("n", minute + 60_010)), Live.book(minute + 60_021, update: 2))
        told += try live.receive(
            Live.recent(minute + 60_030, ("x", minute - 1000), ("a", minute + 20_000), ("n", minute + 60_010)))
        told += try live.receive(Live.bar(minute + 60_050, start: minute, volume: "5.0010"))
        told += try live.receive(Live.silent(minute + 60_060))
        told += try live.finish()
        #expect(try !covers(told, minute + 5000), "gap from before the first message")
    }

    /// A gap whose end is no whole millisecond: what it proves reaches a millisecond further.
    @Test func aGapEndsWithAWholeMillisecond() throws {
        var check = Completeness()
        check.begin(at: 1_000_000)
        check.breakOff(latest: 1_000_000)
        check.tell(1_000_000...2_000_500)
        let left = check.endBreak(at: 3_000_000)
        #expect(left.first?.lowerBound == 2_001_000, "2.001 s lies in no gap and is not open")
    }

    /// Late trade in the anchor's millisecond when ended: no gap though still short.
    @Test func aTradeBehindTheEndTakesNoStatementBack() throws {
        try anchor()
        var told = try live.receive(Live.recent(minute + 20_010, ("x", minute - 1000), ("a", minute + 20_000)))
        told += try live.receive(Live.bar(minute + 60_050, start: minute, volume: "5.0050"))
        let page: [(id: String, at: Int64)] = [
            ("x", minute - 1000), ("a", minute + 20_000), ("q", minute + 20_000), ("n", minute + 60_500),
        ]
        told += try live.receive(Live.recent(minute + 60_600, page))
        told += try live.receive(Live.book(minute + 66_000, update: 3))
        told += try live.receive(Live.recent(minute + 66_010, page))
        told += try live.finish()
        #expect(
            try !gaps(told).isEmpty, "docs: a gap where a minute is still short though the exchange has told all of it")
    }
}

import Testing

@testable import FeedFold

/// What the exchange leaves out, held against the volumes that it states. Not covered: sockets and REST itself
/// (`Tests/live`); whether the exchange's volumes count what its trades do.
struct MinuteTests {
    let live = LiveRehearsal()

    private let minute = Live.minute

    @Test func aMinutesVolumeShowsWhatIsMissing() throws {
        try live.endFirstMinute()
        _ = try live.receive(Live.trades(minute + 10, ("a", minute + 10)))
        _ = try live.receive(Live.bar(minute + 60_100, start: minute, volume: "0.0010"))
        #expect(!live.isInDoubt, "it is the trades' own")
        _ = try live.receive(Live.trades(minute + 60_200, ("b", minute + 60_010)))
        _ = try live.receive(Live.bar(minute + 120_100, start: minute + 60_000, volume: "0.0020"))
        #expect(live.isInDoubt)
        let found = try live.receive(
            Live.recent(minute + 120_200, ("a", minute + 10), ("b", minute + 60_010), ("c", minute + 60_050)))
        #expect(found.count == 1 && found[0].contains(#""id":"c""#))
        _ = try live.receive(Live.bar(minute + 120_300, start: minute + 60_000, volume: "0.0020"))
        #expect(!live.isInDoubt)
    }

    @Test func whatTheAnswerDoesNotReachIsAGap() throws {
        _ = try live.receive(Live.trades(5, ("z", 5)), Live.trades(minute + 10, ("a", minute + 10)))
        _ = try live.receive(Live.bar(minute + 60_100, start: minute, volume: "0.5"))
        let found = try live.receive(Live.recent(minute + 60_200, ("y", minute + 30_000)))
        let missing = #""from":\#(Live.ts(5)),"to":\#(Live.ts(minute + 30_000))"#
        #expect(found.count == 2 && found[0].contains(missing), "the minute before was not stated either")
        #expect(found[1].contains(#""id":"y""#))
    }

    @Test func withoutAnAnswerTheNextMinuteTellsOfIt() throws {
        _ = try live.receive(Live.trades(5, ("z", 5)), Live.trades(minute + 10, ("a", minute + 10)))
        _ = try live.receive(Live.bar(minute + 60_100, start: minute, volume: "0.5"))
        let told = try live.receive(Live.bar(minute + 120_100, start: minute + 60_000, volume: "0"))
        #expect(told.count == 1 && told[0].contains(#""from":\#(Live.ts(5)),"to":\#(Live.ts(minute + 59_999))"#))
    }

    @Test func aMinuteThatIsNotStatedIsDoubted() throws {
        _ = try live.receive(
            Live.trades(5, ("z", 5)), Live.trades(minute + 10, ("a", minute + 10)),
            Live.bar(minute + 60_100, start: minute, volume: "0.0010"))
        _ = try live.receive(Live.bar(minute + 180_100, start: minute + 120_000, volume: "0"))
        #expect(live.isInDoubt)
        let told = try live.receive(Live.bar(minute + 240_100, start: minute + 180_000, volume: "0"))
        let missing = #""from":\#(Live.ts(minute + 60_000)),"to":\#(Live.ts(minute + 119_999))"#
        #expect(told.count == 1 && told[0].contains(missing))
        _ = try live.receive(Live.event(minute + 240_200, "closed"), Live.event(minute + 400_000, "open"))
        _ = try live.receive(Live.recent(minute + 400_001, ("a", minute + 10)))
        try answer(at: minute + 410_000, ("a", minute + 10))
        _ = try live.receive(Live.bar(minute + 420_100, start: minute + 360_000, volume: "0"))
        #expect(!live.isInDoubt, "while nobody listened none is stated")
    }

    @Test func aMinuteThatBeganUnseenIsAskedFor() throws {
        _ = try live.receive(Live.trades(5, ("z", 5)), Live.bar(minute + 10, start: minute - 60_000, volume: "9"))
        #expect(live.isInDoubt, "no volume says what belongs to the time before")
        let found = try live.receive(Live.recent(minute + 20, ("x", 2), ("z", 5), ("y", 7)))
        #expect(found.count == 1 && found[0].contains(#""id":"y""#), "and not what came before the first")
        try answer(at: minute + 5020, ("x", 2), ("z", 5), ("y", 7))
        _ = try live.receive(Live.bar(minute + 60_010, start: minute, volume: "0"))
        #expect(!live.isInDoubt)
    }

    @Test func aMinuteInWhichAGapEndsIsAskedFor() throws {
        _ = try live.receive(
            Live.trades(5, ("z", 5)), Live.event(minute, "closed"), Live.event(minute + 10, "open"),
            Live.trades(minute + 30, ("a", minute + 20)))
        _ = try live.receive(Live.bar(minute + 60_100, start: minute, volume: "9"))
        #expect(live.isInDoubt)
        let found = try live.receive(Live.recent(minute + 60_200, ("y", 2), ("a", minute + 20), ("b", minute + 40)))
        #expect(found.count == 1 && found[0].contains(#""id":"b""#))
        _ = try live.receive(Live.bar(minute + 120_100, start: minute + 60_000, volume: "0"))
        _ = live.isInDoubt
        #expect(try live.receive(Live.recent(minute + 120_200, ("a", minute + 20), ("b", minute + 40))) == [])
        _ = try live.receive(Live.bar(minute + 180_100, start: minute + 120_000, volume: "0"))
        #expect(!live.isInDoubt)
    }

    @Test(arguments: [("0.0010", 20), ("0.0020", 0)])
    func aBreakPutsInDoubtWhatNoVolumeHasSpokenFor(volume: String, from: Int64) throws {
        _ = try live.receive(
            Live.trades(5, ("z", 5)), Live.bar(minute + 10, start: minute - 60_000, volume: "0.0010"),
            Live.trades(minute + 11, ("a", minute + 10)),
            Live.bar(minute + 20, start: minute, volume: volume, isFinal: false),
            Live.trades(minute + 30, ("c", minute + 30)), Live.event(minute + 40, "closed"),
            Live.event(minute + 90, "open"))
        let found = try live.receive(Live.recent(minute + 100, ("c", minute + 30), ("d", minute + 50)))
        let missing = #""from":\#(Live.ts(minute + from)),"to":\#(Live.ts(minute + 30))"#
        #expect(found.count == 2 && found[0].contains(missing), "though the answer reaches the last trade")
        #expect(found[1].contains(#""id":"d""#))
    }

    /// What was asked for again is answered, when no answer can be behind it any more.
    private func answer(at ms: Int64, _ trades: (id: String, at: Int64)..., says records: [String] = []) throws {
        _ = try live.receive(Live.book(ms - 1, update: ms))
        #expect(live.isInDoubt)
        #expect(try live.receive(Live.recent(ms, trades)) == records)
    }

    private func block(_ id: String, _ at: Int64) -> String {
        Live.trades(at + 1, (id, at)).replacing(#""BT":false"#, with: #""BT":true"#)
            .replacing(#""v":"0.0010""#, with: #""v":"1""#)
    }

    private func isGap(_ records: [String], from: Int64, to: Int64) -> Bool {
        records.contains {
            $0.contains(#""type":"gap""#) && $0.contains(#""from":\#(Live.ts(from)),"to":\#(Live.ts(to))"#)
        }
    }

    @Test func aBreakBeforeTheFirstVolumeIsDoubtedWithIt() throws {
        _ = try live.receive(
            Live.trades(5, ("a", 5)), Live.trades(16, ("c", 15)), Live.event(20, "closed"), Live.event(900, "open"))
        #expect(isGap(try live.receive(Live.recent(950, ("d", 800))), from: 15, to: 800))
        _ = try live.receive(Live.bar(1000, start: minute - 60_000, volume: "9", isFinal: false))
        #expect(live.isInDoubt, "one between the first two may have been left out")
        let found = try live.receive(Live.recent(1100, ("y", 2), ("a", 5), ("b", 10), ("c", 15), ("d", 800)))
        #expect(found.count == 1 && found[0].contains(#""id":"b""#), "what lies in no gap is written")
    }

    @Test func whatABreakLeftUnprovenIsToldOnceAVolumeIsStated() throws {
        _ = try live.receive(
            Live.trades(5, ("a", 5)), Live.trades(16, ("c", 15)), Live.event(20, "closed"), Live.event(900, "open"))
        let silent = Live.silent(950)
        _ = try live.receive(silent, Live.trades(1000, ("d", 990)))
        _ = try live.receive(Live.bar(1010, start: minute - 60_000, volume: "9", isFinal: false))
        #expect(live.isInDoubt)
        #expect(try live.receive(silent) == [], "it is asked for once more")
        _ = try live.receive(Live.book(8000, update: 1))
        #expect(live.isInDoubt)
        let told = try live.receive(silent)
        #expect(told.contains { $0.contains("gap") && $0.contains(#""from":\#(Live.ts(5)),"#) })
    }

    @Test func aBlockTradeHidesNothing() throws {
        try live.endFirstMinute()
        let text = block("B", minute + 20)
        _ = try live.receive(Live.trades(minute + 10, ("a", minute + 10)), text, text)
        _ = try live.receive(Live.bar(minute + 40, start: minute, volume: "1.0010", isFinal: false))
        _ = try live.receive(Live.bar(minute + 60_100, start: minute, volume: "1.0020"))
        #expect(live.isInDoubt, "the block counts once")
    }

    @Test func volumesMayCountBlockTradesOrNot() throws {
        try live.endFirstMinute()
        _ = try live.receive(Live.trades(minute + 10, ("a", minute + 10)), block("B", minute + 20))
        _ = try live.receive(Live.bar(minute + 60_100, start: minute, volume: "0.0010"))
        #expect(!live.isInDoubt)
        _ = try live.receive(Live.bar(minute + 120_100, start: minute + 60_000, volume: "0.0010"))
        #expect(live.isInDoubt)
    }

    @Test func aFinalVolumeMayOvertakeTheLastTrade() throws {
        try live.endFirstMinute()
        _ = try live.receive(Live.trades(minute + 11, ("a", minute + 10), ("b", minute + 50_000)))
        _ = try live.receive(
            Live.bar(minute + 58_000, start: minute, volume: "0.0020", isFinal: false, until: minute + 57_900))
        _ = try live.receive(Live.bar(minute + 60_050, start: minute, volume: "0.0030"))
        let found = try live.receive(Live.recent(minute + 60_060, ("b", minute + 50_000), ("c", minute + 59_990)))
        #expect(found.count == 1 && found[0].contains(#""id":"c""#), "no gap where a volume had spoken")
    }

    @Test func volumesThatLagProveUntilTheirTime() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 31, ("a", minute + 10), ("c", minute + 30)),
            Live.bar(minute + 35, start: minute, volume: "0.0010", isFinal: false, until: minute + 10),
            Live.event(minute + 40, "closed"), Live.event(minute + 90, "open"))
        let found = try live.receive(Live.recent(minute + 95, ("c", minute + 30), ("d", minute + 60)))
        #expect(isGap(found, from: minute + 10, to: minute + 30))
    }

    @Test func aVolumeIsNotEqualByChance() throws {
        try live.endFirstMinute()
        // One at 20 is lost; the volume until 25 counts it, and not that of 30.
        _ = try live.receive(
            Live.trades(minute + 31, ("a", minute + 10), ("c", minute + 30)),
            Live.bar(minute + 35, start: minute, volume: "0.0020", isFinal: false, until: minute + 25),
            Live.event(minute + 40, "closed"), Live.event(minute + 90, "open"))
        let found = try live.receive(Live.recent(minute + 10_000, ("x", minute + 9000)))
        #expect(isGap(found, from: minute, to: minute + 9000))
    }

    @Test func whatTheExchangeHasNotWhenAskedIsMissing() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)), Live.bar(minute + 60_050, start: minute, volume: "0.0020"))
        #expect(try live.receive(Live.recent(minute + 60_060, ("z", 5), ("a", minute + 10))) == [])
        _ = try live.receive(Live.book(minute + 66_000, update: 9))
        #expect(live.isInDoubt)
        let told = try live.receive(Live.recent(minute + 66_010, ("z", 5), ("a", minute + 10)))
        #expect(isGap(told, from: minute, to: minute + 59_999))
    }

    @Test func volumesThatAlwaysCountMoreAreNotUsed() throws {
        try live.endFirstMinute()
        for number in 0..<5 as Range<Int64> {
            let start = minute + number * 60_000
            _ = try live.receive(
                Live.trades(start + 11, ("t\(number)", start + 10)), Live.bar(start + 60_050, start: start, volume: "9")
            )
            #expect(live.isInDoubt)
            _ = try live.receive(Live.recent(start + 60_060, ("z", 5), ("t\(number)", start + 10)))
            _ = try live.receive(Live.book(start + 66_000, update: start))
            _ = live.isInDoubt
            _ = try live.receive(Live.recent(start + 66_060, ("z", 5), ("t\(number)", start + 10)))
        }
        #expect(live.notices.contains { $0.contains("not used any more") })
        _ = try live.receive(Live.bar(minute + 360_050, start: minute + 300_000, volume: "9"))
        #expect(!live.isInDoubt)
    }

    @Test func anAnswerBeyondTheLinesProvesNothing() throws {
        try live.endFirstMinute()
        _ = try live.receive(Live.trades(minute + 11, ("a", minute + 10)))
        // Asked for another symbol's sake.
        #expect(try live.receive(Live.recent(minute + 20, ("x", minute + 120_000))) == [])
        _ = try live.receive(
            Live.trades(minute + 201, ("c", minute + 200)), Live.event(minute + 300, "closed"),
            Live.event(minute + 400, "open"))
        let told = try live.receive(Live.recent(minute + 420, ("x", minute + 120_000)))
        let later = try live.receive(Live.trades(minute + 501, ("d", minute + 500)))
        #expect(
            (told + later).contains { $0.contains(#""type":"gap""#) && $0.contains(#""from":\#(Live.ts(minute)),"#) })
    }

    @Test func theFirstMinuteOfABusyConnectionIsProvenFromItsFirstVolume() throws {
        _ = try live.receive(Live.trades(minute + 20_005, ("a", minute + 20_000)))
        _ = try live.receive(
            Live.bar(minute + 21_000, start: minute, volume: "5", isFinal: false, until: minute + 20_000))
        _ = live.isInDoubt
        #expect(try live.receive(Live.recent(minute + 21_010, ("y", minute + 19_000), ("a", minute + 20_000))) == [])
        try answer(at: minute + 26_000, ("y", minute + 19_000), ("a", minute + 20_000))
        _ = try live.receive(Live.trades(minute + 50_005, ("b", minute + 50_000)))
        _ = try live.receive(Live.bar(minute + 60_050, start: minute, volume: "5.0010"))
        #expect(!live.isInDoubt, "what came since is all")
        #expect(try live.finish() == [])
    }

    // MARK: What must not hide a loss

    @Test(arguments: [false, true])
    func theNextMinutesVolumesHideNothing(isLate: Bool) throws {
        try live.endFirstMinute()
        // One at 30 s is lost; the minute's last volume is left out, or comes behind the next one's first.
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)), Live.trades(minute + 60_105, ("c", minute + 60_100)),
            Live.bar(minute + 61_000, start: minute + 60_000, volume: "0.0010", isFinal: false, until: minute + 60_100))
        if isLate { _ = try live.receive(Live.bar(minute + 61_010, start: minute, volume: "0.0020")) }
        _ = try live.receive(Live.bar(minute + 120_050, start: minute + 60_000, volume: "0.0010"))
        #expect(live.isInDoubt)
        #expect(try live.finish().contains { $0.contains("gap") } || isLate)
    }

    @Test func anAnswerProvesNoMoreThanItReaches() throws {
        try live.endFirstMinute()
        // One at 5 is lost; the answer, for another symbol's sake, reaches back to 100.
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)),
            Live.trades(minute + 201, ("c", minute + 100), ("d", minute + 200)))
        #expect(try live.receive(Live.recent(minute + 210, ("c", minute + 100), ("d", minute + 200))) == [])
        _ = try live.receive(Live.bar(minute + 60_050, start: minute, volume: "0.0040"))
        let told = try live.receive(Live.recent(minute + 60_060, ("d", minute + 200)))
        #expect(isGap(told, from: minute, to: minute + 100))
    }

    @Test func anotherGapHidesNothing() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)), Live.trades(minute + 31, ("c", minute + 30)),
            Live.trades(minute + 41, ("x", minute + 40)).replacing(#""S":"Buy""#, with: #""S":"Odd""#),
            Live.bar(minute + 60_050, start: minute, volume: "0.0050"))
        #expect(live.isInDoubt)
        let told = try live.finish()
        #expect(told.count == 2 && isGap(told, from: minute, to: minute + 29))
        #expect(told[1].contains(#""from":\#(Live.ts(minute + 42)),"to":\#(Live.ts(minute + 59_999)),"#))
    }

    @Test func volumesMayBeLarge() throws {
        try live.endFirstMinute()
        let trade = Live.trades(minute + 11, ("a", minute + 10)).replacing(
            #""v":"0.0010""#, with: #""v":"900000000000""#)
        _ = try live.receive(trade, Live.bar(minute + 60_050, start: minute, volume: "900000000000"))
        #expect(!live.isInDoubt)
        _ = try live.receive(Live.bar(minute + 120_050, start: minute + 60_000, volume: "900000000000"))
        #expect(live.isInDoubt)
    }

    @Test(arguments: [(Int64(86_400_000), Int64(10)), (0, 86_400_000)])
    func anAbsurdStatementDoesNoHarm(ahead: Int64, until: Int64) throws {
        try live.endFirstMinute()
        let start = minute + ahead
        _ = try live.receive(
            Live.bar(minute + 5, start: start, volume: "0", isFinal: false, until: minute + until),
            Live.trades(minute + 12, ("f", minute + 86_400_000)), Live.trades(minute + 21, ("a", minute + 20)))
        _ = try live.receive(Live.bar(minute + 60_050, start: minute, volume: "9"))
        _ = try live.receive(Live.bar(minute + 120_050, start: minute + 60_000, volume: "9"))
        #expect(live.isInDoubt)
    }

    @Test func whileNobodyAnswersAMinuteIsAskedForTwice() throws {
        _ = try live.receive(Live.trades(minute + 5, ("a", minute + 5)))
        var (questions, gaps) = (0, 0)
        for second in 1..<50 as Range<Int64> {
            let at = minute + second * 1000
            _ = try live.receive(
                Live.trades(at + 1, ("t\(second)", at)),
                Live.bar(at + 2, start: minute, volume: "\(50 + second).0", isFinal: false, until: at))
            guard live.isInDoubt else { continue }
            questions += 1
            gaps += try live.receive(Live.silent(at + 3)).count { $0.contains("gap") }
        }
        #expect(questions == 2 && gaps == 1, "\(questions) questions, \(gaps) gaps")
    }

    @Test func answersFarAheadOfTheLinesTakeNoTimeAhead() throws {
        try live.endFirstMinute()
        let far = minute + 36_000_000
        for number in 1..<30 as Range<Int64> {
            // Of two minutes the exchange states the second only.
            let end = minute + number * 120_000
            _ = try live.receive(
                Live.bar(end + 20, start: end - 60_000, volume: "0"), Live.trades(end + 25, ("t\(number)", end + 21)))
            #expect(live.isInDoubt)
            let ahead = (0..<900).map { ("f\($0)", far + $0) }
            let told = try live.receive(Live.recent(end + 30, ahead))
            #expect(!told.contains { $0.contains(#""id":"f"#) }, "the lines have not come to it")
        }
        let told = try live.receive(Live.trades(far + 100_000, ("y", far + 100_000)))
        #expect(told == [Live.trade("y", far + 100_000)])
    }

    @Test func aSweepHidesNothing() throws {
        _ = try live.receive(Live.trades(minute + 20_005, ("a", minute + 20_000), ("a2", minute + 20_000)))
        _ = try live.receive(
            Live.bar(minute + 21_000, start: minute, volume: "5", isFinal: false, until: minute + 20_000),
            Live.trades(minute + 50_005, ("c", minute + 50_000)))
        _ = live.isInDoubt
        _ = try live.receive(Live.bar(minute + 60_050, start: minute, volume: "5.0020"))
        #expect(live.isInDoubt, "one of two trades of a millisecond may stand for one that is lost")
    }

    @Test func aSweepIsNotEqualByChance() throws {
        try live.endFirstMinute()
        // One at 10 s is lost; the volume until 20 s counts it, and one of two.
        _ = try live.receive(
            Live.trades(minute + 20_005, ("a", minute + 20_000), ("a2", minute + 20_000)),
            Live.bar(minute + 21_000, start: minute, volume: "0.0020", isFinal: false, until: minute + 20_000),
            Live.trades(minute + 50_005, ("c", minute + 50_000)),
            Live.bar(minute + 60_050, start: minute, volume: "0.0040"))
        let told = try live.receive(
            Live.recent(
                minute + 60_060, ("y", minute + 15_000), ("a", minute + 20_000), ("a2", minute + 20_000),
                ("c", minute + 50_000)))
        #expect(isGap(told, from: minute, to: minute + 15_000))
    }

    @Test func anAnswersLastMillisecondIsNotProven() throws {
        _ = try live.receive(
            Live.book(minute + 10_000, update: 1), Live.trades(minute + 20_005, ("a", minute + 20_000)),
            Live.bar(minute + 21_000, start: minute, volume: "5", isFinal: false, until: minute + 20_000))
        #expect(live.isInDoubt)
        let found = try live.receive(
            Live.recent(minute + 21_010, ("x", minute + 9000), ("y", minute + 19_999)))
        #expect(found.count == 1)
        _ = try live.receive(Live.book(minute + 26_000, update: 2))
        #expect(live.isInDoubt, "there may be more of its time")
    }

    @Test func anAnswersFirstMillisecondIsNotProvenByOthers() throws {
        try live.endFirstMinute()
        // Of two at 10 one is lost, and the page begins with a third.
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)),
            Live.bar(minute + 40, start: minute, volume: "0.0010", isFinal: false, until: minute + 10),
            Live.bar(minute + 60_050, start: minute, volume: "0.0030"))
        let told = try live.receive(Live.recent(minute + 60_060, ("y", minute + 10), ("z2", minute + 60_055)))
        #expect(isGap(told, from: minute + 10, to: minute + 10))
    }

    @Test func aVolumeFromBeforeTheFirstMessageIsHeldToNothing() throws {
        // One at 15 s came before the first message, and the volume of 10 s does not count it.
        _ = try live.receive(
            Live.book(minute + 20_000, update: 1),
            Live.bar(minute + 21_000, start: minute, volume: "5", isFinal: false, until: minute + 10_000),
            Live.trades(minute + 30_005, ("b", minute + 30_000)),
            Live.bar(minute + 31_000, start: minute, volume: "5.0020", isFinal: false, until: minute + 30_000))
        _ = live.isInDoubt
        _ = try live.receive(Live.recent(minute + 31_010, ("x", minute + 15_000), ("b", minute + 30_000)))
        try answer(at: minute + 36_000, ("x", minute + 15_000), ("b", minute + 30_000))
        _ = try live.receive(Live.bar(minute + 60_050, start: minute, volume: "5.0020"))
        #expect(!live.isInDoubt)
        #expect(try live.finish() == [])
    }

    @Test func volumesThatDoNotCountBlocksNeverDo() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 10, ("a", minute + 10)), block("B", minute + 20),
            Live.bar(minute + 60_100, start: minute, volume: "0.0010"))
        // One of the second block's size is lost.
        _ = try live.receive(
            Live.trades(minute + 60_110, ("b", minute + 60_110)), block("C", minute + 60_120),
            Live.bar(minute + 120_100, start: minute + 60_000, volume: "1.0010"))
        #expect(live.isInDoubt)
    }

    @Test func theLastVolumeOfAMinuteWithoutTradesMayBeLate() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 60_105, ("c", minute + 60_100)),
            Live.bar(minute + 60_200, start: minute, volume: "0.0010"))
        #expect(live.isInDoubt)
    }

    @Test func aMinuteOfLongAgoIsNotJudgedAgain() throws {
        try live.endFirstMinute()
        for start in stride(from: minute, through: minute + 300_000, by: 60_000) {
            _ = try live.receive(
                Live.trades(start + 11, ("t\(start)", start + 10)),
                Live.bar(start + 60_050, start: start, volume: "0.0010")
            )
        }
        _ = try live.receive(Live.bar(minute + 360_060, start: minute, volume: "0.0010"))
        #expect(!live.isInDoubt)
        #expect(try live.finish() == [])
    }

    @Test func lastTradesThatAreLateMakeNoVolumeCountMore() throws {
        try live.endFirstMinute()
        for start in stride(from: minute, through: minute + 360_000, by: 60_000) {
            _ = try live.receive(
                Live.bar(start + 60_050, start: start, volume: "0.0010"),
                Live.trades(start + 60_060, ("t\(start)", start + 59_990)))
        }
        #expect(live.notices == [])
    }

    @Test(arguments: ["skipped", "overrun"]) func linesThatAreLostAtTheEndAreAGap(event: String) throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(500, event))
        let told = try live.finish()
        #expect(told.count == 1 && told[0].contains(#""from":\#(Live.ts(5)),"#))
    }

    @Test func aStatementBetweenTwoTradesOfAMillisecondSaysNothing() throws {
        _ = try live.receive(
            Live.book(minute + 10_000, update: 1), Live.trades(minute + 20_005, ("p", minute + 20_000)),
            Live.bar(minute + 20_006, start: minute, volume: "5", isFinal: false, until: minute + 20_000),
            Live.trades(minute + 20_007, ("q", minute + 20_000)), Live.trades(minute + 40_005, ("r", minute + 40_000)))
        _ = live.isInDoubt
        let all = [("x", minute), ("p", minute + 20_000), ("q", minute + 20_000), ("r", minute + 40_000)]
        _ = try live.receive(Live.recent(minute + 40_010, all))
        _ = try live.receive(Live.bar(minute + 60_050, start: minute, volume: "5.0020"))
        _ = try live.receive(Live.recent(minute + 60_060, all), Live.book(minute + 66_000, update: 2))
        #expect(try live.receive(Live.recent(minute + 66_010, all)) == [])
        #expect(try live.finish() == [])
    }

    @Test func aTradeOfTheFirstStatementsMillisecondIsNotLost() throws {
        // The volume counts another of that time, which is lost; an answer ends within it.
        _ = try live.receive(
            Live.book(minute + 10_000, update: 1), Live.trades(minute + 20_005, ("a", minute + 20_000)),
            Live.bar(minute + 20_006, start: minute, volume: "5", isFinal: false, until: minute + 20_000))
        #expect(live.isInDoubt)
        let seen = [("x", minute - 5000), ("y", minute + 5000), ("a", minute + 20_000)]
        _ = try live.receive(Live.recent(minute + 20_010, seen), Live.book(minute + 26_000, update: 2))
        #expect(live.isInDoubt)
        let found = try live.receive(Live.recent(minute + 26_010, seen + [("q", minute + 20_000)]))
        #expect(found.count == 1 && found[0].contains(#""id":"q""#))
    }

    @Test(arguments: ["x", ""]) func aTradeOfAnAnswerThatCannotBeReadIsAGap(price: String) throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        let line = Live.recent(950, ("a", 5), ("b", 400))
            .replacing(#""price":"100.10""#, with: #""price":"\#(price)""#, maxReplacements: 1)
        let told = try live.receive(line)
        #expect(told.contains { $0.contains(#""type":"gap""#) })
    }

    @Test func aMinuteThatALateTradeMakesWholeIsNoGap() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)), Live.bar(minute + 60_050, start: minute, volume: "0.0020"),
            Live.trades(minute + 60_060, ("b", minute + 59_990)))
        #expect(try live.finish() == [])
    }

    @Test func theLastVolumeIsBelievedAboveAnAnswer() throws {
        try live.endFirstMinute()
        _ = try live.receive(Live.trades(minute + 11, ("a", minute + 10)))
        // For another symbol's sake, after the minute.
        _ = try live.receive(
            Live.recent(minute + 61_000, ("z", 5), ("a", minute + 10), ("c", minute + 60_900)),
            Live.bar(minute + 61_500, start: minute, volume: "0.0020"))
        #expect(live.isInDoubt)
        #expect(!(try live.finish()).isEmpty)
    }

    @Test func aMinutesGapIsNotTheNextOnes() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)), Live.bar(minute + 60_050, start: minute, volume: "9"))
        // Nobody answers.
        let told = try live.receive(
            Live.trades(minute + 60_200, ("b", minute + 60_150)),
            Live.bar(minute + 120_050, start: minute + 60_000, volume: "0.0020"))
        #expect(isGap(told, from: minute, to: minute + 59_999) && live.isInDoubt)
        let found = try live.receive(
            Live.recent(minute + 120_060, ("a", minute + 10), ("m", minute + 60_000), ("b", minute + 60_150)))
        #expect(found.count == 1 && found[0].contains(#""id":"m""#))
    }

    @Test func oneAnswerThatFailsIsNoGapWhereAnotherIsDue() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)), Live.bar(minute + 60_050, start: minute, volume: "0.0020"))
        #expect(try live.receive(Live.silent(minute + 60_060)) == [])
        _ = try live.receive(Live.book(minute + 66_000, update: 1))
        #expect(live.isInDoubt)
        let found = try live.receive(Live.recent(minute + 66_010, ("z", 5), ("a", minute + 10), ("b", minute + 30_000)))
        #expect(found.count == 1 && found[0].contains(#""id":"b""#))
    }

    @Test func theGapOfATradeThatCannotBeReadBeginsBeforeTheOneBehindIt() throws {
        _ = try live.receive(Live.trades(5, ("a", 5)))
        let line = Live.trades(40, ("b", 20), ("c", 30))
        let torn = line.replacing(#""p":"100.10""#, with: #""p":"?""#, maxReplacements: 1)
        #expect(isGap(try live.receive(torn), from: 5, to: 40))
    }

    // MARK: The end of a break

    @Test(arguments: ["", #"{"get":"/v5/market/recent-trade?x","symbol":"BTCUSDT","more":false,"error":"timeout"}"#])
    func aLateTradeEndsNoBreak(answer: String) throws {
        _ = try live.receive(Live.trades(5, ("a", 5)), Live.trades(16, ("b", 15)), Live.event(20, "skipped"))
        if !answer.isEmpty { _ = try live.receive("\(Live.ts(30)) ? \(answer)") }
        #expect(try live.receive(Live.trades(40, ("a", 5))) == [], "it is known")
        let late = try live.receive(Live.trades(41, ("c", 12)))
        #expect(!late.contains { $0.contains("gap") })
        let next = try live.receive(Live.trades(5000, ("d", 4900)))
        #expect(next.contains { $0.contains("gap") && $0.contains(#""to":\#(Live.ts(4900))"#) })
    }

    @Test func aKnownTradeEndsNoOpenGap() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "overrun"))
        _ = try live.receive(Live.recent(950, ("later", 60_000)))
        #expect(try live.receive(Live.trades(960, ("a", 5))) == [])
        let next = try live.receive(Live.trades(1510, ("b", 1500)))
        #expect(next.contains { $0.contains("gap") && $0.contains(#""to":\#(Live.ts(1500))"#) })
    }

    @Test func theEndTellsWhatIsStillInDoubt() throws {
        try live.endFirstMinute()
        _ = try live.receive(
            Live.trades(minute + 11, ("a", minute + 10)), Live.bar(minute + 60_050, start: minute, volume: "9"))
        #expect(isGap(try live.finish(), from: minute, to: minute + 59_999))
        #expect(try live.finish() == [])
    }

    @Test func withoutABackfillNothingFromBeforeTheFirstMessageIsWritten() throws {
        _ = try live.receive(Live.event(1, "open"), Live.event(2, "closed"), Live.event(3, "open"))
        #expect(try live.receive(Live.recent(10, ("a", 5), ("b", 6))) == [])
        #expect(try live.receive(Live.trades(20, ("c", 15))) == [Live.trade("c", 15)])
    }
}

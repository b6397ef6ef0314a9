import Testing

@testable import FeedFold

/// The live market as a state machine: lines in, records out. Not covered: the sockets, the clock, REST itself and
/// back-pressure (`Tests/pipelines/live`); whether the exchange keeps its documents.
struct LiveMarketTests {
    let live = LiveRehearsal()

    // MARK: Trades

    @Test func noTradeIsWrittenTwice() throws {
        let first = try live.receive(Live.trades(10, ("a", 5), ("b", 6)), Live.trades(11, ("b", 6), ("c", 7)))
        #expect(first == [Live.trade("a", 5), Live.trade("b", 6), Live.trade("c", 7)])
        #expect(try live.receive(Live.trades(10, ("a", 5), ("b", 6))) == [])
    }

    @Test func whatComesLateIsStampedWithTheTimeReached() throws {
        let records = try live.receive(Live.trades(20, ("b", 20)), Live.trades(21, ("a", 3)))
        #expect(records == [Live.trade("b", 20), Live.trade("a", 20)])
    }

    @Test func aTradeThatCannotBeReadIsAGap() throws {
        let line = Live.trades(20, ("a", 20)).replacing(#""S":"Buy""#, with: #""S":"Odd""#)
        let records = try live.receive(Live.trades(10, ("z", 10)), line)
        #expect(records.count == 2 && records[1].contains(#""type":"gap""#))
        #expect(records[1].contains("1 trades that cannot be read"))
    }

    @Test func whatTheMemoryHasLostIsNoSilence() throws {
        for start in stride(from: 0, to: TradeMemory.limit + 1024, by: 1024) {
            for index in start..<(start + 1024) {
                _ = try live.receive(Live.trades(Int64(1000 + index), ("t\(index)", Int64(1000 + index))))
            }
        }
        let late = try live.receive(Live.trades(9500, ("early", 5)))
        #expect(late.count == 1 && late[0].contains("too late to tell"))
        #expect(try live.receive(Live.trades(9501, ("t8000", 9000))) == [])
    }

    // MARK: After a break

    @Test func theGapIsFilledByIdentifier() throws {
        _ = try live.receive(Live.trades(10, ("a", 5), ("b", 6)), Live.event(20, "closed"), Live.event(900, "open"))
        let filled = try live.receive(Live.recent(950, ("a", 5), ("b", 6), ("c", 400), ("d", 500)))
        #expect(filled == [Live.trade("c", 400), Live.trade("d", 500)])
        #expect(try live.receive(Live.trades(960, ("d", 500), ("e", 955))) == [Live.trade("e", 955)])
    }

    @Test func whatStaysMissingIsAGap() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        let filled = try live.receive(Live.recent(950, ("c", 400), ("d", 500)))
        #expect(filled.count == 3 && filled[1...] == [Live.trade("c", 400), Live.trade("d", 500)])
        #expect(
            filled[0].hasPrefix(
                #"{"type":"gap","ts":\#(Live.ts(400)),"sym":"BTCUSDT","from":\#(Live.ts(5)),"to":\#(Live.ts(400)),"#))
    }

    @Test func withoutAnAnswerThereIsAGapAtOnce() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        let records = try live.receive(Live.silent(960, cause: "timeout"))
        #expect(records.count == 1 && records[0].hasPrefix(#"{"type":"gap","ts":\#(Live.ts(949)),"#))
        #expect(live.notices.contains { $0.contains("timeout") })
        let next = try live.receive(Live.trades(970, ("z", 965)))
        #expect(
            next.count == 2 && next[0].contains(#""from":\#(Live.ts(950)),"to":\#(Live.ts(965))"#), "till there")
        #expect(next[1] == Live.trade("z", 965))
        #expect(try live.receive(Live.trades(980, ("y", 975))) == [Live.trade("y", 975)])
    }

    @Test func whatWasToldOfAsMissingStaysSo() throws {
        _ = try live.receive(
            Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"), Live.trades(970, ("z", 965)))
        let later = try live.receive(Live.recent(5000, ("a", 5), ("b", 400), ("z", 965), ("y", 975)))
        #expect(later == [Live.trade("y", 975)], "not trades of long ago as if they were new")
    }

    @Test func withoutAnybodyToAskTheNextTradeTellsOfTheGap() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        let records = try live.receive(Live.trades(970, ("z", 965)))
        #expect(records.count == 2 && records[0].contains(#""from":\#(Live.ts(5)),"to":\#(Live.ts(965))"#))
    }

    @Test func anAnswerOlderThanWhatIsKnownFillsNothing() throws {
        _ = try live.receive(
            Live.trades(10, ("a", 5)), Live.trades(16, ("b", 15)), Live.event(20, "closed"), Live.event(900, "open"))
        #expect(try live.receive(Live.recent(950, ("a", 5))) == [], "it may be seconds behind")
        _ = try live.receive(Live.book(10_000, update: 9))
        #expect(live.isInDoubt)
        let records = try live.receive(Live.recent(10_010, ("a", 5)))
        #expect(records.count == 1 && records[0].contains("older"))
    }

    @Test func anAnswerThatIsBehindIsAskedForAgain() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        #expect(try live.receive(Live.recent(950, ("a", 5), ("b", 400))) == [Live.trade("b", 400)])
        _ = try live.receive(Live.book(6_000, update: 9))
        #expect(!live.isInDoubt, "the break lasted until 1950 at most, and five seconds more")
        _ = try live.receive(Live.book(7_000, update: 10))
        #expect(live.isInDoubt)
        let later = try live.receive(Live.recent(7_010, ("a", 5), ("b", 400), ("c", 600)))
        #expect(later == [Live.trade("c", 7_000)], "though no volume was stated")
        _ = try live.receive(Live.book(20_000, update: 11))
        #expect(!live.isInDoubt)
    }

    @Test func symbolsAreFilledTogetherInTheOrderOfTime() throws {
        _ = try live.receive(
            Live.trades(10, ("a", 5)), Live.trades(11, ("A", 6), symbol: "ETHUSDT"), Live.event(20, "closed"),
            Live.event(900, "open"))
        let records = try live.receive(
            Live.recent(950, ("a", 5), ("b", 100), ("c", 300), more: true),
            Live.recent(950, ("A", 6), ("B", 200), symbol: "ETHUSDT"))
        #expect(
            records == [Live.trade("b", 100), Live.trade("B", 200, symbol: "ETHUSDT"), Live.trade("c", 300)])
    }

    @Test func anAnswerWithoutABreakWritesOnlyWhatIsNew() throws {
        _ = try live.receive(Live.trades(10, ("b", 6)), Live.trades(11, ("d", 8)))
        let records = try live.receive(Live.recent(950, ("old", 3), ("b", 6), ("c", 7), ("d", 8)))
        #expect(records == [Live.trade("c", 8)])
    }

    @Test func whatAnAnswerHoldsFromBeyondTheStreamTheStreamBrings() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        let filled = try live.receive(
            Live.recent(950, ("a", 5), ("b", 400), ("later", 60_000), ("last", 61_000), ("never", 90_000)))
        #expect(filled == [Live.trade("b", 400)])
        #expect(try live.receive(Live.trades(60_001, ("later", 60_000))) == [Live.trade("later", 60_000)])
        let next = try live.receive(Live.trades(62_000, ("last", 61_000), ("x", 61_900)))
        #expect(next == [Live.trade("last", 61_000), Live.trade("x", 61_900)])
    }

    @Test func whatBeginsBeyondTheStreamIsAskedForAgainThere() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "overrun"))
        _ = try live.receive(Live.recent(950, ("later", 60_000)))
        _ = try live.receive(Live.book(59_000, update: 1))
        #expect(!live.isInDoubt)
        _ = try live.receive(Live.book(60_001, update: 2))
        #expect(live.isInDoubt, "the lines have come to it, and no trade among them")
        let found = try live.receive(Live.recent(60_002, ("later", 60_000)))
        #expect(found.count == 2 && found[0].contains(#""from":\#(Live.ts(950)),"to":\#(Live.ts(60_000))"#))
        #expect(found[1] == Live.trade("later", 60_001))
    }

    @Test(arguments: [true, false]) func aBreakOfWhichNobodyToldIsAGapAtTheEnd(isAsked: Bool) throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "closed"), Live.event(900, "open"))
        if isAsked { _ = try live.receive(Live.silent(960)) }
        _ = try live.receive(Live.book(3000, update: 1), Live.event(9000, "closed"))
        let told = try live.finish()
        let from = isAsked ? Live.ts(950) : Live.ts(5)
        #expect(told.count == 1 && told[0].contains(#""from":\#(from),"to":\#(Live.ts(2999))"#))
    }

    @Test func anAnswerThatBeginsBeyondTheStreamLeavesAGapAtOnce() throws {
        _ = try live.receive(Live.trades(10, ("a", 5)), Live.event(20, "overrun"))
        let told = try live.receive(Live.recent(950, ("later", 60_000)))
        #expect(told.count == 1 && told[0].contains(#""from":\#(Live.ts(5)),"to":\#(Live.ts(949))"#))
        let next = try live.receive(Live.trades(1210, ("b", 1200)), Live.trades(1310, ("c", 1300)))
        #expect(next.count == 3 && next[0].contains(#""from":\#(Live.ts(950)),"to":\#(Live.ts(1200))"#))
        #expect(next[1...] == [Live.trade("b", 1200), Live.trade("c", 1300)])
        let last = try live.receive(Live.trades(60_010, ("later", 60_000), ("x", 60_009)))
        #expect(last == [Live.trade("later", 60_000), Live.trade("x", 60_009)])
    }

    // MARK: Quotes

    @Test func quotesStandWhereTheyWereMatched() throws {
        #expect(try live.receive(Live.book(10, matched: 8, update: 5)) == [Live.quote(8)])
        // Said again after a silence: it holds now.
        #expect(try live.receive(Live.book(3010, matched: 8, update: 5)) == [Live.quote(3010)])
    }

    @Test func noStaleCrossedOrOneSidedBookPasses() throws {
        _ = try live.receive(Live.book(10, update: 5))
        #expect(try live.receive(Live.book(9, update: 4)) == [], "a snapshot of the past")
        #expect(try live.receive(Live.book(20, update: 6, bids: [("100.2", "1")])) == [], "crossed")
        #expect(try live.receive(Live.book(30, update: 7, bids: [("100.1", "1")])) == [], "locked")
        #expect(try live.receive(Live.book(40, update: 8, bids: [])) == [], "one side")
        #expect(try live.receive(Live.book(50, update: 9, bids: [], asks: [])) == [], "empty")
        #expect(try live.receive(Live.book(60, update: 10)) == [Live.quote(60)])
    }

    @Test func aRestartOfTheExchangeReplacesTheBook() throws {
        _ = try live.receive(Live.book(10, update: 5000))
        #expect(try live.receive(Live.book(10, update: 1, bids: [("99", "1")])) == [Live.quote(10, bid: "99")])
        #expect(try live.receive(Live.book(11, update: 2)) == [Live.quote(11)])
    }

    @Test func aDeltaMovesTheBest() throws {
        let levels = [("100.0", "1"), ("99.9", "3")]
        _ = try live.receive(Live.book(10, depth: 50, update: 5, bids: levels))
        let better = Live.book(20, depth: 50, type: "delta", update: 6, bids: [("100.05", "4")], asks: [])
        #expect(try live.receive(better) == [Live.quote(20, bid: "100.05", bidQuantity: "4")])
        let deeper = Live.book(30, depth: 50, type: "delta", update: 7, bids: [("99.0", "4")], asks: [])
        #expect(try live.receive(deeper) == [], "the best has not changed")
        let gone = Live.book(
            40, depth: 50, type: "delta", update: 8, bids: [("100.05", "0"), ("98", "0"), ("100.0", "0.0")], asks: [])
        #expect(try live.receive(gone) == [Live.quote(40, bid: "99.9", bidQuantity: "3")])
    }

    @Test(arguments: [
        Live.book(20, depth: 50, type: "delta", update: 7, bids: [], asks: []),
        Live.book(20, depth: 50, type: "delta", update: 5, bids: [], asks: []),
        Live.book(20, depth: 50, type: "delta", update: 6, bids: [("100.1", "1")], asks: []),
        Live.book(20, depth: 50, type: "delta", update: 6, bids: [("x", "1")], asks: []),
    ])
    func aBookThatCannotBeTrustedIsQuietUntilTheNextSnapshot(line: String) throws {
        _ = try live.receive(Live.book(10, depth: 50, update: 5))
        #expect(try live.receive(line) == [])
        #expect(live.notices.count == 1)
        let next = Live.book(30, depth: 50, type: "delta", update: 7, bids: [("100.05", "1")], asks: [])
        #expect(try live.receive(next) == [])
        #expect(try live.receive(Live.book(40, depth: 50, update: 1)) == [Live.quote(40)])
    }

    @Test func aBreakVoidsTheBook() throws {
        _ = try live.receive(Live.book(10, depth: 50, update: 5), Live.event(20, "closed"), Live.event(30, "open"))
        let delta = Live.book(40, depth: 50, type: "delta", update: 6, bids: [("100.05", "1")], asks: [])
        #expect(try live.receive(delta) == [])
    }

    // MARK: Mark and funding

    @Test func aTickerIsMerged() throws {
        let records = try live.receive(
            Live.ticker(10, #""markPrice":"100.50","indexPrice":"100.40""#, type: "snapshot"),
            Live.ticker(20, #""indexPrice":"100.3""#), Live.ticker(30, #""volume24h":"1""#),
            Live.ticker(15, #""markPrice":"1""#), Live.ticker(40, #""markPrice":"""#))
        #expect(
            records == [
                #"{"type":"mark","ts":\#(Live.ts(10)),"sym":"BTCUSDT","mark":100.5,"index":100.4}"#,
                #"{"type":"mark","ts":\#(Live.ts(20)),"sym":"BTCUSDT","mark":100.5,"index":100.3}"#,
            ])
    }

    @Test func fundingComesAtItsInstantWithTheRateThatHeld() throws {
        let next = Live.origin + 1000
        _ = try live.receive(
            Live.ticker(
                10, #""markPrice":"100","fundingRate":"0.0001","nextFundingTime":"\#(next)""#, type: "snapshot"),
            Live.ticker(900, #""fundingRate":"-0.00020""#))
        let records = try live.receive(
            Live.trades(1010, ("a", 1005)),
            Live.ticker(1100, #""fundingRate":"0.0005","nextFundingTime":"\#(next + 28_800_000)""#),
            Live.ticker(1200, #""markPrice":"101""#))
        #expect(
            records == [
                #"{"type":"funding","ts":\#(Live.ts(1000)),"sym":"BTCUSDT","rate":-0.0002}"#, Live.trade("a", 1005),
                #"{"type":"mark","ts":\#(Live.ts(1200)),"sym":"BTCUSDT","mark":101}"#,
            ])
    }

    @Test func theTickerThatNamesTheNextInstantMayComeFirst() throws {
        let next = Live.origin + 1000
        _ = try live.receive(
            Live.ticker(10, #""markPrice":"100","fundingRate":"0.0001","nextFundingTime":"\#(next)""#, type: "snapshot")
        )
        let records = try live.receive(
            Live.ticker(1001, #""fundingRate":"0.0005","nextFundingTime":"\#(next + 28_800_000)""#),
            Live.ticker(1002, #""nextFundingTime":"\#(next + 28_800_000)""#))
        #expect(records == [#"{"type":"funding","ts":\#(Live.ts(1000)),"sym":"BTCUSDT","rate":0.0001}"#])
    }

    @Test func aLateTickerDoesNotRepeatFunding() throws {
        let says = #""markPrice":"100","fundingRate":"0.0001","nextFundingTime":"\#(Live.origin + 1000)""#
        _ = try live.receive(Live.ticker(10, says), Live.trades(1010, ("a", 1005)))
        let records = try live.receive(Live.ticker(900, says), Live.trades(1020, ("b", 1015)))
        #expect(
            records == [#"{"type":"mark","ts":\#(Live.ts(1005)),"sym":"BTCUSDT","mark":100}"#, Live.trade("b", 1015)])
    }

    // MARK: Time, history, strangers

    @Test func aSilentMarketStillTellsTheTime() throws {
        _ = try live.receive(Live.trades(10, ("a", 10)))
        #expect(try live.receive(Live.pong(900)) == [], "not yet a second")
        #expect(try live.receive(Live.pong(1500)) == [#"{"type":"clock","ts":\#(Live.ts(1500))}"#])
        _ = try live.receive(Live.event(2000, "closed"))
        #expect(try live.receive(Live.event(5000, "failed"), Live.event(9000, "open"), Live.pong(9500)) == [])
        #expect(try live.receive(Live.silent(9510)).count == 1)
        #expect(try live.receive(Live.pong(11_000)).count == 1, "what is missing has been told of")
    }

    @Test func historyEndsWhereTheMessagesBegin() throws {
        let minute = (Live.origin / 60_000 - 1) * 60_000
        func bar(_ start: Int64) -> String { #"["\#(start)","1.0","2","0.5","1.5","3","4"]"# }
        let bars = "[\(bar(minute + 60_000)),\(bar(minute)),\(bar(minute - 60_000))]"
        let seam = minute - Live.origin
        let records = try live.receive(
            Live.answer(0, "instruments-info", instrument, more: true), Live.answer(1, "kline", bars, more: true),
            Live.recent(2, ("x", seam - 100), ("y", seam + 100), ("z", seam + 70_000)),
            Live.trades(20, ("z", seam + 70_000), ("a", 15)))
        let first = (minute * 1000)
        #expect(
            records == [
                #"{"type":"instrument","ts":\#(first),"sym":"BTCUSDT","tick":0.1,"step":0.001,"min_qty":0.001,"max_qty":119,"min_notional":5,"max_leverage":100,"maker_fee":0.0002,"taker_fee":0.00055}"#,
                #"{"type":"phase","ts":\#(first),"phase":"warmup"}"#,
                #"{"type":"bar","ts":\#(first),"sym":"BTCUSDT","span":60,"open":1,"high":2,"low":0.5,"close":1.5,"volume":3}"#,
                Live.trade("y", seam + 100), Live.trade("z", seam + 70_000),
                #"{"type":"phase","ts":\#(Live.ts(seam + 70_000)),"phase":"live"}"#, Live.trade("a", 15),
            ])
    }

    @Test func aSlowConnectionBeforeABreakHidesNothingBehindIt() throws {
        // Each line three seconds late; the next connection is quick.
        for second in 0..<180 as Range<Int64> {
            let line = Live.trades(second * 1000, ("t\(second)", second * 1000))
            _ = try live.receive("\(Live.ts(second * 1000 + 3000))\(line[line.firstIndex(of: " ")!...])")
        }
        _ = try live.receive(Live.event(182_500, "closed"), Live.event(182_590, "open"))
        let recent = [("t179", 179_000), ("u1", 179_800), ("u2", 181_500), ("u3", 182_500)] as [(String, Int64)]
        _ = try live.receive(Live.recent(182_600, recent))
        var written: [String] = []
        for second in 183..<200 as Range<Int64> {
            written += try live.receive(Live.book(second * 1000, update: second))
            if live.isInDoubt { written += try live.receive(Live.recent(second * 1000 + 1, recent)) }
        }
        #expect(written.contains { $0.contains(#""id":"u2""#) } && written.contains { $0.contains(#""id":"u3""#) })
    }

    @Test func anAbsurdReceiveTimeDoesNoHarm() throws {
        let book = Live.book(10, update: 1)
        _ = try live.receive("9000000000000000\(book[book.firstIndex(of: " ")!...])")
        _ = try live.receive(
            Live.trades(20, ("a", 15)), Live.event(30, "closed"), Live.event(40, "open"), Live.recent(50, []))
    }

    @Test func historyThatIsBehindIsAskedForAgain() throws {
        _ = try live.receive(
            Live.answer(0, "instruments-info", instrument, more: true), Live.answer(1, "kline", "[]", more: true),
            Live.recent(2, ("x", -900), ("y", -700)), Live.trades(20, ("a", 15)))
        _ = try live.receive(Live.book(6500, update: 1))
        #expect(live.isInDoubt)
        let later = try live.receive(Live.recent(6510, ("x", -900), ("y", -700), ("z", -20), ("a", 15)))
        #expect(later == [Live.trade("z", 6500)])
    }

    private var instrument: String {
        #"[{"symbol":"BTCUSDT","priceFilter":{"tickSize":"0.10"},"leverageFilter":{"maxLeverage":"100.00"},"#
            + #""lotSizeFilter":{"qtyStep":"0.001","minOrderQty":"0.001","maxMktOrderQty":"119.000","minNotionalValue":"5"}}]"#
    }

    @Test func tradesThatDoNotReachBackToTheBarsLeaveAGap() throws {
        let minute = (Live.origin / 60_000 - 1) * 60_000
        let records = try live.receive(
            Live.answer(1, "kline", #"[["\#(minute - 60_000)","1","2","0.5","1.5","3","4"]]"#, more: true),
            Live.recent(2, ("z", -10)))
        #expect(records.count == 5 && records[2].contains(#""from":\#(minute * 1000),"to":\#(Live.ts(-10))"#))
    }

    @Test(arguments: [
        #"{"topic":"kline.1.BTCUSDT","data":[]}"#, #"{"topic":"later.BTCUSDT","data":7}"#, #"{"new":true}"#,
        #"{"success":true,"op":"subscribe"}"#, #"{"topic":"publicTrade.BTCUSDT","data":[]}"#,
        #"{"topic":"tickers.BTCUSDT","data":{"a":{}}}"#, #"{"topic":"orderbook.1.BTCUSDT","data":[]}"#,
        #"! {"event":"later"}"#, #"! {}"#, #"? {}"#,
    ])
    func whatIsUnknownIsPassedOver(text: String) throws {
        #expect(try live.receive("\(Live.ts(0)) \(text)") == [])
    }

    @Test(arguments: [
        "", "x", "1700000000000000", "1700000000000000 ", "12 {}", "1700000000000000 [1]", #"1700000000000000 {"a":"#,
    ])
    func whatIsNoLineIsRefused(text: String) {
        #expect(throws: (any Error).self) { try live.receive(text) }
    }

    @Test func aRefusalIsHeardOf() throws {
        _ = try live.receive(#"\#(Live.ts(0)) {"success":false,"ret_msg":"no such topic","op":"subscribe"}"#)
        #expect(live.notices == ["the exchange refused 'subscribe': no such topic"])
    }
}

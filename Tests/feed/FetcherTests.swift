import Bybit
import Records
import Rehearsal
import Testing

@testable import FeedFold

/// What REST is asked, and when. Not covered: the requests themselves.
struct FetcherTests {
    /// Answers everything, or nothing.
    final class Exchange {
        var asked: [String] = []
        var failure: RESTFailure?
        var isDeep = false

        func ask(_ path: String, _ query: String) throws(RESTFailure) -> Answer {
            asked.append(String(path.split(separator: "/").last!) + (query.contains("ETH") ? " ETHUSDT" : ""))
            if let failure { throw failure }
            let symbol = query.contains("ETH") ? "ETHUSDT" : "BTCUSDT"
            if isDeep { return Answer((0..<31).reduce(["x": 1]) { inner, _ in ["x": inner] }) }
            return Answer(["retCode": 0, "result": ["list": [["symbol": .string(symbol)]]], "time": 1])
        }
    }

    let exchange = Exchange()

    private func fetcher(_ symbols: [String], backfill: Int = 0) -> Fetcher {
        Fetcher(
            symbols: symbols, makerFee: .maker, takerFee: .taker, backfillSeconds: backfill, ask: exchange.ask,
            now: { Live.origin * 1000 })
    }

    /// What was put in front of the lines.
    private func lines(_ fetcher: inout Fetcher, _ texts: String...) throws -> [String] {
        var put: [String] = []
        var reader = FrameReader()
        for text in texts {
            try withPaddedLine(text) { line in
                let (received, line) = try reader.read(UnsafeRawBufferPointer(rebasing: line.dropLast()))
                guard fetcher.isNeeded(before: line) else { return }
                try fetcher.fetch(before: line, received: received) { put.append(String(decoding: $0, as: UTF8.self)) }
            }
        }
        return put
    }

    private let granted = "\(Live.ts(0)) " + #"{"success":true,"op":"subscribe"}"#

    @Test func theStartSaysWhatItWasToldAndAsksForInstruments() throws {
        var fetcher = fetcher(["BTCUSDT", "ETHUSDT"])
        var put: [String] = []
        try fetcher.start { put.append(String(decoding: $0, as: UTF8.self)) }
        #expect(exchange.asked == ["instruments-info", "instruments-info ETHUSDT"])
        #expect(
            put.count == 3
                && put[0].contains(#"! {"event":"start","symbols":["BTCUSDT","ETHUSDT"],"maker_fee":"0.0002""#))
        #expect(put[1].contains(#""more":true"#) && put[2].contains(#""more":false"#))
        #expect(try lines(&fetcher, granted, Live.trades(1, ("a", 1)), Live.pong(2)) == [])
    }

    @Test func anAnswerThatNoLineCanHoldIsNone() throws {
        var fetcher = fetcher(["BTCUSDT"])
        fetcher.miss()
        exchange.isDeep = true
        let put = try lines(&fetcher, granted)
        #expect(put.count == 1 && put[0].contains(#""error":"the answer is nested too deep""#))
        exchange.isDeep = false
        #expect(try lines(&fetcher, granted)[0].contains(#""answer":"#))
    }

    @Test func anUnknownInstrumentIsRefused() {
        var fetcher = fetcher(["XUSDT"])
        #expect(throws: UnknownInstrument.self) { try fetcher.start { _ in } }
    }

    @Test func theFirstGrantBringsTheHistory() throws {
        var fetcher = fetcher(["BTCUSDT"], backfill: 7200)
        let put = try lines(&fetcher, granted, Live.trades(1, ("a", 1)))
        #expect(exchange.asked == ["kline", "recent-trade"])
        #expect(put.count == 2 && put[0].contains("interval=1&start=1699992780000&end=1700000000000&limit=1000"))
        #expect(put[0].contains(#""more":true"#) && put[1].contains(#""more":false"#))
    }

    @Test func aLongHistoryComesInPages() throws {
        var fetcher = fetcher(["BTCUSDT"], backfill: 2000 * 60)
        _ = try lines(&fetcher, Live.trades(1, ("a", 1)))
        #expect(exchange.asked == ["kline", "kline", "kline", "recent-trade"])
    }

    @Test(arguments: ["closed", "overrun", "skipped"])
    func afterABreakTheTradesAreAskedFor(event: String) throws {
        var fetcher = fetcher(["BTCUSDT", "ETHUSDT"])
        #expect(try lines(&fetcher, Live.event(0, "open"), Live.event(1, event), Live.pong(2)).isEmpty)
        let put = try lines(&fetcher, granted)
        #expect(exchange.asked == ["recent-trade", "recent-trade ETHUSDT"])
        #expect(put[0].hasPrefix("\(Live.ts(0)) ? "), "stamped as the line that called for it")
        // A second subscription brings other topics; a message brings nothing to ask.
        #expect(try lines(&fetcher, Live.trades(3, ("a", 1))).isEmpty)
        #expect(try lines(&fetcher, granted).count == 2)
    }

    @Test func outOfReachIsFoundOutOnce() throws {
        var fetcher = fetcher(["BTCUSDT", "ETHUSDT"])
        exchange.failure = .unreachable("no route")
        let put = try lines(&fetcher, Live.event(1, "closed"), granted)
        #expect(exchange.asked.count == 1 && put.count == 2)
        #expect(put.allSatisfy { $0.contains(#""error":"no route""#) })
    }

    @Test func withoutAListInstrumentsAreAskedForAsTheyAppear() throws {
        var fetcher = fetcher([])
        try fetcher.start { _ in }
        #expect(exchange.asked == ["time"])
        _ = try lines(
            &fetcher, Live.trades(1, ("a", 1)), Live.trades(2, ("b", 1)), Live.trades(3, ("c", 1), symbol: "ETHUSDT"))
        #expect(exchange.asked == ["time", "instruments-info", "instruments-info ETHUSDT"])
    }
}

@testable import ExchangeFold
import Testing

/// When pushes go out: by event time or by the clock, whichever lets them go first. Not covered: the clock itself, which
/// the transport reads.
struct PublicRateTests {
    private static func quote(_ ts: Int64, _ size: Int) -> String {
        Line.quote(ts, "65000.1", "\(size)", "65000.4", "1")
    }

    @Test(
        arguments: [
            ("orderbook.1", 10_000), ("orderbook.50", 20_000), ("orderbook.200", 100_000),
            ("orderbook.1000", 200_000), ("tickers", 100_000),
        ] as [(String, Int64)])
    func byEventTime(kind: String, interval: Int64) throws {
        let stall = try Stall()
        try stall.feed(Self.quote(dawn, 1))
        _ = try stall.subscribe("\(kind).BTCUSDT")
        _ = try stall.pushes()
        var times: [Int64] = []
        for step in 1...1000 {
            let ts = dawn + Int64(step) * 1000
            if try !stall.step(Self.quote(ts, 1 + step)).isEmpty { times.append(ts) }
        }
        #expect(Int64(times.count) == 1_000_000 / interval)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == interval })
    }

    @Test func byTheClockInSilence() throws {
        let stall = try Stall()
        try stall.feed(Self.quote(dawn, 1))
        _ = try stall.subscribe("orderbook.50.BTCUSDT")
        _ = try stall.pushes()
        #expect(stall.market.deadline == nil)
        stall.now = 5_000
        #expect(try stall.step(Self.quote(dawn + 1, 2)).isEmpty)
        #expect(stall.market.deadline == 25_000)
        stall.now = 24_999
        #expect(try stall.pushes().isEmpty)
        stall.now = 25_000
        let late = try stall.pushes()
        #expect(late.count == 1)
        #expect(late[0].text.contains("2.000"))
        #expect(stall.market.deadline == nil)
    }

    @Test func oneLevelIsRepeatedInSilence() throws {
        let stall = try Stall()
        try stall.feed(Self.quote(dawn, 1))
        let first = try #require(try stall.subscribe("orderbook.1.BTCUSDT"))
        _ = try stall.pushes()
        #expect(stall.market.deadline == 3_000_000)
        stall.now = 3_000_000
        let again = try stall.pushes()
        #expect(again.map(\.type) == ["snapshot"])
        #expect(again[0].data == first.data)
        #expect(stall.market.deadline == 6_000_000)
        #expect(try stall.step(Line.clock(dawn + 2_999_999)).isEmpty)
        #expect(try stall.step(Line.clock(dawn + 3_000_000)).count == 1)
    }

    @Test func nothingForNobody() throws {
        var random = SeededMarket(seed: 51)
        let stall = try Stall()
        for _ in 0..<500 { #expect(try stall.step(random.next()).isEmpty) }
        #expect(stall.market.deadline == nil)
        _ = try stall.subscribe("tickers.BTCUSDT")
        _ = try stall.subscribe("orderbook.1.BTCUSDT")
        _ = try stall.pushes()
        stall.subscribed = []
        _ = try stall.pushes()
        for _ in 0..<500 { #expect(try stall.step(random.next()).isEmpty) }
    }

    /// Who is in the set without a greeting still gets a whole state first.
    @Test func aSetAloneIsEnough() throws {
        let stall = try Stall()
        try stall.feed(Self.quote(dawn, 1))
        stall.subscribed = ["tickers.BTCUSDT", "orderbook.50.BTCUSDT", "kline.1.BTCUSDT", "nothing.at.all"]
        #expect(try stall.pushes().map(\.type) == ["snapshot", "snapshot"])
        #expect(try stall.pushes().isEmpty)
    }
}

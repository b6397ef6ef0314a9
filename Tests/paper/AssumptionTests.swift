import Testing

@testable import PaperFold

/// Which record fills an order, at what price, and what fires a level: on quotes, trades and bars.
///
/// Not covered: the arithmetic of the parts (the venue's suites).
@Suite struct AssumptionTests {
    private func fills(_ lines: [String], _ options: Assumptions = Desk.options()) throws -> [String] {
        try Desk.run(options, lines).filter { $0.type == "fill" }.map { $0.values("ts", "side", "px", "reason") }
    }

    private let quoted = Desk.quote(1_000_000, "96869.9", "1", "96870.1", "1")

    @Test func latencyIsToTheMicrosecond() throws {
        func quote(_ ts: Int64) -> String { Desk.quote(ts, "96900", "1", "96900.1", "1") }
        let intent = Desk.open(1_000_000, "a", "buy")
        #expect(try fills([quoted, intent, quote(1_049_999)]) == [])
        #expect(try fills([quoted, intent, quote(1_050_000)]) == ["1050000 buy 96900.1 open"])
        // An intent that comes behind the market's time starts from there.
        #expect(try fills([quoted, Desk.open(900_000, "a", "buy"), quote(1_049_999)]) == [])
        // A trade fills nothing where quotes are known.
        #expect(try fills([quoted, intent, Desk.trade(1_100_000, "96900")]) == [])
    }

    @Test func tradesAlone() throws {
        let lines = [
            Desk.trade(1_000_000, "96870"), Desk.open(1_000_000, "a", "buy"), Desk.trade(1_049_999, "96870"),
            Desk.trade(1_050_000, "96870"), Desk.trade(2_000_000, "96395.4"), Desk.trade(2_000_001, "96395.2"),
        ]
        // 96870 x 1.0001 = 96879.687; the stop 96879.7 x 0.995 = 96395.3015, down to 96395.3; 96395.2 x 0.9999 = 96385.56048.
        #expect(try fills(lines) == ["1050000 buy 96879.7 open", "2000001 sell 96385.5 stop_loss"])
    }

    @Test func tradesFireAndTheBookFills() throws {
        let lines = [
            quoted, Desk.trade(1_000_000, "96870"), Desk.open(1_000_000, "a", "buy"),
            Desk.quote(1_050_000, "96870", "1", "96870.1", "1"),
            // The middle is far beyond the take-profit, but no trade is.
            Desk.quote(1_100_000, "99000", "1", "99000.1", "1"), Desk.trade(1_200_000, "98400"),
        ]
        #expect(try fills(lines) == ["1050000 buy 96870.1 open", "1200000 sell 99000 take_profit"])
        // By the mark: neither, until a mark says so.
        let marked = Desk.options(trigger: .mark)
        let known = [Desk.mark(1_000_000, "96870")] + lines
        #expect(try fills(known, marked) == ["1050000 buy 96870.1 open"])
        #expect(try fills(known + [Desk.mark(1_300_000, "98400")], marked).last == "1300000 sell 99000 take_profit")
    }

    @Test func barsAlone() throws {
        let minute: Int64 = 60_000_000
        let first = Desk.bar(minute, "96870", "96900", "96800", "96850")
        let intent = Desk.open(minute, "a", "buy")
        let calm = Desk.bar(2 * minute, "96870", "96900", "96800", "96850")
        #expect(try fills([first, intent, calm]) == ["120000000 buy 96879.7 open"])
        // Accepted within the second bar: the third is the first that starts behind it.
        #expect(try fills([first, Desk.open(minute + 1, "a", "buy"), calm]) == [])
        // Entry 96879.7: stop at 96395.3, take-profit at 96879.7 x 1.015 = 98332.8955, up to 98332.9.
        func end(_ open: String, _ high: String, _ low: String, _ close: String) throws -> String? {
            try fills([first, intent, calm, Desk.bar(3 * minute, open, high, low, close)]).dropFirst().first
        }
        #expect(try end("96870", "98332.8", "96395.4", "96870") == nil)
        // Both within one bar: the stop, at its level less half the spread (96395.3 x 0.9999 = 96385.66047).
        #expect(try end("96870", "99000", "96000", "96870") == "180000000 sell 96385.6 stop_loss")
        // 98332.9 x 0.9999 = 98323.06671.
        #expect(try end("96870", "98332.9", "96800", "96870") == "180000000 sell 98323 take_profit")
        // Gaps: at the open. 96000 x 0.9999 = 95990.4; 99000 x 0.9999 = 98990.1.
        #expect(try end("96000", "96100", "95900", "96000") == "180000000 sell 95990.4 stop_loss")
        #expect(try end("99000", "99000", "99000", "99000") == "180000000 sell 98990.1 take_profit")
        // Beyond the liquidation level 96879.7 x 0.905 = 87676.1285: taken over at 96879.7 x 0.9 = 87191.73, up to the tick.
        #expect(try end("87676.1", "90000", "80000", "80000") == "180000000 sell 87191.8 liquidation")
    }

    @Test func theBarOfTheFillCounts() throws {
        let minute: Int64 = 60_000_000
        let lines = [
            Desk.bar(minute, "96870", "96900", "96800", "96850"), Desk.open(minute, "a", "buy"),
            Desk.bar(2 * minute, "96870", "99000", "96000", "96850"),
        ]
        #expect(try fills(lines) == ["120000000 buy 96879.7 open", "120000000 sell 96385.6 stop_loss"])
    }

    @Test func aCloseBeyondBankruptcyIsALiquidation() throws {
        // The mark stands still, the book falls by a fifth at 10x: the stop would cost more than the margin.
        let lines = [
            quoted, Desk.mark(1_000_000, "96870"), Desk.open(1_000_000, "a", "buy"),
            Desk.quote(1_050_000, "96870", "1", "96870", "1"), Desk.quote(1_100_000, "77000", "1", "77000", "1"),
        ]
        #expect(try fills(lines) == ["1050000 buy 96870 open", "1100000 sell 87183 liquidation"])
    }

    @Test func aLiquidationEndsWhatIsOnItsWay() throws {
        let lines = [
            quoted, Desk.open(1_000_000, "a", "buy"), Desk.quote(1_050_000, "96870", "1", "96870", "1"),
            Desk.reduce(1_060_000, "r", "sell", "0.5"), Desk.quote(1_100_000, "77000", "1", "77000", "1"),
            Desk.quote(1_200_000, "77000", "1", "77000", "1"),
        ]
        let ends = try Desk.run(Desk.options(), lines).filter { $0.type == "order" || $0.type == "fill" }.suffix(3)
        #expect(
            ends.map { $0.values("type", "ts", "id", "status", "reason") } == [
                "order 1060000 r accepted ", "order 1100000 r cancelled position_gone", "fill 1100000 a  liquidation",
            ])
    }

    @Test func aThinBookClosesInPieces() throws {
        let rich = Desk.options(equity: "1000", depth: 2)
        let lines = [
            quoted, Desk.open(1_000_000, "a", "buy"), Desk.quote(1_050_000, "96870", "1", "96870", "1"),
            Desk.quote(2_000_000, "99000", "0.01", "99000", "1"), Desk.quote(2_000_001, "98900", "1", "98900", "1"),
        ]
        // 1000 x 0.5 x 10 / 96870 = 0.051; 0.01 at the bid, 0.01 at 98970.3, the rest with the next quote.
        let written = try Desk.run(rich, lines)
        #expect(
            written.filter { $0.type == "fill" }.map { $0.values("qty", "px") } == [
                "0.051 96870", "0.01 99000", "0.01 98970.3", "0.031 98900",
            ])
        #expect(written.filter { $0.type == "position" }.map { $0["qty"] } == ["0.051", "0.031", "0"])
    }

    @Test func anInstrumentHoldsForWhatIsOpenedAfterIt() throws {
        func instrument(_ ts: Int64, fee: String) -> String {
            #"{"type":"instrument","ts":\#(ts),"sym":"XUSDT","tick":0.5,"step":10,"min_qty":30,"max_qty":1000,"#
                + #""min_notional":5,"max_leverage":20,"maker_fee":0,"taker_fee":\#(fee)}"#
        }
        func quote(_ ts: Int64) -> String { Desk.quote(ts, "2.5", "5000", "2.5", "5000", sym: "XUSDT") }
        let lines = [
            instrument(1, fee: "0.001"), quote(1), Desk.open(1, "a", "buy", sym: "XUSDT"), quote(1_000_000),
            instrument(1_000_000, fee: "0.002"), Desk.reduce(1_000_000, "r", "sell", "0.5", sym: "XUSDT"),
            quote(2_000_000),
        ]
        // 12.5 x 10 / 2.5 = 50; the half, 25, rounds down to 20, and 30 is left: the smallest that may be.
        let fills = try Desk.run(Desk.options(), lines).filter { $0.type == "fill" }
        #expect(fills.map { $0.values("qty", "px", "fee") } == ["50 2.5 0.125", "20 2.5 0.05"])
    }
}

import Records
import Rehearsal
import Stage
import Testing

@testable import ReportFold

/// Audit files of a few lines, and what is made of them by hand. Not covered: the door (`Tests/report/run`).
struct AuditTests {
    private func read(_ lines: [String], _ arguments: [String] = []) throws -> Audit {
        var audit = Audit(try ReportOptions.parse(arguments))
        var reader = RecordReader()
        for line in lines {
            try withPaddedLine(line) { bytes in
                try reader.read(bytes)
                audit.take(reader)
            }
        }
        audit.finish()
        return audit
    }

    private func quote(_ seconds: Int, _ bid: Double, _ ask: Double, _ symbol: String = "BTCUSDT") -> String {
        #"{"type":"quote","ts":\#(seconds * 1_000_000),"sym":"\#(symbol)","bid":\#(bid),"bid_qty":1,"ask":\#(ask),"ask_qty":1}"#
    }

    private func account(_ seconds: Int, _ equity: Double, realised: Double = 0, fees: Double = 0, funding: Double = 0)
        -> String
    {
        #"{"type":"account","ts":\#(seconds * 1_000_000),"equity":\#(equity),"available":0,"realised":\#(realised),"fees":\#(fees),"funding":\#(funding)}"#
    }

    /// A long of 2 at 101 when the market is 99 to 101, half closed by a rule at 109, the rest by the stop at 97.
    private var life: [String] {
        [
            quote(1, 99, 101), account(1, 1000),
            #"{"type":"intent","ts":2000000,"id":"o","sym":"BTCUSDT","side":"buy","reduce_only":false,"weight":0.5,"take_profit":0.2,"stop_loss":0.03,"drift":0.002,"confidence":0.8,"half_life":60,"seq":1}"#,
            quote(3, 100, 102),
            #"{"type":"fill","ts":3000000,"sym":"BTCUSDT","id":"o","side":"buy","qty":2,"px":103,"fee":0.2,"liquidity":"taker","reduce_only":false,"reason":"open","realised":0}"#,
            #"{"type":"order","ts":3000000,"sym":"BTCUSDT","id":"o","status":"filled"}"#,
            #"{"type":"position","ts":3000000,"sym":"BTCUSDT","side":"long","qty":2,"entry":103,"opened":3000000,"realised":0,"fees":0.2}"#,
            account(3, 999.8, fees: 0.2),
            quote(10, 110, 112),
            #"{"type":"intent","ts":10000000,"id":"r","sym":"BTCUSDT","side":"sell","reduce_only":true,"fraction":0.5,"rule":"drift_decay","seq":2}"#,
            #"{"type":"fill","ts":10000000,"sym":"BTCUSDT","id":"r","side":"sell","qty":1,"px":109,"fee":0.1,"liquidity":"taker","reduce_only":true,"reason":"reduce","realised":6}"#,
            #"{"type":"order","ts":10000000,"sym":"BTCUSDT","id":"r","status":"filled"}"#,
            #"{"type":"position","ts":10000000,"sym":"BTCUSDT","side":"long","qty":1,"entry":103,"opened":3000000,"realised":6,"fees":0.3}"#,
            account(10, 1005.7, realised: 6, fees: 0.3),
            #"{"type":"funding","ts":15000000,"sym":"BTCUSDT","rate":0.0001}"#,
            account(15, 1005.6, realised: 6, fees: 0.3, funding: -0.1),
            quote(20, 97, 98),
            #"{"type":"fill","ts":20000000,"sym":"BTCUSDT","id":"o","side":"sell","qty":1,"px":97,"fee":0.1,"liquidity":"taker","reduce_only":true,"reason":"stop_loss","realised":-6}"#,
            #"{"type":"position","ts":20000000,"sym":"BTCUSDT","side":"flat","qty":0,"entry":null,"opened":3000000,"realised":0,"fees":0.4}"#,
            account(20, 999.5, realised: 0, fees: 0.4, funding: -0.1),
        ]
    }

    @Test func aTradeIsPutTogether() throws {
        let audit = try read(life)
        let trade = try #require(audit.book.closed.first)
        #expect(audit.book.closed.count == 1 && audit.book.open.isEmpty)
        #expect(trade.quantity == 2 && trade.entry == 103 && trade.seconds == 17 && trade.exit == "stop_loss")
        #expect(abs(trade.net - -0.5) < 1e-12, "0 realised, 0.4 fees, 0.1 funding")
        // Bought at 103: 1 above the middle of 101 is the ask, 1 more is slippage, and the middle had moved by 1.
        // Sold at 109 with 110 to 112: 1 spread, 1 slippage. Sold at 97 with 97 to 98: 0.5 spread.
        #expect(
            trade.costs
                == Costs(fees: 0.4, funding: -0.1, spread: 3.5, slippage: 3, delay: 2).rounded(like: trade.costs))
        #expect(audit.book.turnover == 2 * 103 + 109 + 97)
    }

    @Test func whatTheMarketGaveIsHeldAgainstWhatWasPlanted() throws {
        let planted = [
            #"{"type":"planted","ts":1000000,"sym":"BTCUSDT","mu":0.001}"#,
            #"{"type":"planted","ts":15000000,"sym":"BTCUSDT","mu":0}"#,
        ]
        let lines = planted[..<1] + life[..<14] + planted[1...] + life[14...]
        let trade = try #require(try read(Array(lines)).book.closed.first)
        // Bought where the middle was 100; half of it was 111 then and half of it 97.5.
        #expect(abs(trade.gross - (11 - 2.5)) < 1e-9)
        // Each half from the second 3, to 10 and to 15.
        #expect(abs(trade.planted - 103 * (0.007 + 0.012)) < 1e-9)
        #expect(try Summary(read(life), ReportOptions.parse([])).trades.planted == nil)
    }

    @Test func whatARuleSavedIsHeldAgainstHoldingOn() throws {
        let exits = try read(life).book.exits.tallies
        // Left at 109; the stop of 3 % at 99.91 was met at a middle of 97.5.
        #expect(exits["drift_decay"] == Exits.Tally(count: 1, value: 109, saved: 11.5, shares: [11.5 / 109], open: 0))
        #expect(exits["stop_loss"] == Exits.Tally(count: 1, value: 97))
    }

    @Test func theTakeProfitIsWhatHoldingOnComesTo() throws {
        let lines = Array(life[..<14]) + [quote(12, 200, 202)]
        // 20 % above 103.
        #expect(try read(lines).book.exits.tallies["drift_decay"]?.saved == 109 - 103 * 1.2)
    }

    @Test func theLastHalfLifeEndsHoldingOn() throws {
        let lines = Array(life[..<14]) + [quote(12, 104, 106), quote(123, 106, 108), quote(130, 150, 152)]
        #expect(try read(lines).book.exits.tallies["drift_decay"]?.saved == 109 - 107)
        #expect(try read(lines, ["--half-lives", "10"]).book.exits.tallies["drift_decay"]?.open == 0)
        #expect(try read(Array(lines.dropLast(2))).book.exits.tallies["drift_decay"]?.open == 1)
    }

    @Test func equityHoldsWhatIsOpen() throws {
        let audit = try read(life)
        // At the quote of 10 s: 999.8 + 2 (111 - 103).
        #expect(audit.equity.curve.points.map(\.high).max() == 999.8 + 16)
        #expect(abs(audit.equity.maxDrawdown - (999.8 + 16 - 999.5)) < 1e-9)
        #expect(audit.equity.start == 1000 && abs(audit.equity.end! - 999.5) < 1e-9)
        #expect(audit.timeInMarket == 17_000_000)
    }

    @Test func theGateIsAFunnel() throws {
        func verdict(_ passes: [Bool]) -> String {
            let layers = ["snr", "edge", "limits"].enumerated().map {
                #""\#($1)":{"pass":\#(passes[$0]),"value":1,"threshold":2}"#
            }
            return
                #"{"type":"verdict","ts":1,"sym":"BTCUSDT","seq":1,"side":"long","pass":\#(passes.allSatisfy { $0 }),"blocked_by":null,"layers":{\#(layers.joined(separator: ","))}}"#
        }
        let funnel = try read([
            verdict([true, true, true]), verdict([false, true, true]), verdict([true, false, false]),
            verdict([true, true, false]),
        ]).funnel
        #expect(funnel.signals == 4 && funnel.passed == 1)
        #expect(funnel.layers.map(\.came) == [4, 3, 2] && funnel.layers.map(\.passed) == [3, 2, 1])
        #expect(funnel.layers.map(\.refused) == [1, 1, 2] && funnel.layers.map(\.alone) == [1, 0, 1])
        #expect(funnel.layers[0].margins.median == 0.5)
    }

    @Test func nothingIsToldOfNothing() throws {
        let summary = Summary(try read([]), try ReportOptions.parse([]))
        #expect(summary.trades.count == 0 && summary.trades.winRate == nil && summary.result.sharpeHourly == nil)
        #expect(summary.text.contains("nothing to say of results"))
    }
}

extension Costs {
    /// These, if they are the same but for rounding.
    fileprivate func rounded(like other: Costs) -> Costs {
        let pairs = [
            (fees, other.fees), (funding, other.funding), (spread, other.spread), (slippage, other.slippage),
            (delay, other.delay),
        ]
        return pairs.allSatisfy { abs($0 - $1) < 1e-12 } ? other : self
    }
}

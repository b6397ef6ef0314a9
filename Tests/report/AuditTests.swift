import Records
import Testing

@testable import ReportFold

/// Audit files of a few lines, and what is made of them by hand. Not covered: the door (`Tests/report/run`), the page
/// (`PageTests`).
struct AuditTests: MadeUpAudit {
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

    @Test func capitalIsWhatIsHeldAndNotWhatWas() throws {
        // 2 at 103 from the second 3 to 10, half of it to 20.
        #expect(abs(try read(life).valueTime / 1e6 - (206 * 7 + 103 * 10)) < 1e-6)
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

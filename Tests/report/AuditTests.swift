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
        #expect(trade.quantity == 2 && trade.entry == 103 && trade.seconds == 17)
        #expect(trade.exits.map(\.reason) == ["drift_decay", "stop_loss"] && trade.exits.map(\.price) == [109, 97])
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
        // Left at 109 where the middle was 111; the stop of 3 % at 99.91 was met at a middle of 97.5, less as much.
        let saved = 109 - 97.5 * (1 - 2 / 111.0)
        #expect(exits["drift_decay"] == Exits.Tally(count: 1, value: 109, saved: saved, shares: [saved / 109], open: 0))
        #expect(exits["stop_loss"] == Exits.Tally(count: 1, value: 97))
    }

    @Test func theTakeProfitIsWhatHoldingOnComesTo() throws {
        let lines = Array(life[..<14]) + [quote(12, 200, 202)]
        // 20 % above 103 are 123.6: it is filled at the market, as a stop is.
        #expect(try read(lines).book.exits.tallies["drift_decay"]?.saved == 109 - 201 * (1 - 2 / 111.0))
    }

    /// A long at the open of a bar, 100.1 for 100, halved at the open of the next, 99.9 for 100: its stop is 97, its
    /// take-profit 106.
    private func halved(_ bars: [(open: Double, high: Double, low: Double, close: Double)]) throws -> Exits.Tally? {
        func bar(_ number: Int, _ bar: (open: Double, high: Double, low: Double, close: Double)) -> String {
            #"{"type":"bar","ts":\#(number * 60_000_000),"sym":"BTCUSDT","span":60,"open":\#(bar.open),"high":\#(bar.high),"low":\#(bar.low),"close":\#(bar.close),"volume":1}"#
        }
        let lines =
            [
                bar(1, (100, 100, 100, 100)),
                #"{"type":"intent","ts":60000000,"id":"o","sym":"BTCUSDT","side":"buy","reduce_only":false,"weight":0.5,"take_profit":0.06,"stop_loss":0.03,"drift":0.002,"confidence":0.8,"half_life":300,"seq":1}"#,
                bar(2, (100, 101, 99, 100)),
                #"{"type":"fill","ts":120000000,"sym":"BTCUSDT","id":"o","side":"buy","qty":2,"px":100,"fee":0,"liquidity":"taker","reduce_only":false,"reason":"open","realised":0}"#,
                #"{"type":"intent","ts":120000000,"id":"r","sym":"BTCUSDT","side":"sell","reduce_only":true,"fraction":0.5,"rule":"drift_flip","seq":2}"#,
                bar(3, bars[0]),
                #"{"type":"fill","ts":180000000,"sym":"BTCUSDT","id":"r","side":"sell","qty":1,"px":99.9,"fee":0,"liquidity":"taker","reduce_only":true,"reason":"reduce","realised":-0.1}"#,
            ] + bars.dropFirst().enumerated().map { bar($0 + 4, $1) }
        return try read(lines).book.exits.tallies["drift_flip"]
    }

    @Test func onBarsHoldingOnGoesByTheVenuesRule() throws {
        func saved(_ bars: (open: Double, high: Double, low: Double, close: Double)...) throws -> Double? {
            let tally = try halved([(100, 100, 100, 100)] + bars)
            return tally?.open == 0 ? tally!.saved : nil
        }
        // Leaving cost a thousandth, so does the end of holding on.
        func left(for price: Double) -> Double { 99.9 - price * 0.999 }
        func isNear(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-9 } ?? false }
        #expect(isNear(try saved((100, 100, 96, 100)), left(for: 97)), "a low that the close does not show")
        #expect(isNear(try saved((100, 107, 100, 100)), left(for: 106)), "a high")
        #expect(isNear(try saved((100, 107, 96, 100)), left(for: 97)), "of both the loss comes first")
        #expect(isNear(try saved((95, 107, 94, 100)), left(for: 95)), "an open that is beyond the stop")
        #expect(isNear(try saved((108, 108, 90, 100)), left(for: 108)), "an open that is beyond the take-profit")
        #expect(try saved((100, 105, 98, 100)) == nil, "a bar that reaches neither")
        #expect(isNear(try halved([(100, 101, 96, 100)])?.saved, left(for: 97)), "the rest of the bar of the exit")
        let quiet = [(open: 100.0, high: 101.0, low: 99.0, close: 100.5)]
        let bars = quiet + quiet + quiet + quiet + quiet + quiet + quiet + quiet + quiet + quiet
        #expect(isNear(try halved(bars)?.saved, left(for: 100.5)), "two half-lives behind the second minute")
    }

    @Test func theLastHalfLifeEndsHoldingOn() throws {
        let lines = Array(life[..<14]) + [quote(12, 104, 106), quote(123, 106, 108), quote(130, 150, 152)]
        #expect(try read(lines).book.exits.tallies["drift_decay"]?.saved == 109 - 107 * (1 - 2 / 111.0))
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

    @Test func convictionFadesFromTheEntryAlsoAfterAReduction() throws {
        func decision(_ seconds: Int, _ drift: Double, entry: Double) -> String {
            #"{"type":"decision","ts":\#(seconds * 1_000_000),"sym":"BTCUSDT","seq":1,"rule":"hold","drift":\#(drift),"entry_drift":\#(entry),"confidence":0.6,"entry_confidence":0.8,"age":\#(seconds - 3),"half_life":60}"#
        }
        // Nothing is held in the first second; behind the reduction rebalance holds against the drift of then.
        let lines =
            [decision(1, 9, entry: 1)] + life[..<8] + [decision(9, 0.001, entry: 0.002)] + life[8..<14]
            + [decision(12, 0.0005, entry: 0.001)] + life[14...]
        let tracks = try read(lines).tracks.tracks
        #expect(tracks.map { $0.points.map(\.drift) } == [[1, 0.5, 0.25]])
        #expect(tracks[0].points.map(\.age) == [0, 0.1, 0.15] && tracks[0].points[0].confidence == 0.8)
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

    /// A trade in each hour that brings so much before its fee of 1; the equity stands at the hour. Fills at the middle.
    private func hourly(_ gains: [Double]) -> [String] {
        var (lines, realised) = ([quote(0, 100, 100), account(0, 1000)], 0.0)
        for (hour, gain) in gains.enumerated() {
            let (opened, closed) = (hour * 3600 + 10, hour * 3600 + 20)
            realised += gain
            lines += [
                quote(opened, 100, 100),
                #"{"type":"fill","ts":\#(opened)000000,"sym":"BTCUSDT","id":"o","side":"buy","qty":1,"px":100,"fee":1,"liquidity":"taker","reduce_only":false,"reason":"open","realised":0}"#,
                #"{"type":"fill","ts":\#(closed)000000,"sym":"BTCUSDT","id":"o","side":"sell","qty":1,"px":\#(100 + gain),"fee":0,"liquidity":"taker","reduce_only":true,"reason":"take_profit","realised":\#(gain)}"#,
                #"{"type":"position","ts":\#(closed)000000,"sym":"BTCUSDT","side":"flat","qty":0}"#,
                account(closed, 1000 + realised, realised: realised, fees: Double(hour + 1)),
                quote(hour * 3600 + 3599, 100, 100),
            ]
        }
        return lines + [quote(gains.count * 3600 + 1, 100, 100)]
    }

    private func text(_ lines: [String]) throws -> String { try Summary(read(lines), ReportOptions.parse([])).text }

    @Test func whatIsNotToldIsNotToldForWhatIsTrue() throws {
        // Each hour brings 1 and costs 1.
        let flat = try text(hourly([Double](repeating: 1, count: 30)))
        #expect(flat.contains("Sharpe             none: the hourly returns do not differ"))
        #expect(flat.contains("30 trades are few: all brought the same") && !flat.contains("intervals are wide"))
        #expect(flat.contains("profit factor      none: no loss"))
        #expect(flat.contains("trades               30, 24.0 a day"))
        let short = try text(hourly([2, 0]))
        #expect(short.contains("Sharpe             not told: less than a day of hours"))
        #expect(short.contains("2 trades are few: the intervals are wide") && short.contains("profit factor      1.00"))
        #expect(short.contains("trades               2, too short for a rate") && !short.contains("capital efficiency"))
    }

    @Test func oneIsOne() throws {
        let lines =
            hourly([2]).dropLast() + [
                #"{"type":"gap","ts":7000000000,"from":1,"to":2,"reason":"a test"}"#,
                #"{"type":"fill","ts":7000000000,"sym":"BTCUSDT","id":"o","side":"buy","qty":1,"px":100,"fee":1,"liquidity":"taker","reduce_only":false,"reason":"open","realised":0}"#,
            ]
        let told = try text(Array(lines))
        for words in [", 1 gap\n", "1 trade is few", "in 1 place.", "1 position is open"] {
            #expect(told.contains(words))
        }
    }

    @Test func nothingInTheStreamIsAnOrderToTheTerminal() throws {
        let hostile = #"a\u001b]0;b\u0007\u009b2J\nc"#
        let lines = life.map { $0.replacing("drift_decay", with: hostile).replacing("BTCUSDT", with: hostile) }
        let told = try text(lines + life.dropFirst(2).map { $0 })
        #expect(told.contains("a ]0;b  2J c"))
        #expect(told.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }

    @Test func intentsThatNeverEndAreForgotten() throws {
        let lost = (0..<5000).map { number in
            #"{"type":"intent","ts":1000000,"id":"l\#(number)","sym":"BTCUSDT","side":"buy","reduce_only":false,"seq":1}"#
        }
        #expect(try read(lost).book.pending <= 1024)
        // The last ones are known still: a hundred behind the one that opens.
        let late = life[..<3] + lost.prefix(100) + life[3...]
        #expect(try read(Array(lost + late)).book.closed.first?.conviction?.drift == 0.002)
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

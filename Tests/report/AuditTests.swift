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

    @Test func costsAreThoseOfAllFills() throws {
        // Behind the life of one trade the fill of another, which stays open: 2 at 103 for 0.2, 1 of spread and 1 of slippage each.
        let open = life[4].replacing("3000000", with: "30000000")
        let summary = try Summary(read(life + [quote(30, 100, 102), open]), ReportOptions.parse([]))
        #expect(summary.trades.count == 1 && abs(summary.costs.total - (9 + 0.2 + 4)) < 1e-9)
        #expect(summary.costs.share == summary.costs.total / summary.trades.turnover)
        let alone = try Summary(read([quote(1, 100, 102), account(1, 1000), open]), ReportOptions.parse([]))
        #expect(
            alone.trades.count == 0
                && alone.text.contains("costs of all fills   4.2000 USDT, 203.88 bp of what was traded"))
    }

    @Test func fundingOfAnEarlierFileIsNotPaidAgain() throws {
        let audit = try read([quote(1, 99, 101), account(1, 1000, funding: -5), account(2, 1000, funding: -6)])
        #expect(audit.book.paid == Costs(funding: -1))
    }

    @Test func theLargestFallAndTheLargestShareAreTwo() throws {
        let worth = [100.0, 50, 1000, 900]
        let text = try text(worth.indices.map { account($0 + 1, worth[$0], realised: worth[$0] - 100) })
        #expect(
            text.contains("largest drawdown   100.0000 USDT\n") && text.contains("of its peak        50.0 % at most\n"))
    }

    @Test func anAccountThatWasLostHasNoReturns() throws {
        let hours = (0..<40).map { hour -> String in
            let lost = min(100.0, 3 * Double(hour))
            return account(hour * 3600 + 1, 100 - lost, realised: -lost)
        }
        let summary = try Summary(read([quote(0, 1, 1)] + hours + [quote(40 * 3600, 1, 1)]), ReportOptions.parse([]))
        #expect(summary.text.contains("Sharpe             none: the account was lost"))
        let steps = try WalkForward([summary, summary], windowHours: 1).steps
        #expect(
            steps.allSatisfy { $0.judgedOn.isFinite } && steps.contains { $0.judgedOn == -1 }
                && steps.last?.judgedOn == 0)
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

    /// A long at the open of a bar, 100 for 100.1, that the stop of 3 % or the take-profit of 6 % ends in the next bar.
    private func stopped(
        _ open: Double, _ high: Double, _ low: Double, _ close: Double, _ reason: String, at price: Double
    ) throws -> Trade? {
        func bar(_ minute: Int, _ figures: [Double]) -> String {
            #"{"type":"bar","ts":\#(minute * 60_000_000),"sym":"BTCUSDT","span":60,"open":\#(figures[0]),"high":\#(figures[1]),"low":\#(figures[2]),"close":\#(figures[3]),"volume":1}"#
        }
        func fill(_ minute: Int, _ side: String, _ price: Double, _ reason: String) -> String {
            #"{"type":"fill","ts":\#(minute * 60_000_000),"sym":"BTCUSDT","id":"o","side":"\#(side)","qty":1,"px":\#(price),"fee":0,"liquidity":"taker","reduce_only":\#(side == "sell"),"reason":"\#(reason)","realised":\#(side == "sell" ? price - 100.1 : 0)}"#
        }
        return try read([
            bar(1, [99, 99.5, 98, 99.5]),
            #"{"type":"intent","ts":60000000,"id":"o","sym":"BTCUSDT","side":"buy","reduce_only":false,"weight":0.5,"take_profit":0.06,"stop_loss":0.03,"drift":0.002,"confidence":0.8,"half_life":300,"seq":1}"#,
            bar(2, [100, 103, 99, 102]), fill(2, "buy", 100.1, "open"),
            #"{"type":"order","ts":120000000,"sym":"BTCUSDT","id":"o","status":"filled"}"#,
            bar(3, [open, high, low, close]), fill(3, "sell", price, reason),
            #"{"type":"position","ts":180000000,"sym":"BTCUSDT","side":"flat","qty":0}"#,
        ]).book.closed.first
    }

    @Test func onBarsAnOrderMeetsTheOpenAndAStopItsLevel() throws {
        let (stop, gain) = (100.1 * 0.97, 100.1 * 1.06)
        // (bar, reason, price paid, price met)
        let cases: [((Double, Double, Double, Double), String, Double, Double)] = [
            ((102, 102, 95, 101), "stop_loss", stop - 0.05, stop),
            ((96, 97, 95, 97), "stop_loss", 95.9, 96),
            ((102, 107, 101, 102), "take_profit", gain - 0.05, gain),
            ((108, 109, 107, 108), "take_profit", 107.9, 108),
            ((102, 102, 80, 90), "liquidation", 81, 81),
        ]
        for (bar, reason, price, met) in cases {
            let trade = try #require(try stopped(bar.0, bar.1, bar.2, bar.3, reason, at: price))
            // Opened for 0.1 more than the open of 100, which was 0.5 above the close at which it was meant.
            #expect(abs(trade.costs.slippage - (0.1 + met - price)) < 1e-9, "\(reason)")
            #expect(abs(trade.costs.delay - 0.5) < 1e-9 && trade.costs.spread == 0, "\(reason)")
            #expect(abs(trade.gross - (met - 99.5)) < 1e-9, "\(reason)")
        }
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

/// Runs set beside each other. Not covered: the door (`Tests/report/run`), the walk (`Tests/pipelines/walkforward`).
struct ComparisonTests: MadeUpAudit {
    /// A long of 1 at 100 from so many seconds on, on a market that plants 0.1 bp a second.
    private func planted(from seconds: Int, hours: Int = 4) throws -> Summary {
        let lines =
            [
                quote(0, 100, 100), account(0, 1000), #"{"type":"planted","ts":0,"sym":"BTCUSDT","mu":0.00001}"#,
                quote(seconds, 100, 100),
                #"{"type":"fill","ts":\#(seconds)000000,"sym":"BTCUSDT","id":"o","side":"buy","qty":1,"px":100,"fee":0,"liquidity":"taker","reduce_only":false,"reason":"open","realised":0}"#,
            ] + (1...hours).map { quote($0 * 3600, 100 + Double($0), 100 + Double($0)) }
            + [quote(hours * 3600 + 1800, 100, 100)]
        return try Summary(read(lines), ReportOptions.parse([]))
    }

    @Test func thePlantedTruthIsOfTheHoursOfTheDifference() throws {
        let (early, late) = (try planted(from: 60), try planted(from: 2 * 3600 + 1800))
        // Four full hours have three steps; by the value before each hour, so the first holds nothing of either.
        #expect(early.plantedByHour?.count == 4)
        let steps = zip(early.plantedByHour!, early.plantedByHour!.dropFirst()).map { $1 - $0 }
        #expect(steps.dropFirst().allSatisfy { abs($0 - 3.6) < 1e-9 }, "\(steps)")
        let truth = try #require(try Comparison([early, late]).rows[1].difference.planted)
        let last =
            (early.plantedByHour!.last! - early.plantedByHour![0])
            - (late.plantedByHour!.last! - late.plantedByHour![0])
        #expect(abs(truth - last / 3) < 1e-12 && truth > 0)
    }

    @Test func runsOfOtherHoursAreRefused() throws {
        let (short, long) = (try planted(from: 60), try planted(from: 60, hours: 5))
        #expect { try Comparison([short, short, long]) } throws: { ($0 as? OtherMarket)?.index == 2 }
        #expect { try WalkForward([short, long], windowHours: 1) } throws: { ($0 as? OtherMarket)?.index == 1 }
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

import ArgumentParser
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

    @Test func whereNoMarketIsKnownNothingIsMadeUp() throws {
        // The life of one trade without any price before it, and whole.
        let blind = life.filter { !$0.contains(#""quote""#) }.map { $0.replacing("BTCUSDT", with: "ETHUSDT") }
        let summary = try Summary(read(blind), ReportOptions.parse([]))
        #expect(summary.trades.count == 1 && summary.trades.beforeCosts == nil)
        #expect(summary.costs.spread == 0 && summary.costs.slippage == 0 && summary.costs.delay == 0)
        #expect(abs(summary.costs.total - 0.5) < 1e-12, "fees and funding are known")
        #expect(summary.text.contains("1 trade has a fill before any price of its market"))
        let both = try Summary(read(blind + life), ReportOptions.parse([]))
        let whole = try Summary(read(life), ReportOptions.parse([]))
        #expect(both.trades.count == 2 && both.trades.beforeCosts?.value == whole.trades.beforeCosts?.value)
        #expect(!whole.text.contains("any price of its market"))
    }

    @Test func whatWasOpenBeforeTheRecordIsSaid() throws {
        let summary = try Summary(read([quote(1, 99, 101), account(1, 1000)] + life[8...]), ReportOptions.parse([]))
        #expect(summary.trades.count == 0 && abs(summary.costs.fees - 0.2) < 1e-12)
        #expect(summary.text.contains("2 fills reduce what was open before the record begins"))
    }

    /// Two trades in two symbols, one within the other, and what the account says behind each fill, with what is open at the middle.
    private var twoTrades: [String] {
        func fill(_ ts: Int, _ symbol: String, _ quantity: Double, _ price: Double, _ realised: Double?) -> String {
            let side = realised == nil ? "buy" : "sell"
            return
                #"{"type":"fill","ts":\#(ts)000000,"sym":"\#(symbol)","id":null,"side":"\#(side)","qty":\#(quantity),"px":\#(price),"fee":0.1,"liquidity":"taker","reduce_only":\#(realised != nil),"reason":"\#(realised == nil ? "open" : "external")","realised":\#(realised ?? 0)}"#
        }
        func position(_ ts: Int, _ symbol: String, _ quantity: Double) -> String {
            #"{"type":"position","ts":\#(ts)000000,"sym":"\#(symbol)","side":"\#(quantity > 0 ? "long" : "flat")","qty":\#(quantity)}"#
        }
        return [
            quote(0, 100, 100, "A"), quote(0, 50, 50, "B"), account(0, 1000),
            fill(10, "A", 1, 100, nil), position(10, "A", 1), account(10, 999.9, fees: 0.1),
            quote(20, 110, 110, "A"),
            fill(30, "B", 2, 50, nil), position(30, "B", 2), account(30, 1009.8, fees: 0.2),
            quote(40, 52, 52, "B"),
            fill(50, "A", 0.5, 110, 5), position(50, "A", 0.5), account(50, 1013.7, realised: 5, fees: 0.3),
            quote(60, 90, 90, "A"),
            fill(70, "A", 0.5, 90, -5), position(70, "A", 0), account(70, 1003.6, realised: 0, fees: 0.4),
            quote(80, 47, 47, "B"),
            fill(90, "B", 2, 47, -6), position(90, "B", 0), account(90, 993.5, realised: -6, fees: 0.5),
            fill(99, "A", 1, 90, nil), position(99, "A", 1), account(99, 993.4, realised: -6, fees: 0.6),
            quote(100, 95, 95, "A"),
            fill(110, "A", 1, 95, 5), position(110, "A", 0), account(110, 998.3, realised: -1, fees: 0.7),
            quote(120, 95, 95, "A"),
        ]
    }

    @Test func aRecordThatBeginsWithinATradeEndsWhereTheAccountDoes() throws {
        let lines = twoTrades
        for cut in lines.indices where cut < 29 {
            let audit = try read(Array(lines[cut...]))
            let end = try #require(audit.equity.end)
            #expect(abs(end - 998.3) < 1e-9, "from \(cut): \(end)")
            let text = Summary(audit, try ReportOptions.parse([])).text
            let isSaid = text.contains("begins with something open: until 1970-01-01 00:01 UTC")
            // From behind what opened to what closes: while A or B is held, and A again.
            #expect(isSaid == ((4...19).contains(cut) || (23...26).contains(cut)), "from \(cut)")
        }
        let endless = try Summary(read(Array(lines[11..<15])), ReportOptions.parse([]))
        #expect(endless.text.contains("begins with something open: to its end the equity is known only where"))
    }

    @Test func whatADecisionIsOfWasOpen() throws {
        func decision(_ age: Int) -> String {
            #"{"type":"decision","ts":9000000,"sym":"B","seq":1,"rule":"hold","drift":1,"confidence":1,"age":\#(age),"half_life":60}"#
        }
        let lines = [quote(5, 50, 50, "B"), account(5, 1000, fees: 1), decision(8), account(9, 1001, fees: 1)]
        #expect(try read(lines).equity.end == 1001 && read(lines).beginsOpen)
        // One that comes late, behind the end of a trade of the record.
        #expect(try !read([quote(5, 50, 50, "B"), account(5, 1000), decision(3)]).beginsOpen)
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

    @Test func eachPositionHasTheFundingOfItsOwn() throws {
        func trade(_ symbol: String, funding: Double) -> [[String]] {
            func fill(_ ts: Int, _ side: String) -> String {
                #"{"type":"fill","ts":\#(ts)000000,"sym":"\#(symbol)","id":"o","side":"\#(side)","qty":1,"px":100,"fee":0,"liquidity":"taker","reduce_only":\#(side == "sell"),"reason":"\#(side == "sell" ? "stop_loss" : "open")","realised":0}"#
            }
            let flat =
                #"{"type":"position","ts":9000000,"sym":"\#(symbol)","side":"flat","qty":0,"entry":null,"opened":1000000,"realised":0,"fees":0,"funding":\#(funding)}"#
            return [[quote(0, 100, 100, symbol), fill(1, "buy")], [fill(9, "sell"), flat]]
        }
        let (one, other) = (trade("A", funding: -0.3), trade("B", funding: 0.1))
        // What an exchange pays comes for both at once, and behind the rates.
        let paid = ["A", "B"].map { #"{"type":"funding","ts":5000000,"sym":"\#($0)","rate":0.001}"# }
        let lines =
            [account(0, 1000)] + one[0] + other[0] + paid + [account(6, 999.8, funding: -0.2)] + one[1] + other[1]
        let audit = try read(lines)
        #expect(audit.book.closed.map(\.net) == [-0.3, 0.1])
        #expect(audit.book.paid.funding == -0.2)
        func cautions(_ lines: [String]) throws -> [String] {
            try Summary(read(lines), ReportOptions.parse([])).cautions.filter { $0.contains("funding") }
        }
        #expect(try cautions(lines) == [])
        let untold = lines.map { $0.replacing(/,"funding":-?0.[13]}/, with: "}") }
        #expect(
            try cautions(untold) == [
                "Of the costs' funding -0.2000 USDT is in no trade: no `position` record tells of it."
            ])
        // What was open before is in no trade either way.
        let held = #"{"type":"position","ts":0,"sym":"C","side":"long","qty":1,"entry":1,"opened":0,"funding":0}"#
        #expect(try cautions([lines[0], held] + untold.dropFirst()) == [])
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
        // As that, each half from the intent of the second 2: to the intent of 10, and for the stop to 15, when it ended.
        #expect(abs(trade.planted - 103 * (0.008 + 0.013)) < 1e-9)
        #expect(try Summary(read(life), ReportOptions.parse([])).trades.planted == nil)
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

    @Test func whatWasNotOpenedIsCountedUnderItsCause() throws {
        func intent(_ id: String) -> String { life[2].replacing(#""id":"o""#, with: #""id":"\#(id)""#) }
        func order(_ id: String, _ status: String) -> String {
            #"{"type":"order","ts":22000000,"sym":"BTCUSDT","id":"\#(id)","status":"\#(status)","reason":"depth"}"#
        }
        let part = life[4].replacing(#""id":"o""#, with: #""id":"q""#).replacing(":3000000", with: ":22000000")
        let reduction = life[9].replacing(#""id":"r""#, with: #""id":"s""#)
        let lines =
            life + [intent("p"), order("p", "cancelled"), intent("t")]
            + [#"{"type":"reject","ts":22000000,"sym":"BTCUSDT","id":"t","code":"too_small","reason":"a test"}"#]
            + [intent("q"), part, order("q", "partial"), order("q", "cancelled"), reduction, order("s", "cancelled")]
        #expect(try read(lines).book.rejects == ["depth": 1, "too_small": 1])
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

    @Test func whichLimitRefusedIsCountedAndWhichSideOfItsThreshold() throws {
        func verdict(_ cross: String, _ limit: String) -> String {
            #"{"type":"verdict","ts":1,"sym":"BTCUSDT","seq":1,"side":"long","pass":false,"blocked_by":"limits","layers":{"edge":{"pass":true,"value":3,"threshold":2},"cross_asset":{\#(cross),"threshold":-2,"note":"x"},"limits":{"pass":false,\#(limit)}}}"#
        }
        let (passes, refuses) = (#""pass":true,"value":1"#, #""pass":false,"value":-3"#)
        let open = #""value":1,"threshold":1,"note":"position_open""#
        let summary = try Summary(
            read([
                verdict(passes, open), verdict(passes, #""value":90,"threshold":600,"note":"cool_down""#),
                verdict(passes, open), verdict(passes, #""value":null,"threshold":null,"note":"warmup""#),
                verdict(refuses, open),
            ]), ReportOptions.parse([]))
        let limits = try #require(summary.gate.layers.last)
        #expect(limits.causes == ["position_open": 2, "cool_down": 1, "warmup": 1] && limits.medianMargin == nil)
        #expect(limits.causes.values.reduce(0, +) == limits.came - limits.passed)
        for words in [
            "4 came, 0 passed; alone it refused 4; by position_open 2, cool_down 1, warmup 1\n",
            "alone it refused 0; of those refused the median is 1.50 of the threshold, beyond it\n",
        ] { #expect(summary.text.contains(words), "\(words)") }
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
        #expect(flat.contains("Sharpe             none: the hourly returns hardly differ"))
        #expect(flat.contains("All trades brought the same") && !flat.contains("intervals are wide"))
        #expect(flat.contains("expectancy         0.0000 (no interval) USDT"))
        #expect(try text(hourly([Double](repeating: 2, count: 130))).contains("All trades brought the same"))
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
        for words in [", 1 gap\n", "1 trade is few", "in 1 place.", "1 position is open: what it is worth"] {
            #expect(told.contains(words))
        }
    }

    @Test func aMarketWhoseTrendsAreAnnouncedIsSaidToBeOne() throws {
        func isSaid(_ options: String) throws -> Bool {
            let meta = #"{"type":"meta","ts":1000000,"stage":"drift-feed","version":"0","options":{\#(options)}}"#
            return try text([meta] + life).contains("made up, with trends that order flow announces")
        }
        #expect(try isSaid(#""synthetic":7,"edge":null"#))
        #expect(try !isSaid(#""synthetic":7,"edge":0"#), "a random walk")
        #expect(try !isSaid(#""synthetic":null,"edge":null"#), "files")
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

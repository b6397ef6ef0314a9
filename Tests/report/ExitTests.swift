import ArgumentParser
import Records
import Rehearsal
import Testing

@testable import ReportFold

/// What leaving by a rule was worth against holding on. Not covered: the other figures (`AuditTests`).
struct ExitTests: MadeUpAudit {
    @Test func whatARuleSavedIsHeldAgainstHoldingOn() throws {
        let exits = try read(life).book.exits.tallies
        // Left at 109 where the middle was 111; the stop of 3 % at 99.91 was met at a middle of 97.5, less as much.
        let saved = 109 - 97.5 * (1 - 2 / 111.0)
        #expect(exits["drift_decay"] == Exits.Tally(count: 1, saved: [saved], left: [109]))
        #expect(exits["stop_loss"] == Exits.Tally(count: 1))
    }

    @Test func savedMoneyAndItsShareAgree() throws {
        let told = try Summary(read(life), ReportOptions.parse([])).text
        #expect(told.contains("1; 1 compared: saved 13.2568 USDT, 1216.22 bp (no interval"))
        // Two small parts that gain do not outweigh a large one that loses.
        var exits = Exits(halfLives: nil)
        for (size, end) in [(1.0, 90.0), (1, 90), (50, 103)] {
            var trade = Trade(
                symbol: "A", isLong: true, opened: 0, closed: 0,
                conviction: .init(drift: 1, confidence: 1, halfLifeSeconds: 60, takeProfit: 0.02, stopLoss: 0.05))
            trade.add(100, size, Costs(), planted: 0, isMeasured: true)
            let exit = Trade.Exit(ts: 1, price: 100, quantity: size, reason: "drift_flip")
            exits.leave(trade, by: exit, 0, try market(at: 100), isByRule: true)
            exits.take(try market(at: end), at: 2, 0)
        }
        let tally = try #require(exits.tallies["drift_flip"])
        #expect(tally.saved == [10, 10, -150])
        #expect(try #require(Estimates.ratio(tally.saved, over: tally.left)).value == -130.0 / 5200)
    }

    private func market(at price: Double) throws -> MarketNow {
        var reader = RecordReader()
        var market = MarketNow()
        try withPaddedLine(quote(1, price, price)) {
            try reader.read($0)
            market.take(reader.record)
        }
        return market
    }

    /// One ends at its stop, one by time, one at its take-profit, at the first tick that is there, and the others wait on.
    @Test func eachEndsWhereItEndsByItself() throws {
        var exits = Exits(halfLives: 1)
        for (size, halfLife, stop, gain) in [(1.0, 100.0, 0.02, 0.5), (2, 10, 0.5, 0.5), (4, 100, 0.5, 0.03)] {
            var trade = Trade(
                symbol: "A", isLong: true, opened: 0, closed: 0,
                conviction: .init(drift: 1, confidence: 1, halfLifeSeconds: halfLife, takeProfit: gain, stopLoss: stop))
            trade.add(100, size, Costs(), planted: 0, isMeasured: true)
            let exit = Trade.Exit(ts: 1, price: 100, quantity: size, reason: "drift_flip")
            exits.leave(trade, by: exit, 0, try market(at: 100), isByRule: true)
        }
        for (second, price) in [(1, 98.5), (2, 98), (3, 102.5), (10, 101), (11, 103), (12, 90)] {
            exits.take(try market(at: price), at: Int64(second) * 1_000_000, 0)
        }
        exits.finish()
        #expect(exits.tallies["drift_flip"] == Exits.Tally(count: 3, saved: [2, -2, -12], left: [100, 200, 400]))
    }

    @Test func exitsThatAreNotComparedAreCounted() throws {
        func told(_ lines: [String], _ arguments: [String] = []) throws -> Summary {
            Summary(try read(lines, arguments), try ReportOptions.parse(arguments))
        }
        // The market ends before holding on does: it is a rule all the same.
        let open = try told(Array(life[..<14]))
        let exit = try #require(open.exits.first { $0.name == "drift_decay" })
        #expect(exit.isRule && exit.saved == nil && (exit.compared, exit.open, exit.beyond) == (0, 1, 0))
        #expect(open.text.contains("drift_decay        1; 1 not known at the end"))
        // A tenth of a minute behind the second 3 is before the 10th.
        let late = try told(life, ["--half-lives", "0.1"])
        #expect(late.text.contains("drift_decay        1; 1 with nothing to compare with"))
        #expect(late.exits.first { $0.name == "stop_loss" }?.isRule == false)
    }

    @Test func theTakeProfitIsWhatHoldingOnComesTo() throws {
        let lines = Array(life[..<14]) + [quote(12, 200, 202)]
        // 20 % above 103 are 123.6: it is filled at the market, as a stop is.
        #expect(try read(lines).book.exits.tallies["drift_decay"]?.saved == [109 - 201 * (1 - 2 / 111.0)])
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
            return tally?.saved.first
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
        let atOnce = try halved([(100, 101, 96, 100)])
        #expect(isNear(atOnce?.saved.first, left(for: 97)), "the rest of the bar of the exit")
        let quiet = [(open: 100.0, high: 101.0, low: 99.0, close: 100.5)]
        let bars = quiet + quiet + quiet + quiet + quiet + quiet + quiet + quiet + quiet + quiet
        #expect(isNear(try halved(bars)?.saved.first, left(for: 100.5)), "two half-lives behind the second minute")
    }

    @Test func theLastHalfLifeEndsHoldingOn() throws {
        let lines = Array(life[..<14]) + [quote(12, 104, 106), quote(123, 106, 108), quote(130, 150, 152)]
        #expect(try read(lines).book.exits.tallies["drift_decay"]?.saved == [109 - 107 * (1 - 2 / 111.0)])
        #expect(try read(lines, ["--half-lives", "10"]).book.exits.tallies["drift_decay"]?.open == 0)
        #expect(try read(Array(lines.dropLast(2))).book.exits.tallies["drift_decay"]?.open == 1)
        // A price that stands ends it as well, and not the next one, of whenever that is.
        let still = Array(life[..<14]) + [quote(12, 104, 106), quote(124, 104, 106), quote(500, 110, 112)]
        #expect(try read(still).book.exits.tallies["drift_decay"]?.saved == [109 - 105 * (1 - 2 / 111.0)])
    }

    @Test func holdingOnEndsByTheHalfLivesOfTheRun() throws {
        func meta(_ stage: String, _ halfLives: Double) -> String {
            #"{"type":"meta","ts":1000000,"stage":"\#(stage)","version":"0","options":{"half_lives":\#(halfLives)}}"#
        }
        // Half a half-life behind the second 3 is the 33rd.
        let lines =
            [meta("drift-rebalance", 0.5), meta("drift-other", 9)] + life[..<14]
            + [quote(12, 104, 106), quote(33, 106, 108), quote(123, 100, 102)]
        let audit = try read(lines)
        #expect(audit.book.exits.tallies["drift_decay"]?.saved == [109 - 107 * (1 - 2 / 111.0)])
        let summary = Summary(audit, try ReportOptions.parse([]))
        #expect(summary.halfLives == 0.5 && summary.text.contains("against holding on for 0.50 half-lives\n"))
        let silent = Summary(try read(life), try ReportOptions.parse([])).text
        #expect(silent.contains("against holding on for 2.00 half-lives, which is assumed: the run did not say\n"))
        let asked = try read(lines, ["--half-lives", "2"])
        #expect(asked.book.exits.tallies["drift_decay"]?.saved == [109 - 101 * (1 - 2 / 111.0)])
    }
}

import ArgumentParser
import Foundation
import Rehearsal
import Testing

@testable import ReportFold

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

    /// An account of which only its hours matter: what it was worth, and what it had paid by then.
    private func account(_ equity: [Double], paid: [Double]) throws -> Summary {
        let any = try JSONSerialization.jsonObject(with: Data(ReportJSON.line(worth([1, 1], name: "any"))))
        var fields = try #require(any as? [String: Any])
        (fields["equityByHour"], fields["costsByHour"]) = (equity, paid)
        return try JSONDecoder().decode(Summary.self, from: JSONSerialization.data(withJSONObject: fields))
    }

    /// - Parameter comparisons: how many share their 5 %.
    private func difference(_ first: Summary, _ other: Summary, comparisons: Int = 1) throws -> Comparison.Difference {
        try Comparison([first, other] + [Summary](repeating: first, count: comparisons - 1)).rows[1].difference
    }

    @Test func differencesAreOfReturns() throws {
        let vectors = try Vectors("estimates")
        func agrees(_ found: Summary.Estimate?, _ expected: [Double], _ name: String) throws {
            let found = try #require(found)
            // The ends are of Student's quantiles, which are less close.
            let near = [1e-9, 1e-6, 1e-6].map { $0 * (expected[2] - expected[1]) }
            for (place, value) in [found.value, found.low, found.high].enumerated() {
                #expect(abs(try #require(value) - expected[place]) < near[place], "\(name), \(place)")
            }
        }
        for row in vectors.root["comparisons"].list {
            let series = row["accounts"].list.map(\.numbers)
            let first = try account(series[0], paid: series[1])
            let other = try account(series[2], paid: series[3])
            for expected in row["found"].list {
                let found = try difference(first, other, comparisons: expected["comparisons"].integer)
                try agrees(found.netReturn, expected["net"].numbers, "net")
                try agrees(found.grossReturn, expected["gross"].numbers, "gross")
                let share = expected["share"].numbers
                if share.isEmpty { #expect(found.netShare == nil) } else { try agrees(found.netShare, share, "share") }
            }
        }
    }

    /// In money a third of an account would seem to lose a third.
    @Test func runsOfTheSameReturnsAreEqualWhateverTheyAreWorth() throws {
        var (equity, paid) = ([30_000.0], [0.0])
        for hour in 0..<60 {
            paid.append(paid[hour] + equity[hour] * 1e-4 * Double(hour % 3))
            equity.append(equity[hour] * (1 - 1e-3 * Double(hour * hour % 7)))
        }
        let third = try account(equity.map { $0 / 3 }, paid: paid.map { $0 / 3 })
        let found = try difference(third, account(equity, paid: paid))
        for estimate in [found.netReturn, found.grossReturn] {
            #expect([estimate?.value, estimate?.low, estimate?.high] == [0, 0, 0])
        }
        let text = try Comparison([third, account(equity, paid: paid)]).text
        #expect(text.contains("net, bp an hour"))
        #expect(text.contains("0.000 (0.000 to 0.000)          not told apart"))
    }

    /// Sixty hours that earn so much on average, after what they pay.
    private func gaining(_ gain: Double, paying cost: Double = 0, swing: Double) throws -> Summary {
        var (equity, paid) = ([1000.0], [0.0])
        for hour in 0..<60 {
            paid.append(paid[hour] + equity[hour] * cost)
            equity.append(equity[hour] * (1 + gain + swing * Double(hour * hour % 5 - 2)))
        }
        return try account(equity, paid: paid)
    }

    @Test func whatHelpsAfterCostsMayHarmBeforeThem() throws {
        let (first, other) = (try gaining(1e-3, swing: 1e-4), try gaining(5e-4, paying: 2e-3, swing: -1e-4))
        let shown = [
            (first, other, "5.000 ", "helps", "-15.000 ", "harms"),
            (other, first, "-5.000 ", "harms", "15.000 ", "helps"),
        ]
        for (first, other, net, after, gross, before) in shown {
            let lines = try Comparison([first, other]).text.split(separator: "\n")
            let row = try #require(lines.first { $0.hasPrefix("to '") })
            let places = try [net, after, gross, before].map { try #require(row.range(of: $0)).lowerBound }
            #expect(places == places.sorted(), "\(row)")
            let found = try difference(first, other)
            for estimate in [found.netReturn, found.grossReturn] {
                let estimate = try #require(estimate),
                    ends = [estimate.low, estimate.high].map { number($0.map { $0 * 1e4 }) }
                #expect(row.contains("(\(ends[0]) to \(ends[1]))"), "\(row)")
            }
        }
    }

    @Test func theTableSaysWhatTheRunsCameTo() throws {
        let (first, other) = (try hourly(wins: { $0 % 2 == 0 }), try hourly(wins: { $0 % 4 != 3 }))
        let lines = try Comparison([first, other]).text.split(separator: "\n")
        // A win of 100 bp and a loss of as much, less 75 bp of fees.
        let row = try #require(lines[1].wholeMatch(of: /\S+ +40 +24.0 +50.0 \(.*\) +-75.00 \(.*\) +0.00 \(.*\) +(\S+)/))
        #expect(row.output.1 == "-30.00", "0.75 of each of 40")
        #expect(lines[2].contains(/\ 75.0 \(.* -25.00 \(.* 50.00 \(.* -10.00$/), "\(lines[2])")
        #expect(lines[4].contains(/^to '.*' +-25.0 \(/), "\(lines[4])")
        #expect(lines.last == "Intervals: 95 % of each figure of a run, 95 % of what it adds.")
        let three = try Comparison([first, other, other]).text
        #expect(three.hasSuffix("95 % of what is added for all 2 of a column together.\n"))
    }

    private func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "nil" }

    @Test func moreComparisonsWantWiderIntervals() throws {
        let first = try hourly(wins: { $0 % 3 == 0 }), other = try hourly(wins: { $0 % 4 == 1 })
        func hits(_ run: Summary) -> Estimates.Hits { Estimates.Hits(hits: run.wonByHour, counts: run.closedByHour) }
        for comparisons in [1, 2, 12] {
            let found = try #require(try difference(first, other, comparisons: comparisons).winRate)
            let expected = Estimates.difference(hits(first), hits(other), level: 0.05 / Double(comparisons))
            #expect(found.low == expected?.interval?.low && found.high == expected?.interval?.high)
        }
    }

    /// A trade an hour, bought in its middle for a fee of 0.25 and sold for one of 0.5 a minute later, up or down by one.
    private func hourly(wins: (Int) -> Bool, count: Int = 40) throws -> Summary {
        var lines = [quote(0, 100, 100), account(0, 1000)]
        var realised = 0.0
        for hour in 0..<count {
            let (opened, gain) = (hour * 3600 + 1800, wins(hour) ? 1.0 : -1.0)
            realised += gain
            func trade(_ at: Int, _ side: String, _ price: Double, fee: Double, _ reason: String, _ gain: Double)
                -> String
            {
                #"{"type":"fill","ts":\#(at)000000,"sym":"BTCUSDT","id":"o\#(hour)","side":"\#(side)","qty":1,"px":\#(price),"fee":\#(fee),"liquidity":"taker","reduce_only":\#(side == "sell"),"reason":"\#(reason)","realised":\#(gain)}"#
            }
            func position(_ at: Int, _ side: String, _ quantity: Int) -> String {
                #"{"type":"position","ts":\#(at)000000,"sym":"BTCUSDT","side":"\#(side)","qty":\#(quantity),"entry":100,"opened":\#(opened)000000,"realised":0,"fees":0}"#
            }
            let fees = Double(hour) * 0.75
            lines += [
                quote(opened, 100, 100), trade(opened, "buy", 100, fee: 0.25, "open", 0), position(opened, "long", 1),
                account(opened, 1000, realised: realised - gain, fees: fees + 0.25),
                quote(opened + 60, 100 + gain, 100 + gain),
                trade(opened + 60, "sell", 100 + gain, fee: 0.5, "close", gain), position(opened + 60, "flat", 0),
                account(opened + 60, 1000, realised: realised, fees: fees + 0.75),
            ]
        }
        return try Summary(read(lines + [quote(count * 3600 + 60, 100, 100)]), ReportOptions.parse([]))
    }

    @Test func costsAreWhatWasPaidBeforeEachHour() throws {
        let run = try hourly(wins: { $0 % 2 == 0 }, count: 3)
        #expect(run.costsByHour == [0.75, 1.5, 2.25])
        #expect(run.equityByHour == [1000.25, 998.5, 998.75] && run.firstHour == 3_600_000_000)
        #expect(run.equityBeforeCosts == [1001, 1000, 1001])
    }

    @Test func whatHasNoIntervalSaysWhy() throws {
        func steady(_ gain: Double, hours: Int) throws -> Summary {
            let equity = (0...hours).map { 1000 * pow(1 + gain, Double($0)) }
            return try account(equity, paid: equity.map { _ in 0 })
        }
        for (hours, why) in [(9, "too few hours"), (40, "no interval")] {
            let (first, other) = (try steady(1e-3, hours: hours), try steady(0, hours: hours))
            let found = try #require(try difference(first, other).netReturn)
            #expect(abs(found.value - 1e-3) < 1e-12 && found.low == nil)
            let text = try Comparison([first, other]).text
            #expect(text.contains("10.000 (no interval)") && text.contains(why))
            #expect(first.result.sharpeHourly == nil, "what does not differ has no risk to be held against")
        }
        // Runs that are the same say nothing of so few hours either.
        let same = try Comparison([steady(1e-3, hours: 9), steady(1e-3, hours: 9)]).text
        #expect(same.contains(/\ 0.000 \(no interval\) +too few hours/), "\(same)")
    }

    @Test func anAccountThatWasLostBehindTheLastFullHourIsNotCompared() throws {
        let equity = (0..<30).map { 1000 + Double($0 * $0 % 7) }
        let kept = try worth(equity, name: "kept")
        var lines = [quote(0, 1, 1), account(0, 1000)]
        for (hour, worth) in equity.enumerated() {
            lines.append(account(hour * 3600 + 3599, worth, realised: worth - 1000))
        }
        for end in [-50.0, 0] {
            let ended = lines + [account(30 * 3600, end, realised: end - 1000), quote(30 * 3600, 1, 1)]
            let lost = try Summary(read(ended), ReportOptions.parse([]))
            #expect(lost.equityByHour == kept.equityByHour)
            #expect(try Comparison([kept, lost]).text.contains("account lost"))
            #expect(lost.result.sharpeHourly == nil && kept.result.sharpeHourly != nil)
        }
    }

    @Test func anAccountThatWasLostIsNotCompared() throws {
        let equity = (0..<60).map { 1000.0 - Double($0 * $0 % 7) }
        let paid = [Double](repeating: 0, count: 60)
        let (kept, lost) = (
            try account(equity, paid: paid), try account(equity[..<30] + [Double](repeating: 0, count: 30), paid: paid)
        )
        for (first, other) in [(kept, lost), (lost, kept)] {
            let found = try difference(first, other)
            #expect(found.netReturn == nil && found.grossReturn == nil && found.netShare == nil)
            #expect(try Comparison([first, other]).text.contains("account lost"))
        }
        #expect(try !Comparison([kept, kept]).text.contains("account lost"))
    }

    @Test func thePlantedTruthIsOfTheHoursOfTheDifference() throws {
        let (early, late) = (try planted(from: 60), try planted(from: 2 * 3600 + 1800))
        // Four full hours have three steps; by the value before each hour, so the first holds nothing of either.
        #expect(early.plantedByHour?.count == 4)
        let steps = zip(early.plantedByHour!, early.plantedByHour!.dropFirst()).map { $1 - $0 }
        #expect(steps.dropFirst().allSatisfy { abs($0 - 3.6) < 1e-9 }, "\(steps)")
        let apart = zip(early.plantedByHour!, [0, 3.54, 7.14, 10.74]).map { abs($0 - $1) }
        #expect(apart.max()! < 1e-9)
        let truth = try #require(try Comparison([early, late]).rows[1].difference.plantedReturn)
        func returns(_ run: Summary) -> Double {
            (0..<3).reduce(0) { sum, hour in
                sum + (run.plantedByHour![hour + 1] - run.plantedByHour![hour]) / run.equityByHour[hour]
            }
        }
        #expect(abs(truth - (returns(early) - returns(late)) / 3) < 1e-15 && truth > 0)
    }

    /// An account that is worth so much at each full hour.
    private func worth(_ equity: [Double], name: String) throws -> Summary {
        let accounts = equity.enumerated().map { account($0 * 3600 + 3599, $1, realised: $1 - equity[0]) }
        let lines = [quote(0, 1, 1), account(0, equity[0])] + accounts + [quote(equity.count * 3600, 1, 1)]
        return try Summary(read(lines), ReportOptions.parse(["--name", name]))
    }

    @Test func setsThatEarnedTheSameAreJudgedTogetherInWhateverOrder() throws {
        let runs = try [
            worth([1000, 1010, 1010, 1010], name: "a"), worth([1000, 1010, 1111, 1111], name: "b"),
            worth([1000, 1010, 1010, 1010], name: "a again"), worth([1000, 1000, 2000, 2000], name: "c"),
        ]
        let forward = try WalkForward(runs, windowHours: 1)
        #expect(forward.named == 4 && forward.sets == 3, "a and a again are one")
        #expect(forward.steps.map(\.sets) == [["a", "b"], ["c"]])
        // The second hour brings nothing to a, and a tenth to b.
        #expect(abs(forward.steps[0].chosenOn - 0.01) < 1e-12 && abs(forward.steps[0].judgedOn - 0.05) < 1e-12)
        #expect(forward.text.contains("100.00, 500.00    a, and 1 alike\n"))
        #expect(forward.text.contains("Of 4 sets 1 differs from another in no hour."))
        // 1 % was expected, and then, of what had doubled, 100 %.
        #expect(abs(forward.expected - 0.505) < 1e-12 && forward.judgedIfEarned.value == forward.judged.value)
        let back = try WalkForward(runs.reversed(), windowHours: 1)
        #expect(back.steps.map(\.judgedOn) == forward.steps.map(\.judgedOn))
        #expect(back.hindsight.judgedOn == forward.hindsight.judgedOn)
    }

    @Test func whatHadLostIsNotTraded() throws {
        let forward = try WalkForward([worth([1000, 990, 1089, 1089], name: "x")], windowHours: 1)
        #expect(abs(forward.expected - 0.045) < 1e-12 && abs(forward.judged.value - 0.05) < 1e-12)
        #expect(forward.judgedIfEarned.value == 0, "a tenth was earned where it had lost")
        #expect(forward.text.contains("(1 of 2 windows): 0.00 "))
    }

    @Test func hindsightIsOfTheHoursThatJudge() throws {
        // y is best of all hours by the first one, which judges nothing.
        let runs = try [worth([1000, 990, 1089, 1089], name: "x"), worth([1000, 1200, 1200, 1200], name: "y")]
        let forward = try WalkForward(runs, windowHours: 1)
        #expect(forward.hindsight.sets == ["x"] && abs(forward.hindsightJudged.value - 0.05) < 1e-12)
    }

    @Test func runsOfOtherMarketsAreRefused() throws {
        func run(_ symbol: String, _ price: Double) throws -> Summary {
            try Summary(read([quote(0, 1, 1, symbol), quote(9000, price, price, symbol)]), ReportOptions.parse([]))
        }
        let first = try run("BTCUSDT", 100)
        #expect(throws: Never.self) { try Comparison([first, run("BTCUSDT", 100)]) }
        #expect { try Comparison([first, run("BTCUSDT", 101)]) } throws: { ($0 as? OtherMarket)?.index == 1 }
        #expect { try Comparison([first, run("ETHUSDT", 100)]) } throws: { ($0 as? OtherMarket)?.index == 1 }
    }

    @Test func runsOfOtherHoursAreRefused() throws {
        let (short, long) = (try planted(from: 60), try planted(from: 60, hours: 5))
        #expect { try Comparison([short, short, long]) } throws: { ($0 as? OtherMarket)?.index == 2 }
        #expect { try WalkForward([short, long], windowHours: 1) } throws: { ($0 as? OtherMarket)?.index == 1 }
        // As many hours, an hour later.
        func run(from first: Int, to last: Int) throws -> Summary {
            try Summary(
                read([quote(0, 1, 1), account(first, 1000), quote(4 * 3600, 1, 1), account(last, 1000)]),
                ReportOptions.parse([]))
        }
        let (early, late) = (try run(from: 0, to: 4 * 3600), try run(from: 3600, to: 5 * 3600))
        #expect(early.equityByHour.count == late.equityByHour.count && early.span.to == late.span.to)
        #expect { try Comparison([early, late]) } throws: { ($0 as? OtherMarket)?.index == 1 }
    }
}

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
        let back = try WalkForward(runs.reversed(), windowHours: 1)
        #expect(back.steps.map(\.judgedOn) == forward.steps.map(\.judgedOn))
        #expect(back.hindsight.judgedOn == forward.hindsight.judgedOn)
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
    }
}

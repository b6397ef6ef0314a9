import Bybit
import Rehearsal
import Testing

@testable import ExecFold

/// What each answer of the exchange makes exec do. The codes are those of the exchange's documents (fact sheet, section 4).
/// Not covered: whether the exchange means by them what it says.
struct ReactionTests {
    private static let codes: [(Reaction, [Int])] = [
        (.accepted, [0]),
        (.known, [110_072, 170_141]),
        (.mistimed, [-1, 10002]),
        (.nothingToReduce, [110_017]),
        (.notNow, [110_005, 110_063, 110_066, 110_074, 110_079, 110_118]),
        (
            .shut,
            [
                110_013, 110_021, 110_022, 110_023, 110_042, 110_086, 110_090, 30_228, 3_400_045, 3_400_139,
            ]
        ),
        (
            .stop,
            [
                10003, 10004, 10005, 10007, 10008, 10009, 10010, 10017, 10024, 10027, 10028, 10029, 10404, 33004,
                110_024, 110_028,
            ]
        ),
        (
            .refused,
            [
                10001, 110_001, 110_003, 110_004, 110_006, 110_007, 110_008, 110_009, 110_010, 110_011, 110_012,
                110_014, 110_018, 110_019, 110_020, 110_025, 110_026, 110_027, 110_032, 110_040, 110_043, 110_044,
                110_045, 110_046, 110_049, 110_051, 110_052, 110_053, 110_061, 110_092, 110_093, 110_094, 110_108,
                110_109, 110_120, 110_121, 30_208, 30_209, 34_040, 170_033, 170_131, 170_139, 170_142, 170_190,
                170_213,
            ]
        ),
        (
            .unknown,
            [
                429, 10000, 10006, 10014, 10016, 10018, 10019, 10403, 10429, 20003, 20006, 170_001, 170_005, 170_007,
                170_032, 500_000, 3_400_214, 999_999,
            ]
        ),
    ]

    @Test func eachCodeHasItsReaction() {
        for (reaction, codes) in Self.codes {
            for code in codes { #expect(Reaction(code: code) == reaction, "\(code)") }
        }
        #expect(Reaction(code: 10001, text: "position idx not match position mode") == .stop)
    }

    @Test(arguments: [
        (RESTFailure.unsent("no route"), Reaction.notNow), (.unreachable("reset"), .unknown), (.status(500), .unknown),
        (.status(502), .unknown), (.status(429), .unknown), (.status(401), .stop), (.status(404), .stop),
        (.banned, .unknown), (.garbled("no JSON"), .unknown), (.refused(110_007, ""), .refused),
    ])
    func eachFailureHasItsReaction(failure: RESTFailure, reaction: Reaction) {
        #expect(Reaction(failure) == reaction)
    }

    // MARK: What an intent to open, and one to reduce, become

    private func simulation(_ failure: RESTFailure) throws -> Simulation {
        let simulation = try Simulation(seed: 1)
        try simulation.go(1)
        simulation.verdict = .failure(failure)
        return simulation
    }

    private func code(_ simulation: Simulation, _ id: String) throws -> String? {
        try simulation.audit.map { try JSON($0) }.last { $0["id"].text == id && $0["type"].text == "reject" }?["code"]
            .text
    }

    @Test func anEntryIsSentOnceWhateverIsAnswered() throws {
        for (reaction, codes) in Self.codes where reaction != .accepted {
            for code in codes {
                let simulation = try simulation(.refused(code, "text"))
                try simulation.open("BTC-o-1")
                try simulation.go(reaction == .unknown || reaction == .known ? 45 : 2)
                #expect(simulation.wire.count == 1, "\(code)")
                let expected = reaction == .unknown || reaction == .known ? "not_placed" : "\(code)"
                #expect(try self.code(simulation, "BTC-o-1") == expected, "\(code)")
                try simulation.open("BTC-o-2")
                try simulation.open("ETH-o-1", "ETHUSDT")
                let (same, other) = (try self.code(simulation, "BTC-o-2"), try self.code(simulation, "ETH-o-1"))
                #expect(same == (reaction == .stop ? "stopped" : reaction == .shut ? "shut" : nil), "\(code)")
                #expect(other == (reaction == .stop ? "stopped" : nil), "\(code)")
            }
        }
    }

    /// One that may help is made again under another name; whatever was answered, the next one goes out.
    @Test func anExitIsTriedAgainWhereThatMayHelp() throws {
        for (reaction, codes) in Self.codes where reaction != .accepted && reaction != .nothingToReduce {
            let isAsked = reaction == .unknown || reaction == .known
            let isTried = isAsked || reaction == .notNow || reaction == .mistimed
            for code in codes {
                let simulation = try Simulation(seed: 1)
                try simulation.go(1)
                try simulation.open("BTC-o-1")
                try simulation.go(2)
                simulation.verdict = .failure(.refused(code, "text"))
                try simulation.reduce("BTC-r-1", 0.5)
                try simulation.go(0.3)
                simulation.verdict = nil
                try simulation.go(isAsked ? 45 : 3)
                try simulation.reduce("BTC-r-2", 1)
                try simulation.go(2)
                let links = ["BTC-o-1", "BTC-r-1"] + (isTried ? ["BTC-r-1-x1"] : []) + ["BTC-r-2"]
                #expect(simulation.wire.map(\.link) == links, "\(code)")
                #expect(try self.code(simulation, "BTC-r-1") == (isTried ? nil : "\(code)"), "\(code)")
                #expect(try self.code(simulation, "BTC-r-2") == nil, "\(code)")
            }
        }
    }

    /// The exchange's code for what it otherwise says by HTTP 403.
    @Test func anAddressThatHasAskedTooMuchIsBanned() {
        #expect(throws: RESTFailure.banned) {
            try Answer(granted: Array(#"{"retCode":10018,"retMsg":"Exceeded the IP Rate Limit.","result":{}}"#.utf8))
        }
    }

    @Test func nothingToReduceIsNoLoop() throws {
        let simulation = try Simulation(seed: 1)
        try simulation.go(1)
        try simulation.open("BTC-o-1")
        try simulation.go(2)
        simulation.verdict = .failure(.refused(110_017, "current position is zero"))
        try simulation.reduce("BTC-r-1", 1)
        try simulation.go(20)
        #expect(simulation.wire.count == 5, "once, and three times more")
        #expect(try code(simulation, "BTC-r-1") == "110017")
    }

    @Test func refusalsInARowHaltUntilAPersonLooks() throws {
        let simulation = try simulation(.refused(110_007, "ab not enough for new order"))
        for number in 1...8 {
            try simulation.open("BTC-o-\(number)")
            try simulation.go(1)
        }
        #expect(simulation.wire.count == 5)
        #expect(try code(simulation, "BTC-o-8") == "halted")
    }
}

import Bybit
import Testing

@testable import drift_exchange

// The rules of faults: which events they meet, when they fire, what is refused as a rule.
//
// Not covered: that the sockets do what a rule says (Tests/exchange/server).

private func plan(_ lines: String...) throws -> FaultPlan {
    var plan = FaultPlan()
    try plan.add(lines: Array(lines.joined(separator: "\n").utf8))
    return plan
}

/// At which of `count` equal requests something is done to the request.
private func firings(_ plan: inout FaultPlan, _ count: Int, path: String = "/v5/order/create") -> [Int] {
    (1...count).filter { _ in plan.request(method: "POST", path: path).own != nil }
}

@Suite struct FaultPlanTests {
    @Test func aRuleWithoutACountFiresAlways() throws {
        var plan = try plan(#"{"fault":"lose_ack"}"#)
        #expect(firings(&plan, 4) == [1, 2, 3, 4])
    }

    @Test(arguments: [
        (#""nth":3"#, [3]), (#""every":3"#, [3, 6, 9]), (#""from":4,"to":6"#, [4, 5, 6]),
        (#""every":2,"from":5"#, [6, 8, 10]), (#""from":9"#, [9, 10]), (#""probability":1,"seed":7"#, Array(1...10)),
        (#""probability":0,"seed":7"#, []),
    ])
    func countsDecide(_ trigger: String, _ expected: [Int]) throws {
        var plan = try plan(#"{"fault":"lose_ack",\#(trigger)}"#)
        #expect(firings(&plan, 10) == expected)
        #expect(plan.rules[0].trigger.seen == 10)
        #expect(plan.rules[0].trigger.fired == expected.count)
    }

    @Test func aSeedFiresAtTheSameEventsEachTime() throws {
        var first = try plan(#"{"fault":"lose_ack","probability":0.3,"seed":1}"#)
        var second = first
        var other = try plan(#"{"fault":"lose_ack","probability":0.3,"seed":2}"#)
        let fired = firings(&first, 1000)
        #expect(fired == firings(&second, 1000))
        #expect(fired != firings(&other, 1000))
        #expect((240...360).contains(fired.count))
    }

    @Test func splitMix64GivesThePublishedNumbers() {
        var random = SplitMix64(seed: 1_234_567)
        // Rosetta Code, "Pseudo-random numbers/Splitmix64".
        #expect(random.bits() == 6_457_827_717_110_365_317)
        #expect(random.bits() == 3_203_168_211_198_807_973)
        #expect(random.bits() == 9_817_491_932_198_370_423)
    }

    @Test func methodAndPathMustMatch() throws {
        var plan = try plan(#"{"fault":"lose_ack","method":"POST","path":"/v5/order/*"}"#)
        #expect(plan.request(method: "POST", path: "/v5/order/cancel").own != nil)
        #expect(plan.request(method: "GET", path: "/v5/order/realtime").own == nil)
        #expect(plan.request(method: "POST", path: "/v5/position/list").own == nil)
        #expect(plan.rules[0].trigger.seen == 1)
        var exact = try self.exact()
        #expect(exact.request(method: "POST", path: "/v5/order/create").own != nil)
        #expect(exact.request(method: "POST", path: "/v5/order/create-batch").own == nil)
    }

    private func exact() throws -> FaultPlan { try plan(#"{"fault":"lose_ack","path":"/v5/order/create"}"#) }

    @Test func theEarlierRuleActsAndBothCount() throws {
        var plan = try plan(#"{"fault":"lose_ack","every":2}"#, #"{"fault":"delay","ms":5}"#)
        #expect(plan.request(method: "GET", path: "/").own?.fault == .delay(milliseconds: 5))
        let second = plan.request(method: "GET", path: "/").own
        #expect(second?.fault == .loseAck)
        #expect(second?.detail == "rule 1, event 2")
        #expect(plan.rules.map(\.trigger.seen) == [2, 2])
        #expect(plan.rules.map(\.trigger.fired) == [1, 1])
    }

    @Test func whatHappensToTheExchangeGoesBesideWhatHappensToTheRequest() throws {
        var plan = try plan(
            #"{"fault":"restart","nth":1}"#, #"{"fault":"lose_ack"}"#, #"{"fault":"fill_parts","parts":3,"nth":1}"#)
        let firings = plan.request(method: "GET", path: "/")
        #expect(firings.own?.fault == .loseAck)
        #expect(firings.venue.map(\.fault) == [.restart, .fillParts(3)])
    }

    @Test func messagesAreMetByTopicAndStream() throws {
        var plan = try plan(
            #"{"fault":"drop","topic":"publicTrade.*"}"#, #"{"fault":"late","count":2,"stream":"/v5/private"}"#,
            #"{"fault":"clock_offset","ms":-5,"on":"message","topic":"order","nth":2}"#)
        func message(_ topic: String, _ path: String) -> MessageFault? {
            let firings = plan.message(topic: topic, path: path, text: [])
            #expect(
                firings.venue.map(\.fault)
                    == (topic == "order" && plan.rules[2].trigger.seen == 2
                        ? [.clockOffset(milliseconds: -5)] : []))
            return firings.own?.fault
        }
        #expect(message("publicTrade.BTCUSDT", "/v5/public/linear") == .drop)
        #expect(message("tickers.BTCUSDT", "/v5/public/linear") == nil)
        #expect(message("order", "/v5/private") == .late(count: 2))
        #expect(message("order", "/v5/private") == .late(count: 2))
    }

    @Test func aSequenceGapMeetsDeltasOfBooksOnly() throws {
        var plan = try plan(#"{"fault":"sequence_gap"}"#)
        func isDropped(_ topic: String, _ text: String) -> Bool {
            plan.message(topic: topic, path: "/v5/public/linear", text: Array(text.utf8)).own != nil
        }
        #expect(isDropped("orderbook.50.BTCUSDT", #"{"topic":"orderbook.50.BTCUSDT","type":"delta"}"#))
        #expect(!isDropped("orderbook.50.BTCUSDT", #"{"topic":"orderbook.50.BTCUSDT","type":"snapshot"}"#))
        #expect(!isDropped("tickers.BTCUSDT", #"{"topic":"tickers.BTCUSDT","type":"delta"}"#))
        #expect(plan.rules[0].trigger.seen == 1)
    }

    @Test(arguments: [
        (#"{"fault":"close_request","byte":0}"#, RequestFault.cutRequest(byte: 0, .close)),
        (#"{"fault":"reset_request","byte":7}"#, .cutRequest(byte: 7, .reset)),
        (#"{"fault":"close_response","byte":7}"#, .cutAnswer(byte: 7, .close)),
        (#"{"fault":"reset_response","byte":0}"#, .cutAnswer(byte: 0, .reset)),
        (#"{"fault":"status","status":502,"executed":true}"#, .status(502, isExecuted: true)),
        (
            #"{"fault":"code","code":10006,"executed":false,"message":"slow"}"#,
            .code(10006, text: "slow", resetMilliseconds: 300, isExecuted: false)
        ),
        (#"{"fault":"garbage","body":"x","executed":false}"#, .garbage([0x78], isExecuted: false)),
        (#"{"fault":"slow_drip","ms":5}"#, .slowDrip(bytes: 1, milliseconds: 5)),
    ])
    func requestFaultsAreRead(_ line: String, _ expected: RequestFault) throws {
        var plan = try plan(line)
        #expect(plan.request(method: "GET", path: "/").own?.fault == expected)
    }

    @Test(arguments: [
        (#"{"fault":"duplicate"}"#, MessageFault.duplicate), (#"{"fault":"reorder"}"#, .reorder(count: 1)),
        (#"{"fault":"half_open"}"#, .halfOpen), (#"{"fault":"close_stream"}"#, .closeStream(code: nil)),
        (#"{"fault":"close_stream","code":1001}"#, .closeStream(code: 1001)),
    ])
    func messageFaultsAreRead(_ line: String, _ expected: MessageFault) throws {
        var plan = try plan(line)
        #expect(plan.message(topic: "order", path: "/v5/private", text: []).own?.fault == expected)
    }

    @Test(arguments: [
        ("[]", "line 1: not a JSON object"), ("x", "line 1: not a JSON object"), ("{}", "line 1: fault is missing"),
        (#"{"fault":"boom"}"#, "line 1: unknown fault 'boom'"),
        (#"{"fault":"drop","nht":3}"#, "line 1: unknown key 'nht'"),
        (#"{"fault":"drop","path":"/v5"}"#, "line 1: unknown key 'path'"),
        (#"{"fault":"lose_ack","topic":"order"}"#, "line 1: unknown key 'topic'"),
        (#"{"fault":"lose_ack","on":"message"}"#, "line 1: unknown key 'on'"),
        (#"{"fault":"restart","on":"moon"}"#, "line 1: on is not request or message"),
        (#"{"fault":"drop","nth":0}"#, "line 1: nth is not a whole number of 1 to 9223372036854775807"),
        (#"{"fault":"drop","nth":1,"every":1}"#, "line 1: nth, every and probability exclude each other"),
        (#"{"fault":"drop","probability":0.5}"#, "line 1: probability and seed go together"),
        (#"{"fault":"drop","from":3,"to":2}"#, "line 1: from is above to"),
        (#"{"fault":"status","status":200,"executed":true}"#, "line 1: status is not a whole number of 400 to 599"),
        (#"{"fault":"garbage"}"#, "line 1: executed is missing"),
        (#"{"fault":"external_trade","symbol":"X","side":"buy","qty":"1"}"#, "line 1: side is not Buy or Sell"),
        ("# a comment\n\n{\"fault\":\"drop\"}\n{", "line 4: not a JSON object"),
    ])
    func whatIsNoRuleIsRefusedWhole(_ lines: String, _ cause: String) {
        var plan = FaultPlan()
        #expect(throws: RuleError(cause)) { try plan.add(lines: Array(lines.utf8)) }
        #expect(plan.rules.isEmpty)
    }
}

@Suite struct HeldMessagesTests {
    /// Numbers 1 to `count` through faults at some of them: what goes out behind each.
    private func pass(_ count: Int, _ faults: [Int: MessageFault]) -> [Int] {
        var held = HeldMessages<Int>()
        return (1...count).flatMap { held.pass($0, faults[$0]) }
    }

    @Test func withoutAFaultAllPass() { #expect(pass(3, [:]) == [1, 2, 3]) }

    @Test func aDroppedOneIsGone() { #expect(pass(3, [2: .drop]) == [1, 3]) }

    @Test func aDuplicateFollowsAtOnce() { #expect(pass(3, [2: .duplicate]) == [1, 2, 2, 3]) }

    @Test func aLateOneWaitsForOthers() { #expect(pass(5, [2: .late(count: 2)]) == [1, 3, 4, 2, 5]) }

    @Test func twoLateOnesKeepTheirOwnCounts() {
        #expect(pass(6, [1: .late(count: 3), 2: .late(count: 1)]) == [3, 2, 4, 5, 1, 6])
    }

    @Test func aWindowGoesOutInReverse() { #expect(pass(5, [2: .reorder(count: 2)]) == [1, 4, 3, 2, 5]) }

    @Test func aWindowThatIsNotFullIsHeld() { #expect(pass(2, [2: .reorder(count: 2)]) == [1]) }

    @Test func noMoreThanTheLimitAreHeld() {
        var held = HeldMessages<Int>()
        var out = 0
        for number in 1...(MessageFault.holdLimit + 5) { out += held.pass(number, .late(count: 1000)).count }
        #expect(out >= 5)
    }
}

import Venue
import struct Bybit.Answer
import enum Bybit.RESTFailure
@testable import ExecFold
import Records
import Rehearsal
import Testing

/// The words in which the stories are told.
extension Simulation {
    static func started(_ arguments: [String] = [], equity: String = "1000") throws -> Simulation {
        let simulation = try Simulation(seed: 1, arguments, equity: equity)
        try simulation.go(1)
        return simulation
    }

    func open(
        _ id: String = "BTC-o-1", _ symbol: String = "BTCUSDT", side: String = "buy", weight: Double = 0.2,
        takeProfit: String = "0.1", drift: String = "0.0015", age: Int64 = 0
    ) throws {
        try intend(
            id,
            #"{"type":"intent","ts":\#(now - age),"id":"\#(id)","sym":"\#(symbol)","side":"\#(side)","reduce_only":false,"weight":\#(weight),"take_profit":\#(takeProfit),"stop_loss":0.1,"drift":\#(drift),"confidence":0.7,"half_life":60,"seq":1}"#
        )
    }

    func reduce(_ id: String, _ fraction: Double, side: String = "sell") throws {
        try intend(
            id,
            #"{"type":"intent","ts":\#(now),"id":"\#(id)","sym":"BTCUSDT","side":"\#(side)","reduce_only":true,"fraction":\#(fraction),"rule":"drift_flip","seq":2}"#
        )
    }

    /// The exchange says that it has an order, and does nothing with it.
    func acknowledgeOnly(_ link: String) throws {
        let body = #"{"retCode":0,"retMsg":"OK","result":{"orderId":"1","orderLinkId":"\#(link)"},"time":1}"#
        verdict = .success(try Answer(granted: Array(body.utf8)))
    }

    /// A BTCUSDT position beside which others hold 0.01 on the same side, as is known.
    static func besideOthers() throws -> Simulation {
        let simulation = try started()
        try simulation.open()
        try simulation.go(2)
        try simulation.tradeOutside("BTCUSDT", "Buy", "0.01")
        try simulation.go(10)
        return simulation
    }

    /// A hand sells twice what is held, and what it traded is not told.
    func turnOverUntold() throws {
        let size = try #require(booked().flatMap { Double($0) })
        faults.frameLost = 1000
        tellNoExecutions()
        try tradeOutside("BTCUSDT", "Sell", "\((size * 2 * 1000).rounded() / 1000)")
    }

    /// - Parameter other: what the other questions are answered with.
    func tellNoExecutions(also other: ((Request) -> Swift.Result<Answer, RESTFailure>?)? = nil) {
        questionVerdict = { if case .executions = $0.subject { Self.nothing } else { other?($0) } }
    }

    /// What is asked about orders, and what was traded, is answered so.
    func answerOfOrders(_ answer: Swift.Result<Answer, RESTFailure>) {
        questionVerdict = {
            switch $0.subject {
            case .order, .past, .fills, .executions: answer
            default: nil
            }
        }
    }

    /// An order to reduce is on its way, and nobody knows whether it arrived: it did not.
    func loseReduction(_ id: String, _ fraction: Double) throws {
        verdict = .failure(.unreachable("timed out"))
        try reduce(id, fraction)
        try go(0.5)
        verdict = nil
    }

    /// An answer that lists nothing.
    static var nothing: Swift.Result<Answer, RESTFailure> {
        Result { () throws(RESTFailure) in
            try Answer(granted: Array(#"{"retCode":0,"result":{"list":[]}}"#.utf8))
        }
    }

    /// While the program is away somebody closes the BTCUSDT position, so long ago that the exchange does not tell of it.
    func closeMoreThanAWeekAgo() throws {
        crash()
        try tradeOutside("BTCUSDT", "Sell", try #require(try position("BTCUSDT")).size)
        now += 8 * 86_400_000_000
        try go(20)
    }

    /// A BTCUSDT position that is opened, falls by two percent, and is closed.
    func lose() throws {
        try open(weight: 0.5)
        try go(2)
        prices[0] *= 0.98
        try go(1)
        try reduce("BTC-r-1", 1)
        try go(4)
    }

    /// Goes on until something is so, for a minute at most.
    func go(until isSo: () -> Bool) throws {
        for _ in 0..<600 where !isSo() { try go(0.1) }
        #expect(isSo())
    }

    /// The codes of the rejects, and the statuses of the orders, of an intent.
    func ends(_ id: String) throws -> [String] {
        let records = try audit.map { try JSON($0) }.filter { $0["id"].text == id }
        return records.compactMap { record -> String? in
            switch record["type"].text {
            case "reject": record["code"].text
            case "order": record["status"].text
            default: nil
            }
        }
    }

    func last(_ type: String) throws -> JSON {
        try #require(try audit.map { try JSON($0) }.last { $0["type"].text == type })
    }

    /// What is booked; nil for nothing.
    func booked(_ symbol: String = "BTCUSDT") -> String? {
        executor?.memory.holding(symbol).map { "\($0.position.quantity)" }
    }
}

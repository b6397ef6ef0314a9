import Foundation
import Rehearsal
import Testing

@testable import FeedFold

/// An exchange in memory that leaves messages out and breaks off, by seed: each trade from the first one seen on is written
/// once or lies in a gap, and where nothing is lost there is none. Not covered: sockets (`Tests/live`), clocks that jump.
struct MissedTests {
    struct Profile: CustomTestStringConvertible {
        let testDescription: String
        /// Trades a second.
        var rate = 1.0
        /// A trade's message comes late by up to so much, milliseconds.
        var tradeLag: Int64 = 0
        /// The share of the messages of trades and of bars that are left out.
        var dropped = 0.0
        /// A break about so often, in seconds; 0 for never.
        var breakEvery = 0
        /// An answer is behind by up to so much, milliseconds.
        var restLag: Int64 = 0
        /// So late may a bar come.
        var barLag: Int64 = 0
        /// The share of the trades that are agreed outside of the book.
        var blocks = 0.0
        /// The share of the questions that are not answered.
        var silent = 0.0
        var statesVolumes = true
        var mayTellGaps = true
    }

    private static let seeds =
        ProcessInfo.processInfo.environment["DRIFT_FEED_SEEDS"].flatMap { UInt64($0) }.map { 0..<$0 } ?? 0..<2

    private static let profiles = [
        Profile(testDescription: "quiet", mayTellGaps: false),
        Profile(testDescription: "slow", rate: 0.02, mayTellGaps: false),
        Profile(testDescription: "busy", rate: 40, mayTellGaps: false),
        Profile(testDescription: "busy, trades are late", rate: 40, tradeLag: 60, barLag: 500, mayTellGaps: false),
        Profile(testDescription: "busy, trades are later", rate: 40, tradeLag: 500, restLag: 4500, mayTellGaps: false),
        Profile(testDescription: "bars are late", rate: 3, barLag: 3000, mayTellGaps: false),
        Profile(testDescription: "trades are late", rate: 3, tradeLag: 2000, restLag: 4500, mayTellGaps: false),
        Profile(testDescription: "dropped, REST exact", dropped: 0.03, blocks: 0.02, mayTellGaps: false),
        Profile(testDescription: "dropped, REST behind", dropped: 0.03, restLag: 4500, barLag: 500, mayTellGaps: false),
        Profile(
            testDescription: "dropped often", rate: 0.3, dropped: 0.3, restLag: 4500, blocks: 0.02, mayTellGaps: false),
        Profile(testDescription: "busy, dropped", rate: 60, dropped: 0.0003, restLag: 4500),
        Profile(testDescription: "breaks", breakEvery: 100, restLag: 4500, mayTellGaps: false),
        Profile(
            testDescription: "breaks, no volumes", breakEvery: 100, restLag: 4500, statesVolumes: false,
            mayTellGaps: false),
        Profile(
            testDescription: "all", rate: 5, tradeLag: 500, dropped: 0.1, breakEvery: 60, restLag: 4500, barLag: 2000,
            blocks: 0.05, silent: 0.3),
        Profile(
            testDescription: "all, busy", rate: 50, tradeLag: 500, dropped: 0.0005, breakEvery: 60, restLag: 4500,
            barLag: 2000, silent: 0.3),
    ]

    @Test(arguments: profiles, seeds) func nothingIsLostWithoutAGap(profile: Profile, seed: UInt64) throws {
        var session = MissedSession(profile, seed)
        try session.run()
        #expect(session.lost == [])
        #expect(session.faults == [])
        #expect(session.questions <= session.mayAsk, "\(session.questions) questions, \(session.mayAsk) at most")
        if !profile.mayTellGaps { #expect(session.gaps.isEmpty) }
    }
}

private struct MissedSession {
    private typealias Profile = MissedTests.Profile

    private struct Trade {
        let id: String
        let ts: Int64
        let quantity: Int64
        let isBlock: Bool

        /// As the stream says it, or REST.
        var pushed: String {
            #"{"T":\#(Live.origin + ts),"v":"\#(Self.text(quantity))","p":"100.10","i":"\#(id)","S":"Buy","BT":\#(isBlock)}"#
        }

        var answered: String {
            #"{"time":"\#(Live.origin + ts)","size":"\#(Self.text(quantity))","price":"100.10","execId":"\#(id)","#
                + #""side":"Buy","symbol":"BTCUSDT","seq":"\#(id.dropFirst())","isBlockTrade":\#(isBlock)}"#
        }

        /// Of thousandths.
        static func text(_ quantity: Int64) -> String {
            "\(quantity / 1000).\(String(1000 + quantity % 1000).dropFirst())"
        }
    }

    private static let minutes: Int64 = 6
    private static let step: Int64 = 50

    private let profile: MissedTests.Profile
    private let countsBlocks: Bool
    private var random: SplitMix
    private let live = LiveRehearsal()
    private var trades: [Trade] = []
    /// Lines on their way, by when they come.
    private var underway: [(at: Int64, order: Int, line: String, isPush: Bool)] = []
    private var order = 0
    private var isUp = false
    private var upAgainAt: Int64 = 0
    private var isDue = false
    private var records: [String] = []
    private(set) var questions = 0
    private(set) var breaks = 0

    init(_ profile: MissedTests.Profile, _ seed: UInt64) {
        self.profile = profile
        random = SplitMix(seed: seed)
        countsBlocks = seed % 2 == 0
    }

    /// The last minutes bring all, so that all before can be known.
    private var isOver: (Int64) -> Bool { { $0 >= (Self.minutes - 2) * 60_000 } }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    mutating func run() throws {
        // The market was there before.
        upAgainAt = Int64.random(in: 0..<60_000, using: &random)
        var now = Int64(-1_200_000 / max(1, profile.rate))
        let end = Self.minutes * 60_000
        while now < end {
            now += Self.step
            trade(until: now)
            connect(now)
            if now % 1000 < Self.step { send(now, Live.book(now, update: now), at: now, isKept: true) }
            if profile.statesVolumes, now % 1000 < Self.step { state(now) }
            try deliver(now)
        }
        try deliver(end + 60_000)
        records += try live.finish()
        try judge()
    }

    private mutating func trade(until now: Int64) {
        var count = Int(profile.rate * Double(Self.step) / 1000)
        if chance(profile.rate * Double(Self.step) / 1000 - Double(count)) {
            count += 1
        }
        guard count > 0 else { return }
        // One order may meet many.
        if chance(0.2) { count += Int.random(in: 1...4, using: &random) }
        // Several of one time are the rule.
        var ts = now - Int64.random(in: 0..<Self.step, using: &random)
        let first = trades.count
        for _ in 0..<count {
            if chance(0.5) { ts = min(now, ts + Int64.random(in: 0...20, using: &random)) }
            trades.append(
                Trade(
                    id: "t\(trades.count)", ts: ts, quantity: Int64.random(in: 1...3000, using: &random),
                    isBlock: chance(profile.blocks)))
        }
        let data = trades[first...].map { $0.pushed }.joined(separator: ",")
        let line =
            #"0 {"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":\#(Live.origin + now),"data":[\#(data)]}"#
        send(now, line, at: now + Int64.random(in: 0...profile.tradeLag, using: &random))
    }

    private mutating func connect(_ now: Int64) {
        if isUp, profile.breakEvery > 0, !isOver(now),
            chance(Double(Self.step) / Double(profile.breakEvery * 1000))
        {
            breaks += 1
            isUp = false
            upAgainAt = now + Int64.random(in: 100...20_000, using: &random)
            // What is on its way is lost.
            underway = [(now, order, Live.event(now, "closed"), false)]
        } else if !isUp, now >= upAgainAt {
            isUp = true
            underway.append((now, order, Live.event(now, "open"), false))
        }
    }

    private mutating func state(_ now: Int64) {
        let start = (Live.origin + now) / 60_000 * 60_000 - Live.origin
        if Live.origin + now - (Live.origin + now) / 60_000 * 60_000 < 1000 {
            state(now, start - 60_000, isFinal: true)
        }
        state(now, start, isFinal: false)
    }

    private mutating func state(_ now: Int64, _ start: Int64, isFinal: Bool) {
        let counted = trades.reversed().prefix { $0.ts >= start }.filter {
            $0.ts < start + 60_000 && (countsBlocks || !$0.isBlock)
        }
        let volume = Trade.text(counted.reduce(0) { $0 + $1.quantity })
        let line = Live.bar(now, start: start, volume: volume, isFinal: isFinal, until: counted.first?.ts ?? start)
        send(now, line, at: now + Int64.random(in: 0...profile.barLag, using: &random))
    }

    private mutating func send(_ now: Int64, _ line: String, at arrival: Int64, isKept: Bool = false) {
        guard isUp, isKept || isOver(now) || !chance(profile.dropped) else { return }
        order += 1
        underway.append((arrival, order, line, true))
    }

    private mutating func deliver(_ now: Int64) throws {
        underway.sort { ($0.at, $0.order) < ($1.at, $1.order) }
        while let next = underway.first, next.at <= now {
            underway.removeFirst()
            if isDue, next.isPush {
                isDue = false
                questions += 1
                records += try live.receive(answer(next.at))
            }
            let text = next.line[next.line.firstIndex(of: " ")!...]
            records += try live.receive("\(Live.ts(next.at + 10))\(text)")
            if live.isInDoubt || !next.isPush { isDue = true }
        }
    }

    private mutating func answer(_ now: Int64) -> String {
        let start = #"\#(Live.ts(now + 10)) ? {"get":"/v5/market/recent-trade?x","symbol":"BTCUSDT","more":false,"#
        if !isOver(now), chance(profile.silent) { return start + #""error":"503"}"# }
        let seen = now - Int64.random(in: 0...profile.restLag, using: &random)
        let recent = trades.reversed().drop { $0.ts > seen }.prefix(1000)
        let list = recent.map { $0.answered }
        return start + #""answer":{"retCode":0,"retMsg":"OK","result":{"list":[\#(list.joined(separator: ","))]},"#
            + #""time":\#(Live.origin + now)}}"#
    }

    // MARK: What came out

    /// A minute's first volume, its end and what was not, each at once and later; a break the same.
    var mayAsk: Int { Int(Self.minutes) * 6 + breaks * 2 }

    /// From the first to the last microsecond.
    private(set) var gaps: [ClosedRange<Int64>] = []
    /// Trades behind the first one seen that are neither written nor in a gap.
    private(set) var lost: [String] = []
    /// Records that should not be.
    private(set) var faults: [String] = []

    private mutating func judge() throws {
        var written: Set<String> = []
        var last = 0
        for record in records {
            let json = try JSON(record)
            let isAgain = json["id"].text.map { !written.insert($0).inserted } ?? false
            if isAgain || json["ts"].integer < last { faults.append(record) }
            last = json["ts"].integer
            guard json["type"].text == "gap" else { continue }
            gaps.append(Int64(json["from"].integer)...Int64(json["to"].integer))
        }
        for trade in trades.drop(while: { !written.contains($0.id) })
        where !trade.isBlock && !written.contains(trade.id) {
            if !gaps.contains(where: { $0.contains(Live.ts(trade.ts)) }) { lost.append(trade.id) }
        }
    }
}

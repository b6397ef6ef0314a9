import Bybit
@testable import ExchangeFold
import Rehearsal
import Testing
import Venue

/// Order books of the stream against the answer. Not covered: books deeper than two levels a side, which no market record
/// can make.
struct PublicBookTests {
    /// Follows one topic by the rules of the documents alone.
    private struct Follower {
        let depth: Int
        var bids: [Price: Quantity] = [:]
        var asks: [Price: Quantity] = [:]
        var update: Int64?
        var seq: Int64 = 0
        var snapshots = 0

        init(depth: Int) { self.depth = depth }

        mutating func take(_ push: Push) throws {
            let (u, newSeq) = (push.data["u"]!.integer, push.data["seq"]!.integer)
            #expect(newSeq >= seq)
            if push.type == "snapshot" {
                (bids, asks) = ([:], [:])
                snapshots += 1
                if depth == 1, let update { #expect(u == update || u == update + 1 || u == 1) }
            } else {
                #expect(depth > 1)
                #expect(u == update! + 1)
                #expect(push.data["b"]!.elements!.count + push.data["a"]!.elements!.count > 0)
            }
            (update, seq) = (u, newSeq)
            try apply(push.data["b"]!, to: &bids)
            try apply(push.data["a"]!, to: &asks)
            if let bid = bids.keys.max(), let ask = asks.keys.min() { #expect(bid < ask) }
        }

        private func apply(_ rows: Bybit.JSON, to side: inout [Price: Quantity]) throws {
            for row in rows.elements! {
                let price = try #require(Price(text: row.elements![0].text!))
                let quantity = try #require(Quantity(text: row.elements![1].text!))
                side[price] = quantity == .zero ? nil : quantity
            }
        }

        func agrees(with answer: Bybit.JSON) throws {
            func side(_ key: String, best: (Price, Price) -> Bool) throws -> [Price: Quantity] {
                var side: [Price: Quantity] = [:]
                try apply(answer[key]!, to: &side)
                let kept = side.keys.sorted(by: best).prefix(depth)
                return side.filter { kept.contains($0.key) }
            }
            #expect(try bids == side("b", best: >))
            #expect(try asks == side("a", best: <))
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func followedFromTheStream(seed: UInt64) throws {
        var random = SeededMarket(seed: seed, quotes: seed != 4)
        let stall = try Stall()
        try stall.feed(Line.instrument(dawn, sym: "ODDUSDT"))
        var followers: [String: Follower] = [:]
        let topics = [1, 50, 200, 1000].flatMap { depth in
            SeededMarket.symbols.map { ("orderbook.\(depth).\($0)", depth) }
        }
        var deltas = 0
        for step in 0..<1500 {
            if random.below(20) == 0 {
                let (topic, depth) = topics[random.below(topics.count)]
                if followers[topic] == nil || random.below(4) == 0 {
                    // A second subscriber, or the first: its greeting must fit what is pushed to all.
                    var follower = Follower(depth: depth)
                    if let greeting = try stall.subscribe(topic) { try follower.take(greeting) }
                    if let known = followers[topic], known.update != nil { #expect(follower.update == known.update) }
                    followers[topic] = follower
                } else if random.below(6) == 0 {
                    followers[topic] = nil
                    stall.subscribed.remove(topic)
                }
            }
            if random.below(300) == 0 { stall.market.restart() }
            stall.now += Int64(random.below(3) * 4000)
            try stall.feed(random.next())
            if random.below(3) == 0 { stall.now += 200_000 }
            for push in try stall.pushes() {
                if push.type == "delta" { deltas += 1 }
                try #require(followers[push.topic] != nil)
                try followers[push.topic]!.take(push)
            }
            guard step % 3 == 0 else { continue }
            // After the slowest topic's time all that was held back is out.
            stall.now += 200_000
            for push in try stall.pushes() { try followers[push.topic]!.take(push) }
            for (topic, follower) in followers {
                let symbol = topic.split(separator: ".")[2]
                try follower.agrees(with: stall.answer("orderbook", "category=linear&symbol=\(symbol)"))
            }
        }
        #expect(seed == 4 || deltas > 50)
    }

    @Test func levelsAreWhatOrdersFillAgainst() throws {
        let stall = try Stall("--slippage", "0.001", "--depth", "3")
        try stall.feed(Line.quote(dawn, "65000.1", "0.5", "65000.4", "0.25"))
        let book = try stall.answer("orderbook", "category=linear&symbol=BTCUSDT")
        #expect(
            String(decoding: book["a"]!.bytes, as: UTF8.self) == #"[["65000.4","0.250"],["65065.5","0.500"]]"#)
        #expect(
            String(decoding: book["b"]!.bytes, as: UTF8.self) == #"[["65000.1","0.500"],["64935","1.000"]]"#)
        let one = try #require(try stall.subscribe("orderbook.1.BTCUSDT"))
        #expect(one.text.contains(#""b":[["65000.10","0.500"]],"a":[["65000.40","0.250"]]"#))
    }

    @Test func withoutSlippageTheLevelsAreOne() throws {
        let stall = try Stall("--slippage", "0", "--depth", "3")
        try stall.feed(Line.quote(dawn, "65000.1", "0.5", "65000.4", "0.25"))
        let book = try stall.answer("orderbook", "category=linear&symbol=BTCUSDT")
        #expect(String(decoding: book["a"]!.bytes, as: UTF8.self) == #"[["65000.4","0.750"]]"#)
    }

    @Test func withoutQuotesTheBookSurroundsThePrice() throws {
        let stall = try Stall("--half-spread", "0.0001")
        try stall.feed(Line.trade(dawn, "65000"))
        let book = try stall.answer("orderbook", "category=linear&symbol=BTCUSDT")
        #expect(String(decoding: book["a"]!.bytes, as: UTF8.self) == #"[["65006.5","119.000"]]"#)
        #expect(String(decoding: book["b"]!.bytes, as: UTF8.self) == #"[["64993.5","119.000"]]"#)
        let locked = try Stall("--half-spread", "0")
        try locked.feed(Line.trade(dawn, "65000"))
        let open = try locked.answer("orderbook", "category=linear&symbol=BTCUSDT")
        #expect(String(decoding: open["b"]!.bytes, as: UTF8.self) == #"[["64999.9","119.000"]]"#)
    }

    @Test func aRestartBeginsWithOne() throws {
        let stall = try Stall()
        try stall.feed(Line.quote(dawn, "65000.1", "0.5", "65000.4", "0.25"))
        let first = try #require(try stall.subscribe("orderbook.50.BTCUSDT"))
        #expect(first.data["u"]!.integer > 1)
        _ = try stall.pushes()
        stall.market.restart()
        let again = try stall.pushes()
        #expect(again.map(\.type) == ["snapshot"])
        #expect(again[0].data["u"]!.integer == 1)
        stall.now += 20_000
        try stall.feed(Line.quote(dawn + 30_000, "65000.1", "0.4", "65000.4", "0.25"))
        let next = try stall.pushes()
        #expect(next.map(\.type) == ["delta"])
        #expect(next[0].data["u"]!.integer == 2)
        #expect(try #require(try stall.subscribe("orderbook.200.BTCUSDT")).data["u"]!.integer == 1)
    }
}

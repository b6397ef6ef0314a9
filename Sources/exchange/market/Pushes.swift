import Venue

/// The stream's side: which topics there are, and what is pushed of those that somebody follows.
extension PublicMarket {
    /// Whether a topic of `/v5/public/linear` exists, now: its symbol is known.
    func hasTopic(_ topic: String) -> Bool { PublicTopic(topic).map { listed($0.symbol) != nil } ?? false }

    /// The first push to somebody who has just subscribed, where the topic has one: what its followers know already, so
    /// that the next push continues it for all of them.
    mutating func greeting(_ topic: String) -> [UInt8]? {
        guard let number = channel(topic) else { return nil }
        if !channels[number].isActive {
            begin(number)
            followed = nil
        }
        return state(number)
    }

    /// What is to be pushed since the last call, in order; only of the topics that somebody has subscribed to.
    mutating func takePushes(_ subscribed: Set<String>, at now: Int64) -> [(topic: String, text: [UInt8])] {
        clock = max(clock, now)
        var pushes: [(topic: String, text: [UInt8])] = []
        if subscribed != followed { follow(subscribed, into: &pushes) }
        guard hasTrades || eventTime >= nextEvent || clock >= nextClock else { return pushes }
        (hasTrades, nextEvent, nextClock) = (false, .max, .max)
        for number in active {
            if !channels[number].trades.isEmpty { takeTrades(number, into: &pushes) }
            if channels[number].isDue(event: eventTime, clock: clock) { take(number, into: &pushes) }
            expect(number)
        }
        return pushes
    }

    /// When pushes that are held back by a topic's rate fall due, wall clock in microseconds; nil if none are.
    var deadline: Int64? { nextClock == .max ? nil : nextClock }

    /// Every order book begins again with `u` = 1.
    mutating func restart() {
        firstUpdate = 0
        for number in channels.indices {
            guard case .book = channels[number].kind else { continue }
            if channels[number].isActive {
                channels[number].restart(at: clock)
                expect(number)
            } else {
                channels[number].update = 0
            }
        }
    }

    // MARK: Following

    /// The channel of a topic; nil if there is no such topic.
    private mutating func channel(_ topic: String) -> Int? {
        if let known = channelNumbers[topic] { return known }
        guard let parsed = PublicTopic(topic), let symbol = listed(parsed.symbol) else { return nil }
        channels.append(PublicChannel(topic: topic, kind: parsed.kind, symbol: symbol, update: firstUpdate))
        channelNumbers[topic] = channels.count - 1
        return channels.count - 1
    }

    private mutating func follow(_ subscribed: Set<String>, into pushes: inout [(topic: String, text: [UInt8])]) {
        followed = subscribed
        for number in active where !subscribed.contains(channels[number].topic) {
            symbols[channels[number].symbol].channels.removeAll { $0 == number }
            channels[number].stop()
        }
        active.removeAll { !channels[$0].isActive }
        // A set has no order of its own, and the output must have one.
        for topic in subscribed.sorted() {
            guard let number = channel(topic), !channels[number].isActive else { continue }
            begin(number)
            if let state = state(number) { pushes.append((topic, state)) }
        }
    }

    private mutating func begin(_ number: Int) {
        let symbol = channels[number].symbol
        channels[number].isActive = true
        active.append(number)
        symbols[symbol].channels.append(number)
        switch channels[number].kind {
        case .book(let depth):
            channels[number].book = symbols[symbol].book(matching)?.prefix(depth)
            if channels[number].book != nil { channels[number].update += 1 }
        case .ticker: channels[number].fields = fields(symbol)
        case .priceLimit: channels[number].limits = symbols[symbol].priceLimits(at: eventTime)
        case .kline(let interval, _): openKline(number, interval)
        case .trades, .liquidations: break
        }
        channels[number].settle(event: eventTime, clock: clock, pushed: true)
        expect(number)
    }

    private mutating func expect(_ number: Int) {
        nextEvent = min(nextEvent, channels[number].dueEvent)
        nextClock = min(nextClock, channels[number].dueClock)
    }

    // MARK: Pushing

    /// Pushes what has changed.
    private mutating func take(_ number: Int, into pushes: inout [(topic: String, text: [UInt8])]) {
        let symbol = channels[number].symbol
        var text: [UInt8]?
        switch channels[number].kind {
        case .book(let depth): text = takeBook(number, symbols[symbol].book(matching)?.prefix(depth))
        case .ticker:
            let fields = fields(symbol)
            if let changes = fields.changes(since: channels[number].fields!) {
                text = frame(changes, of: number, "delta")
                channels[number].fields = fields
            }
        case .priceLimit:
            let limits = symbols[symbol].priceLimits(at: eventTime)
            if let limits, limits != channels[number].limits {
                channels[number].limits = limits
                text = frame(limits, of: number)
            }
        case .kline(let interval, _): return takeKlines(number, interval, into: &pushes)
        case .trades, .liquidations: break
        }
        if let text { pushes.append((channels[number].topic, text)) }
        channels[number].settle(event: eventTime, clock: clock, pushed: text != nil)
    }

    /// A snapshot at first, and always of one level; else what has changed. Unchanged only as a repetition.
    private mutating func takeBook(_ number: Int, _ new: PublicBook?) -> [UInt8]? {
        guard let new else { return nil }
        let isRepetition = !channels[number].isPending
        guard let old = channels[number].book else {
            channels[number].book = new
            channels[number].update += 1
            return frame(new, of: number, "snapshot")
        }
        guard !new.hasLevels(of: old) else { return isRepetition ? frame(old, of: number, "snapshot") : nil }
        channels[number].book = new
        channels[number].update += 1
        if channels[number].kind == .book(depth: 1) { return frame(new, of: number, "snapshot") }
        return frame(new.changes(since: old), of: number, "delta")
    }

    private mutating func fields(_ symbol: Int) -> TickerFields {
        TickerFields(&symbols[symbol], matching, at: eventTime, shift: shift)
    }

    /// What a channel's followers know: its last push as a whole; nil if there was none.
    private func state(_ number: Int) -> [UInt8]? {
        let channel = channels[number]
        switch channel.kind {
        case .book: return channel.book.map { frame($0, of: number, "snapshot") }
        case .ticker: return channel.fields.map { frame($0, of: number, "snapshot") }
        case .priceLimit: return channel.limits.map { frame($0, of: number) }
        case .kline(let interval, _): return kline(number, interval).map { frame($0, of: number, isFinal: false) }
        case .trades, .liquidations: return nil
        }
    }

    // MARK: Klines

    /// So many klines in which nothing traded are told one by one, when event time jumps; those before are in the answer
    /// of `kline`.
    private static let catchUpLimit = 60

    private func store(_ interval: KlineInterval, _ symbol: Int) -> CandleStore {
        interval.isOfDays ? symbols[symbol].days : symbols[symbol].minutes
    }

    /// The kline that is not final yet.
    private func kline(_ number: Int, _ interval: KlineInterval) -> Candle? {
        guard let start = channels[number].openStart else { return nil }
        return store(interval, channels[number].symbol).candle(from: start, to: interval.end(of: start))
    }

    private mutating func openKline(_ number: Int, _ interval: KlineInterval) {
        let symbol = channels[number].symbol
        guard symbols[symbol].minutes.candles.last != nil else { return }
        let start = interval.start(of: symbols[symbol].klineTime(eventTime, shift: shift))
        setOpen(number, interval, start)
    }

    private mutating func setOpen(_ number: Int, _ interval: KlineInterval, _ start: Int64) {
        channels[number].openStart = start
        channels[number].rollEvent = symbols[channels[number].symbol].isOfBars ? .max : interval.end(of: start) - shift
    }

    /// Pushes klines that have become final, at once; then the present one, at its rate.
    private mutating func takeKlines(
        _ number: Int, _ interval: KlineInterval, into pushes: inout [(topic: String, text: [UInt8])]
    ) {
        let symbol = channels[number].symbol
        let topic = channels[number].topic
        guard let last = symbols[symbol].minutes.candles.last else {
            channels[number].rollEvent = .max
            return channels[number].settle(event: eventTime, clock: clock, pushed: false)
        }
        let now = interval.start(of: symbols[symbol].klineTime(eventTime, shift: shift))
        var start = channels[number].openStart ?? interval.start(of: last.start)
        if start < now {
            var earliest = now
            for _ in 0..<Self.catchUpLimit { earliest = interval.start(of: earliest - 1) }
            while start < now {
                channels[number].openStart = start
                if let kline = kline(number, interval) {
                    pushes.append((topic, frame(kline, of: number, isFinal: true)))
                }
                start = max(earliest, interval.end(of: start))
            }
            channels[number].touch(at: clock)
        }
        setOpen(number, interval, start)
        guard channels[number].isPending, channels[number].isDue(event: eventTime, clock: clock),
            let kline = kline(number, interval)
        else { return }
        pushes.append((topic, frame(kline, of: number, isFinal: false)))
        channels[number].settle(event: eventTime, clock: clock, pushed: true)
    }
}

import Records
import Statistics

/// One-minute closes, extremes and volumes of all symbols, for the hourly drift.
struct MinuteClock: ~Copyable {
    private static let seconds = 60.0
    /// As 30 samples of a second are too long a silence, so are 30 minutes here: what is short against a minute voids
    /// a day of learning no more than it should.
    private static let staleSeconds = 1800.0

    struct Running {
        var high = -Double.infinity
        var low = Double.infinity
        var volume = 0.0
    }

    private var sampler = Sampler(intervalSeconds: seconds, staleSeconds: staleSeconds)
    private var running = PerSymbol<Running>()

    enum Event {
        case minute(symbol: Int, HourlyDrift.Minute)
        case reset(symbol: Int)
    }

    /// Whether a minute is complete before a market record of time `ts`.
    @inline(__always)
    func isDue(before ts: Int64) -> Bool { sampler.isDue(before: ts) }

    /// What is complete before a market record of time `ts`, one event a call.
    @inline(__always)
    mutating func next(before ts: Int64) -> Event? {
        guard let event = sampler.next(before: ts) else { return nil }
        return complete(event)
    }

    private mutating func complete(_ event: Sampler.Event) -> Event {
        switch event {
        case .reset(let symbol):
            running[symbol] = Running()
            return .reset(symbol: symbol)
        case .sample(let symbol, let ts, let close):
            let minute = running[symbol]
            running[symbol] = Running()
            return .minute(
                symbol: symbol,
                .init(
                    ts: ts, close: close, high: max(minute.high, close), low: min(minute.low, close),
                    volume: minute.volume))
        }
    }

    /// Takes a price record.
    @inline(__always)
    mutating func observe(_ record: borrowing Record) {
        let symbol = record.symbol
        running.meet(symbol, Running())
        if sampler.observe(record) {
            let price = sampler.price(of: symbol) ?? 0
            running[symbol].high = max(running[symbol].high, price)
            running[symbol].low = min(running[symbol].low, price)
        }
        if record.kind == .trade { running[symbol].volume += record.quantity.double }
        if record.kind == .bar { running[symbol].volume += record.volume.double }
    }

    /// Data is missing for so long that no minute in it can be known.
    mutating func skip(_ symbol: Int, from: Int64, to: Int64) -> Bool {
        guard Double(to - from) > Self.staleSeconds * 1e6, symbol < running.count else { return false }
        sampler.forget(symbol)
        running[symbol] = Running()
        return true
    }
}

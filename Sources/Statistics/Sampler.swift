public import Records

/// Samples of the reference price on a grid of event time, for all symbols of a stream.
///
/// The sample at g is the last reference price at or before g. It is taken when the first market record of any symbol
/// later than g arrives: time is the stream's, so a quiet symbol still ticks. A symbol without a price for longer than
/// `stale` is reset; samples are not invented across the silence.
public struct Sampler: ~Copyable {
    /// What became due.
    public enum Event {
        case sample(symbol: Int, ts: Int64, price: Double)
        /// The symbol has been silent for too long: what was modelled of it is void.
        case reset(symbol: Int)
    }

    private let interval: Int64
    private let stale: Int64
    private var prices = PerSymbol<ReferencePrice>()
    private var grid = Int64.max
    private var cursor = 0

    /// - Parameters:
    ///   - intervalSeconds: D, the distance of samples, above 0.
    ///   - staleSeconds: how long a price stands for the present.
    public init(intervalSeconds: Double, staleSeconds: Double) {
        interval = Int64((intervalSeconds * 1e6).rounded())
        stale = Int64((staleSeconds * 1e6).rounded())
    }

    /// Whether something is due before a market record of time `ts`.
    @inline(__always)
    public func isDue(before ts: Int64) -> Bool { ts > grid }

    /// What is due before a market record of time `ts`, one event a call, in order of time and of symbols' first
    /// appearance; nil if nothing (more) is.
    @inline(__always)
    public mutating func next(before ts: Int64) -> Event? {
        isDue(before: ts) ? due(before: ts) : nil
    }

    /// Takes a price record. All that was due before it must have been fetched.
    /// - Returns: whether it set the symbol's reference price.
    public mutating func observe(_ record: borrowing Record) -> Bool {
        // The rest is a function of its own, and the last thing that is called: so no tick saves registers for it.
        guard grid != .max, record.symbol < prices.count else { return observeFirst(record) }
        return prices[record.symbol].observe(record)
    }

    @inline(never)
    private mutating func observeFirst(_ record: borrowing Record) -> Bool {
        prices.meet(record.symbol, ReferencePrice())
        guard prices[record.symbol].observe(record) else { return false }
        if grid == .max { grid = (record.ts + interval - 1) / interval * interval }
        return true
    }

    /// Forgets a symbol's price: it starts anew with its next one.
    public mutating func forget(_ symbol: Int) {
        if symbol < prices.count { prices[symbol] = ReferencePrice() }
    }

    /// The reference price now, nil if there is none.
    public func price(of symbol: Int) -> Double? {
        symbol < prices.count && prices[symbol].isKnown ? prices[symbol].value : nil
    }

    @inline(never)
    private mutating func due(before ts: Int64) -> Event? {
        while ts > grid {
            while cursor < prices.count {
                let symbol = cursor
                cursor += 1
                guard prices[symbol].isKnown else { continue }
                if grid - prices[symbol].ts > stale {
                    prices[symbol] = ReferencePrice()
                    return .reset(symbol: symbol)
                }
                return .sample(symbol: symbol, ts: grid, price: prices[symbol].value)
            }
            cursor = 0
            grid = prices.indices.contains { prices[$0].isKnown } ? grid + interval : .max
        }
        return nil
    }
}

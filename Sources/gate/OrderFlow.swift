import Glibc
public import Records

/// Layer 4: order-flow imbalance of one symbol, -1 (all selling) to 1 (all buying).
///
/// Source: taker volume as in T. Chordia and A. Subrahmanyam, Order imbalance and individual stock returns, 2004; from
/// quotes as in R. Cont, A. Kukanov and S. Stoikov, The Price Impact of Order Book Events, 2014, equation 3; the tick
/// rule of C. Lee and M. Ready, 1991. `docs/models.md`, layer 4.
public struct OrderFlow {
    /// Where an imbalance comes from.
    public enum Source: String {
        case trades, quotes
        case tickRule = "tick_rule"
        case noData = "no_data"
    }

    /// Older trades or quotes say nothing of the present flow, microseconds.
    static let freshness: Int64 = 120_000_000

    private var trades: DecayingFlow
    private var quotes: DecayingFlow
    private var ticks: DecayingFlow
    private var lastQuote: (bid: Double, bidQuantity: Double, ask: Double, askQuantity: Double)?
    private var lastReference: Double?

    /// - Parameter halfLifeSeconds: above 0, event time.
    public init(halfLifeSeconds: Double) {
        trades = DecayingFlow(halfLifeSeconds: halfLifeSeconds)
        quotes = trades
        ticks = trades
    }

    /// Takes a trade: `quantity` in base currency, the taker's side.
    public mutating func trade(_ side: Side, quantity: Double, ts: Int64) {
        trades.add(Double(side.sign) * quantity, at: ts)
    }

    /// Takes the best prices and their sizes:
    /// e = [b>=b'] q_b - [b<=b'] q_b' - [a<=a'] q_a + [a>=a'] q_a', primes the quote before.
    public mutating func quote(bid: Double, bidQuantity: Double, ask: Double, askQuantity: Double, ts: Int64) {
        if let last = lastQuote {
            var flow = 0.0
            if bid >= last.bid { flow += bidQuantity }
            if bid <= last.bid { flow -= last.bidQuantity }
            if ask <= last.ask { flow -= askQuantity }
            if ask >= last.ask { flow += last.askQuantity }
            quotes.add(flow, at: ts)
        }
        lastQuote = (bid, bidQuantity, ask, askQuantity)
    }

    /// Takes the reference price when it was set: a change counts one.
    public mutating func reference(_ price: Double, ts: Int64) {
        if let last = lastReference, price != last { ticks.add(price > last ? 1 : -1, at: ts) }
        lastReference = price
    }

    /// The imbalance at `ts`, microseconds, not before what was taken.
    public func imbalance(at ts: Int64) -> (value: Double?, source: Source) {
        func isFresh(_ last: Int64?) -> Bool { last.map { ts - $0 <= Self.freshness } ?? false }
        let (flow, source): (DecayingFlow, Source) =
            isFresh(trades.last) ? (trades, .trades) : isFresh(quotes.last) ? (quotes, .quotes) : (ticks, .tickRule)
        guard let value = flow.imbalance else { return (nil, .noData) }
        return (value, source)
    }
}

/// A signed flow and its gross, both halving every half-life; their ratio does not fade between events.
struct DecayingFlow {
    private let rate: Double
    private var net = 0.0
    private var gross = 0.0
    private(set) var last: Int64?

    init(halfLifeSeconds: Double) { rate = -M_LN2 / (halfLifeSeconds * 1e6) }

    mutating func add(_ flow: Double, at ts: Int64) {
        // Time that runs back, in a stream that nobody ordered, fades nothing.
        if let before = last, ts > before {
            let fade = exp(rate * Double(ts - before))
            net *= fade
            gross *= fade
            last = ts
        } else if last == nil {
            last = ts
        }
        net += flow
        gross += abs(flow)
    }

    /// Net over gross; nil where nothing flowed.
    var imbalance: Double? { gross > 0 ? net / gross : nil }
}

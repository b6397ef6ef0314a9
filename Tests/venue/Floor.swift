import Records
import Rehearsal

@testable import Venue

/// An engine with a market at hand: lines and orders in, events out as text.
struct Floor: ~Copyable {
    var engine: Engine
    private var reader = RecordReader()

    /// - Parameter slippage: of what a taker gets beyond the quote, up to `depth` times the quantity quoted.
    init(
        equity: String = "1000", accounts: Int = 1, latency: Int64 = 0, slippage: String = "0.0003", depth: Int64 = 20,
        isCross: Bool = true, takerFee: String? = nil
    ) {
        engine = Engine(
            matching: Matching(
                halfSpread: HalfSpread(fraction: Rate(text: "0.0001")!),
                slippage: Slippage(fraction: Rate(text: slippage)!, depth: depth)),
            latency: Latency(microseconds: latency), takerFee: takerFee.map { Rate(text: $0)! },
            maintenance: Rate(text: "0.005")!, accounts: accounts, equity: Money(text: equity)!)
        for account in 0..<accounts { engine.setCross(isCross, by: account) }
    }

    mutating func take(_ line: String) throws -> [Event] {
        try withPaddedLine(line) { bytes in
            try reader.read(bytes)
            _ = engine.receive(reader)
        }
        return engine.takeEvents()
    }

    mutating func receive(_ line: String) throws -> [String] { try take(line).map(\.told) }

    mutating func quote(
        _ ts: Int64, _ bid: String, _ bidQuantity: String, _ ask: String, _ askQuantity: String
    ) throws -> [String] {
        try receive(Self.quote(ts, bid, bidQuantity, ask, askQuantity))
    }

    mutating func trade(_ ts: Int64, _ px: String, _ qty: String = "1", _ side: String = "buy") throws -> [String] {
        try receive(Self.trade(ts, px, qty, side))
    }

    mutating func mark(_ ts: Int64, _ mark: String) throws -> [String] { try receive(Self.mark(ts, mark)) }

    mutating func funding(_ ts: Int64, _ rate: String) throws -> [String] { try receive(Self.funding(ts, rate)) }

    mutating func place(_ terms: OrderTerms, link: String = "", by account: Int = 0) throws -> [String] {
        _ = try engine.place(terms, link: link, by: account)
        return engine.takeEvents().map(\.told)
    }

    mutating func cancel(_ number: Int) throws { try engine.cancel(number, 0) }

    mutating func amend(_ number: Int, quantity: String? = nil, limit: String? = nil) throws {
        var amendment = Amendment()
        amendment.quantity = quantity.map { Quantity(text: $0)! }
        amendment.limit = limit.map { Price(text: $0)! }
        try engine.amend(number, 0, amendment)
    }

    var account: Account { engine.traders[0].account }

    // MARK: Lines

    static func quote(
        _ ts: Int64, _ bid: String, _ bidQuantity: String, _ ask: String, _ askQuantity: String, sym: String = "BTCUSDT"
    ) -> String {
        #"{"type":"quote","ts":\#(ts),"sym":"\#(sym)","bid":\#(bid),"bid_qty":\#(bidQuantity),"ask":\#(ask),"#
            + #""ask_qty":\#(askQuantity)}"#
    }

    static func trade(_ ts: Int64, _ px: String, _ qty: String, _ side: String, sym: String = "BTCUSDT") -> String {
        #"{"type":"trade","ts":\#(ts),"sym":"\#(sym)","px":\#(px),"qty":\#(qty),"side":"\#(side)"}"#
    }

    static func mark(_ ts: Int64, _ mark: String, sym: String = "BTCUSDT") -> String {
        #"{"type":"mark","ts":\#(ts),"sym":"\#(sym)","mark":\#(mark)}"#
    }

    static func funding(_ ts: Int64, _ rate: String, sym: String = "BTCUSDT") -> String {
        #"{"type":"funding","ts":\#(ts),"sym":"\#(sym)","rate":\#(rate)}"#
    }
}

extension OrderTerms {
    /// A market order; its limit is far away.
    static func market(
        _ side: Side, _ quantity: String, reduceOnly: Bool = false, trigger: Trigger? = nil,
        _ protection: Protection = Protection()
    ) -> OrderTerms {
        OrderTerms(
            symbol: 0, side: side, kind: .market, quantity: Quantity(text: quantity)!,
            limit: Price(text: side == .buy ? "1000000" : "0.1")!, isReduceOnly: reduceOnly, trigger: trigger,
            protection: protection)
    }

    static func limit(
        _ side: Side, _ quantity: String, _ price: String, _ timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false, _ protection: Protection = Protection()
    ) -> OrderTerms {
        OrderTerms(
            symbol: 0, side: side, kind: .limit, quantity: Quantity(text: quantity)!, limit: Price(text: price)!,
            timeInForce: timeInForce, isReduceOnly: reduceOnly, protection: protection)
    }
}

extension OrderTerms.Leg {
    init(_ price: String, by: OrderTerms.TriggerBy = .last) { self.init(price: Price(text: price)!, by: by) }
}

extension Event {
    /// What happened, in a line.
    var told: String {
        switch self {
        case .accepted(let order): "accepted \(order.number)"
        case .fill(let fill): fill.told
        case .order(let order): order.told
        case .position(_, _, let position):
            position.isFlat ? "flat" : "\(position.side.rawValue) \(position.quantity) for \(position.cost)"
        case .funding(_, _, _, let rate, let mark, let received): "funding \(received), rate \(rate) at \(mark)"
        case .account(let account): "account \(account)"
        }
    }
}

extension Fill {
    fileprivate var told: String {
        let kind = kind == .takeover ? "takeover" : "fill"
        let closes = closed > .zero ? ", closed \(closed) for \(realised)" : ""
        return "\(kind) \(order.number): \(order.terms.side.rawValue) \(level.quantity) at \(level.price), "
            + "\(liquidity.rawValue) fee \(fee)\(closes)"
    }
}

extension Order {
    fileprivate var told: String {
        let what = origin == .client ? "" : " \(origin)"
        let why = cause.map { " (\($0))" } ?? ""
        return "order \(number)\(what) \(status)\(why) \(filled) of \(terms.quantity)"
    }
}

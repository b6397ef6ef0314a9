import Records
import Rehearsal

@testable import Venue

/// A market and what two accounts do in it, drawn from a seed: quotes, trades and marks of three symbols, calm, jumps and
/// crashes, absurd funding; every kind of order, amended, cancelled, levered, by an account that shares its money and
/// one that does not.
struct EngineProgram: ~Copyable {
    static let names = ["BTCUSDT", "ETHUSDT", "ODDUSDT"]
    /// By symbol: units of 1e-8 of a tick and a step.
    static let ticks: [Int64] = [10_000_000, 1_000_000, 100_000]
    static let steps: [Int64] = [100_000, 1_000_000, 1_000_000_000]

    var floor: Floor
    private var random: SplitMix
    /// In ticks.
    private var prices = [968_700, 310_000, 2_500]
    private var ts: Int64 = 1_000_000_000
    private let hasMarks: Bool
    private let hasTrades: Bool
    /// Orders that were accepted: number, symbol, account.
    private var known: [(number: Int, symbol: Int)] = []

    init(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        floor = Floor(
            equity: ["5", "60.37", "1000", "250000"][random.below(4)], accounts: 2,
            latency: [0, 50_000, 2_000_000][random.below(3)], depth: [1, 2, 20][random.below(3)])
        floor.engine.setCross(false, by: 1)
        floor.engine.fillParts = 1 + random.below(3)
        hasMarks = random.chance(50)
        hasTrades = random.chance(60)
        self.random = random
        for symbol in 0..<3 {
            if symbol == 2 { _ = try floor.take(Self.odd) }
            _ = try floor.take(quote(symbol))
        }
    }

    /// tick 0.001, step 10, at least 30.
    private static let odd =
        #"{"type":"instrument","ts":1000000000,"sym":"ODDUSDT","tick":0.001,"step":10,"min_qty":30,"max_qty":50000,"#
        + #""min_notional":5,"max_leverage":100,"maker_fee":-0.0001,"taker_fee":0.00055}"#

    /// The next thing that happens, and what follows from it.
    mutating func step() throws -> [Event] {
        ts += [0, 1, 40_000, 500_000, 60_000_000][random.below(5)]
        let symbol = random.below(3)
        move(symbol)
        switch random.below(16) {
        case 0...4: return try floor.take(quote(symbol))
        case 5, 6:
            let size = ["0.001", "0.05", "3", "400"][random.below(4)]
            let side = random.chance(50) ? "buy" : "sell"
            return hasTrades
                ? try floor.take(Floor.trade(ts, text(symbol, 0), size, side, sym: Self.names[symbol])) : []
        case 7:
            return hasMarks ? try floor.take(Floor.mark(ts, text(symbol, 0), sym: Self.names[symbol])) : []
        case 8:
            guard random.chance(20) else { return [] }
            let rate = ["0.0001", "-0.0001", "0.00037", "-0.005", "0.3", "-0.3"][random.below(6)]
            return try floor.take(Floor.funding(ts, rate, sym: Self.names[symbol]))
        case 9: try? change()
        case 10: try? adjust(symbol, account: random.below(2))
        default: try? place(symbol, account: random.below(2))
        }
        return floor.engine.takeEvents()
    }

    mutating func finish() -> [Event] {
        floor.engine.finish()
        return floor.engine.takeEvents()
    }

    private mutating func move(_ symbol: Int) {
        let spread = random.chance(4) ? 300 : random.chance(30) ? 20 : 2
        let permille = random.below(2 * spread + 1) - spread
        prices[symbol] = min(max(200, prices[symbol] * (1000 + permille) / 1000), 5_000_000)
    }

    private mutating func quote(_ symbol: Int) -> String {
        let sizes = ["0", "0.001", "0.05", "3", "40", "20000"]
        return Floor.quote(
            ts, text(symbol, -random.below(4)), sizes[random.below(6)], text(symbol, 1 + random.below(4)),
            sizes[random.below(6)], sym: Self.names[symbol])
    }

    private func price(_ symbol: Int, _ shift: Int) -> Price {
        Price(units: Int64(max(1, prices[symbol] + shift)) * Self.ticks[symbol])
    }

    private func text(_ symbol: Int, _ shift: Int) -> String { price(symbol, shift).description }

    /// A price near the market, one side or the other.
    private mutating func near(_ symbol: Int) -> Price {
        let reach = prices[symbol] / [20_000, 1_000, 100, 20][random.below(4)] + 2
        return price(symbol, random.below(2 * reach) - reach)
    }

    private mutating func quantity(_ symbol: Int) -> Quantity {
        let most = [3, 30, 500, 20_000][random.below(4)]
        return Quantity(units: Int64(1 + random.below(most)) * Self.steps[symbol])
    }

    private mutating func leg(_ symbol: Int) -> OrderTerms.Leg? {
        guard random.chance(40) else { return nil }
        let by: OrderTerms.TriggerBy = random.chance(50) ? .last : random.chance(50) ? .mark : .index
        return OrderTerms.Leg(price: near(symbol), by: by)
    }

    private mutating func place(_ symbol: Int, account: Int) throws {
        let side: Side = random.chance(50) ? .buy : .sell
        let kind: OrderTerms.Kind = random.chance(40) ? .market : .limit
        let reduces = random.chance(20)
        let trigger: OrderTerms.Trigger? =
            random.chance(15)
            ? .init(price: near(symbol), rises: random.chance(50), by: random.chance(50) ? .last : .mark) : nil
        let force: OrderTerms.TimeInForce =
            kind == .market ? .immediateOrCancel : OrderTerms.TimeInForce.allCases[random.below(4)]
        let isPartial = random.chance(40)
        let terms = OrderTerms(
            symbol: symbol, side: side, kind: kind, quantity: quantity(symbol),
            limit: kind == .market ? floor.engine.band(symbol, side) : near(symbol), timeInForce: force,
            isReduceOnly: reduces, trigger: trigger,
            protection: reduces
                ? .init() : .init(takeProfit: leg(symbol), stopLoss: leg(symbol), isPartial: isPartial))
        let order = try floor.engine.place(terms, link: "", by: account)
        known.append((order.number, symbol))
    }

    /// Amends or cancels an order.
    private mutating func change() throws {
        guard let (number, symbol) = known.randomElement(using: &random) else { return }
        guard random.chance(60) else { return try floor.engine.cancel(number, symbol) }
        var amendment = Amendment()
        if random.chance(50) { amendment.quantity = quantity(symbol) }
        if random.chance(50) { amendment.limit = near(symbol) }
        if random.chance(20) { amendment.triggerPrice = near(symbol) }
        if random.chance(20) { amendment.stopLoss = .some(leg(symbol)) }
        try floor.engine.amend(number, symbol, amendment)
    }

    /// Leverage, levels of a position, or a trade that nobody has asked for.
    private mutating func adjust(_ symbol: Int, account: Int) throws {
        switch random.below(3) {
        case 0:
            let leverage = Rate(text: ["1", "3", "10", "12.5", "25", "50", "100"][random.below(7)])!
            try floor.engine.setLeverage(leverage, symbol, by: account)
        case 1:
            let part = random.chance(50) ? quantity(symbol) : nil
            _ = try floor.engine.protect(
                account, symbol, takeProfit: random.chance(70) ? .some(leg(symbol)) : nil,
                stopLoss: random.chance(70) ? .some(leg(symbol)) : nil, part: part)
        default:
            let side: Side = random.chance(50) ? .buy : .sell
            try floor.engine.trade(
                OrderTerms(
                    symbol: symbol, side: side, kind: .market, quantity: quantity(symbol),
                    limit: floor.engine.band(symbol, side)), by: account)
        }
    }
}

extension SplitMix {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}

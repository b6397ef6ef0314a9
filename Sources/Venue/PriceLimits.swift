public import Records

/// The band that orders' prices must lie in: buys below `buy`, sells above `sell`.
public struct PriceLimits: Equatable, Sendable {
    public let buy: Price
    public let sell: Price

    /// How far a price may lie from the mark: `x` by default, `y` at the very most.
    public struct Ratios: Sendable {
        public let x: Rate
        public let y: Rate

        /// Recorded for BTCUSDT and ETHUSDT; for others, what the documents show for a small contract (assumed).
        public static func of(_ symbol: String) -> Ratios {
            switch symbol {
            case "BTCUSDT": Ratios(x: Rate(units: 1_000_000), y: Rate(units: 2_000_000))
            case "ETHUSDT": Ratios(x: Rate(units: 2_000_000), y: Rate(units: 4_000_000))
            default: Ratios(x: Rate(units: 5_000_000), y: Rate(units: 10_000_000))
            }
        }
    }

    /// buy = min(mark (1+Y), max(index, mark (1+X) + max(0, P))),
    /// sell = max(mark (1-Y), min(index, mark (1-X) + min(0, P))), rounded into the band.
    /// - Parameter premium: P, the mean of mid - mark in units of 1e-8.
    /// Source: Bybit, set-price-limit, the formula since 2026-05-26, with alpha = 1.
    public init(mark: Price, index: Price, premium: Int64, _ ratios: Ratios, tick: Price) {
        let buy = min(
            Self.part(mark, Rate.one + ratios.y.units),
            max(index.units, Self.part(mark, Rate.one + ratios.x.units) + max(0, premium)))
        let sell = max(
            Self.part(mark, Rate.one - ratios.y.units),
            min(index.units, Self.part(mark, Rate.one - ratios.x.units) + min(0, premium)))
        self.buy = Price(units: buy).rounded(to: tick, .down)
        self.sell = max(tick, Price(units: sell).rounded(to: tick, .up))
    }

    /// How far an order on `side` may go.
    public subscript(side: Side) -> Price { side == .buy ? buy : sell }

    private static func part(_ price: Price, _ factor: Int64) -> Int64 {
        Int64(Int128(price.units) * Int128(factor) / Int128(Rate.one))
    }
}

/// The mean of mid - mark over the last half minute, one sample a second of event time.
public struct PremiumMean: Sendable {
    public static let samples = 30

    private var values: [Int64] = []
    private var next = 0
    private var second: Int64 = 0
    private var sum: Int64 = 0

    public init() {}

    /// - Parameter premium: what held from the last call until `time` (event time, microseconds).
    @inline(__always)
    public mutating func advance(to time: Int64, _ premium: Int64) {
        let reached = time / 1_000_000
        if reached > second { fill(reached, premium) }
    }

    /// In units of 1e-8; 0 before the first sample.
    public var mean: Int64 { values.isEmpty ? 0 : sum / Int64(values.count) }

    @inline(never)
    private mutating func fill(_ reached: Int64, _ premium: Int64) {
        for _ in 0..<min(Int64(Self.samples), reached - second) {
            if values.count < Self.samples {
                values.append(premium)
            } else {
                sum -= values[next]
                values[next] = premium
                next = (next + 1) % Self.samples
            }
            sum += premium
        }
        second = reached
    }
}

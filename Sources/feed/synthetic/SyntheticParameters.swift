import Statistics

/// What the made-up market is like. Rates are a second's unless said otherwise.
enum SyntheticParameters {
    /// 2025-01-01T00:00:00Z, in microseconds.
    static let start: Int64 = 1_735_689_600_000_000

    /// Volatility a square root of a second, in the normal regime at a session factor of 1: 42 % a year.
    static let volatility = 0.75e-4
    /// The share of a symbol's variance that both have in common.
    static let commonVariance = 0.87
    /// ETH moves so many times as far as BTC.
    static let volatilityRatio = [1.0, 1.2]

    /// Volatility and activity by the hour of the day (UTC): Asia, Europe, America, late.
    static let hourlyActivity: [Double] = [
        0.95, 0.9, 0.85, 0.75, 0.7, 0.7, 0.75, 0.95, 1.05, 1.05, 1.0, 0.95, 1.1, 1.4, 1.5, 1.4, 1.25, 1.15, 1.1, 1.05,
        1.0, 0.9, 0.8, 0.85,
    ]

    /// Events of one symbol at activity 1: trades (each with the quote it met), and quotes between them.
    static let tradeRate = 0.55
    static let quoteRate = 0.5
    /// Marks of both symbols come every so many seconds.
    static let markSeconds = 2
    static let fundingSeconds = 8 * 3600
    static let fundingMean = 0.000_05
    static let fundingDeviation = 0.000_08
    static let fundingLimit = 0.000_3

    /// Order flow is a mean-reverting number, of which x / sqrt(1 + x^2) is the expected imbalance of buyers and sellers.
    static let flowMemorySeconds = 45.0
    static let flowDeviation = 0.55
    /// The price drifts by so many of its deviations a second at full imbalance: flow leads price a little.
    static let flowImpact = 0.1
    /// How far a trend tilts the flow.
    static let trendFlow = 0.9

    /// Trends: a drift for some minutes, its speed rising and falling, in both symbols or, rarely, in one.
    static let trendsPerDay = 26.0
    static let trendSize = 0.002...0.006
    static let trendSeconds = 300.0...600.0
    static let trendAlone = 0.2
    /// The flow turns before the price moves.
    static let trendLeadSeconds = 15.0

    /// Mean-reverting episodes: the price is pulled to where it was when they began.
    static let rangesPerDay = 10.0
    static let rangeSeconds = 900.0...2700.0
    static let rangePullSeconds = 100.0

    /// Bursts: a fast move that is given back in part. They are where forecasts grow large.
    static let burstsPerDay = 10.0
    static let burstSize = 0.006...0.026
    static let burstSeconds = 60.0...240.0
    static let burstReturn = 0.1...0.6

    /// Jumps: within a second; some in one symbol first.
    static let jumpsPerDay = 5.0
    static let jumpSize = 0.003...0.012
    static let jumpLeads = 0.5
    static let jumpLagSeconds = 10.0...60.0

    /// A planted edge: the flow turns so long before the price moves, and the price moves for so long.
    static let plantedPerDay = 60.0
    static let plantedFlow = 1.5
    static let plantedLeadSeconds = 30.0
    static let plantedSeconds = 300.0

    /// One symbol without a record.
    static let lullsPerDay = 8.0
    static let lullSeconds = 8.0...110.0
    /// Both without, but for a `clock` record now and then: once a day, or twice.
    static let secondSilence = 0.5
    static let silenceSeconds = 150.0...420.0
    static let clockSeconds = 10
    /// The day's gap: data is missing, the market goes on.
    static let gapSeconds = 20.0...120.0
}

/// How restless the market is.
enum Regime: Int, CaseIterable {
    case calm, normal, wild

    var volatility: Double { [0.55, 1.0, 2.6][rawValue] }
    var activity: Double { [0.75, 1.0, 1.9][rawValue] }
    var meanSeconds: Double { [2400.0, 3600.0, 700.0][rawValue] }

    /// The regime a second later.
    func next(_ random: inout SeededRandom) -> Regime {
        guard random.chance(1 / meanSeconds) else { return self }
        switch self {
        case .calm, .wild: return .normal
        case .normal: return random.chance(0.6) ? .calm : .wild
        }
    }
}

/// A contract of the made-up market; its steps are integers, so that what is written is exact.
struct SyntheticContract: Sendable {
    let name: String
    let startPrice: Double
    /// Ticks and lot steps in one unit.
    let ticks: Double
    let steps: Double
    let maxQuantity: Double
    /// The quantity of a middling trade and quote.
    let tradeSize: Double
    let quoteSize: Double

    static let all = [
        SyntheticContract(
            name: "BTCUSDT", startPrice: 96_870, ticks: 10, steps: 1000, maxQuantity: 119, tradeSize: 0.012,
            quoteSize: 2.5),
        SyntheticContract(
            name: "ETHUSDT", startPrice: 3400, ticks: 100, steps: 100, maxQuantity: 724, tradeSize: 0.25, quoteSize: 45),
    ]
}

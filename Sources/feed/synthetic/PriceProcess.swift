import Statistics

/// The latent state of the two symbols, a second a step: prices, and the flow of orders that leads them.
struct PriceProcess {
    private typealias P = SyntheticParameters

    private(set) var regime = Regime.normal
    private(set) var prices = SyntheticContract.all.map(\.startPrice)
    private(set) var previousPrices = SyntheticContract.all.map(\.startPrice)
    /// Expected imbalance of the symbols' buyers and sellers, -1...1.
    private(set) var flows = [0.0, 0.0]
    /// Recent absolute return over its usual size: the spread follows it.
    private(set) var haste = [0.0, 0.0]
    /// Events a second, over the usual.
    private(set) var activity = 1.0

    private var levels = [0.0, 0.0]
    private var flowStates = [0.0, 0.0]
    private var episodes = Episodes()
    /// In place of the episodes; nothing else can be known then.
    private(set) var edge: PlantedEdge?

    init(_ edge: PlantedEdge?) { self.edge = edge }

    /// Moves on by a second.
    mutating func advance(second: Int, _ random: inout SeededRandom) {
        regime = regime.next(&random)
        let session = P.hourlyActivity[second / 3600 % 24]
        let deviation = P.volatility * regime.volatility * session.squareRoot()
        if edge == nil { episodes.advance(levels: levels, &random) } else { edge!.advance(&random) }
        let common = random.normal()
        let commonFlow = random.normal()
        previousPrices = prices
        for symbol in 0...1 {
            let own = random.normal()
            let noise = P.commonVariance.squareRoot() * common + (1 - P.commonVariance).squareRoot() * own
            let size = deviation * P.volatilityRatio[symbol]
            let step: Double
            if let edge {
                // Less what the curvature of e^x adds, so that the price itself has no drift.
                step = size * (noise - size / 2) + edge.returns[symbol]
            } else {
                // The flow of the second before moves the price of this one.
                step = size * (noise + P.flowImpact * flows[symbol]) + episodes.returns[symbol]
            }
            move(symbol, by: step)
            haste[symbol] += (abs(step) / P.volatility - haste[symbol]) * 0.1
            steer(symbol, commonFlow, &random)
        }
        activity = session * regime.activity * (0.8 + 0.2 * min(6, haste[0]))
    }

    /// e^x to the third order: exact arithmetic, and the step is small.
    private mutating func move(_ symbol: Int, by step: Double) {
        prices[symbol] *= 1 + step + step * step / 2 + step * step * step / 6
        levels[symbol] += step
    }

    /// Flow reverts to what the episodes tilt it to; half of its noise is common.
    private mutating func steer(_ symbol: Int, _ common: Double, _ random: inout SeededRandom) {
        let tilt = edge?.tilts[symbol] ?? episodes.tilts[symbol]
        let pull = (tilt - flowStates[symbol]) / P.flowMemorySeconds
        let noise = (common + random.normal()) * P.flowDeviation / P.flowMemorySeconds.squareRoot()
        flowStates[symbol] += pull + noise
        let state = flowStates[symbol]
        flows[symbol] = state / (1 + state * state).squareRoot()
    }
}

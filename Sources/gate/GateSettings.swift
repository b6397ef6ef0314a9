/// The options as plain values: an option wrapper costs a look-up at each use.
struct GateSettings {
    let sample, stale, equity: Double
    let snr, confidence, edge, takeProfit: Double?
    let flowHalfLife, flow: Double
    let hourlyDriftMissing: MissingPolicy
    let weight: Double
    let maxPositions, opensPerMinute, maxLosses: Int
    let coolDown, dailyLoss, stopSigmas, minStop: Double
    let without: Set<Layer>

    init(_ options: GateOptions) {
        sample = options.sample
        stale = options.stale
        equity = options.equity
        snr = options.snr
        confidence = options.confidence
        edge = options.edge
        takeProfit = options.takeProfit
        flowHalfLife = options.flowHalfLife
        flow = options.flow
        hourlyDriftMissing = options.hourlyDriftMissing
        weight = options.weight
        maxPositions = options.maxPositions
        opensPerMinute = options.opensPerMinute
        maxLosses = options.maxLosses
        coolDown = options.coolDown
        dailyLoss = options.dailyLoss
        stopSigmas = options.stopSigmas
        minStop = options.minStop
        without = Set(options.without)
    }
}

/// How much of its drift a forecast deserves: the exponentially weighted regression through the origin of the realised
/// return over the horizon on the drift that was forecast, both in units of the forecast's sigma, with a ridge; clamped
/// to [0, 1]. A forecast that has not forecast is not believed. `docs/models.md`, forecast.
struct Calibration {
    static let memory = 20_000.0
    /// Evidence against which drift has to earn its factor, in squared sigma units.
    static let ridge = 25.0

    private struct Pending {
        var due = 0
        var drift = 0.0
        var sigma = 0.0
        var y = 0.0
    }

    private var pending: [Pending]
    private var sample = 0
    private var xy = 0.0
    private var xx = 0.0

    /// - Parameter horizonLimit: the longest horizon, in samples.
    init(horizonLimit: Int) { pending = Array(repeating: Pending(), count: horizonLimit + 1) }

    var factor: Double { min(1, max(0, xy / (xx + Self.ridge))) }

    /// Takes one sample: learns from the forecasts whose horizon ends here.
    /// - Parameter y: log price.
    mutating func update(_ y: Double) {
        sample += 1
        xy *= 1 - 1 / Self.memory
        xx *= 1 - 1 / Self.memory
        for forecast in pending where forecast.due == sample && forecast.sigma > 0 {
            let x = forecast.drift / forecast.sigma
            xy += x * (y - forecast.y) / forecast.sigma
            xx += x * x
        }
    }

    /// Remembers a forecast made at the present sample.
    mutating func expect(drift: Double, sigma: Double, y: Double, horizon: Int) {
        pending[sample % pending.count] = Pending(due: sample + horizon, drift: drift, sigma: sigma, y: y)
    }
}

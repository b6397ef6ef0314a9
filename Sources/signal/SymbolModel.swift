import Glibc
import Statistics

/// All models of one symbol, from its first price to its next reset.
struct SymbolModel {
    private(set) var samples = 0
    /// The last sample's price.
    private(set) var price = 0.0
    private var kalman: Kalman
    private var ornsteinUhlenbeck: OrnsteinUhlenbeck
    private var calibration: Calibration?
    /// Filtered levels: the newest `window` of twice as many places.
    private var levels: [Double] = []
    private var newestLog: Double
    private var squaredReturn = ExponentialMean(weight: 0.01)
    private var squaredVelocity: ExponentialMean
    private var squaredAcceleration: ExponentialMean
    private var derivatives = Calculus.Derivatives(velocity: 0, acceleration: 0, jerk: 0, snap: 0)
    private let settings: SignalSettings

    init(first price: Double, _ settings: SignalSettings) {
        self.settings = settings
        let y = log(price)
        newestLog = y
        kalman = Kalman(first: y, interval: settings.sample, tau: settings.tau * settings.sample)
        ornsteinUhlenbeck = OrnsteinUhlenbeck(first: y, interval: settings.sample, memory: settings.ouMemory)
        calibration =
            settings.calibrate ? Calibration(horizonLimit: Int(settings.maxHold / settings.sample)) : nil
        squaredVelocity = ExponentialMean(span: Double(settings.window))
        squaredAcceleration = ExponentialMean(span: Double(settings.window))
        levels.reserveCapacity(2 * settings.window)
        self.price = price
        samples = 1
        levels.append(0)
    }

    var isReady: Bool { samples >= settings.ready }

    /// Takes the next sample.
    mutating func update(_ price: Double, _ calculus: inout Calculus) {
        self.price = price
        samples += 1
        let y = log(price)
        squaredReturn.update((y - newestLog) * (y - newestLog))
        newestLog = y
        kalman.update(y)
        ornsteinUhlenbeck.update(y)
        append(kalman.level)
        guard isReady else { return }
        derivatives = calculus.derivatives(of: levels.suffix(min(samples, settings.window)))
        squaredVelocity.update(derivatives.velocity * derivatives.velocity)
        squaredAcceleration.update(derivatives.acceleration * derivatives.acceleration)
        guard calibration != nil else { return }
        calibration?.update(y)
        let (forecast, sigma) = forecast(ornsteinUhlenbeck.estimate)
        calibration?.expect(
            drift: forecast.drift, sigma: sigma, y: y, horizon: Int((forecast.horizon / settings.sample).rounded()))
    }

    private mutating func append(_ level: Double) {
        if levels.count == 2 * settings.window { levels.removeFirst(settings.window) }
        levels.append(level)
    }

    private func forecast(_ reverting: OrnsteinUhlenbeck.Estimate?) -> (Forecast, sigma: Double) {
        let forecast = Forecast(
            derivatives: derivatives, count: min(samples, settings.window), interval: settings.sample,
            level: kalman.origin + kalman.level, reverting: reverting,
            horizons: (settings.minHold, settings.maxHold, settings.hold))
        return (forecast, (forecast.horizon / settings.sample).squareRoot() * squaredReturn.value.squareRoot())
    }

    /// The signal at the last sample; the model is ready.
    var signal: SignalValues {
        let reverting = ornsteinUhlenbeck.estimate
        let (forecast, sigma) = forecast(reverting)
        let factor = calibration?.factor
        let drift = forecast.drift * (factor ?? 1)
        let root = squaredVelocity.value.squareRoot()
        let snr = root > 0 ? abs(derivatives.velocity) / root : 0
        let level = kalman.origin + kalman.level
        func vote(_ part: Double) -> Double { part * drift > 0 ? 1 : 0 }
        let agreement =
            (vote(derivatives.acceleration) + vote(derivatives.jerk) + vote(reverting.map { $0.mean - level } ?? 0)) / 3
        return SignalValues(
            price: price, drift: drift, horizon: forecast.horizon, sigma: sigma,
            kind: SignalKind(drift: drift, derivatives: derivatives, isNoise: snr < settings.snr),
            curve: Curve(
                velocity: significant(derivatives.velocity, squaredVelocity),
                acceleration: significant(derivatives.acceleration, squaredAcceleration)),
            snr: snr, confidence: min(1, snr / 2) * (0.5 + 0.5 * agreement), derivatives: derivatives, kalman: kalman,
            ornsteinUhlenbeck: reverting, calibration: factor)
    }

    private func significant(_ value: Double, _ meanSquare: ExponentialMean) -> Double {
        abs(value) < settings.flat * meanSquare.value.squareRoot() ? 0 : value
    }
}

/// What a `signal` record says.
struct SignalValues {
    var price, drift, horizon, sigma: Double
    var kind: SignalKind
    var curve: Curve
    var snr, confidence: Double
    var derivatives: Calculus.Derivatives
    var kalman: Kalman
    var ornsteinUhlenbeck: OrnsteinUhlenbeck.Estimate?
    var calibration: Double?
}

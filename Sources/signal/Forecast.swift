import Glibc

/// The expected return over the horizon: a damped Taylor expansion of the derivatives plus reversion to the mean.
/// `docs/models.md`, forecast.
public struct Forecast: Equatable {
    /// H, seconds.
    public var horizon: Double
    /// E[r], log return over the horizon.
    public var trend: Double
    public var reversion: Double
    public var drift: Double { trend + reversion }

    /// - Parameters:
    ///   - derivatives: of log price, per second.
    ///   - count: n, the levels behind the derivatives.
    ///   - interval: D, seconds.
    ///   - level: the filtered log price.
    ///   - reversion: the Ornstein-Uhlenbeck process, if the price reverts.
    ///   - horizons: the shortest and longest horizon, and that without reversion; seconds.
    public init(
        derivatives: Calculus.Derivatives, count: Int, interval: Double, level: Double,
        reverting: OrnsteinUhlenbeck.Estimate?, horizons: (least: Double, most: Double, otherwise: Double)
    ) {
        let horizon = reverting.map { min(max($0.halfLife, horizons.least), horizons.most) } ?? horizons.otherwise
        self.horizon = horizon
        trend = Self.trend(derivatives, over: horizon, damping: Double(count) * interval / 10)
        reversion = reverting.map { ($0.mean - level) * -expm1(-$0.theta * horizon) } ?? 0
    }

    /// The integral from 0 to H of (v + a t + j t^2/2 + s t^3/6) e^(-t/T) dt, in closed form:
    /// sum over k of d_(k+1) T^(k+1) P(k+1, z), z = H/T, P the regularised incomplete gamma function of an integer,
    /// 1 - e^-z sum_{i<=k} z^i/i!.
    static func trend(_ d: Calculus.Derivatives, over horizon: Double, damping: Double) -> Double {
        let z = horizon / damping
        var term = exp(-z)
        var remaining = 1 - term
        var power = damping
        var sum = 0.0
        func add(_ derivative: Double, _ k: Double) {
            if k > 0 {
                term *= z / k
                remaining -= term
                power *= damping
            }
            sum += derivative * power * remaining
        }
        add(d.velocity, 0)
        add(d.acceleration, 1)
        add(d.jerk, 2)
        add(d.snap, 3)
        return sum
    }
}

/// The shape of the curve: the signs of velocity and acceleration.
public enum Curve: String {
    case uptrendAccelerating = "uptrend_accelerating"
    case uptrendSlowing = "uptrend_slowing"
    case downtrendAccelerating = "downtrend_accelerating"
    case downtrendWeakening = "downtrend_weakening"
    case curvatureBottom = "curvature_bottom"
    case curvatureTop = "curvature_top"
    case flat

    /// - Parameters: velocity and acceleration, zero where they are too small to have a sign.
    init(velocity: Double, acceleration: Double) {
        if velocity > 0 {
            self = acceleration > 0 ? .uptrendAccelerating : .uptrendSlowing
        } else if velocity < 0 {
            self = acceleration < 0 ? .downtrendAccelerating : .downtrendWeakening
        } else {
            self = acceleration > 0 ? .curvatureBottom : acceleration < 0 ? .curvatureTop : .flat
        }
    }
}

/// What the signal says to do.
public enum SignalKind: String {
    case strongBuy = "strong_buy"
    case buy, neutral, sell
    case strongSell = "strong_sell"

    /// Neutral below the noise or without drift; strong if velocity, acceleration and jerk all point where drift does.
    init(drift: Double, derivatives: Calculus.Derivatives, isNoise: Bool) {
        guard drift != 0, !isNoise else {
            self = .neutral
            return
        }
        let agree = [derivatives.velocity, derivatives.acceleration, derivatives.jerk].allSatisfy { $0 * drift > 0 }
        self = drift > 0 ? (agree ? .strongBuy : .buy) : (agree ? .strongSell : .sell)
    }
}

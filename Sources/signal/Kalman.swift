/// A Kalman filter of level, velocity and acceleration under white-noise jerk, with adaptive observation variance.
///
/// Source: R. E. Kalman, A New Approach to Linear Filtering, 1960; the discretised white-noise model from Bar-Shalom,
/// Li and Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, section 6.2; the variance from
/// the residual after the update as in A. Mehra, Approaches to Adaptive Filtering, 1972. `docs/models.md`, layer 2.
///
/// The level is measured from the first observation: the filter does not depend on the origin, and doubles are
/// densest there.
public struct Kalman {
    /// R at the start and the least R: log price squared.
    public static let startVariance = 1e-8
    static let leastVariance = 1e-12
    /// How fast R follows.
    static let adaptation = 0.01
    /// An innovation of more than three standard deviations is an outlier: nis above 9 inflates R for that update.
    static let outlierNis = 9.0

    /// Log price above the first observation; per second; per second squared.
    public private(set) var level = 0.0
    public private(set) var velocity = 0.0
    public private(set) var acceleration = 0.0
    /// The first observation, a log price.
    public let origin: Double
    /// R, log price squared.
    public private(set) var observationVariance: Double
    /// Innovation squared over its variance, of the last update.
    public private(set) var nis = 0.0
    /// P, symmetric, row by row.
    private(set) var p00, p01, p02, p11, p12, p22: Double

    private let interval: Double
    private let tau: Double
    private let adaptive: Bool

    /// - Parameters:
    ///   - first: y_0, log price.
    ///   - interval: D, seconds, above 0.
    ///   - tau: seconds, above 0: the time over which velocity keeps its meaning.
    ///   - variance: R at the start.
    ///   - adaptive: whether R follows the residuals and outliers are damped.
    public init(
        first: Double, interval: Double, tau: Double, variance: Double = Kalman.startVariance, adaptive: Bool = true
    ) {
        origin = first
        self.interval = interval
        self.tau = tau
        self.adaptive = adaptive
        observationVariance = variance
        let tau2 = tau * tau
        (p00, p01, p02, p11, p12, p22) = (variance, 0, 0, variance / tau2, 0, variance / (tau2 * tau2))
    }

    /// Takes the next sample.
    /// - Parameter y: log price.
    public mutating func update(_ y: Double) {
        predict()
        let innovation = y - origin - level
        let variance = p00 + observationVariance
        nis = innovation * innovation / variance
        let effective = adaptive ? observationVariance * max(1, nis / Self.outlierNis) : observationVariance
        correct(by: innovation, effective)
        guard adaptive else { return }
        let residual = y - origin - level
        let a = Self.adaptation
        observationVariance =
            (1 - a) * observationVariance + a * max(residual * residual + p00, Self.leastVariance)
    }

    /// x = F x, P = F P F' + Q with F = [[1,D,D^2/2],[0,1,D],[0,0,1]].
    private mutating func predict() {
        let d = interval
        let half = d * d / 2
        level += d * velocity + half * acceleration
        velocity += d * acceleration
        // M = F P
        let m00 = p00 + d * p01 + half * p02
        let m01 = p01 + d * p11 + half * p12
        let m02 = p02 + d * p12 + half * p22
        let m11 = p11 + d * p12
        let m12 = p12 + d * p22
        // P = M F'
        let tau2 = tau * tau
        let q = observationVariance * d / (tau2 * tau2 * tau2)
        let d2 = d * d
        p00 = m00 + d * m01 + half * m02 + q * d2 * d2 * d / 20
        p01 = m01 + d * m02 + q * d2 * d2 / 8
        p02 = m02 + q * d2 * d / 6
        p11 = m11 + d * m12 + q * d2 * d / 3
        p12 = m12 + q * d2 / 2
        p22 += q * d
    }

    /// K = P e_0/(P_00 + R_e); x += K nu; P = (I - K H) P (I - K H)' + K R_e K' (P. D. Joseph's form: it keeps P
    /// symmetric and positive under rounding).
    private mutating func correct(by innovation: Double, _ r: Double) {
        let s = p00 + r
        let (k0, k1, k2) = (p00 / s, p01 / s, p02 / s)
        level += k0 * innovation
        velocity += k1 * innovation
        acceleration += k2 * innovation
        let rest = 1 - k0
        // M = (I - K H) P
        let (m00, m01, m02) = (rest * p00, rest * p01, rest * p02)
        let (m10, m11, m12) = (p01 - k1 * p00, p11 - k1 * p01, p12 - k1 * p02)
        let (m20, m22) = (p02 - k2 * p00, p22 - k2 * p02)
        p00 = m00 * rest + k0 * r * k0
        p01 = m01 - m00 * k1 + k0 * r * k1
        p02 = m02 - m00 * k2 + k0 * r * k2
        p11 = m11 - m10 * k1 + k1 * r * k1
        p12 = m12 - m10 * k2 + k1 * r * k2
        p22 = m22 - m20 * k2 + k2 * r * k2
    }
}

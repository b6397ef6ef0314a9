import Glibc

/// Mean reversion: the Ornstein-Uhlenbeck process behind an exponentially weighted regression of each sample on the
/// one before.
///
/// Source: G. E. Uhlenbeck and L. S. Ornstein, On the Theory of the Brownian Motion, 1930; as an AR(1) regression:
/// `docs/models.md`, layer 3. Weighted moments by B. P. Welford, 1962, and D. H. D. West, 1979: they do not cancel.
public struct OrnsteinUhlenbeck {
    /// Fewer pairs say nothing.
    static let pairsNeeded = 100

    public struct Estimate: Equatable {
        /// Reversion speed, per second.
        public var theta: Double
        /// Log price.
        public var mean: Double
        /// Log price per square root of a second.
        public var sigma: Double
        /// Seconds.
        public var halfLife: Double
        /// The newest sample's distance from the mean in stationary standard deviations.
        public var z: Double
    }

    private let interval: Double
    private let forgetting: Double
    private let origin: Double
    private var newest = 0.0
    private var pairs = 0
    private var weight = 0.0
    private var meanX = 0.0
    private var meanY = 0.0
    private var xx = 0.0
    private var xy = 0.0
    private var yy = 0.0

    /// - Parameters:
    ///   - first: the first sample, a log price.
    ///   - interval: D, seconds, above 0.
    ///   - memory: 1/(1 - forgetting), in samples, above 1.
    public init(first: Double, interval: Double, memory: Double) {
        origin = first
        self.interval = interval
        forgetting = 1 - 1 / memory
    }

    /// Takes the next sample, a log price.
    public mutating func update(_ sample: Double) {
        let x = newest
        let y = sample - origin
        newest = y
        pairs += 1
        weight = forgetting * weight + 1
        let (dx, dy) = (x - meanX, y - meanY)
        meanX += dx / weight
        meanY += dy / weight
        xx = forgetting * xx + dx * (x - meanX)
        xy = forgetting * xy + dx * (y - meanY)
        yy = forgetting * yy + dy * (y - meanY)
    }

    /// The process, nil while there are too few pairs and where the price does not revert: a random walk has no
    /// half-life.
    public var estimate: Estimate? {
        guard pairs >= Self.pairsNeeded, xx > 0 else { return nil }
        let slope = xy / xx
        guard slope > 0, slope < 1 else { return nil }
        let theta = -log(slope) / interval
        let mean = (meanY - slope * meanX) / (1 - slope)
        let residual = max(0, (yy - slope * xy) / weight)
        let stationary = residual / (1 - slope * slope)
        guard stationary > 0 else { return nil }
        return Estimate(
            theta: theta, mean: origin + mean, sigma: (2 * theta * stationary).squareRoot(), halfLife: M_LN2 / theta,
            z: (newest - mean) / stationary.squareRoot())
    }
}

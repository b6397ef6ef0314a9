import Glibc

/// Figures of a sample, with how far they may be from the truth.
enum Estimates {
    /// The interval of a share, 95 %.
    ///
    ///     centre = (k + z^2/2) / (n + z^2)
    ///     half   = z / (n + z^2) sqrt(k (n - k) / n + z^2/4)
    ///
    /// Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    /// - Parameters:
    ///   - hits: k, 0 to `count`.
    ///   - count: n; none gives nil.
    ///   - z: how many deviations of the normal distribution it reaches to each side.
    static func share(_ hits: Int, of count: Int, z: Double = Normal.z95) -> Interval? {
        guard count > 0 else { return nil }
        let (k, n) = (Double(hits), Double(count))
        let centre = (k + z * z / 2) / (n + z * z)
        let half = z / (n + z * z) * (k * (n - k) / n + z * z / 4).squareRoot()
        return Interval(low: max(0, centre - half), high: min(1, centre + half))
    }

    /// Of so many trades in each of a series of hours, how many were won.
    struct Hits {
        let hits: [Int]
        let counts: [Int]

        var share: Double { Double(hits.reduce(0, +)) / Double(counts.reduce(0, +)) }
        /// What each hour adds to the share: its linear part as a ratio.
        var parts: [Double] {
            let (p, mean) = (share, Double(counts.reduce(0, +)) / Double(counts.count))
            return zip(hits, counts).map { (Double($0) - p * Double($1)) / mean }
        }
    }

    /// The difference of two shares, the first less the second, that were counted in the same hours: what both have in common
    /// falls out, as far as the two have as many trades.
    ///
    ///     p = sum(k) / sum(n),  q = sum(l) / sum(m)
    ///     d_h = p - q + (k_h - p n_h) / mean(n) - (l_h - q m_h) / mean(m)
    ///
    /// It is the mean of the d_h, and has its interval, as far as shares can differ.
    ///
    /// Source: W. G. Cochran, Sampling techniques (1977), ratio estimators.
    /// - Parameters:
    ///   - first: k of n in each hour.
    ///   - second: l of m in each, of as many hours.
    /// - Returns: nil if a sample is empty. No interval as `mean` has none, but where no hour differs: there it is 0 to 0.
    static func difference(
        _ first: Hits, _ second: Hits, level: Double = 0.05
    ) -> (value: Double, interval: Interval?)? {
        guard first.counts.contains(where: { $0 > 0 }), second.counts.contains(where: { $0 > 0 }) else { return nil }
        let value = first.share - second.share
        if first.hits.count >= fewest, first.hits == second.hits, first.counts == second.counts {
            return (0, Interval(low: 0, high: 0))
        }
        let differences = zip(first.parts, second.parts).map { value + $0 - $1 }
        let interval = mean(differences, level: level).map { Interval(low: max(-1, $0.low), high: min(1, $0.high)) }
        return (value, interval)
    }

    /// Fewer values say nothing of their spread.
    static let fewest = 10

    /// How many values of a series are taken together: n^(1/3), so that neighbours that hang together stay together.
    ///
    /// Source: E. Carlstein, The use of subseries values for estimating the variance of a general statistic from a stationary
    /// sequence (1986).
    static func blockLength(_ count: Int) -> Int {
        // The C library's root of a cube may lie a bit above it.
        var length = 1
        while length * length * length < count { length += 1 }
        return length
    }

    /// The interval of a mean: Student's t over the means of blocks of neighbours. The blocks share the values out among them;
    /// one may have a value more than another.
    ///
    ///     half = t(1 - level / 2, m - 1) s / sqrt(m)
    ///
    /// with m blocks whose means deviate by s. It needs no quantile that the sample does not reach, so it holds far out too, as
    /// many comparisons at once want it; and it holds where blocks spread more than others, at levels of at most 0.08.
    ///
    /// Source: R. Ibragimov, U. K. Mueller, t-statistic based correlation and heterogeneity robust inference (2010).
    /// - Parameters:
    ///   - values: in the order of time; fewer than `fewest`, or such as do not differ, give nil.
    ///   - level: what the interval leaves out, both sides together: 0.05 for 95 %.
    static func mean(_ values: [Double], level: Double = 0.05) -> Interval? {
        guard values.count >= fewest else { return nil }
        let means = blocks(values)
        let centre = Summary.mean(values)
        guard let deviation = Moments(means)?.deviation else { return nil }
        let half = reach(means.count, level) * deviation
        return Interval(low: centre - half, high: centre + half)
    }

    private static func blocks(_ values: [Double]) -> [Double] {
        let count = values.count / blockLength(values.count)
        return (0..<count).map { block in
            Summary.mean(values[(block * values.count / count)..<((block + 1) * values.count / count)])
        }
    }

    /// How many deviations of so many blocks the interval of their mean reaches to each side.
    private static func reach(_ count: Int, _ level: Double) -> Double {
        -Student.quantile(level / 2, freedom: Double(count - 1)) / Double(count).squareRoot()
    }

    /// The ratio of two means with its interval: all R for which the mean of y - R x cannot be told from nothing.
    ///
    ///     (Y - R X)^2 <= t^2 / m (s_yy - 2 R s_xy + R^2 s_xx)
    ///
    /// It has two ends only where X can be told from nothing itself: else any R will do, however large.
    ///
    /// Source: E. C. Fieller, Some problems in interval estimation (1954).
    /// - Parameters:
    ///   - y: in the order of time.
    ///   - x: as many.
    /// - Returns: nil unless the interval of the mean of x, at this level, lies above 0.
    static func share(_ y: [Double], in x: [Double], level: Double) -> (value: Double, interval: Interval)? {
        guard let base = mean(x, level: level), base.low > 0 else { return nil }
        let (yMeans, xMeans) = (blocks(y), blocks(x))
        let g = pow(reach(xMeans.count, level), 2)
        func covariance(_ a: [Double], _ b: [Double]) -> Double {
            let (aMean, bMean) = (Summary.mean(a), Summary.mean(b))
            return zip(a, b).reduce(0) { $0 + ($1.0 - aMean) * ($1.1 - bMean) } / Double(a.count - 1)
        }
        let (yMean, xMean) = (Summary.mean(y), Summary.mean(x))
        let a = xMean * xMean - g * covariance(xMeans, xMeans)
        let b = xMean * yMean - g * covariance(xMeans, yMeans)
        let c = yMean * yMean - g * covariance(yMeans, yMeans)
        let half = max(0, b * b - a * c).squareRoot() / a
        return (yMean / xMean, Interval(low: b / a - half, high: b / a + half))
    }

    /// The interval of a ratio of two sums, 95 %, by the ratio's linear part.
    ///
    ///     R = sum(y) / sum(x),  R_i = R + (y_i - R x_i) / mean(x)
    ///
    /// Source: W. G. Cochran, Sampling techniques (1977), ratio estimators.
    /// - Parameters:
    ///   - y: in the order of time; fewer than ten have no interval.
    ///   - x: as many, above 0.
    /// - Returns: nil for no values.
    static func ratio(_ y: [Double], over x: [Double]) -> (value: Double, interval: Interval?)? {
        guard !y.isEmpty else { return nil }
        let ratio = y.reduce(0, +) / x.reduce(0, +)
        let mean = Summary.mean(x)
        return (ratio, Self.mean(zip(y, x).map { ratio + ($0 - ratio * $1) / mean }))
    }

    /// - Parameter sorted: not empty.
    static func quantile(_ sorted: [Double], _ p: Double) -> Double {
        let place = p * Double(sorted.count - 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}

/// Mean, spread and shape of a series.
struct Moments: Equatable {
    let count: Int
    let mean: Double
    /// Of a sample: over n - 1.
    let deviation: Double
    /// Third and fourth standardised moments, over n; 0 and 3 of a normal distribution.
    let skewness: Double
    let kurtosis: Double

    /// - Returns: nil for fewer than two values, or values that are all the same but for rounding.
    init?(_ values: [Double]) {
        guard values.count > 1 else { return nil }
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let (second, third, fourth) = values.reduce((0.0, 0.0, 0.0)) {
            let d = $1 - mean
            return ($0.0 + d * d, $0.1 + d * d * d, $0.2 + d * d * d * d)
        }
        let deviation = (second / (n - 1)).squareRoot()
        guard deviation > 1e-12 * abs(mean) else { return nil }
        count = values.count
        self.mean = mean
        self.deviation = deviation
        skewness = third / n / pow(second / n, 1.5)
        kurtosis = fourth / n / (second / n * second / n)
    }
}

/// Return for risk, of returns over periods of one length.
struct Sharpe: Equatable {
    /// mean / deviation, of a period, with nothing earned without risk.
    let ratio: Double
    /// Of `ratio`.
    let standardError: Double
    private let moments: Moments

    /// The error of a series that is neither normal nor symmetric, but whose values do not hang together:
    ///
    ///     se = sqrt((1 - g3 SR + (g4 - 1)/4 SR^2) / (n - 1))
    ///
    /// Source: A. W. Lo, The statistics of Sharpe ratios (2002); E. Mertens, Comments on variance of the IID estimator in
    /// Lo (2002).
    /// - Returns: nil for returns whose deviation is 1e-9 or less: too little to tell from rounding.
    init?(_ returns: [Double]) {
        guard let moments = Moments(returns), moments.deviation > 1e-9 else { return nil }
        self.moments = moments
        ratio = moments.mean / moments.deviation
        let spread = 1 - moments.skewness * ratio + (moments.kurtosis - 1) / 4 * ratio * ratio
        standardError = (max(0, spread) / Double(moments.count - 1)).squareRoot()
    }

    var interval: Interval {
        Interval(low: ratio - Normal.z95 * standardError, high: ratio + Normal.z95 * standardError)
    }

    /// The probability that the true ratio is above what the best of so many trials without any edge shows by luck:
    ///
    ///     SR0 = se ((1 - c) Z(1 - 1/N) + c Z(1 - 1/(N e))),  c = 0.5772...
    ///     DSR = P((SR - SR0) / se)
    ///
    /// The spread of the trials' ratios is not known here: it is taken to be `se`. One trial gives the probabilistic Sharpe
    /// ratio against 0.
    ///
    /// Source: D. H. Bailey, M. Lopez de Prado, The deflated Sharpe ratio (2014).
    /// - Parameter trials: N, how many strategies or parameter sets were tried, 1 or more.
    func deflated(trials: Int) -> Double? {
        guard standardError > 0 else { return nil }
        let (n, c) = (Double(trials), 0.5772156649015329)
        let luck = trials > 1 ? (1 - c) * Normal.quantile(1 - 1 / n) + c * Normal.quantile(1 - 1 / (n * M_E)) : 0
        return Normal.probability(ratio / standardError - luck)
    }
}

/// Linear regression without intercept that forgets exponentially.
///
/// Source: R. L. Plackett, Some theorems in least squares, 1950; with forgetting: S. Haykin, Adaptive Filter Theory,
/// table 9.1.
struct RecursiveLeastSquares {
    /// b, one for each regressor.
    private(set) var coefficients: [Double]
    /// P, symmetric.
    private var covariance: [[Double]]
    private let forgetting: Double

    /// - Parameters:
    ///   - prior: b before any data.
    ///   - variances: the diagonal of P before any data.
    ///   - forgetting: l, 0 < l <= 1.
    init(prior: [Double], variances: [Double], forgetting: Double) {
        coefficients = prior
        covariance = variances.indices.map { row in
            variances.indices.map { $0 == row ? variances[row] : 0 }
        }
        self.forgetting = forgetting
    }

    func predict(_ f: [Double]) -> Double { zip(coefficients, f).reduce(0) { $0 + $1.0 * $1.1 } }

    /// K = P f/(l + f'P f); b += K (r - f'b); P = (P - K f'P)/l, then made symmetric.
    mutating func update(_ f: [Double], _ r: Double) {
        let pf = covariance.map { row in zip(row, f).reduce(0) { $0 + $1.0 * $1.1 } }
        let denominator = forgetting + zip(f, pf).reduce(0) { $0 + $1.0 * $1.1 }
        let error = r - predict(f)
        for i in f.indices { coefficients[i] += pf[i] / denominator * error }
        for i in f.indices {
            for j in i..<f.count {
                let value = (covariance[i][j] - pf[i] * pf[j] / denominator) / forgetting
                covariance[i][j] = value
                covariance[j][i] = value
            }
        }
    }
}

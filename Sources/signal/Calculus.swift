/// Four-order calculus: velocity, acceleration, jerk and snap at the newest of n levels, by a least-squares polynomial
/// of order four.
///
/// Source: A. Savitzky and M. Golay, Smoothing and Differentiation of Data by Simplified Least Squares Procedures, 1964,
/// at the end point; the basis by the recurrence of P. L. Chebyshev and J. P. Gram for orthogonal polynomials on
/// equidistant points (G. E. Forsythe, 1957). `docs/models.md`, layer 1.
public struct Calculus {
    static let order = 4

    /// The derivatives of log price with respect to time in seconds.
    public struct Derivatives: Equatable {
        public var velocity, acceleration, jerk, snap: Double
    }

    private let interval: Double
    /// Weights by n, made when n is first met: 4 rows of n.
    private var weights: [[Double]]

    /// - Parameters:
    ///   - interval: D, seconds, above 0.
    ///   - window: the largest n.
    public init(interval: Double, window: Int) {
        self.interval = interval
        weights = Array(repeating: [], count: window + 1)
    }

    /// The derivatives at the last level.
    /// - Parameter levels: equidistant log prices, oldest first, at least five and at most `window`.
    public mutating func derivatives(of levels: ArraySlice<Double>) -> Derivatives {
        let n = levels.count
        if weights[n].isEmpty { weights[n] = Self.weights(n, interval) }
        var sums = (0.0, 0.0, 0.0, 0.0)
        weights[n].withUnsafeBufferPointer { w in
            levels.withUnsafeBufferPointer { y in
                // The weights of a derivative sum to zero: measured from the newest level, nothing cancels.
                let newest = y[n - 1]
                for i in 0..<n {
                    let difference = y[i] - newest
                    sums.0 += w[i] * difference
                    sums.1 += w[n + i] * difference
                    sums.2 += w[2 * n + i] * difference
                    sums.3 += w[3 * n + i] * difference
                }
            }
        }
        return Derivatives(velocity: sums.0, acceleration: sums.1, jerk: sums.2, snap: sums.3)
    }

    /// The weight of level i in derivative d at the last point: the sum over the basis of p_k(u_i) p_k^(d)(1) / |p_k|^2
    /// with u running over [-1, 1], times (du/dt)^d.
    private static func weights(_ n: Int, _ interval: Double) -> [Double] {
        let points = (0..<n).map { Double(2 * $0 - (n - 1)) / Double(n - 1) }
        var rows = [[Double]](repeating: Array(repeating: 0, count: n), count: order)
        let zeros = [Double](repeating: 0, count: order)
        var previous = (values: [Double](repeating: 0, count: n), coefficients: zeros + [0])
        var current = (values: [Double](repeating: 1, count: n), coefficients: [1] + zeros)
        var previousNorm = 1.0
        for k in 0...order {
            let norm = current.values.reduce(0) { $0 + $1 * $1 }
            for d in 1...order {
                let slope = derivative(of: current.coefficients, order: d)
                for i in 0..<n { rows[d - 1][i] += current.values[i] * slope / norm }
            }
            // p_{k+1} = u p_k - (|p_k|^2 / |p_{k-1}|^2) p_{k-1}; the points are symmetric, so no middle term
            let beta = k == 0 ? 0 : norm / previousNorm
            let shifted = [0] + current.coefficients.dropLast()
            let next = (
                values: (0..<n).map { points[$0] * current.values[$0] - beta * previous.values[$0] },
                coefficients: (0...order).map { shifted[$0] - beta * previous.coefficients[$0] }
            )
            (previous, current, previousNorm) = (current, next, norm)
        }
        var scale = 1.0
        for d in 0..<order {
            scale *= 2 / (Double(n - 1) * interval)
            for i in 0..<n { rows[d][i] *= scale }
        }
        return rows.flatMap { $0 }
    }

    /// The derivative of sum c_j u^j at u = 1.
    private static func derivative(of coefficients: [Double], order: Int) -> Double {
        coefficients.enumerated().dropFirst(order).reduce(0) { sum, term in
            sum + term.element * Double(((term.offset - order + 1)...term.offset).reduce(1, *))
        }
    }
}

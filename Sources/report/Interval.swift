import Glibc

/// Where a figure probably lies: of a hundred such intervals about 95 hold the truth, if what is assumed holds.
public struct Interval: Equatable, Sendable {
    public let low: Double
    public let high: Double
}

/// Of Student's t distribution.
enum Student {
    /// The x below which t lies with probability p, to about 1e-4 of itself for two degrees of freedom, and closer for more.
    ///
    /// Source: G. W. Hill, Algorithm 396: Student's t-quantiles (1970).
    /// - Parameters:
    ///   - p: 0 to 0.5, neither.
    ///   - freedom: degrees of freedom, 2 or more, not necessarily whole.
    static func quantile(_ p: Double, freedom n: Double) -> Double {
        precondition(p > 0 && p < 0.5 && n >= 2, "a lower tail, of at least two degrees of freedom")
        let a = 1 / (n - 0.5)
        let b = 48 / (a * a)
        var c = ((20_700 * a / b - 98) * a - 16) * a + 96.36
        let d = ((94.5 / (b + c) - 3) / b + 1) * (a * Double.pi / 2).squareRoot() * n
        var y = pow(2 * d * p, 2 / n)
        if y > 0.05 + a {
            let x = Normal.quantile(p)
            y = x * x
            if n < 5 { c += 0.3 * (n - 4.5) * (x + 0.6) }
            c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
            y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
            y = expm1(a * y * y)
        } else {
            y =
                ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1)
                * (n + 1) / (n + 2) + 1 / y
        }
        return -(n * y).squareRoot()
    }
}

/// Of the standard normal distribution.
enum Normal {
    /// Two-sided 95 %.
    static let z95 = 1.959963984540054

    /// P(Z <= x).
    static func probability(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

    /// The x below which Z lies with probability p, 0 < p < 1, to about 1e-15 of itself.
    ///
    /// Source: M. J. Wichura, Algorithm AS 241 (1988), PPND16.
    static func quantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "a probability lies between 0 and 1")
        let q = p - 0.5
        if abs(q) <= 0.425 {
            let r = 0.180625 - q * q
            return q * polynomial(r, centreNumerator) / polynomial(r, centreDenominator)
        }
        let r = (-log(min(p, 1 - p))).squareRoot()
        let x =
            r <= 5
            ? polynomial(r - 1.6, middleNumerator) / polynomial(r - 1.6, middleDenominator)
            : polynomial(r - 5, tailNumerator) / polynomial(r - 5, tailDenominator)
        return q < 0 ? -x : x
    }

    /// Coefficients from the highest power down.
    private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
        coefficients.reduce(0) { $0 * x + $1 }
    }

    private static let centreNumerator = [
        2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
        13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
    ]
    private static let centreDenominator = [
        5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
        5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
    ]
    private static let middleNumerator = [
        7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
        3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
    ]
    private static let middleDenominator = [
        1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
        0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
    ]
    private static let tailNumerator = [
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
        0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
    ]
    private static let tailDenominator = [
        2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
        0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
    ]
}

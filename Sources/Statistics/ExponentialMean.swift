/// An exponentially weighted mean, m <- m + a (x - m), started at its first value. Of squares it is the square of an
/// exponential root mean square.
public struct ExponentialMean: Sendable {
    private let weight: Double
    public private(set) var value: Double = 0
    public private(set) var isEmpty = true

    /// - Parameter weight: a, of the newest value, in 0 < a <= 1.
    public init(weight: Double) { self.weight = weight }

    /// The weight a = 2/(n+1) that gives a mean of n values the same centre of mass as a plain one.
    public init(span: Double) { self.init(weight: 2 / (span + 1)) }

    @inline(__always)
    public mutating func update(_ x: Double) {
        value = isEmpty ? x : value + weight * (x - value)
        isEmpty = false
    }
}

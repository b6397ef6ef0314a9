import Glibc

/// A quantity that fades in event time: it halves every half-life.
public struct Decay: Sendable {
    private let rate: Double
    private var amount: Double = 0
    private var since: Int64 = 0

    /// - Parameter halfLifeSeconds: above 0.
    public init(halfLifeSeconds: Double) { rate = -M_LN2 / (halfLifeSeconds * 1e6) }

    public mutating func add(_ x: Double, at ts: Int64) {
        amount = value(at: ts) + x
        since = ts
    }

    /// The amount left at `ts` (microseconds), not before the last addition.
    public func value(at ts: Int64) -> Double {
        amount == 0 || ts == since ? amount : amount * exp(rate * Double(ts - since))
    }
}

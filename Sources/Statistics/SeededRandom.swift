/// Random numbers that are a function of a seed, on every machine: xoshiro256**, seeded by SplitMix64.
///
/// Only additions, multiplications and square roots are used here and in all of the made-up market: they are exact by
/// IEEE 754, where `log` and `exp` differ from one C library to the next.
/// Source: D. Blackman, S. Vigna, Scrambled linear pseudorandom number generators (2018), public domain code.
@frozen
public struct SeededRandom: Sendable {
    @usableFromInline
    var state: (UInt64, UInt64, UInt64, UInt64)

    @inlinable
    public init(seed: UInt64) {
        var mix = seed
        func next() -> UInt64 {
            mix &+= 0x9E37_79B9_7F4A_7C15
            var z = mix
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        state = (next(), next(), next(), next())
    }

    @inlinable
    public mutating func bits() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// 0 ..< 1.
    @inlinable
    public mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

    @inlinable
    public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    @inlinable
    public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// +1 or -1.
    @inlinable
    public mutating func sign() -> Double { bits() >> 63 == 0 ? 1 : -1 }

    /// About normal, of mean 0 and variance 1: the sum of twelve uniform numbers (Irwin-Hall). It has no fat tails: those
    /// come from regimes and jumps.
    @inlinable
    public mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += uniform() }
        return sum
    }

    /// A size with a heavy tail: Pareto of exponent 1.5 to 2, cut at `limit`, of median about 1.
    @inlinable
    public mutating func heavy(limit: Double) -> Double { min(limit, 0.7 / max(1e-9, uniform()).squareRoot()) }
}

import Statistics

/// What happens now and then and lasts: each a small state that moves on by seconds.
struct Episodes {
    private typealias P = SyntheticParameters

    private var trend: Trend?
    private var burst: Burst?
    private var following: [(symbol: Int, size: Double, seconds: Double)] = []
    private var rangeLeft = 0.0
    private var anchors = [0.0, 0.0]

    /// What the episodes add to the two log returns of this second.
    private(set) var returns = [0.0, 0.0]
    /// How they tilt the flow of the two symbols.
    private(set) var tilts = [0.0, 0.0]

    /// Moves on by a second.
    /// - Parameter levels: the log of the two prices, about any zero.
    mutating func advance(levels: [Double], _ random: inout SeededRandom) {
        returns = [0, 0]
        tilts = [0, 0]
        advanceTrend(&random)
        advanceBurst(&random)
        advanceRange(levels, &random)
        advanceJumps(&random)
    }

    private mutating func advanceTrend(_ random: inout SeededRandom) {
        if trend == nil, Self.begins(P.trendsPerDay, &random) { trend = Trend(&random) }
        guard var now = trend else { return }
        let step = now.advance()
        for symbol in 0...1 {
            returns[symbol] += step * now.shares[symbol]
            tilts[symbol] += P.trendFlow * now.direction * now.shares[symbol]
        }
        trend = now.isOver ? nil : now
    }

    private mutating func advanceBurst(_ random: inout SeededRandom) {
        if burst == nil, Self.begins(P.burstsPerDay, &random) { burst = Burst(&random) }
        guard var now = burst else { return }
        let step = now.advance()
        for symbol in 0...1 {
            returns[symbol] += step * now.shares[symbol]
            tilts[symbol] += 2 * P.trendFlow * (step > 0 ? 1 : -1) * now.shares[symbol]
        }
        burst = now.isOver ? nil : now
    }

    private mutating func advanceRange(_ levels: [Double], _ random: inout SeededRandom) {
        if rangeLeft <= 0, Self.begins(P.rangesPerDay, &random) {
            rangeLeft = random.uniform(P.rangeSeconds)
            anchors = levels
        }
        guard rangeLeft > 0 else { return }
        rangeLeft -= 1
        for symbol in 0...1 { returns[symbol] += (anchors[symbol] - levels[symbol]) / P.rangePullSeconds }
    }

    private mutating func advanceJumps(_ random: inout SeededRandom) {
        if Self.begins(P.jumpsPerDay, &random) {
            let size = random.uniform(P.jumpSize) * random.sign()
            let leader = random.chance(0.6) ? 0 : 1
            returns[leader] += size
            let lag = random.chance(P.jumpLeads) ? random.uniform(P.jumpLagSeconds) : 0
            following.append((1 - leader, size * random.uniform(0.6...1.1), lag))
        }
        for index in following.indices { following[index].seconds -= 1 }
        for late in following where late.seconds <= 0 { returns[late.symbol] += late.size }
        following.removeAll { $0.seconds <= 0 }
    }

    static func begins(_ timesPerDay: Double, _ random: inout SeededRandom) -> Bool {
        random.chance(timesPerDay / 86_400)
    }
}

/// A drift whose speed rises and falls as a parabola.
private struct Trend {
    let direction: Double
    let shares: [Double]
    private let size: Double
    private let seconds: Double
    private var age = -SyntheticParameters.trendLeadSeconds

    init(_ random: inout SeededRandom) {
        direction = random.sign()
        size = random.uniform(SyntheticParameters.trendSize)
        seconds = random.uniform(SyntheticParameters.trendSeconds)
        let alone = random.chance(SyntheticParameters.trendAlone)
        let leader = random.chance(0.5) ? 0 : 1
        shares = [0, 1].map { alone && $0 != leader ? 0.1 : 1 }
    }

    var isOver: Bool { age >= seconds }

    /// The return of the next second: 6 z (1 - z) integrates to 1 over the trend.
    mutating func advance() -> Double {
        age += 1
        guard age > 0, age < seconds else { return 0 }
        let z = age / seconds
        return direction * size * 6 * z * (1 - z) / seconds
    }
}

/// A fast move, then a part of it back in about twice the time.
private struct Burst {
    let shares: [Double]
    private let size: Double
    private let seconds: Double
    private let returned: Double
    private var age = 0.0

    init(_ random: inout SeededRandom) {
        size = random.uniform(SyntheticParameters.burstSize) * random.sign()
        seconds = random.uniform(SyntheticParameters.burstSeconds)
        returned = random.uniform(SyntheticParameters.burstReturn)
        shares = [random.uniform(0.7...1), random.uniform(0.8...1.15)]
    }

    var isOver: Bool { age >= seconds * 3 }

    mutating func advance() -> Double {
        age += 1
        if age <= seconds {
            // The speed grows up to the end: 2 z integrates to 1.
            return size * 2 * (age / seconds) / seconds
        }
        let z = (age - seconds) / (2 * seconds)
        return -size * returned * 2 * max(0, 1 - z) / (2 * seconds)
    }
}

/// What the market says now.
struct Conviction: Equatable {
    /// E[r], log return over the horizon.
    var drift: Double
    /// 0 to 1.
    var confidence: Double
}

/// Layer 7: what to do with a position whose expected return is recalculated at every signal. `docs/models.md`, layer 7.
struct Rules {
    let flip, halfLives, decay, confidence, reduction: Double
    let without: Set<Rule>

    init(_ options: RebalanceOptions) {
        flip = options.flip
        halfLives = options.halfLives
        decay = options.decay
        confidence = options.confidence
        reduction = options.reduction
        without = Set(options.without)
    }

    /// The first rule that applies, nil to hold.
    /// - Parameters:
    ///   - side: +1 for a long, -1 for a short.
    ///   - entry: the conviction at entry, or at the last reduction.
    ///   - age: of the position, seconds.
    ///   - halfLife: the horizon at entry, seconds.
    func first(side: Double, now: Conviction, entry: Conviction, age: Double, halfLife: Double) -> Rule? {
        Rule.allCases.first { rule in
            guard !without.contains(rule) else { return false }
            return switch rule {
            case .driftFlip: side * now.drift < 0 && abs(now.drift) > flip
            case .timeDecay: age > halfLives * halfLife
            case .driftDecay: side * (now.drift - entry.drift) < -decay
            case .confidenceDrop: now.confidence < confidence * entry.confidence
            }
        }
    }

    /// The share of the position that a rule takes: 1 closes.
    func fraction(_ rule: Rule) -> Double {
        switch rule {
        case .driftFlip, .timeDecay: 1
        case .driftDecay, .confidenceDrop: reduction
        }
    }
}

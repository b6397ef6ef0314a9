/// At which of the events that match it a rule fires. Events are counted, never timed, so a run repeats.
struct FaultTrigger: Equatable {
    private enum Choice: Equatable {
        case all
        case nth(Int)
        case every(Int)
        case share(Double)
    }

    private let choice: Choice
    /// The matching events among which it chooses, counted from 1.
    private let range: ClosedRange<Int>
    private var random: SplitMix64
    /// Matching events so far.
    private(set) var seen = 0
    /// How often it fired.
    var fired = 0

    init(_ fields: inout RuleFields) throws(RuleError) {
        let nth = try fields.optionalInteger("nth", 1...Int.max)
        let every = try fields.optionalInteger("every", 1...Int.max)
        let share = try fields.share("probability")
        let seed = try fields.optionalInteger("seed", 0...Int.max)
        let from = try fields.integer("from", 1...Int.max, default: 1)
        let to = try fields.integer("to", 1...Int.max, default: Int.max)
        guard from <= to else { throw RuleError("from is above to") }
        guard [nth != nil, every != nil, share != nil].count(where: { $0 }) <= 1 else {
            throw RuleError("nth, every and probability exclude each other")
        }
        guard (share != nil) == (seed != nil) else { throw RuleError("probability and seed go together") }
        range = from...to
        random = SplitMix64(seed: UInt64(seed ?? 0))
        choice =
            if let nth { .nth(nth) } else if let every { .every(every) } else if let share { .share(share) } else {
                .all
            }
    }

    /// Counts one more matching event.
    /// - Returns: whether the rule may fire at it.
    mutating func count() -> Bool {
        seen += 1
        return range.contains(seen) && isChosen()
    }

    private mutating func isChosen() -> Bool {
        switch choice {
        case .all: true
        case .nth(let nth): seen == nth
        case .every(let every): seen % every == 0
        case .share(let share): random.next() < share
        }
    }
}

/// Sebastiano Vigna's splitmix64: the same numbers from the same seed, everywhere.
struct SplitMix64: Equatable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Uniform in 0 to below 1.
    mutating func next() -> Double { Double(bits() >> 11) * 0x1p-53 }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

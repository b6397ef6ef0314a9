import Statistics

/// What can be known of a market whose prices are a random walk but for this: now and then the flow of one symbol's orders
/// turns to a side, and a little later its price gains a known return on that side, at a steady pace.
struct PlantedEdge {
    private typealias P = SyntheticParameters

    /// The log return of each occasion.
    private let size: Double
    private var occasions = [Occasion?](repeating: nil, count: 2)

    /// The expected log returns of this second.
    private(set) var returns = [0.0, 0.0]
    /// How the flow of the two symbols is tilted.
    private(set) var tilts = [0.0, 0.0]
    /// Symbols whose expected return is another than in the second before.
    private(set) var changed: [Int] = []

    private struct Occasion {
        let direction: Double
        var age = 0.0
    }

    /// - Parameter basisPoints: what each occasion gains; 0 for nothing to be known.
    init(basisPoints: Double) { size = basisPoints / 1e4 }

    /// Moves on by a second.
    mutating func advance(_ random: inout SeededRandom) {
        changed = []
        for symbol in 0...1 {
            if occasions[symbol] == nil, Episodes.begins(P.plantedPerDay, &random) {
                occasions[symbol] = Occasion(direction: random.sign())
            }
            let before = returns[symbol]
            (returns[symbol], tilts[symbol]) = (0, 0)
            if var now = occasions[symbol] {
                now.age += 1
                let isMoving = now.age > P.plantedLeadSeconds
                returns[symbol] = isMoving ? now.direction * size / P.plantedSeconds : 0
                tilts[symbol] = now.direction * P.plantedFlow
                occasions[symbol] = now.age < P.plantedLeadSeconds + P.plantedSeconds ? now : nil
            }
            if returns[symbol] != before { changed.append(symbol) }
        }
    }
}

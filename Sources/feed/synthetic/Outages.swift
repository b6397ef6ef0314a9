import Statistics

/// When the market is quiet or unseen: lulls of one symbol, silences of both, and the day's gap.
struct Outages {
    private typealias P = SyntheticParameters

    private var lullsLeft = [0.0, 0.0]
    private var silenceLeft = 0.0
    private var gapLeft = 0.0
    private var gapSecondOfDay = 0
    private var silenceSecondsOfDay: [Int] = []
    private var gapStart = 0

    /// Whether a symbol has no records in this second.
    func isQuiet(_ symbol: Int) -> Bool { lullsLeft[symbol] > 0 || isSilent || isGap }
    var isSilent: Bool { silenceLeft > 0 }
    var isGap: Bool { gapLeft > 0 }

    /// Moves on by a second.
    /// - Returns: where the gap began, if it ended just now.
    mutating func advance(second: Int, _ random: inout SeededRandom) -> Int? {
        if second % 86_400 == 0 { planDay(&random) }
        for symbol in 0...1 {
            lullsLeft[symbol] -= 1
            if Episodes.begins(P.lullsPerDay / 2, &random) {
                lullsLeft[symbol] = random.uniform(P.lullSeconds).rounded()
            }
        }
        silenceLeft -= 1
        if silenceSecondsOfDay.contains(second % 86_400) {
            silenceLeft = random.uniform(P.silenceSeconds).rounded()
        }
        let wasGap = isGap
        gapLeft -= 1
        if second % 86_400 == gapSecondOfDay {
            gapLeft = random.uniform(P.gapSeconds).rounded()
            gapStart = second
        }
        return wasGap && !isGap ? gapStart : nil
    }

    private mutating func planDay(_ random: inout SeededRandom) {
        func someSecond() -> Int { Int(random.uniform(3600...82_800)) }
        gapSecondOfDay = someSecond()
        silenceSecondsOfDay = [someSecond()]
        if random.chance(P.secondSilence) { silenceSecondsOfDay.append(someSecond()) }
    }
}

/// Thresholds by size of account: `docs/models.md`, gate thresholds.
struct Tier: Equatable {
    let name: String
    /// Equity up to which it applies, USDT.
    let equityLimit: Double
    let snr: Double
    let confidence: Double
    /// Least |drift|: round-trip fees and slippage.
    let edge: Double
    let takeProfit: Double

    static let all = [
        Tier(name: "micro", equityLimit: 50, snr: 0.50, confidence: 0.28, edge: 0.0018, takeProfit: 0.015),
        Tier(name: "tier1", equityLimit: 100, snr: 0.45, confidence: 0.25, edge: 0.0008, takeProfit: 0.010),
        Tier(name: "tier2", equityLimit: 1000, snr: 0.50, confidence: 0.28, edge: 0.0007, takeProfit: 0.009),
        Tier(name: "tier3", equityLimit: .infinity, snr: 0.55, confidence: 0.30, edge: 0.0006, takeProfit: 0.008),
    ]

    static func of(equity: Double) -> Tier { all.first { equity <= $0.equityLimit } ?? all[all.count - 1] }
}

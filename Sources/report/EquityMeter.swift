import Records

/// What the account is worth, open positions at the middle of the market: after all costs so far, but for those of closing.
struct EquityMeter {
    private static let hour: Int64 = 3_600_000_000

    private struct Account {
        var equity = 0.0
        var realised = 0.0
        var fees = 0.0
        var funding = 0.0
    }

    private var first: Account?
    private var now = Account()
    private(set) var curve = Curve()
    /// The value at each full hour, UTC.
    private(set) var hours: [Double] = []
    /// What all trading had cost by then.
    private(set) var costsByHour: [Double] = []
    /// What a made-up market had planted for the trades by then.
    private(set) var plantedByHour: [Double] = []
    /// The largest fall in money, and the largest as a share of the peak before it: not always the same fall.
    private(set) var maxDrawdown = 0.0
    private(set) var maxDrawdownShare = 0.0
    private var peak = -Double.infinity
    private var nextHour = Int64.max
    private var value = 0.0
    private var last = (paid: 0.0, planted: 0.0)

    var start: Double? { first?.equity }
    var end: Double? { first == nil ? nil : value }
    var fees: Double { now.fees - (first?.fees ?? 0) }
    var funding: Double { now.funding - (first?.funding ?? 0) }

    mutating func take(account record: borrowing Record) {
        guard let equity = record["equity"]?.double else { return }
        now = Account(
            equity: equity, realised: record["realised"]?.double ?? 0, fees: record["fees"]?.double ?? 0,
            funding: record["funding"]?.double ?? 0)
        if first == nil {
            first = now
            nextHour = (record.ts / Self.hour + 1) * Self.hour
        }
    }

    /// - Parameters:
    ///   - unrealised: of all open positions.
    ///   - paid: what all trading has cost so far.
    ///   - planted: what a made-up market has planted for the trades so far.
    mutating func see(unrealised: Double, paid: Double, planted: Double, at ts: Int64) {
        guard let first else { return }
        while ts >= nextHour {
            costsByHour.append(last.paid)
            plantedByHour.append(last.planted)
            hours.append(hours.isEmpty && value == 0 ? first.equity : value)
            nextHour += Self.hour
        }
        last = (paid, planted)
        value =
            first.equity + (now.realised - first.realised) - (now.fees - first.fees) + (now.funding - first.funding)
            + unrealised
        curve.add(value, at: ts)
        peak = max(peak, value)
        if peak - value > maxDrawdown { maxDrawdown = peak - value }
        if peak > 0 { maxDrawdownShare = max(maxDrawdownShare, (peak - value) / peak) }
    }
}

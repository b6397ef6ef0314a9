import Records

/// What the account is worth, open positions at the middle of the market: after all costs so far, but for those of closing.
struct EquityMeter {
    static let hour: Int64 = 3_600_000_000

    private struct Account {
        var equity = 0.0
        var realised = 0.0
        var fees = 0.0
        var funding = 0.0
    }

    /// What all is counted on from; its equity is without what was open then and is on the record.
    private var base: Account?
    private var now = Account()
    /// Of the first account.
    private(set) var start: Double?
    /// Whether nothing was held when the base was set: only then does it hold no gain that is counted again when it is realised.
    private var isSettled = false
    /// When that was; nil before.
    private(set) var settledAt: Int64?
    private(set) var curve = Curve()
    /// The last value before each full hour, UTC.
    private(set) var hours: [Double] = []
    /// The first of those hours.
    private(set) var firstHour: Int64?
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

    var end: Double? { base == nil ? nil : value }

    /// Something is held that was opened before the record begins: of its worth only an account tells.
    mutating func unsettle() { (isSettled, settledAt) = (false, nil) }

    /// - Parameters:
    ///   - unrealised: of all open positions that are on the record.
    ///   - isFlat: whether nothing is held, as far as is known.
    mutating func take(account record: borrowing Record, unrealised: Double, isFlat: Bool) {
        guard let equity = record["equity"]?.double else { return }
        now = Account(
            equity: equity, realised: record["realised"]?.double ?? 0, fees: record["fees"]?.double ?? 0,
            funding: record["funding"]?.double ?? 0)
        if start == nil {
            start = now.equity
            nextHour = (record.ts / Self.hour + 1) * Self.hour
            firstHour = nextHour
        }
        guard !isSettled else { return }
        base = now
        base!.equity -= unrealised
        if isFlat { (isSettled, settledAt) = (true, record.ts) }
    }

    /// - Parameters:
    ///   - unrealised: of all open positions.
    ///   - paid: what all trading has cost so far.
    ///   - planted: what a made-up market has planted for the trades so far.
    mutating func see(unrealised: Double, paid: Double, planted: Double, at ts: Int64) {
        guard let base else { return }
        while ts >= nextHour {
            costsByHour.append(last.paid)
            plantedByHour.append(last.planted)
            hours.append(value)
            nextHour += Self.hour
        }
        last = (paid, planted)
        value =
            base.equity + (now.realised - base.realised) - (now.fees - base.fees) + (now.funding - base.funding)
            + unrealised
        curve.add(value, at: ts)
        peak = max(peak, value)
        if peak - value > maxDrawdown { maxDrawdown = peak - value }
        if peak > 0 { maxDrawdownShare = max(maxDrawdownShare, (peak - value) / peak) }
    }
}

import Records

/// An open position as rebalance knows it: from `position` records.
struct Holding {
    let side: Side
    /// As the record printed it: rebalance passes quantities on, it does not compute with them.
    let quantity: String
    /// Microseconds.
    let opened: Int64
    /// Of the opening intent, or of the signal at the last reduction.
    var entry: Conviction
    /// Seconds.
    let halfLife: Double

    /// - Returns: nil if the record says flat, or does not say why the position was opened.
    init?(_ record: borrowing Record) {
        guard let side = record["side"], !side.equals("flat"), let quantity = record["qty"],
            let opened = record["opened"]?.integer, let drift = record["drift"]?.double,
            let confidence = record["confidence"]?.double, let halfLife = record["half_life"]?.double
        else { return nil }
        self.side = side.equals("long") ? .buy : .sell
        self.quantity = String(decoding: quantity.text, as: UTF8.self)
        self.opened = opened
        entry = Conviction(drift: drift, confidence: confidence)
        self.halfLife = halfLife
    }
}

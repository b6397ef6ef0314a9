public import Records
import Stage

/// Whether records are of one run: event time goes forward, and the account begins once. Two runs behind each other would make
/// a report that looks like one of a single run.
public struct OneRun {
    private var time: Int64 = 0
    private var hasPaidFees = false

    public init() {}

    /// - Returns: what shows that a record is not of the run that was read so far; nil if nothing does.
    public mutating func objection(to record: borrowing Record) -> String? {
        if record.kind.isMarket {
            guard record.ts >= time else {
                let seconds = PlainText.figure(Double(time - record.ts) / 1e6, places: 6)
                return "event time goes back by \(seconds) s, to \(Instant.text(record.ts))"
            }
            time = record.ts
        } else if record.kind == .account, let fees = record["fees"]?.double {
            // Fees are counted from the beginning of a run, so they are 0 only there.
            if fees == 0, hasPaidFees { return "the account starts again: this is another run, or another account" }
            hasPaidFees = fees != 0
        }
        return nil
    }
}

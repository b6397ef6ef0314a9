import Records

/// What one layer said.
struct Finding {
    let layer: Layer
    let passes: Bool
    let value: Double?
    let threshold: Double?
    var note: String?
}

/// What the gate makes of one signal: every layer's answer, whether or not an earlier one refused.
struct Verdict {
    /// What the signal said; the gate reads it once.
    struct Signal {
        let ts: Int64
        let symbol: Int
        let seq: Int64
        let drift, horizon, sigma, snr, confidence: Double

        /// +1 for a long, -1 for a short, 0 if the drift has no sign.
        var side: Double { drift > 0 ? 1 : drift < 0 ? -1 : 0 }

        init?(_ record: borrowing Record) {
            guard let seq = record["seq"]?.integer, let drift = record["drift"]?.double,
                let horizon = record["horizon"]?.double, let sigma = record["sigma"]?.double,
                let snr = record["snr"]?.double, let confidence = record["confidence"]?.double
            else { return nil }
            ts = record.ts
            symbol = record.symbol
            (self.seq, self.drift, self.horizon, self.sigma) = (seq, drift, horizon, sigma)
            (self.snr, self.confidence) = (snr, confidence)
        }
    }

    let signal: Signal
    let findings: [Finding]
    /// Layers that do not block (`--without`).
    let ignored: Set<Layer>
    let hourlyDrift: HourlyDrift.Prediction?
    let crossAsset: CrossAsset.Answer

    /// The first layer that refused.
    var blockedBy: Layer? { findings.first { !$0.passes && !ignored.contains($0.layer) }?.layer }

    /// The one way to an `intent`: nil unless every layer that counts has passed.
    var approval: Approval? { blockedBy == nil && signal.side != 0 ? Approval(verdict: self) : nil }

    /// Proof that a verdict passed. Nothing outside this file can make one.
    struct Approval {
        let signal: Signal

        fileprivate init(verdict: Verdict) { signal = verdict.signal }
    }
}

/// An opening intent: it can only be made from an approval.
struct Intent {
    let id: String
    let signal: Verdict.Signal
    let weight, takeProfit, stopLoss: Double

    init(_ approval: Verdict.Approval, symbol: [UInt8], weight: Double, takeProfit: Double, stopLoss: Double) {
        signal = approval.signal
        id = IntentIdentifier.text(symbol: symbol, role: "o", ts: signal.ts, seq: signal.seq)
        (self.weight, self.takeProfit, self.stopLoss) = (weight, takeProfit, stopLoss)
    }
}

extension Output {
    mutating func verdict(_ verdict: Verdict, symbol: [UInt8]) {
        let side: String? = verdict.signal.side > 0 ? "long" : verdict.signal.side < 0 ? "short" : nil
        begin(.verdict, ts: verdict.signal.ts, symbol: symbol)
        field("seq", verdict.signal.seq)
        field("side", side)
        field("pass", verdict.approval != nil)
        field("blocked_by", verdict.blockedBy?.rawValue)
        open("layers")
        for finding in verdict.findings {
            open(bytes: Array(finding.layer.rawValue.utf8))
            field("pass", finding.passes)
            field("value", finding.value)
            field("threshold", finding.threshold)
            if let note = finding.note { field("note", note) }
            if verdict.ignored.contains(finding.layer) { field("ignored", true) }
            if finding.layer == .hourlyDrift, let drift = verdict.hourlyDrift { factors(drift) }
            if finding.layer == .crossAsset { moves(verdict.crossAsset) }
            close()
        }
        close()
        end()
    }

    private mutating func factors(_ drift: HourlyDrift.Prediction) {
        field("r2", drift.r2)
        open("factors")
        for (name, value) in zip(HourlyDrift.factors, drift.factors) { field(name, value) }
        close()
    }

    private mutating func moves(_ answer: CrossAsset.Answer) {
        field("self", answer.own)
        field("other", answer.other)
        field("correlation", answer.correlation)
    }

    mutating func intent(_ intent: Intent, symbol: [UInt8]) {
        begin(.intent, ts: intent.signal.ts, symbol: symbol)
        field("id", intent.id)
        field("side", intent.signal.side > 0 ? "buy" : "sell")
        field("reduce_only", false)
        field("weight", intent.weight)
        field("take_profit", intent.takeProfit)
        field("stop_loss", intent.stopLoss)
        field("drift", intent.signal.drift)
        field("confidence", intent.signal.confidence)
        field("half_life", intent.signal.horizon)
        field("seq", intent.signal.seq)
        end()
    }
}

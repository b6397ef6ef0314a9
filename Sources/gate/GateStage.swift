public import Records
public import Stage
import Statistics

/// Layers 4 to 6, thresholds and limits: for each `signal` exactly one `verdict`, and an opening `intent` if it passed.
public struct GateStage: StageFold, ~Copyable {
    /// The models of one symbol.
    struct Market {
        var flow: OrderFlow
        var hourly = HourlyDrift()
    }

    private let settings: GateSettings
    private var markets = PerSymbol<Market>()
    private var sampler: Sampler
    private var minutes = MinuteClock()
    private var pair: CrossAsset
    private var limits: Limits

    public init(_ options: GateOptions) {
        settings = GateSettings(options)
        sampler = Sampler(intervalSeconds: settings.sample, staleSeconds: settings.stale)
        pair = CrossAsset(intervalSeconds: settings.sample)
        limits = Limits(settings)
    }

    public mutating func receive(_ input: borrowing RecordReader, into out: inout Output) {
        out.pass(input.record)
        let (kind, ts) = (input.record.kind, input.record.ts)
        if kind.isMarket, sampler.isDue(before: ts) || minutes.isDue(before: ts) { advance(to: ts) }
        if kind.isPrice { observe(input.record) } else { receiveOther(input, into: &out) }
    }

    @inline(never)
    private mutating func receiveOther(_ input: borrowing RecordReader, into out: inout Output) {
        switch input.record.kind {
        case .gap: skip(input.record)
        case .phase: if let phase = input.record["phase"] { limits.update(phase: phase) }
        case .signal: judge(input, &out)
        case .book: if let book = Book(input) { limits.update(book) }
        default: break
        }
    }

    @inline(never)
    private mutating func advance(to ts: Int64) {
        while let event = sampler.next(before: ts) {
            switch event {
            case .sample(let symbol, let ts, let price):
                if symbol < 2 { pair.sample(symbol, price: price, ts: ts) }
            case .reset(let symbol): reset(symbol)
            }
        }
        while let event = minutes.next(before: ts) {
            switch event {
            case .minute(let symbol, let minute): markets[symbol].hourly.update(minute)
            case .reset(let symbol): markets[symbol].hourly = HourlyDrift()
            }
        }
    }

    @inline(__always)
    private mutating func observe(_ record: borrowing Record) {
        let symbol = record.symbol
        markets.meet(symbol, Market(flow: OrderFlow(halfLifeSeconds: settings.flowHalfLife)))
        minutes.observe(record)
        if sampler.observe(record), let price = sampler.price(of: symbol) {
            markets[symbol].flow.reference(price, ts: record.ts)
        }
        if record.kind == .trade {
            markets[symbol].flow.trade(record.side, quantity: record.quantity.double, ts: record.ts)
        } else if record.kind == .quote {
            let (bid, ask) = record.best
            markets[symbol].flow.quote(
                bid: bid, bidQuantity: record.bidQuantity.double, ask: ask, askQuantity: record.askQuantity.double,
                ts: record.ts)
        }
    }

    private mutating func reset(_ symbol: Int) {
        guard symbol < markets.count else { return }
        markets[symbol].flow = OrderFlow(halfLifeSeconds: settings.flowHalfLife)
        if symbol < 2 { pair.reset(symbol) }
    }

    /// A `gap`, of one symbol or, where it names none, of all.
    private mutating func skip(_ gap: borrowing Record) {
        let (ts, named) = (gap.ts, gap.symbol)
        let (from, to) = (gap["from"]?.integer ?? ts, gap["to"]?.integer ?? ts)
        let symbols = named < 0 ? Array(markets.indices) : [named]
        for symbol in symbols where symbol < markets.count {
            sampler.forget(symbol)
            reset(symbol)
            if minutes.skip(symbol, from: from, to: to) { markets[symbol].hourly = HourlyDrift() }
        }
    }

    private mutating func judge(_ input: borrowing RecordReader, _ out: inout Output) {
        guard let signal = Verdict.Signal(input.record) else { return }
        let verdict = verdict(on: signal)
        let symbol = input.symbols.name(signal.symbol)
        out.verdict(verdict, symbol: symbol)
        guard let approval = verdict.approval else { return }
        let tier = Tier.of(equity: limits.equity)
        let intent = Intent(
            approval, symbol: symbol, weight: settings.weight,
            takeProfit: max(settings.takeProfit ?? tier.takeProfit, abs(signal.drift)),
            stopLoss: max(settings.stopSigmas * signal.sigma, settings.minStop))
        limits.open(signal.symbol, id: intent.id, ts: signal.ts)
        out.intent(intent, symbol: symbol)
    }

    private mutating func verdict(on signal: Verdict.Signal) -> Verdict {
        let tier = Tier.of(equity: limits.equity)
        let hourly = signal.symbol < markets.count ? markets[signal.symbol].hourly.prediction : nil
        let cross =
            signal.symbol < 2
            ? pair.answer(for: signal.symbol, side: signal.side)
            : CrossAsset.Answer(outcome: .noData, own: nil, other: nil, correlation: nil)
        return Verdict(
            signal: signal,
            findings: [
                atLeast(.snr, signal.snr, settings.snr ?? tier.snr, tier),
                atLeast(.confidence, signal.confidence, settings.confidence ?? tier.confidence, tier),
                atLeast(.edge, abs(signal.drift), settings.edge ?? tier.edge, tier),
                orderFlow(signal),
                hourlyDrift(signal, hourly),
                Finding(
                    layer: .crossAsset, passes: cross.outcome.passes, value: cross.other.map { $0 * signal.side },
                    threshold: -2, note: cross.outcome.rawValue),
                limit(signal),
            ], ignored: settings.without, hourlyDrift: hourly, crossAsset: cross)
    }

    private func atLeast(_ layer: Layer, _ value: Double, _ threshold: Double, _ tier: Tier) -> Finding {
        Finding(layer: layer, passes: value >= threshold, value: value, threshold: threshold, note: tier.name)
    }

    private func orderFlow(_ signal: Verdict.Signal) -> Finding {
        let flow =
            signal.symbol < markets.count ? markets[signal.symbol].flow.imbalance(at: signal.ts) : (nil, .noData)
        let threshold = settings.flow * signal.side
        let passes = flow.value.map { signal.side * $0 >= settings.flow } ?? false
        return Finding(
            layer: .orderFlow, passes: passes && signal.side != 0, value: flow.value, threshold: threshold,
            note: flow.source.rawValue)
    }

    private func hourlyDrift(_ signal: Verdict.Signal, _ prediction: HourlyDrift.Prediction?) -> Finding {
        guard let prediction else {
            return Finding(
                layer: .hourlyDrift, passes: settings.hourlyDriftMissing == .pass, value: nil,
                threshold: 1e-4 * signal.side, note: "no_data")
        }
        return Finding(
            layer: .hourlyDrift, passes: signal.side * prediction.predicted > 1e-4, value: prediction.predicted,
            threshold: 1e-4 * signal.side, note: nil)
    }

    private mutating func limit(_ signal: Verdict.Signal) -> Finding {
        guard let breach = limits.breach(signal.symbol, ts: signal.ts) else {
            return Finding(layer: .limits, passes: true, value: nil, threshold: nil, note: nil)
        }
        return Finding(
            layer: .limits, passes: false, value: breach.value, threshold: breach.threshold, note: breach.limit)
    }
}

import Glibc
public import Records
public import Stage
import Statistics

/// The options as plain values: an option wrapper costs a look-up at each use.
struct SignalSettings {
    let sample, stale, tau, flat, ouMemory, minHold, maxHold, hold, snr, every: Double
    let window, ready: Int
    let calibrate: Bool

    init(_ options: SignalOptions) {
        sample = options.sample
        stale = options.stale
        tau = options.tau
        flat = options.flat
        ouMemory = options.ouMemory
        minHold = options.minHold
        maxHold = options.maxHold
        hold = options.hold
        snr = options.snr
        every = options.every
        window = options.window
        ready = options.ready
        calibrate = options.calibrate
    }
}

/// Layers 1 to 3 and the forecast: market records in, `warmup` and `signal` records added.
public struct SignalStage: StageFold, ~Copyable {
    private let settings: SignalSettings
    private let every: Int64
    private var sampler: Sampler
    private var calculus: Calculus
    private var models: [SymbolModel?] = []
    private var sequence: Int64 = 0

    public init(_ options: SignalOptions) {
        settings = SignalSettings(options)
        every = Int64((settings.every * 1e6).rounded())
        sampler = Sampler(intervalSeconds: settings.sample, staleSeconds: settings.stale)
        calculus = Calculus(interval: settings.sample, window: settings.window)
    }

    public mutating func receive(_ input: borrowing RecordReader, into out: inout Output) {
        let kind = input.record.kind
        guard kind.isMarket else { return out.pass(input.record) }
        if sampler.isDue(before: input.record.ts) { advance(input, &out) }
        out.pass(input.record)
        if kind.isPrice {
            _ = sampler.observe(input.record)
        } else if kind == .gap {
            reset(input.record.symbol)
        }
    }

    @inline(never)
    private mutating func advance(_ input: borrowing RecordReader, _ out: inout Output) {
        while let event = sampler.next(before: input.record.ts) { take(event, input.symbols, &out) }
    }

    private mutating func take(_ event: Sampler.Event, _ symbols: borrowing SymbolTable, _ out: inout Output) {
        switch event {
        case .reset(let symbol): reset(symbol)
        case .sample(let symbol, let ts, let price):
            sample(symbol, price)
            if ts % every == 0 { write(symbol, ts, symbols, &out) }
        }
    }

    private mutating func sample(_ symbol: Int, _ price: Double) {
        if symbol >= models.count { models += Array(repeating: nil, count: symbol + 1 - models.count) }
        if models[symbol] == nil {
            models[symbol] = SymbolModel(first: price, settings)
        } else {
            models[symbol]!.update(price, &calculus)
        }
    }

    /// Data is missing: of one symbol, or, where the record names none, of all.
    private mutating func reset(_ symbol: Int) {
        for index in models.indices where symbol < 0 || index == symbol {
            models[index] = nil
            sampler.forget(index)
        }
    }

    private mutating func write(_ symbol: Int, _ ts: Int64, _ symbols: borrowing SymbolTable, _ out: inout Output) {
        guard let model = models[symbol] else { return }
        guard model.isReady else {
            out.begin(.warmup, ts: ts, symbol: symbols.name(symbol))
            out.field("have", Int64(model.samples))
            out.field("need", Int64(settings.ready))
            return out.end()
        }
        sequence += 1
        out.signal(model.signal, ts: ts, symbol: symbols.name(symbol), seq: sequence)
    }
}

extension Output {
    fileprivate mutating func signal(_ signal: SignalValues, ts: Int64, symbol: [UInt8], seq: Int64) {
        begin(.signal, ts: ts, symbol: symbol)
        field("seq", seq)
        field("px", signal.price)
        field("forecast", signal.price * exp(signal.drift))
        field("drift", signal.drift)
        field("horizon", signal.horizon)
        field("sigma", signal.sigma)
        field("kind", signal.kind.rawValue)
        field("curve", signal.curve.rawValue)
        field("snr", signal.snr)
        field("confidence", signal.confidence)
        field("velocity", signal.derivatives.velocity)
        field("acceleration", signal.derivatives.acceleration)
        field("jerk", signal.derivatives.jerk)
        field("snap", signal.derivatives.snap)
        open("kalman")
        field("level", signal.kalman.origin + signal.kalman.level)
        field("velocity", signal.kalman.velocity)
        field("variance", signal.kalman.observationVariance)
        field("nis", signal.kalman.nis)
        close()
        if let process = signal.ornsteinUhlenbeck {
            open("ou")
            field("theta", process.theta)
            field("mean", process.mean)
            field("sigma", process.sigma)
            field("half_life", process.halfLife)
            field("z", process.z)
            close()
        } else {
            field("ou", nil as Double?)
        }
        if let factor = signal.calibration { field("calibration", factor) }
        end()
    }
}

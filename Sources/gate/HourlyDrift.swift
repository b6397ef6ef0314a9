import Glibc
import Statistics

/// Layer 5: the return of the next hour from six factors of one-minute closes, by recursive least squares.
/// `docs/models.md`, layer 5.
public struct HourlyDrift {
    /// The factors' names, in the order of their values.
    public static let factors: [StaticString] = [
        "momentum", "volatility_regime", "volume_trend", "time_of_day", "day_of_week", "mean_reversion",
    ]

    /// What a completed minute was.
    public struct Minute {
        /// Its end, microseconds.
        public var ts: Int64
        /// Reference price at its end, and its extremes within it; quote currency.
        public var close, high, low: Double
        /// Base currency.
        public var volume: Double

        public init(ts: Int64, close: Double, high: Double, low: Double, volume: Double) {
            (self.ts, self.close, self.high, self.low, self.volume) = (ts, close, high, low, volume)
        }
    }

    /// The prediction at the last completed minute.
    public struct Prediction {
        /// Log return of the next 60 minutes.
        public var predicted: Double
        /// As used: clipped.
        public var factors: [Double]
        /// Share of the variance of past returns that past predictions explained, out of sample; nil before the first.
        public var r2: Double?
    }

    static let horizon = 60
    private static let scales = [0.005, 0.5, 0.5, 0.0005, 0.0005, 0.003]

    private struct Past {
        var y: Double
        var factors: [Double]?
        var predicted = 0.0
    }

    public private(set) var prediction: Prediction?
    private var past: [Past] = []
    private var volumes: [Double] = []
    private var shortRange = ExponentialMean(span: 15)
    private var longRange = ExponentialMean(span: 1440)
    private var meanLog = ExponentialMean(span: 60)
    private var meanSquares = Array(repeating: ExponentialMean(weight: 1.0 / 1440), count: 6)
    private var seasons = Seasons()
    private var squaredError = ExponentialMean(weight: 1.0 / 1440)
    private var squaredReturn = ExponentialMean(weight: 1.0 / 1440)
    private var regression = RecursiveLeastSquares(
        prior: [0.05, 0, 0, 0.25, 0.25, 0.03], variances: scales.map { 1 / (1440 * $0 * $0) },
        forgetting: exp2(-1.0 / 20_160))

    public init() {}

    /// Takes the next completed minute.
    public mutating func update(_ minute: Minute) {
        let y = log(minute.close)
        let previous = past.last?.y ?? y
        let trueRange = max(log(minute.high), previous) - min(log(minute.low), previous)
        shortRange.update(trueRange)
        longRange.update(trueRange)
        meanLog.update(y)
        seasons.update(ts: minute.ts, y: y)
        volumes.append(minute.volume)
        if volumes.count > Self.horizon { volumes.removeFirst() }
        guard past.count >= Self.horizon else { return past.append(Past(y: y)) }
        let then = past.removeFirst()
        learn(from: then, y - then.y)
        let factors = clip(rawFactors(momentum: y - then.y, y: y, ts: minute.ts))
        let predicted = regression.predict(factors)
        let r2 = squaredReturn.value > 0 ? 1 - squaredError.value / squaredReturn.value : nil
        prediction = Prediction(predicted: predicted, factors: factors, r2: r2)
        past.append(Past(y: y, factors: factors, predicted: predicted))
    }

    private mutating func learn(from then: Past, _ realised: Double) {
        guard let factors = then.factors else { return }
        let error = realised - then.predicted
        squaredError.update(error * error)
        squaredReturn.update(realised * realised)
        regression.update(factors, realised)
    }

    private func rawFactors(momentum: Double, y: Double, ts: Int64) -> [Double] {
        let sign = momentum > 0 ? 1.0 : momentum < 0 ? -1.0 : 0
        let regime =
            shortRange.value > 0 && longRange.value > 0 ? sign * log(shortRange.value / longRange.value) : 0
        let recent = volumes.suffix(5).reduce(0, +) / 5
        let usual = volumes.reduce(0, +) / Double(volumes.count)
        let trend = recent > 0 && usual > 0 ? sign * log(recent / usual) : 0
        return [momentum, regime, trend, seasons.ofSession(at: ts), seasons.ofWeekday(at: ts), meanLog.value - y]
    }

    /// To five times each factor's exponential root mean square.
    private mutating func clip(_ raw: [Double]) -> [Double] {
        raw.indices.map { i in
            meanSquares[i].update(raw[i] * raw[i])
            let limit = 5 * meanSquares[i].value.squareRoot()
            return min(max(raw[i], -limit), limit)
        }
    }
}

/// Mean log returns of completed UTC hours by session and by weekday, shrunk towards zero where hours are few.
struct Seasons {
    private static let hour: Int64 = 3_600_000_000
    /// Hours that weigh as much as the prior of zero.
    private static let shrinkage = 20.0

    private var start: (ts: Int64, y: Double)?
    private var sessions = [(sum: Double, count: Double)](repeating: (0, 0), count: 4)
    private var weekdays = [(sum: Double, count: Double)](repeating: (0, 0), count: 7)

    /// Takes a minute's close at its end `ts`: an hour is complete if its start and its end were both seen.
    mutating func update(ts: Int64, y: Double) {
        guard ts % Self.hour == 0 else { return }
        if let start, ts - start.ts == Self.hour {
            let r = y - start.y
            let (session, weekday) = (Self.session(start.ts), Self.weekday(start.ts))
            sessions[session] = (sessions[session].sum + r, sessions[session].count + 1)
            weekdays[weekday] = (weekdays[weekday].sum + r, weekdays[weekday].count + 1)
        }
        start = (ts, y)
    }

    func ofSession(at ts: Int64) -> Double { Self.shrunk(sessions[Self.session(ts)]) }
    func ofWeekday(at ts: Int64) -> Double { Self.shrunk(weekdays[Self.weekday(ts)]) }

    private static func shrunk(_ hours: (sum: Double, count: Double)) -> Double {
        hours.count > 0 ? hours.sum / hours.count * hours.count / (hours.count + shrinkage) : 0
    }

    /// Asia 0-7, Europe 7-13, US 13-21, late 21-24 h UTC.
    private static func session(_ ts: Int64) -> Int {
        switch ts / hour % 24 {
        case 0..<7: 0
        case 7..<13: 1
        case 13..<21: 2
        default: 3
        }
    }

    private static func weekday(_ ts: Int64) -> Int { Int(ts / (24 * hour) % 7) }
}

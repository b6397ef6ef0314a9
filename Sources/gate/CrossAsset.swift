import Glibc
import Statistics

/// Layer 6: BTC leads ETH and ETH leads BTC. Two symbols' samples, their moves and their correlation.
/// `docs/models.md`, layer 6.
public struct CrossAsset {
    public enum Outcome: String {
        /// The other has moved with the trade, this one against it: it is expected to follow.
        case meanReversion = "mean_reversion"
        /// Both move with the trade.
        case correlation
        /// The other moves hard against the trade, and the two usually move together: refused.
        case contraTrend = "contra_trend"
        case neutral
        case noData = "no_data"

        public var passes: Bool { self != .contraTrend }
    }

    /// An answer with what it stands on.
    public struct Answer {
        public var outcome: Outcome
        /// Return over 60 samples in its standard deviations, of the asked symbol and of the other.
        public var own, other: Double?
        public var correlation: Double?
    }

    private let interval: Int64
    private var moves: [Move] = []
    private var products = ExponentialMean(span: 720)
    private var squares = [ExponentialMean](repeating: ExponentialMean(span: 720), count: 2)

    /// - Parameter intervalSeconds: D, the distance of samples.
    public init(intervalSeconds: Double) {
        interval = Int64((intervalSeconds * 1e6).rounded())
        moves = [Move(), Move()]
    }

    /// Takes a sample of one of the two.
    /// - Parameters:
    ///   - member: 0 or 1; the members' samples of one `ts` come in this order.
    ///   - price: the reference price at `ts`, microseconds, on the grid.
    public mutating func sample(_ member: Int, price: Double, ts: Int64) {
        sampleLog(member, log(price), ts: ts)
    }

    mutating func sampleLog(_ member: Int, _ y: Double, ts: Int64) {
        moves[member].update(y, ts)
        guard ts % (5 * interval) == 0, let a = moves[0].fiveReturn(at: ts, interval),
            let b = moves[1].fiveReturn(at: ts, interval)
        else { return }
        products.update(a * b)
        squares[0].update(a * a)
        squares[1].update(b * b)
    }

    /// The member's data are void; the correlation that was learnt stays.
    public mutating func reset(_ member: Int) { moves[member] = Move() }

    /// - Parameters:
    ///   - member: whose trade is asked about.
    ///   - side: +1 for a long, -1 for a short.
    public func answer(for member: Int, side: Double) -> Answer {
        guard let own = moves[member].standardised, let other = moves[1 - member].standardised else {
            return Answer(outcome: .noData, own: nil, other: nil, correlation: nil)
        }
        let outcome: Outcome =
            if side * other > 1, side * own < -0.5 { .meanReversion } else if side * own > 0.5, side * other > 0.5 {
                .correlation
            } else if side * other < -2, correlation > 0.3 { .contraTrend } else { .neutral }
        return Answer(outcome: outcome, own: own, other: other, correlation: correlation)
    }

    /// Of five-sample returns, about zero; 0 while nothing moved.
    private var correlation: Double {
        let scale = (squares[0].value * squares[1].value).squareRoot()
        return scale > 0 ? products.value / scale : 0
    }
}

/// The last 61 samples of a symbol and the size of its one-sample returns.
private struct Move {
    private static let length = 60
    private var logs: [Double] = []
    private var newest: Int64 = 0
    private var squaredReturn = ExponentialMean(weight: 0.01)

    mutating func update(_ y: Double, _ ts: Int64) {
        if let last = logs.last { squaredReturn.update((y - last) * (y - last)) }
        if logs.count > Self.length { logs.removeFirst() }
        logs.append(y)
        newest = ts
    }

    /// The return over 60 samples over its standard deviation, 0 if nothing moved; nil before there are 61.
    var standardised: Double? {
        guard logs.count > Self.length else { return nil }
        guard squaredReturn.value > 0 else { return 0 }
        return (logs[Self.length] - logs[0]) / (squaredReturn.value * Double(Self.length)).squareRoot()
    }

    /// The return over the last five samples, if the newest is of `ts`.
    func fiveReturn(at ts: Int64, _ interval: Int64) -> Double? {
        newest == ts && logs.count > 5 ? logs[logs.count - 1] - logs[logs.count - 6] : nil
    }
}

/// The figures of a report, as `--json` writes them. Money is USDT, shares are fractions, times are seconds. What the sample
/// does not tell is null.
public struct Summary: Codable {
    struct Estimate: Codable {
        let value: Double
        let low: Double?
        let high: Double?

        init(_ value: Double, _ interval: Interval?) {
            self.value = value
            low = interval?.low
            high = interval?.high
        }

        /// The mean, with the interval of `Estimates.mean`.
        /// - Returns: nil for no values.
        init?(meanOf values: [Double], level: Double = 0.05) {
            guard !values.isEmpty else { return nil }
            self.init(Summary.mean(values), Estimates.mean(values, level: level))
        }
    }

    struct Span: Codable {
        let from: Int64
        let to: Int64
        let days: Double
        let records: Int
        let gaps: Int
        /// The last price of each symbol.
        let prices: [String: Double]
    }

    struct Result: Codable {
        let start: Double?
        let end: Double?
        let net: Double
        /// The largest fall in money, and the largest as a share of its peak: not always the same fall.
        let maxDrawdown: Double
        let maxDrawdownShare: Double
        /// Of hourly returns; nil for less than a day of them, for such as do not differ, and of an account that was lost.
        let sharpeHourly: Estimate?
        /// The probability that it is above what luck shows in so many trials.
        let deflatedSharpe: Double?
        let trials: Int
    }

    struct Trades: Codable {
        let count: Int
        /// Nil for less than a day of data, as is `resultOfValueDay`: what a day brings is not made up from minutes.
        let perDay: Double?
        let won: Int
        let winRate: Estimate?
        /// Mean net result of a trade, USDT and as a share of its value.
        let expectancy: Estimate?
        let expectancyShare: Estimate?
        /// The same without any cost of trading: what the market gave, from the middle when the intents were written.
        let beforeCosts: Estimate?
        /// What a made-up market had planted for these trades, each on average; nil where none was.
        let planted: Double?
        /// For all of them together, USDT.
        let plantedMoney: Double?
        /// What was won over what was lost; nil if nothing was lost.
        let profitFactor: Double?
        let medianSeconds: Double?
        let turnover: Double
        let timeInMarket: Double
        /// Net result for each USDT held for a day.
        let resultOfValueDay: Double?
        /// Opening intents of which nothing was filled, by the code of their reject or the reason of their cancelling.
        let rejects: [String: Int]
    }

    struct CostTable: Codable {
        let fees, spread, slippage, delay, funding, total: Double
        /// For each USDT traded.
        let share: Double?
    }

    struct Layer: Codable {
        let name: String
        let came, passed, refused, alone: Int
        /// Median of value over threshold of those that came and were refused; nil of `limits`, which are many.
        let medianMargin: Double?
        /// Of `limits`: how many of those each of them refused.
        let causes: [String: Int]

        /// The causes, the most frequent first; else the margin. Empty if there is neither.
        var why: String {
            guard causes.isEmpty else {
                return causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
                    .joined(separator: ", ")
            }
            return medianMargin.map { "\(Summary.number($0, 2)) of the threshold\($0 > 1 ? ", beyond it" : "")" } ?? ""
        }
    }

    struct Gate: Codable {
        let signals: Int
        let passed: Int
        let layers: [Layer]
    }

    struct Exit: Codable {
        let name: String
        let count: Int
        /// Of a rule: how many were held against holding on, of how many that was not known at the end, and how many had
        /// nothing to be held against. All 0 for what is no rule.
        let compared, open, beyond: Int
        /// Against holding on, USDT and of each USDT left; nil where none was compared.
        let saved: Double?
        let savedShare: Estimate?

        var isRule: Bool { compared + open + beyond > 0 }
    }

    struct Part: Codable {
        let name: String
        let count: Int
        let net: Double
        let share: Estimate?
    }

    /// What was tried; of a variant.
    public let name: String
    let span: Span
    let result: Result
    /// What the account was last worth before each full hour, UTC.
    let equityByHour: [Double]
    /// The first of those hours, that behind the first account, microseconds since the Unix epoch; nil without an account.
    let firstHour: Int64?
    /// What all trading had cost by then.
    let costsByHour: [Double]
    /// What a made-up market had planted for the trades by then, USDT; nil where nothing was.
    let plantedByHour: [Double]?
    /// Trades that ended in each hour, UTC, from that of the first record to that of the last; and how many of them won.
    let closedByHour: [Int]
    let wonByHour: [Int]
    let trades: Trades
    /// Of all fills, those of open positions too.
    let costs: CostTable
    let gate: Gate
    let exits: [Exit]
    /// Behind the entry, for which exits were held against holding on; and whether that is assumed, as the run did not say.
    let halfLives: Double
    let areHalfLivesAssumed: Bool
    let symbols: [Part]
    /// By the hour and the weekday in which a trade was opened, UTC.
    let hours: [Part]
    let weekdays: [Part]
    /// What the figures do not say.
    let cautions: [String]
}

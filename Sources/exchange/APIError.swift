import Records
import Venue

/// A refusal of the API: its code and its text, as the exchange words them.
struct APIError: Error, Equatable {
    let code: Int
    let message: String

    init(_ code: Int, _ message: String) {
        self.code = code
        self.message = message
    }

    /// 10001, the umbrella of all that is wrong with a parameter.
    static func parameter(_ name: String) -> APIError { APIError(10001, "params error: \(name) invalid") }
    static func missing(_ name: String) -> APIError { APIError(10001, "params error: \(name) is required") }
    static var symbol: APIError { APIError(10001, "Not supported symbols") }
    /// A private request without its headers: answered with HTTP 401.
    static var unsigned: APIError { APIError(401, "Unauthorized") }

    /// - Parameter terms: of the order that was refused; nil where none was.
    init(_ refusal: Refusal, _ terms: OrderTerms?, _ options: ExchangeOptions) {
        // Prices in these texts are scaled by 10^4.
        func scaled(_ price: Price?) -> Int64 { (price ?? .zero).units / 10_000 }
        let side = terms?.side == .sell ? "Sell" : "Buy"
        func level(_ name: String, _ price: Price?, _ comparison: String, _ base: Price) -> APIError {
            APIError(
                10001,
                "\(name):\(scaled(price)) set for \(side) position should \(comparison) base_price:\(scaled(base))??LastPrice"
            )
        }
        switch refusal {
        case .noPrice: self.init(110118, "There is no price for this market order")
        case .notListed: self.init(110074, "This contract is not live")
        case .noOrder: self.init(110001, "order not exists or too late to cancel")
        case .insufficientMargin: self.init(110007, "ab not enough for new order")
        case .isFlat: self.init(110017, "current position is zero, cannot fix reduce-only order qty")
        case .wouldAdd: self.init(110017, "Reduce-only rule not satisfied")
        case .takeProfitSide(let base):
            self = level("tp", terms?.protection.takeProfit?.price, side == "Buy" ? "greater" : "lower", base)
        case .stopLossSide(let base):
            self = level("sl", terms?.protection.stopLoss?.price, side == "Buy" ? "lower" : "greater", base)
        case .triggered(let current):
            let rises = terms?.trigger?.rises ?? true
            self.init(
                rises ? 110092 : 110093,
                "expect \(rises ? "Rising" : "Falling"), but trigger_price[\(scaled(terms?.trigger?.price))] "
                    + "\(rises ? "<=" : ">=") current[\(scaled(current))]??LastPrice")
        case .tooManyOrders: self.init(110020, "The number of active orders exceeds 500")
        case .tooManyLevels: self.init(110061, "The number of TP/SL orders exceeds the limit of 20")
        case .tooManyConditionals: self.init(110009, "The number of stop orders exceeds the maximum allowable limit")
        case .filledAlready: self.init(10001, "The order quantity must be greater than the filled quantity")
        case .positionTooLarge:
            self.init(110090, "Order placement failed as your position may exceed the max limit")
        case .leverageTooHigh: self.init(options.leverageCode, "Cannot set leverage gt maxLeverage by risk limit")
        }
    }
}

import Bybit
import Records

/// A request that was let in.
struct Call {
    let account: Int
    let parameters: Parameters
    /// The exchange's own wall clock, microseconds.
    let now: Int64
    let options: ExchangeOptions
}

/// The list of what the API has, and how a request finds its way.
extension Exchange {
    typealias Handler = @Sendable (Exchange) -> (Call, inout Output) throws(APIError) -> Outcome

    /// A handler that writes nothing on the ledger.
    private static func quiet(
        _ handler: @escaping @Sendable (Exchange) -> (Call) throws(APIError) -> Outcome
    ) -> Handler {
        { exchange in { (call, _) throws(APIError) in try handler(exchange)(call) } }
    }

    /// What a handler answers, beside the envelope.
    struct Outcome {
        var result: JSON
        var extra: JSON = [:]
        var message = "OK"
    }

    /// - Parameters:
    ///   - rate: requests a second an account may make.
    private struct Route: Sendable {
        let method: String
        let rate: Int
        let handler: Handler
    }

    private static let marketRoot = "/v5/market/"

    private static let routes: [String: Route] = [
        "/v5/order/create": Route(method: "POST", rate: 10, handler: create),
        "/v5/order/amend": Route(method: "POST", rate: 10, handler: amend),
        "/v5/order/cancel": Route(method: "POST", rate: 10, handler: cancel),
        "/v5/order/cancel-all": Route(method: "POST", rate: 10, handler: cancelAll),
        "/v5/order/create-batch": Route(method: "POST", rate: 10, handler: createBatch),
        "/v5/order/amend-batch": Route(method: "POST", rate: 10, handler: amendBatch),
        "/v5/order/cancel-batch": Route(method: "POST", rate: 10, handler: cancelBatch),
        "/v5/order/realtime": Route(method: "GET", rate: 50, handler: quiet(openOrders)),
        "/v5/order/history": Route(method: "GET", rate: 50, handler: quiet(orderHistory)),
        "/v5/execution/list": Route(method: "GET", rate: 50, handler: quiet(executionList)),
        "/v5/position/list": Route(method: "GET", rate: 50, handler: quiet(positionList)),
        "/v5/position/closed-pnl": Route(method: "GET", rate: 50, handler: quiet(closedProfits)),
        "/v5/position/set-leverage": Route(method: "POST", rate: 10, handler: quiet(setLeverage)),
        "/v5/position/switch-mode": Route(method: "POST", rate: 10, handler: quiet(switchMode)),
        "/v5/position/trading-stop": Route(method: "POST", rate: 10, handler: quiet(tradingStop)),
        "/v5/account/wallet-balance": Route(method: "GET", rate: 50, handler: quiet(walletBalance)),
        "/v5/account/info": Route(method: "GET", rate: 50, handler: quiet(accountInfo)),
        "/v5/account/fee-rate": Route(method: "GET", rate: 5, handler: quiet(feeRate)),
        "/v5/account/set-margin-mode": Route(method: "POST", rate: 5, handler: quiet(setMarginMode)),
        "/v5/user/query-api": Route(method: "GET", rate: 10, handler: quiet(queryAPI)),
        "/v5/asset/coin/query-info": Route(method: "GET", rate: 5, handler: quiet(coinInfo)),
    ]

    /// - Parameter now: the exchange's own wall clock.
    func serve(_ request: Request, at now: Int64, into ledger: inout Output) -> Response {
        // A GET that carries a body is refused by the gate in front of the exchange.
        if request.method == "GET", !request.body.isEmpty { return Response(status: 403, body: []) }
        if request.path.hasPrefix(Self.marketRoot) { return serveMarket(request, at: now) }
        guard let route = Self.routes[request.path], route.method == request.method else {
            return Response(status: 404, body: [])
        }
        var headers: [(name: String, value: String)] = []
        do throws(APIError) {
            let account = try admission.admit(request, at: now)
            let (allowance, isWithin) = admission.count(account, request.path, limit: route.rate, at: now)
            headers = allowance.headers
            guard isWithin else { throw APIError(10006, "Too many visits. Exceeded the API Rate Limit.") }
            let call = Call(
                account: account, parameters: try Self.parameters(request), now: now, options: options)
            let outcome = try route.handler(self)(call, &ledger)
            return Self.envelope(outcome, headers, at: now)
        } catch {
            guard error != .unsigned else { return Response(status: 401, body: []) }
            return Self.envelope(error, headers, at: now)
        }
    }

    private func serveMarket(_ request: Request, at now: Int64) -> Response {
        guard request.method == "GET" else { return Response(status: 404, body: []) }
        if request.path == Self.marketRoot + "time" {
            let result: JSON = ["timeSecond": "\(now / 1_000_000)", "timeNano": "\(now)000"]
            return Self.envelope(Outcome(result: result), [], at: now)
        }
        do throws(APIError) {
            guard
                let result = try market.answer(
                    String(request.path.dropFirst(Self.marketRoot.count)), Parameters(query: request.query))
            else {
                return Response(status: 404, body: [])
            }
            return Self.envelope(Outcome(result: result), [], at: now)
        } catch { return Self.envelope(error, [], at: now) }
    }

    private static func parameters(_ request: Request) throws(APIError) -> Parameters {
        guard request.method == "POST" else { return Parameters(query: request.query) }
        do throws(Malformed) { return Parameters(try JSON(reading: request.body)) } catch {
            throw APIError(10001, "Request parameter error: \(error.problem) at byte \(error.at)")
        }
    }

    private static func envelope(
        _ outcome: Outcome, _ headers: [(name: String, value: String)], at now: Int64
    ) -> Response {
        let body: JSON = [
            "retCode": 0, "retMsg": .string(outcome.message), "result": outcome.result, "retExtInfo": outcome.extra,
            "time": .number(String(now / 1000)),
        ]
        return Response(headers: headers, body: body.bytes)
    }

    private static func envelope(
        _ error: APIError, _ headers: [(name: String, value: String)], at now: Int64
    ) -> Response {
        let body: JSON = [
            "retCode": .number(String(error.code)), "retMsg": .string(error.message), "result": [:], "retExtInfo": [:],
            "time": .number(String(now / 1000)),
        ]
        return Response(headers: headers, body: body.bytes)
    }
}

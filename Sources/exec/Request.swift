public import Bybit
import Records
import Venue

/// What is asked of the exchange.
public struct Request: Sendable {
    /// What the answer is about: of each, one is on its way at most.
    public enum Subject: Hashable, Sendable {
        case create(link: String)
        /// An order by its client order id.
        case order(link: String)
        /// The same among those that have ended.
        case past(link: String)
        /// The fills of an order.
        case fills(link: String)
        /// The fills of a symbol since a time.
        case executions(symbol: String)
        case position(symbol: String)
        case wallet
        case key
        case time
        /// What has not ended in a symbol.
        case orders(symbol: String)
        /// A symbol's mark price.
        case mark(symbol: String)
    }

    public let subject: Subject
    public let path: String
    /// Of a GET.
    public var query = ""
    /// Which page is asked for; nil for the first.
    private var cursor: String?
    /// Of a POST.
    public var body: JSON?

    /// Whether it needs a signature.
    public var isPrivate: Bool {
        switch subject {
        case .time, .mark: false
        default: true
        }
    }

    /// Whether it is an order that may open a position.
    public var mayOpen: Bool { body.map { $0["reduceOnly"]?.bool != true } ?? false }

    /// As it goes over the wire, but for the headers.
    public var rest: RESTRequest {
        if let body { return RESTRequest(post: path, body: body.bytes) }
        return RESTRequest(get: path, query: query + (cursor.map { "&cursor=\($0)" } ?? ""))
    }

    /// So many pages are read at most, and so many bytes of them: more than an exchange has reason to send, and not more
    /// than memory bears.
    private static let pageLimit = 200
    private static let pageBytes = 16 << 20

    /// The page behind these, the last of which answers this; nil if that was the last, or they are too many.
    func page(after answers: [Answer]) -> Request? {
        guard let last = answers.last?.result, let cursor = last["nextPageCursor"]?.text, !cursor.isEmpty,
            last["list"]?.elements?.isEmpty == false, answers.count < Self.pageLimit,
            answers.reduce(0, { $0 + $1.count }) < Self.pageBytes
        else { return nil }
        var next = self
        next.cursor = cursor
        return next
    }

    /// Asks for one page after the other.
    /// - Returns: the last page first, so that what is newest comes last.
    public func pages(_ ask: (Request) throws -> Answer) rethrows -> [Answer] {
        var answers: [Answer] = []
        var next: Request? = self
        while let question = next {
            answers.append(try ask(question))
            next = question.page(after: answers)
        }
        return answers.reversed()
    }

    static func create(_ sending: Sending, _ protection: OrderTerms.Protection?, slippage: Rate?) -> Request {
        var members: [JSON.Member] = [
            .init("category", "linear"), .init("symbol", .string(sending.symbol)),
            .init("side", sending.side == .buy ? "Buy" : "Sell"), .init("orderType", "Market"),
            .init("qty", "\(sending.quantity)"), .init("positionIdx", 0), .init("orderLinkId", .string(sending.link)),
        ]
        if sending.isReduceOnly { members.append(.init("reduceOnly", true)) }
        if let takeProfit = protection?.takeProfit, let stopLoss = protection?.stopLoss {
            members += [
                .init("tpslMode", "Full"), .init("takeProfit", "\(takeProfit.price)"),
                .init("stopLoss", "\(stopLoss.price)"), .init("tpTriggerBy", .string(takeProfit.by.rawValue)),
                .init("slTriggerBy", .string(stopLoss.by.rawValue)),
            ]
        }
        if let slippage {
            members += [
                .init("slippageToleranceType", "Percent"),
                .init("slippageTolerance", "\(Rate(units: slippage.units * 100))"),
            ]
        }
        return Request(
            subject: .create(link: sending.link), path: "/v5/order/create", body: .object(members))
    }

    static func order(_ link: String, _ symbol: String) -> Request {
        Request(subject: .order(link: link), path: "/v5/order/realtime", query: named(link, symbol))
    }

    static func past(_ link: String, _ symbol: String) -> Request {
        Request(subject: .past(link: link), path: "/v5/order/history", query: named(link, symbol))
    }

    static func fills(_ link: String, _ symbol: String) -> Request {
        Request(subject: .fills(link: link), path: "/v5/execution/list", query: named(link, symbol) + "&limit=100")
    }

    /// So far back the exchange is asked for executions, microseconds: a week, and a minute less for the way.
    static let executionsReach: Int64 = 7 * 86_400_000_000 - 60_000_000

    /// The newest first, in pages; at most those of a week: what is older is not asked for by anybody.
    /// - Parameters:
    ///   - start: microseconds, as `now`.
    ///   - now: the exchange's time.
    public static func executions(_ symbol: String, since start: Int64, at now: Int64) -> Request {
        let start = max(start, now - executionsReach)
        return Request(
            subject: .executions(symbol: symbol), path: "/v5/execution/list",
            query: "category=linear&symbol=\(symbol)&startTime=\(start / 1000)&limit=100")
    }

    public static func position(_ symbol: String) -> Request {
        Request(
            subject: .position(symbol: symbol), path: "/v5/position/list", query: "category=linear&symbol=\(symbol)")
    }

    /// The orders of a symbol that have not ended, in pages.
    public static func orders(_ symbol: String) -> Request {
        Request(
            subject: .orders(symbol: symbol), path: "/v5/order/realtime",
            query: "category=linear&symbol=\(symbol)&openOnly=0&limit=50")
    }

    public static let wallet = Request(
        subject: .wallet, path: "/v5/account/wallet-balance", query: "accountType=UNIFIED&coin=USDT")

    /// What the key may do.
    public static let key = Request(subject: .key, path: "/v5/user/query-api")

    public static func mark(_ symbol: String) -> Request {
        Request(subject: .mark(symbol: symbol), path: "/v5/market/tickers", query: "category=linear&symbol=\(symbol)")
    }

    static let time = Request(subject: .time, path: "/v5/market/time")

    private static func named(_ link: String, _ symbol: String) -> String {
        "category=linear&symbol=\(symbol)&orderLinkId=\(link)"
    }
}

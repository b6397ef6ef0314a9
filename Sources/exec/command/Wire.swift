import Bybit
import ExecFold
import Glibc

/// Requests on their way: orders first, then what is held and what became of orders in turns; each endpoint below the
/// exchange's limits, signed as they leave.
struct Wire {
    /// So many at once, and so many more each second: together less than the 10 and 50 that the exchange allows in any
    /// second.
    private static let ordersAtOnce = 4.0
    private static let ordersASecond = 5.0
    private static let questionsAtOnce = 20.0
    private static let questionsASecond = 20.0

    /// So many requests at once; some of the places are for orders alone.
    private static let places = 6
    private static let placesOfOrders = 2
    /// An order that has waited so long does not leave any more: what it was decided on is over.
    private static let patience: Int64 = 2_000_000

    private let pool: RESTPool<Flight>
    private let caller: Caller
    private var orders: [(request: Request, since: Int64)] = []
    private var questions: [Request] = []
    /// Questions about single orders, of which there may be many.
    private var lookups: [Request] = []
    private var isLookupNext = false
    private var orderTokens = ordersAtOnce
    private var questionTokens = questionsAtOnce
    private var filledAt: Int64 = 0

    struct Flight {
        let request: Request
        /// Wall clock, microseconds.
        let sent: Int64
    }

    /// A request that has ended, and how.
    typealias Ended = (flight: Flight, result: Result<Answer, RESTFailure>)

    init(_ caller: Caller) throws(RESTFailure) {
        self.caller = caller
        pool = try RESTPool(caller.host, most: Self.places)
    }

    mutating func add(_ request: Request, at now: Int64) {
        guard request.body == nil else { return orders.append((request, now)) }
        switch request.subject {
        case .order, .past, .fills: lookups.append(request)
        default: questions.append(request)
        }
    }

    var isIdle: Bool { pool.isIdle && orders.isEmpty && questions.isEmpty && lookups.isEmpty }

    /// Sends what may go, and takes what has come.
    /// - Parameters:
    ///   - offset: what the exchange's clock is ahead, microseconds.
    ///   - bannedUntil: before that nothing leaves.
    ///   - standstill: why no order that opens leaves; nil if they may.
    mutating func run(at now: Int64, offset: Int64, bannedUntil: Int64, standstill: String?) -> [Ended] {
        refill(at: now)
        let unsent = withdraw(at: now, standstill)
        if now >= bannedUntil { send(at: now, offset) }
        return unsent
            + pool.run().map { tag, result in
                (tag, result.flatMap { body in Result { () throws(RESTFailure) in try caller.read(body) } })
            }
    }

    /// Takes back the orders that may not leave any more.
    private mutating func withdraw(at now: Int64, _ standstill: String?) -> [Ended] {
        var unsent: [Ended] = []
        orders.removeAll { request, since in
            let isLate = now - since > Self.patience
            guard let cause = isLate ? "it has waited too long for its turn" : request.mayOpen ? standstill : nil else {
                return false
            }
            unsent.append((Flight(request: request, sent: now), .failure(.unsent(cause))))
            return true
        }
        if let standstill {
            unsent += pool.withdraw(\.request.mayOpen).map { ($0, .failure(.unsent(standstill))) }
        }
        return unsent
    }

    private mutating func send(at now: Int64, _ offset: Int64) {
        while let (request, since) = orders.first, orderTokens >= 1, pool.room > 0 {
            orderTokens -= 1
            orders.removeFirst()
            start(request, within: Self.patience - (now - since), at: now, offset)
        }
        while !questions.isEmpty || !lookups.isEmpty, questionTokens >= 1, pool.room > Self.placesOfOrders {
            questionTokens -= 1
            // In turns: what became of an order is not to wait for all else, nor that for many orders.
            isLookupNext = questions.isEmpty || isLookupNext && !lookups.isEmpty
            start(isLookupNext ? lookups.removeFirst() : questions.removeFirst(), at: now, offset)
            isLookupNext.toggle()
        }
    }

    /// - Parameter patience: what opens has its connection within it, or does not leave; microseconds.
    private mutating func start(_ request: Request, within patience: Int64 = .max, at now: Int64, _ offset: Int64) {
        var rest = request.isPrivate ? caller.sign(request.rest, offset: offset) : request.rest
        // In the last millisecond too there is a limit.
        if request.mayOpen { rest.connectMilliseconds = max(1, Int(patience / 1000)) }
        pool.start(rest, Flight(request: request, sent: now))
    }

    private mutating func refill(at now: Int64) {
        let seconds = filledAt == 0 ? 1 : min(1, max(0, Double(now - filledAt) / 1e6))
        filledAt = now
        orderTokens = min(Self.ordersAtOnce, orderTokens + seconds * Self.ordersASecond)
        questionTokens = min(Self.questionsAtOnce, questionTokens + seconds * Self.questionsASecond)
    }

    func addFiles(to files: inout [pollfd]) { pool.addFiles(to: &files) }

    /// When to run again at the latest, milliseconds from now.
    var timeoutMilliseconds: Int? {
        let waits = (!orders.isEmpty || !questions.isEmpty || !lookups.isEmpty) && pool.room > 0
        return [waits ? 50 : nil, pool.timeoutMilliseconds].compactMap { $0 }.min()
    }
}

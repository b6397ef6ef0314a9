import Bybit
import Hashing

/// Lets requests in: key, signature, time, rate; in this order.
struct Admission {
    private let accounts: [String: Int]
    private let credentials: [Credential]
    private var windows: [Window: [Int64]] = [:]

    private struct Window: Hashable {
        let account: Int
        let path: String
    }

    /// What is left of an endpoint's rate.
    struct Allowance {
        let limit: Int
        let left: Int
        /// Milliseconds.
        let reset: Int64

        var headers: [(name: String, value: String)] {
            [
                ("X-Bapi-Limit", String(limit)), ("X-Bapi-Limit-Status", String(left)),
                ("X-Bapi-Limit-Reset-Timestamp", String(reset)),
            ]
        }
    }

    init(_ credentials: [Credential]) {
        self.credentials = credentials
        accounts = Dictionary(credentials.enumerated().map { ($1.key, $0) }) { first, _ in first }
    }

    func account(of key: String) -> Int? { accounts[key] }
    func secret(_ account: Int) -> [UInt8] { credentials[account].secret }

    /// Whose request it is.
    /// - Throws: `unsigned` where headers are missing, else what the API answers.
    func admit(_ request: Request, at now: Int64) throws(APIError) -> Int {
        guard let key = request.headers["x-bapi-api-key"], let sign = request.headers["x-bapi-sign"],
            let stamp = request.headers["x-bapi-timestamp"]
        else { throw .unsigned }
        guard let account = accounts[key] else { throw APIError(10003, "API key is invalid.") }
        let window = request.headers["x-bapi-recv-window"] ?? "5000"
        let payload = request.method == "GET" ? Array(request.query.utf8) : request.body
        let expected = Signature.rest(
            secret: credentials[account].secret, timestamp: stamp, key: key, window: window, payload: payload)
        guard Signature.isSame(expected, sign) else {
            throw APIError(10004, "error sign! please check your signature generation algorithm.")
        }
        try Self.checkTime(stamp, window, at: now)
        return account
    }

    /// server time - window <= timestamp < server time + 1 s.
    static func checkTime(_ stamp: String, _ window: String, at now: Int64) throws(APIError) {
        guard let stamped = Int64(stamp), let width = Int64(window), (1...600_000).contains(width) else {
            throw .parameter("timestamp")
        }
        let time = now / 1000
        guard time - width <= stamped, stamped < time + 1000 else {
            throw APIError(
                10002,
                "invalid request, please check your server timestamp or recv_window param. req_timestamp[\(stamp)],"
                    + "server_timestamp[\(time)],recv_window[\(window)]")
        }
    }

    /// Counts a request against its endpoint's rate: so many within any second.
    /// - Returns: what is left, and whether this request is still within.
    mutating func count(_ account: Int, _ path: String, limit: Int, at now: Int64) -> (Allowance, isWithin: Bool) {
        let window = Window(account: account, path: path)
        var times = windows[window, default: []]
        times.removeAll { $0 <= now - 1_000_000 }
        let isWithin = times.count < limit
        if isWithin { times.append(now) }
        windows[window] = times
        // At least 50 ms ahead: pybit sleeps until then, and cannot sleep a time that has passed.
        let free = (times.first ?? now) + 1_000_000
        let reset = isWithin ? now / 1000 : max(free / 1000, now / 1000 + 50)
        return (Allowance(limit: limit, left: max(0, limit - times.count), reset: reset), isWithin)
    }
}

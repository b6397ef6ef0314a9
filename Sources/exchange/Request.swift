/// An HTTP request as it came: nothing decoded, so that a signature can be held against the very bytes.
public struct Request: Sendable {
    public let method: String
    /// `/v5/order/create`, without the query.
    public let path: String
    /// What stands behind the `?`; empty without one.
    public let query: String
    /// By name in lower case.
    public let headers: [String: String]
    public let body: [UInt8]

    public init(method: String, path: String, query: String, headers: [String: String], body: [UInt8]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// An HTTP answer; the transport adds the length and the connection's headers.
public struct Response: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

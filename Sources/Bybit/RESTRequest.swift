/// What is asked of the REST API.
public struct RESTRequest: Equatable, Sendable {
    public let path: String
    /// Of a GET: without its `?`, as it goes over the wire.
    public let query: String
    /// Of a POST; nil makes it a GET.
    public let body: [UInt8]?
    /// `Name: value`.
    public var headers: [String] = []
    /// For the whole of it.
    public var milliseconds = 5000
    /// Of it, for a new connection where one is needed; 0 would be libcurl's five minutes.
    public var connectMilliseconds = 3000

    public init(get path: String, query: String = "", within milliseconds: Int = 5000) {
        self.path = path
        self.query = query
        body = nil
        self.milliseconds = milliseconds
    }

    public init(post path: String, body: [UInt8], within milliseconds: Int = 8000) {
        self.path = path
        query = ""
        self.body = body
        self.milliseconds = milliseconds
    }

    /// What a signature covers beside time, key and window.
    public var signed: [UInt8] { body ?? Array(query.utf8) }
}

import CCurl

/// Why a request brought no answer that can be used.
public enum RESTFailure: Error, Equatable {
    /// No connection: nothing was sent.
    case unsent(String)
    /// The connection ended before the answer did, or none came in time: whether the request arrived, nobody knows.
    case unreachable(String)
    /// An HTTP status other than 200.
    case status(Int)
    /// The host refuses this address (HTTP 403); nothing more is asked.
    case banned
    /// The body is no JSON object, or is too long.
    case garbled(String)
    /// The exchange's own code and text.
    case refused(Int, String)

    public var text: String {
        switch self {
        case .unsent(let cause), .unreachable(let cause): cause
        case .status(let status): "HTTP status \(status)"
        case .banned:
            "HTTP status 403, or code 10018: this address is refused, or has asked too often; wait ten minutes"
        case .garbled(let cause): cause
        case .refused(let code, let text): "code \(code): \(text)"
        }
    }
}

/// One connection to the REST API, kept open from one request to the next. Not for several threads.
public final class RESTClient {
    /// The longest answer that is read.
    public static let bodyLimit = 4 << 20

    public let host: Host
    private let transfer: Transfer
    /// Set once the host has refused this address: to go on asking would prolong it.
    public private(set) var isBanned = false

    /// - Throws: `unsent`, if the system has no libcurl.
    public init(_ host: Host) throws(RESTFailure) {
        self.host = host
        transfer = try Transfer(host)
    }

    /// Asks once.
    /// - Returns: the body of an answer with status 200.
    public func ask(_ request: RESTRequest) throws(RESTFailure) -> [UInt8] {
        if isBanned { throw .banned }
        transfer.prepare(request)
        defer { transfer.clear() }
        do throws(RESTFailure) {
            return try transfer.answer(curl_perform(transfer.handle))
        } catch {
            if error == .banned { isBanned = true }
            throw error
        }
    }
}

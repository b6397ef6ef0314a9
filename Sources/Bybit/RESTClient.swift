import CCurl

/// Why a request brought no answer that can be used.
public enum RESTFailure: Error, Equatable {
    /// No connection, or it ended before the answer did.
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
        case .unreachable(let cause): cause
        case .status(let status): "HTTP status \(status)"
        case .banned: "HTTP status 403: this address is refused, or has asked too often; wait ten minutes"
        case .garbled(let cause): cause
        case .refused(let code, let text): "code \(code): \(text)"
        }
    }
}

/// One connection to the REST API, kept open from one request to the next. Not for several threads.
public final class RESTClient {
    /// The longest body that is read.
    public static let bodyLimit = 4 << 20
    private static let connectMilliseconds = 3000

    public let host: Host
    private let handle: UnsafeMutableRawPointer
    private var body = Body()
    /// Set once the host has refused this address: to go on asking would prolong it.
    public private(set) var isBanned = false

    /// - Throws: `unreachable`, if the system has no libcurl.
    public init(_ host: Host) throws(RESTFailure) {
        guard curl_load(), let handle = curl_open() else {
            throw .unreachable("libcurl.so.4 cannot be loaded (Debian package libcurl4)")
        }
        self.host = host
        self.handle = handle
    }

    deinit { curl_close(handle) }

    /// Asks once.
    /// - Parameters:
    ///   - query: without its `?`, as it goes over the wire.
    ///   - headers: `Name: value`.
    ///   - milliseconds: for the whole of it.
    /// - Returns: the body of an answer with status 200.
    public func get(
        _ path: String, query: String, headers: [String] = [], within milliseconds: Int = 5000
    ) throws(RESTFailure) -> [UInt8] {
        if isBanned { throw .banned }
        prepare(url: host.base + path + (query.isEmpty ? "" : "?" + query), milliseconds)
        var list: UnsafeMutablePointer<curl_slist>?
        for header in headers { list = curl_list_append(list, header) }
        defer { curl_list_free(list) }
        _ = curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
        return try perform()
    }

    /// The options of every request. Nothing of the environment counts: no proxy, no `.netrc`, no redirect.
    private func prepare(url: String, _ milliseconds: Int) {
        curl_clear(handle)
        text(CURLOPT_URL, url)
        text(CURLOPT_PROTOCOLS_STR, host.isLoopback ? "http,https" : "https")
        text(CURLOPT_PROXY, "")
        text(CURLOPT_NOPROXY, "*")
        text(CURLOPT_USERAGENT, "driftpipe")
        text(CURLOPT_ACCEPT_ENCODING, nil)
        number(CURLOPT_FOLLOWLOCATION, 0)
        number(CURLOPT_NETRC, 0)
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_SSL_VERIFYPEER, 1)
        number(CURLOPT_SSL_VERIFYHOST, 2)
        number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        number(CURLOPT_CONNECTTIMEOUT_MS, min(Self.connectMilliseconds, milliseconds))
        number(CURLOPT_TIMEOUT_MS, milliseconds)
    }

    private func perform() throws(RESTFailure) -> [UInt8] {
        body = Body()
        let result = withUnsafeMutablePointer(to: &body) { body in
            _ = curl_set_pointer(handle, CURLOPT_WRITEDATA, body)
            _ = curl_set_transfer(handle, CURLOPT_WRITEFUNCTION, receive)
            return curl_perform(handle)
        }
        if body.isTooLong { throw .garbled("the answer is longer than \(Self.bodyLimit) bytes") }
        guard result == CURLE_OK else { throw .unreachable(String(cString: curl_reason(result))) }
        var status = 0
        _ = curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        if status == 403 { isBanned = true }
        guard status == 200 else { throw status == 403 ? .banned : .status(status) }
        return body.bytes
    }

    private func number(_ option: CURLoption, _ value: Int) { _ = curl_set_long(handle, option, value) }

    /// The library copies the text.
    private func text(_ option: CURLoption, _ value: String?) { _ = curl_set_pointer(handle, option, value) }
}

/// What has come of an answer.
private struct Body {
    var bytes: [UInt8] = []
    var isTooLong = false
}

/// Takes a part of the body; a short count ends the transfer.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let body = context!.assumingMemoryBound(to: Body.self)
    let length = size * count
    guard body.pointee.bytes.count + length <= RESTClient.bodyLimit else {
        body.pointee.isTooLong = true
        return 0
    }
    body.pointee.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
    return length
}

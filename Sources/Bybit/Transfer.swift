import CCurl

/// One handle of libcurl, and what passes through it. Nothing of the environment counts: no proxy, no `.netrc`, no redirect.
final class Transfer {
    let handle: UnsafeMutableRawPointer
    private let host: Host
    private let load = UnsafeMutablePointer<Load>.allocate(capacity: 1)
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// - Throws: `unsent`, if the system has no libcurl.
    init(_ host: Host) throws(RESTFailure) {
        guard curl_load(), let handle = curl_open() else {
            throw .unsent("libcurl.so.4 cannot be loaded (Debian package libcurl4)")
        }
        self.host = host
        self.handle = handle
        load.initialize(to: Load())
    }

    deinit {
        curl_close(handle)
        curl_list_free(headers)
        load.deinitialize(count: 1)
        load.deallocate()
    }

    func prepare(_ request: RESTRequest) {
        clear()
        text(CURLOPT_URL, host.base + request.path + (request.query.isEmpty ? "" : "?" + request.query))
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
        number(CURLOPT_CONNECTTIMEOUT_MS, min(request.connectMilliseconds, request.milliseconds))
        number(CURLOPT_TIMEOUT_MS, request.milliseconds)
        _ = curl_set_pointer(handle, CURLOPT_WRITEDATA, load)
        _ = curl_set_transfer(handle, CURLOPT_WRITEFUNCTION, receive)
        var lines = request.headers
        if let body = request.body {
            load.pointee.body = body
            number(CURLOPT_POST, 1)
            number(CURLOPT_POSTFIELDSIZE, body.count)
            // By a callback that cannot rewind, not as POSTFIELDS: on a reused connection that dies, libcurl sends a
            // body that it holds once more by itself, and a market order would be placed twice.
            _ = curl_set_pointer(handle, CURLOPT_READDATA, load)
            _ = curl_set_transfer(handle, CURLOPT_READFUNCTION, send)
            lines += ["Content-Type: application/json", "Expect:"]
        }
        for line in lines { headers = curl_list_append(headers, line) }
        _ = curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
    }

    /// Forgets a request and its answer; the connection is kept.
    func clear() {
        curl_clear(handle)
        curl_list_free(headers)
        headers = nil
        load.pointee = Load()
    }

    /// - Parameter result: of the transfer.
    /// - Returns: the body of an answer with status 200.
    func answer(_ result: CURLcode) throws(RESTFailure) -> [UInt8] {
        if load.pointee.isTooLong { throw .garbled("the answer is longer than \(RESTClient.bodyLimit) bytes") }
        guard result == CURLE_OK else {
            let cause = String(cString: curl_reason(result))
            throw isUnheard || Self.beforeSending.contains(result.rawValue) ? .unsent(cause) : .unreachable(cause)
        }
        var status = 0
        _ = curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        guard status == 200 else { throw status == 403 ? .banned : .status(status) }
        return load.pointee.answer
    }

    /// Whether it has a body of which nothing has left: whatever else has, does nothing without it.
    var isUnheard: Bool { !load.pointee.body.isEmpty && load.pointee.sent == 0 }

    /// Where the connection did not come about.
    private static let beforeSending = [
        CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
    ].map(\.rawValue)

    private func number(_ option: CURLoption, _ value: Int) { _ = curl_set_long(handle, option, value) }

    /// The library copies the text.
    private func text(_ option: CURLoption, _ value: String?) { _ = curl_set_pointer(handle, option, value) }
}

/// What goes out and what has come.
private struct Load {
    var body: [UInt8] = []
    var sent = 0
    var answer: [UInt8] = []
    var isTooLong = false
}

/// Takes a part of the answer; a short count ends the transfer.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let load = context!.assumingMemoryBound(to: Load.self)
    let length = size * count
    guard load.pointee.answer.count + length <= RESTClient.bodyLimit else {
        load.pointee.isTooLong = true
        return 0
    }
    load.pointee.answer.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
    return length
}

/// Gives a part of the body.
private func send(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let load = context!.assumingMemoryBound(to: Load.self)
    let length = min(size * count, load.pointee.body.count - load.pointee.sent)
    load.pointee.body.withUnsafeBytes { body in
        UnsafeMutableRawBufferPointer(start: bytes, count: length)
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: body[load.pointee.sent..<(load.pointee.sent + length)]))
    }
    load.pointee.sent += length
    return length
}

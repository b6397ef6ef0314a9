import ExchangeFold
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The HTTP side of a connection: gathers a request as it came, has it served, writes the answer, and carries out the
/// faults that meet requests.
final class HTTPConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private unowned let server: Server
    private let connection: Connection
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var fault: RequestFault?
    /// Bytes of the request so far, as they would stand on the wire without needless white space.
    private var received = 0
    /// The client has asked for no answer after this one.
    private var isLast = false
    /// Gets ready for a request that asks for a WebSocket.
    var awaitUpgrade: ((HTTPConnection, any Channel) -> Void)?

    init(_ connection: Connection, server: Server) {
        self.connection = connection
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.phase != .leaving, !isLast else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): take(bytes)
        case .end: serve(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.releaseBody(body.count)
        body = []
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: connection.refuse(431, "headers too many or too long")
        case is HTTPParserError: connection.refuse(400, "no HTTP request: \(error)")
        case is NIOWebSocketUpgradeError: break
        default: context.fireErrorCaught(error)
        }
    }

    // MARK: the request

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        self.head = head
        received = Self.size(of: head)
        connection.enter(.body, within: Limits.bodyTime)
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > Limits.bodyBytes {
            return connection.refuse(413, "body of \(length) bytes")
        }
        if !Control.owns(path: Self.split(head.uri).path) {
            fault = server.faultOfRequest(method: head.method.rawValue, path: Self.split(head.uri).path)
        }
        if endsHere() { return }
        if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
    }

    private func take(_ bytes: ByteBuffer) {
        received += bytes.readableBytes
        if endsHere() { return }
        guard body.count + bytes.readableBytes <= Limits.bodyBytes else {
            return connection.refuse(413, "body above \(Limits.bodyBytes) bytes")
        }
        guard server.reserveBody(bytes.readableBytes) else {
            return connection.refuse(503, "bodies of all requests above \(Limits.bodyBytesInAll) bytes")
        }
        body.append(contentsOf: bytes.readableBytesView)
    }

    /// A request that a fault cuts: the connection ends, and nothing is executed.
    private func endsHere(isWhole: Bool = false) -> Bool {
        guard case .cutRequest(let byte, let ending) = fault, received >= byte || isWhole else { return false }
        connection.end(ending)
        return true
    }

    private func serve(_ context: ChannelHandlerContext) {
        guard let head, !endsHere(isWhole: true) else { return }
        connection.enter(.answering, within: nil)
        let (path, query) = Self.split(head.uri)
        var headers: [String: String] = [:]
        for (name, value) in head.headers { headers.merge([(name.lowercased(), value)]) { "\($0), \($1)" } }
        let request = Request(
            method: head.method.rawValue, path: path, query: query, headers: headers, body: body)
        server.releaseBody(body.count)
        body = []
        let fault = self.fault
        self.fault = nil
        answer(request, fault, context)
    }

    // MARK: the answer

    private func answer(_ request: Request, _ fault: RequestFault?, _ context: ChannelHandlerContext) {
        switch fault {
        case nil, .cutRequest: write(execute(request), context)
        case .loseAck:
            _ = execute(request)
            connection.end(.close)
        case .delay(let milliseconds):
            let answer = execute(request)
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) { [weak self] in
                if context.channel.isActive { self?.write(answer, context) }
            }
        case .cutAnswer(let byte, let ending):
            let answer = execute(request)
            connection.cutAnswer(behind: byte, ending)
            write(answer, context)
        case .status(let status, let isExecuted):
            if isExecuted { _ = execute(request) }
            write(Response(status: status, body: []), context)
        case .code(let code, let text, let milliseconds, let isExecuted):
            if isExecuted { _ = execute(request) }
            write(server.refusal(code: code, text: text, resetMilliseconds: milliseconds), context)
        case .garbage(let body, let isExecuted):
            if isExecuted { _ = execute(request) }
            write(Response(body: body), context)
        case .slowDrip(let bytes, let milliseconds):
            let answer = execute(request)
            connection.dripAnswer(bytes: bytes, every: .milliseconds(Int64(milliseconds)))
            write(answer, context)
        }
    }

    private func execute(_ request: Request) -> Response {
        if Control.owns(path: request.path) {
            return server.control(request, isLocal: connection.channel.remoteAddress?.isLoopback ?? false)
        }
        guard request.method == "GET" || request.method == "POST" else {
            return Response(status: 405, headers: [("Allow", "GET, POST")], body: [])
        }
        return server.answer(request)
    }

    private func write(_ answer: Response, _ context: ChannelHandlerContext) {
        guard connection.phase != .leaving, let asked = head else { return }
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status))
        for (name, value) in answer.headers { head.headers.add(name: name, value: value) }
        if !head.headers.contains(name: "content-type") {
            head.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        }
        head.headers.add(name: "Content-Length", value: String(answer.body.count))
        head.headers.add(name: "Connection", value: asked.isKeepAlive ? "keep-alive" : "close")
        connection.enter(.idle, within: Limits.idleTime)
        isLast = !asked.isKeepAlive
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if asked.method != .HEAD, !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        if !isLast { awaitUpgrade?(self, context.channel) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if isLast { connection.finish() }
    }

    // MARK: a request's head

    /// Path and query, as they came; of an absolute URI what stands behind its host.
    static func split(_ uri: String) -> (path: String, query: String) {
        var rest = uri[...]
        if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            rest = rest[(rest.firstIndex(of: "/") ?? rest.endIndex)...]
        }
        guard let mark = rest.firstIndex(of: "?") else { return (String(rest), "") }
        return (String(rest[..<mark]), String(rest[rest.index(after: mark)...]))
    }

    private static func size(of head: HTTPRequestHead) -> Int {
        let line = head.method.rawValue.utf8.count + head.uri.utf8.count + " / HTTP/1.1\r\n".utf8.count - 1
        return head.headers.reduce(line + 2) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }
}

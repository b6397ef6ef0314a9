import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import WsFold

/// One connection: from the attempt to its end, which it reports once.
///
/// `@unchecked`: all of it is called on the session's event loop.
final class Connection: @unchecked Sendable {
    /// For the way from the name to the TCP connection; and once more for TLS and the handshake.
    static let handshakeLimit = TimeAmount.seconds(10)
    /// For the server's part in a close.
    static let closeLimit = TimeAmount.milliseconds(400)
    /// Of the answer to the handshake.
    static let headerLimitBytes = 64 << 10
    /// Fragments of a message.
    static let fragmentLimit = 4096

    let session: Session
    private var channel: (any Channel)?
    private var openSince: NIODeadline?
    /// Since when it is read; nil while it is not, because the output is blocked.
    private var readSince: NIODeadline?
    private var reason: String?
    private var isOver = false
    private var timer: Scheduled<Void>?
    private var pings: RepeatedTask?

    init(of session: Session) { self.session = session }

    /// Whether what is sent has a way to go.
    var isOpen: Bool { openSince != nil && reason == nil }

    // MARK: - The way there

    func connect() {
        // Handlers come when one address has won: until then there may be several channels.
        ClientBootstrap(group: session.loop)
            .connectTimeout(Self.handshakeLimit)
            .connect(host: session.endpoint.host, port: session.endpoint.port)
            .whenComplete { result in
                do { try self.equip(result.get()) } catch { self.end(Cause.text(error)) }
            }
    }

    private func equip(_ channel: any Channel) throws {
        self.channel = channel
        channel.closeFuture.whenComplete { _ in self.over() }
        guard reason == nil else { return channel.close(promise: nil) }
        timer = session.loop.scheduleTask(in: Self.handshakeLimit) { self.end("no handshake within 10 s") }
        let pipeline = channel.pipeline.syncOperations
        if let tls = session.tls {
            let name = session.endpoint.isAddress ? nil : session.endpoint.host
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
        }
        try pipeline.addHandler(DeferredEnd())
        let upgrader = NIOWebSocketClientUpgrader(
            maxFrameSize: session.options.maxFrame, automaticErrorHandling: false
        ) { channel, answer in
            channel.eventLoop.makeCompletedFuture { try self.opened(channel, answer) }
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = Self.headerLimitBytes
        try pipeline.addHTTPClientHandlers(
            leftOverBytesStrategy: .forwardBytes, enableOutboundHeaderValidation: true, encoderConfiguration: .init(),
            decoderLimitConfiguration: limits, withClientUpgrade: ([upgrader], { _ in }))
        try pipeline.addHandler(Handshake(of: self, to: session.endpoint))
    }

    /// The server speaks WebSocket from here on.
    private func opened(_ channel: any Channel, _ answer: HTTPResponseHead) throws {
        guard reason == nil else { return }
        for name in ["Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"] where answer.headers.contains(name: name) {
            return end("the handshake was answered with \(name), which was not asked for")
        }
        timer?.cancel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.removeHandler(pipeline.handler(type: Handshake.self), promise: nil)
        try pipeline.addHandler(IdleStateHandler(readTimeout: .of(seconds: session.options.silence)), position: .first)
        try pipeline.addHandler(FrameRules())
        try pipeline.addHandler(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: Self.fragmentLimit,
                maxAccumulatedFrameSize: session.options.maxFrame))
        try pipeline.addHandler(FrameHandler(of: self))
        openSince = .now()
        readSince = openSince
        session.opened()
        _ = send(session.greeting)
        startPings()
    }

    private func startPings() {
        guard !session.options.ping.isEmpty else { return }
        let interval = TimeAmount.of(seconds: session.options.pingInterval)
        let ping = Array(session.options.ping.utf8)
        pings = session.loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            if self.isWritable { _ = self.send([ping]) }
        }
    }

    // MARK: - Open

    /// Whether the server takes what is sent.
    var isWritable: Bool { channel?.isWritable ?? false }

    /// Sends each text as a frame.
    /// - Returns: when the last has gone to the socket.
    func send(_ texts: [[UInt8]]) -> EventLoopFuture<Void> {
        guard isOpen, let channel, let last = texts.last else { return session.loop.makeSucceededVoidFuture() }
        for text in texts.dropLast() { channel.write(Self.frame(.text, ByteBuffer(bytes: text)), promise: nil) }
        return channel.writeAndFlush(Self.frame(.text, ByteBuffer(bytes: last)))
    }

    /// A frame as a client sends it: masked.
    static func frame(_ opcode: WebSocketOpcode, _ data: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
    }

    func pong(_ data: ByteBuffer) {
        if isOpen, isWritable { channel?.writeAndFlush(Self.frame(.pong, data), promise: nil) }
    }

    /// The output is blocked: what the server sends stays in the kernel, and soon with the server.
    func pause() {
        guard readSince != nil else { return }
        readSince = nil
        _ = channel?.setOption(.autoRead, value: false)
    }

    func resume() {
        guard isOpen, readSince == nil else { return }
        readSince = .now()
        _ = channel?.setOption(.autoRead, value: true)
    }

    /// No byte came for a while. While it is not read, that says nothing.
    func silent() {
        let limit = TimeAmount.of(seconds: session.options.silence)
        guard let readSince, .now() - readSince >= limit else { return }
        end("no byte for \(session.options.silence) s")
    }

    // MARK: - The end

    /// Ends it; the first reason counts.
    /// - Parameter code: said to the server, which must answer before the connection is closed for a normal end.
    func end(_ reason: String, code: WebSocketErrorCode? = nil) {
        guard self.reason == nil else { return }
        self.reason = reason
        guard let channel else { return over() }
        guard openSince != nil, let code else { return channel.close(promise: nil) }
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        let sent = channel.writeAndFlush(Self.frame(.connectionClose, data))
        timer = session.loop.scheduleTask(in: Self.closeLimit) { channel.close(promise: nil) }
        if code != .normalClosure { sent.whenComplete { _ in channel.close(promise: nil) } }
    }

    /// The server said that it closes.
    func closedByServer(_ data: ByteBuffer) {
        guard isOpen else {
            channel?.close(promise: nil)
            return
        }
        var text = data
        var answer = ByteBuffer()
        reason = "closed by the server"
        if let code = text.readWebSocketErrorCode() {
            answer.write(webSocketErrorCode: code)
            reason = "closed by the server: \(UInt16(webSocketErrorCode: code)) \(String(buffer: text))"
        }
        let sent = channel?.writeAndFlush(Self.frame(.connectionClose, answer))
        sent?.whenComplete { _ in self.channel?.close(promise: nil) }
    }

    private func over() {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        pings?.cancel()
        let lifetime = openSince.map { Double((.now() - $0).nanoseconds) / 1e9 }
        session.ended(after: lifetime, reason ?? "the server hung up")
    }
}

extension TimeAmount {
    fileprivate static func of(seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}

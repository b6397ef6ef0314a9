import NIOCore
import NIOWebSocket

/// The WebSocket side of a connection: text messages in and out, pings answered, closes shaken hands over; whatever else
/// comes closes the stream with the code that RFC 6455 has for it.
final class StreamConnection: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// The exchange's number of the stream.
    let number: Int
    let path: String
    private unowned let server: Server
    private let connection: Connection
    private var context: ChannelHandlerContext?
    /// The first frames of a message that is not whole yet.
    private var fragments: [UInt8]?
    private var held = HeldMessages<[UInt8]>()
    private var isClosing = false
    private let idleTime: TimeAmount?

    init(_ number: Int, path: String, query: String, _ connection: Connection, server: Server) {
        self.number = number
        self.path = path
        self.connection = connection
        self.server = server
        idleTime = path.hasPrefix("/v5/public/") ? nil : .seconds(Int64(Self.idleSeconds(query)))
        connection.whenIdle = { [unowned self] in self.close(1000, "no frame for too long") }
        connection.enter(.stream, within: idleTime)
    }

    /// `max_active_time=30s`, or in minutes; what is outside of the range is moved to its edge.
    static func idleSeconds(_ query: String) -> Int {
        for pair in query.split(separator: "&") where pair.hasPrefix("max_active_time=") {
            let value = pair.dropFirst("max_active_time=".count)
            guard let count = Int(value.dropLast()), count >= 0, count <= 100_000 else { continue }
            let seconds = value.hasSuffix("s") ? count : value.hasSuffix("m") ? count * 60 : Limits.streamIdleSeconds
            return min(max(seconds, Limits.streamIdleRange.lowerBound), Limits.streamIdleRange.upperBound)
        }
        return Limits.streamIdleSeconds
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: what comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var frame = unwrapInboundIn(data)
        if isClosing, frame.opcode != .connectionClose { return }
        guard frame.maskKey != nil else { return close(1002, "a frame without mask") }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return close(1002, "reserved bits") }
        connection.enter(.stream, within: idleTime)
        let bytes = Array(frame.unmaskedData.readableBytesView)
        frame.data.clear()
        switch frame.opcode {
        case .text: begin(bytes, isWhole: frame.fin)
        case .continuation: append(bytes, isWhole: frame.fin)
        case .ping: write(.pong, bytes)
        case .pong: break
        case .connectionClose: shakeHands(bytes)
        case .binary: close(1003, "a binary frame")
        default: close(1002, "an unknown opcode")
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength: close(1009, "a frame above \(Limits.messageBytes) bytes")
        case is NIOWebSocketError: close(1002, "\(error)")
        default: context.fireErrorCaught(error)
        }
    }

    private func begin(_ bytes: [UInt8], isWhole: Bool) {
        guard fragments == nil else { return close(1002, "a new message within another") }
        if isWhole { receive(bytes) } else { fragments = bytes }
    }

    private func append(_ bytes: [UInt8], isWhole: Bool) {
        guard var message = fragments else { return close(1002, "a continuation of nothing") }
        fragments = nil
        message += bytes
        guard message.count <= Limits.messageBytes else {
            return close(1009, "a message above \(Limits.messageBytes) bytes")
        }
        if isWhole { receive(message) } else { fragments = message }
    }

    private func receive(_ text: [UInt8]) {
        guard String(validating: text, as: UTF8.self) != nil else { return close(1007, "text that is not UTF-8") }
        server.receive(text, from: self)
    }

    // MARK: what goes

    /// Sends a message, or does to it what a fault says. It leaves with the next `flush`.
    func deliver(_ text: [UInt8], _ fault: MessageFault?) {
        switch fault {
        case .halfOpen: connection.isHalfOpen = true
        case .closeStream(let code): if let code { close(code, nil) } else { connection.end(.close) }
        default: break
        }
        if fault == nil, held.isEmpty { return send(text) }
        for message in held.pass(text, fault) { send(message) }
    }

    private func send(_ text: [UInt8]) {
        guard let context, !isClosing, !connection.isHalfOpen else { return }
        guard hasRoom(context) else {
            server.complain("closed stream \(number) of \(connection.name): it reads too slowly, \(waiting) bytes wait")
            isClosing = true
            return connection.end(.close)
        }
        write(.text, text)
    }

    /// Whether the client keeps up with what it is sent.
    private func hasRoom(_ context: ChannelHandlerContext) -> Bool {
        if context.channel.isWritable || waiting <= Limits.waitingBytes { return true }
        context.flush()
        return waiting <= Limits.waitingBytes
    }

    private var waiting: Int {
        (try? connection.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func flush() { context?.flush() }

    private func write(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) {
        context?.write(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(bytes: bytes))), promise: nil)
    }

    // MARK: the end

    /// Closes the stream; the client has a moment to answer.
    /// - Parameter reason: what the client did wrong, for standard error; nil if it did nothing.
    func close(_ code: Int, _ reason: String?) {
        guard !isClosing else { return }
        isClosing = true
        if let reason { server.complain("closed stream \(number) of \(connection.name): \(code), \(reason)") }
        write(.connectionClose, [UInt8(code >> 8), UInt8(code & 0xFF)])
        flush()
        connection.whenIdle = { [unowned connection] in connection.end(.close) }
        connection.enter(.stream, within: Limits.farewellTime)
    }

    /// The client closes, or answers our close.
    private func shakeHands(_ payload: [UInt8]) {
        if !isClosing {
            isClosing = true
            write(.connectionClose, Array(payload.prefix(2)))
            flush()
        }
        connection.finish()
    }
}

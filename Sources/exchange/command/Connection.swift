import ExchangeFold
import Glibc
import NIOCore

/// The byte side of a connection, below HTTP and WebSocket: how long it may take, how much it may send before it has
/// said what it wants, and the faults that are counted in bytes.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Between requests.
        case idle
        /// A request has begun.
        case head
        case body
        /// The request is whole; its answer is on its way.
        case answering
        case stream
        /// It was refused or has ended: what still comes is thrown away.
        case leaving
    }

    private unowned let server: Server
    let channel: any Channel
    /// The client, for diagnostics.
    let name: String
    private(set) var phase = Phase.idle
    private var deadline: NIODeadline? = .now() + Limits.headTime
    /// What a stream does when its time is over.
    var whenIdle: (() -> Void)?
    /// Behind so many bytes more of an answer the connection ends (a fault).
    private var cut: (left: Int, ending: Ending)?
    private var drip: Drip?
    /// Neither reads nor writes any more, but stays (a fault).
    var isHalfOpen = false

    private var context: ChannelHandlerContext?
    private var headBytes = 0
    private var discarded = 0
    private var wantsRead = false

    init(_ channel: any Channel, server: Server) {
        self.channel = channel
        self.server = server
        name =
            channel.remoteAddress.flatMap { address in address.port.map { "\(address.ipAddress ?? "?"):\($0)" } } ?? "?"
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func enter(_ phase: Phase, within time: TimeAmount?) {
        guard self.phase != .leaving else { return }
        self.phase = phase
        deadline = time.map { .now() + $0 }
    }

    /// Ends what has taken too long.
    func check(_ now: NIODeadline) {
        guard let deadline, deadline <= now else { return }
        self.deadline = nil
        switch phase {
        case .head, .body: refuse(408, "too slow: the request was not whole in time")
        case .stream: whenIdle?()
        case .idle, .answering, .leaving: end(.close)
        }
    }

    // MARK: what comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        if phase == .leaving {
            discarded += count
            if discarded > Limits.discardedBytes { end(.close) }
            return
        }
        if phase == .idle {
            headBytes = 0
            enter(.head, within: Limits.headTime)
        }
        context.fireChannelRead(data)
        guard phase == .head else { return }
        headBytes += count
        if headBytes > Limits.headBytes { refuse(431, "request line and headers above \(Limits.headBytes) bytes") }
    }

    /// Who does not read answers is not read from either.
    func read(context: ChannelHandlerContext) {
        if isHalfOpen { return }
        if context.channel.isWritable || phase == .leaving { context.read() } else { wantsRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, wantsRead, !isHalfOpen {
            wantsRead = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by the client, or a write to one that has gone: nothing to be told to anybody.
        end(.close)
    }

    // MARK: what goes

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase != .leaving, !isHalfOpen else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        if drip != nil {
            drip?.waiting.writeImmutableBuffer(unwrapOutboundIn(data))
            promise?.succeed()
        } else if let cut {
            var bytes = unwrapOutboundIn(data)
            write(&bytes, upTo: cut, context)
            promise?.succeed()
        } else {
            context.write(data, promise: promise)
        }
    }

    private func write(
        _ bytes: inout ByteBuffer, upTo cut: (left: Int, ending: Ending), _ context: ChannelHandlerContext
    ) {
        guard let head = bytes.readSlice(length: min(cut.left, bytes.readableBytes)) else { return }
        let left = cut.left - head.readableBytes
        guard left == 0 else {
            self.cut = (left, cut.ending)
            return context.write(wrapOutboundOut(head), promise: nil)
        }
        self.cut = nil
        leave(with: head, then: cut.ending)
    }

    /// Cuts the next answer behind so many bytes.
    func cutAnswer(behind bytes: Int, _ ending: Ending) {
        if bytes == 0 { end(ending) } else { cut = (bytes, ending) }
    }

    /// The next answer goes out a few bytes at a time.
    func dripAnswer(bytes: Int, every time: TimeAmount) {
        drip = Drip(bytes: bytes, waiting: ByteBuffer())
        channel.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self?.letDrip(every: time) }
    }

    private struct Drip {
        let bytes: Int
        var waiting: ByteBuffer
        var endsConnection = false
    }

    private func letDrip(every time: TimeAmount) {
        guard let context, let drip, phase != .leaving else { return }
        if let drop = self.drip?.waiting.readSlice(length: min(drip.bytes, drip.waiting.readableBytes)),
            drop.readableBytes > 0
        {
            context.writeAndFlush(wrapOutboundOut(drop), promise: nil)
            channel.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self?.letDrip(every: time) }
        } else {
            self.drip = nil
            if drip.endsConnection { leave(with: ByteBuffer(), then: .close) }
        }
    }

    /// Closes the connection once the answer is out.
    func finish() {
        if drip != nil { drip?.endsConnection = true } else { leave(with: ByteBuffer(), then: .close) }
    }

    /// Answers with a bare status, whatever else was to come, and closes. One line on standard error says why.
    func refuse(_ status: Int, _ reason: String) {
        guard phase != .leaving else { return }
        server.complain("refused \(name): \(status), \(reason)")
        let head = "HTTP/1.1 \(status) \(Self.phrases[status] ?? "Refused")\r\n"
        leave(with: ByteBuffer(string: head + "Connection: close\r\nContent-Length: 0\r\n\r\n"), then: .close)
    }

    private static let phrases = [
        400: "Bad Request", 408: "Request Timeout", 413: "Content Too Large", 431: "Request Header Fields Too Large",
        503: "Service Unavailable",
    ]

    /// Writes the last bytes. A close waits a moment for the client to have read them: closing over bytes that were not
    /// read would reset the connection, and the client would lose the answer.
    private func leave(with bytes: ByteBuffer, then ending: Ending) {
        guard let context, phase != .leaving else { return }
        enter(.leaving, within: Limits.farewellTime)
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self else { return }
            if ending == .reset { return self.end(.reset) }
            self.channel.close(mode: .output, promise: nil)
            self.context?.read()
        }
    }

    /// Ends at once: what has not been written is lost.
    func end(_ ending: Ending) {
        phase = .leaving
        if ending == .reset, let options = channel as? any SocketOptionProvider {
            _ = options.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        channel.close(promise: nil)
    }
}

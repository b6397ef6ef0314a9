import ExchangeFold
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Stage

/// The listening socket, and what a connection is made of: bytes, HTTP on them, and a WebSocket in HTTP's place once the
/// client has asked for one.
enum Listening {
    /// - Throws: `Failure`, if the address cannot be had.
    static func bind(_ address: SocketAddress, _ server: Server, on group: MultiThreadedEventLoopGroup) throws
        -> any Channel
    {
        do {
            return try ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 512)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.socketOption(.so_sndbuf), value: Limits.systemBytes)
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Limits.bytesPerTurn)
                )
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try begin(channel, server) }
                }
                .bind(to: address).wait()
        } catch {
            let cause = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw Failure.refused(
                .unavailable, "unable to listen on \(address.ipAddress ?? "?"):\(address.port ?? 0): \(cause)")
        }
    }

    private static func begin(_ channel: any Channel, _ server: Server) throws {
        let connection = Connection(channel, server: server)
        guard server.admit(connection) else {
            channel.close(promise: nil)
            return
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = Limits.headBytes
        limits.maxHeaderListSize = Limits.headBytes
        limits.maxHeaderFieldCount = Limits.headerFields
        let encoder = HTTPResponseEncoder()
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
        let pipelining = HTTPServerPipelineHandler()
        let http = HTTPConnection(connection, server: server)
        try channel.pipeline.syncOperations.addHandlers([connection, encoder, decoder, pipelining, http])
        http.awaitUpgrade = { [unowned connection, unowned decoder, unowned pipelining] http, channel in
            // The handler leaves with the first request that asks for no upgrade, so that each request needs one: clients that
            // keep their connections ask for a WebSocket on any of them.
            let pipeline = channel.pipeline.syncOperations
            if (try? pipeline.handler(type: HTTPServerUpgradeHandler.self)) != nil { return }
            let upgrade = HTTPServerUpgradeHandler(
                upgraders: [upgrader(NIOLoopBound(connection, eventLoop: channel.eventLoop), server)],
                httpEncoder: encoder, extraHTTPHandlers: [decoder, pipelining, http], upgradeCompletionHandler: { _ in }
            )
            try? pipeline.addHandler(upgrade, position: .before(http))
        }
        http.awaitUpgrade?(http, channel)
    }

    private static func upgrader(_ connection: NIOLoopBound<Connection>, _ server: Server) -> NIOWebSocketServerUpgrader
    {
        // The stream's number, between the two halves of the handshake.
        let number = NIOLoopBoundBox(Int?.none, eventLoop: server.loop)
        return NIOWebSocketServerUpgrader(
            maxFrameSize: Limits.messageBytes, automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                let (path, query) = HTTPConnection.split(head.uri)
                number.value = server.open(path: path, query: query)
                guard let opened = number.value else { return channel.eventLoop.makeSucceededFuture(nil) }
                channel.closeFuture.whenComplete { _ in server.remove(opened) }
                return channel.eventLoop.makeSucceededFuture([:])
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    guard let opened = number.value else { return }
                    let (path, query) = HTTPConnection.split(head.uri)
                    let stream = StreamConnection(
                        opened, path: path, query: query, connection.value, server: server)
                    server.add(stream)
                    try channel.pipeline.syncOperations.addHandler(stream)
                }
            })
    }
}

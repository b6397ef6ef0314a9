import NIOCore
import NIOHTTP1
import Stage
import WsFold

/// Asks for the WebSocket, and hears why there is none. Whether the answer is right, the library's upgrader checks.
final class Handshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let connection: Connection
    private let endpoint: Endpoint

    init(of connection: Connection, to endpoint: Endpoint) {
        self.connection = connection
        self.endpoint = endpoint
    }

    func handlerAdded(context: ChannelHandlerContext) {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: endpoint.target)
        head.headers.add(name: "Host", value: endpoint.authority)
        head.headers.add(name: "User-Agent", value: "drift-ws/\(pipelineVersion)")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Only an answer that is no upgrade comes here. No redirect is followed: it could lead anywhere.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let answer) = unwrapInboundIn(data) else { return }
        connection.end("the server answered \(answer.status.code) \(answer.status.reasonPhrase)")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.end(Cause.text(error))
    }
}

import NIOCore
import NIOWebSocket
import WsFold

/// Takes whole messages and control frames from the library.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let connection: Connection

    init(of connection: Connection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .connectionClose: connection.closedByServer(frame.data)
        case .ping: connection.pong(frame.data)
        case .text: write(frame.data)
        case .binary: skip("a binary frame of \(frame.length) bytes")
        default: break
        }
    }

    private func write(_ text: ByteBuffer) {
        let (outcome, isFull) = connection.session.write(text)
        switch outcome {
        case .written: break
        case .skipped(let reason): skip(reason)
        case .invalidUTF8: connection.end("a text frame that is not UTF-8", code: .dataInconsistentWithMessage)
        }
        if isFull { connection.pause() }
    }

    private func skip(_ reason: String) {
        if connection.session.write(.skipped(reason: reason)) { connection.pause() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection.session.outbox.announce()
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { connection.silent() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.end(Cause.text(error), code: Cause.code(error))
    }
}

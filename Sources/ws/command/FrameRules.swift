import NIOCore
import NIOWebSocket

/// What RFC 6455 asks of a server's frame and the library's decoder leaves open.
final class FrameRules: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    enum Violation: Error {
        case masked, reservedBits, reservedOpcode
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let violation = Self.violation(unwrapInboundIn(data)) {
            context.fireErrorCaught(violation)
        } else {
            context.fireChannelRead(data)
        }
    }

    private static func violation(_ frame: WebSocketFrame) -> Violation? {
        if frame.maskKey != nil { return .masked }
        if frame.rsv1 || frame.rsv2 || frame.rsv3 { return .reservedBits }
        switch frame.opcode {
        case .continuation, .text, .binary, .connectionClose, .ping, .pong: return nil
        default: return .reservedOpcode
        }
    }
}

import NIOCore

/// Passes the end of a connection on a moment later.
///
/// A server may send its answer, a first frame that says why it does not want us, and the end, all at once. The
/// library exchanges HTTP for WebSocket one turn of the event loop after the answer; an end in between would take the
/// frame with it.
final class DeferredEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelInactive(context: ChannelHandlerContext) {
        let context = context.loopBound
        context.eventLoop.execute { context.value.fireChannelInactive() }
    }
}

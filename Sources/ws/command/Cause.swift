import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// What the libraries' errors mean, in a line.
enum Cause {
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError: connection(error)
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as ChannelError: channel(error)
        case let error as NIOSSLError: tls(error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "the certificate is for another host"
        case let error as NIOHTTPClientUpgradeError: handshake(error)
        case is HTTPParserError: "the answer to the handshake is no HTTP"
        case let error as NIOWebSocketError: frame(error)
        case let error as FrameRules.Violation: rule(error)
        case let error as NIOWebSocketFrameAggregator.Error: fragments(error)
        default: "\(error)"
        }
    }

    /// What the server is told of it; nil if it broke no rule of WebSocket.
    static func code(_ error: any Error) -> WebSocketErrorCode? {
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            .messageTooLarge
        case is NIOWebSocketError, is FrameRules.Violation, is NIOWebSocketFrameAggregator.Error: .protocolError
        default: nil
        }
    }

    private static func connection(_ error: NIOConnectionError) -> String {
        if let failure = error.connectionErrors.last { return text(failure.error) }
        return "no address of \(error.host) was found"
    }

    private static func channel(_ error: ChannelError) -> String {
        switch error {
        case .connectTimeout: "no answer within 10 s"
        case .eof, .inputClosed: "the server hung up"
        default: "\(error)"
        }
    }

    private static func tls(_ error: NIOSSLError) -> String {
        switch error {
        case .handshakeFailed(let cause) where "\(cause)".contains("CERTIFICATE_VERIFY_FAILED"):
            "the certificate is not to be trusted: expired, self-signed or of an unknown issuer"
        case .handshakeFailed(let cause): "the TLS handshake failed: \(Self.shortened("\(cause)"))"
        case .uncleanShutdown: "the server hung up, without an end of TLS"
        default: "TLS: \(error)"
        }
    }

    /// BoringSSL names place and number; the words in capitals say what happened.
    private static func shortened(_ text: String) -> String {
        let words = text.split { !($0.isUppercase && $0.isASCII || $0.isNumber || $0 == "_") }
        return words.last { $0.contains("_") }.map { $0.lowercased().replacing("_", with: " ") } ?? text
    }

    private static func handshake(_ error: NIOHTTPClientUpgradeError) -> String {
        switch error {
        case .upgraderDeniedUpgrade: "the handshake was answered with a wrong Sec-WebSocket-Accept"
        case .responseProtocolNotFound: "the handshake was answered without an upgrade to WebSocket"
        default: "the handshake failed: \(error)"
        }
    }

    private static func frame(_ error: NIOWebSocketError) -> String {
        switch error {
        case .invalidFrameLength: "a frame over --max-frame"
        case .fragmentedControlFrame: "a control frame in fragments"
        case .multiByteControlFrameLength: "a control frame over 125 bytes"
        }
    }

    private static func rule(_ violation: FrameRules.Violation) -> String {
        switch violation {
        case .masked: "a masked frame, which no server sends"
        case .reservedBits: "a frame with reserved bits"
        case .reservedOpcode: "a frame of an unknown kind"
        }
    }

    private static func fragments(_ error: NIOWebSocketFrameAggregator.Error) -> String {
        switch error {
        case .accumulatedFrameSizeIsTooLarge: "a message over --max-frame"
        case .tooManyFragments: "a message of more than \(Connection.fragmentLimit) fragments"
        default: "fragments out of order"
        }
    }
}

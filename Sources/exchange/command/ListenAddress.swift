import NIOCore
import Stage

/// Where the exchange listens.
enum ListenAddress {
    /// - Parameters:
    ///   - text: `HOST:PORT`; an IPv6 host in brackets; port 0 lets the system choose one.
    ///   - isExposed: whether an address that others can reach is wanted.
    /// - Throws: `Failure`.
    static func resolve(_ text: String, isExposed: Bool) throws -> SocketAddress {
        let address: SocketAddress
        do {
            guard let (host, port) = parse(text) else {
                throw Failure.refused(.usage, "unable to listen on \(text): not HOST:PORT")
            }
            address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.refused(.usage, "unable to listen on \(text): no such host")
        }
        guard isExposed || address.isLoopback else {
            throw Failure.refused(
                .usage, "unable to listen on \(text): not a loopback address (--expose listens there all the same)")
        }
        return address
    }

    static func parse(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : (String(host), Int(port))
    }
}

extension SocketAddress {
    /// 127.0.0.0/8 and ::1.
    var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") ?? false
        case .v6: ipAddress == "::1" || ipAddress?.hasPrefix("::ffff:127.") ?? false
        case .unixDomainSocket: true
        }
    }
}

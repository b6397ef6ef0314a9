import ArgumentParser
import Foundation

/// Where a connection goes: a URL that `drift-ws` takes.
///
/// What may pass through it can be a signed greeting, so it goes out encrypted, or not beyond this machine.
public struct Endpoint: Equatable, Sendable {
    public let isSecure: Bool
    /// A name or an IP address, an IPv6 one without its brackets.
    public let host: String
    public let port: Int
    /// Path and query, as the request line has them.
    public let target: String
    private let path: String

    /// - Throws: `ValidationError` if the URL is none, or one that must not be used.
    public init(_ text: String) throws {
        guard let parts = URLComponents(string: text, encodingInvalidCharacters: false),
            let scheme = parts.scheme?.lowercased(), scheme == "wss" || scheme == "ws",
            let name = parts.host?.trimmingCharacters(in: ["[", "]"]), !name.isEmpty,
            name.utf8.allSatisfy(Self.isLegalInHost)
        else { throw ValidationError("the URL must be wss://HOST[:PORT][/PATH], or ws:// to this machine") }
        guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
            throw ValidationError("the URL must have no user, password or fragment")
        }
        isSecure = scheme == "wss"
        host = name
        port = parts.port ?? (isSecure ? 443 : 80)
        guard (1...65_535).contains(port) else { throw ValidationError("the URL's port must be 1 to 65535") }
        path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        target = path + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        guard isSecure || Self.isLoopback(name) else {
            throw ValidationError("ws:// is not encrypted and goes only to this machine; use wss://")
        }
    }

    /// The URL without its query, which may hold a token.
    public var name: String { "\(isSecure ? "wss" : "ws")://\(authority)\(path)" }

    /// The value of the `Host` header.
    public var authority: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? bracketed : "\(bracketed):\(port)"
    }

    /// An address is never sent as the name of a TLS server.
    public var isAddress: Bool { host.contains(":") || Self.octets(host) != nil }

    private static func isLegalInHost(_ byte: UInt8) -> Bool {
        switch UnicodeScalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", ":": true
        default: false
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        host.lowercased() == "localhost" || host == "::1" || octets(host)?.first == 127
    }

    /// Four decimal numbers without leading zeros: what a resolver could read otherwise is no address here.
    private static func octets(_ host: String) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { part in UInt8(part).flatMap { String($0) == part ? $0 : nil } }
        return parts.count == 4 && octets.count == 4 ? octets : nil
    }
}

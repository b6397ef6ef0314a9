/// Where an API is: `https`, or `http` on this machine alone.
public struct Host: Sendable, Equatable {
    /// Scheme, name and port, without a slash at the end.
    public let base: String
    public let isLoopback: Bool
    /// The exchange whose accounts it has: the same for each name of it.
    public let exchange: String

    public static let mainnet = Host("https://api.bybit.com")!

    /// - Returns: nil for another scheme, for `http` beyond this machine, and for what has a path, a query or a user.
    public init?(_ url: String) {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        let isSecure = base.hasPrefix("https://")
        guard isSecure || base.hasPrefix("http://") else { return nil }
        let authority = base.dropFirst(isSecure ? 8 : 7)
        guard !authority.isEmpty,
            authority.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0)) })
        else { return nil }
        let name = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        isLoopback = ["127.0.0.1", "localhost", "[::1]"].contains(String(name))
        guard isSecure || isLoopback else { return nil }
        self.base = base
        let port = authority.dropFirst(name.count)
        let known = isLoopback ? "localhost" : name.lowercased()
        // Bybit API v5, "Integration Guidance": two names of the main exchange.
        exchange =
            (known == "api.bytick.com" ? "api.bybit.com" : known) + (isSecure && port == ":443" ? "" : String(port))
    }
}

import Testing

@testable import WsFold

/// Which URLs are used, and how they are asked for.
///
/// Not covered: certificates and host names, which `Tests/ws/run` shows on servers.
@Suite struct EndpointTests {
    @Test(arguments: [
        ("wss://stream.bybit.com/v5/public/linear", "stream.bybit.com", 443, "/v5/public/linear", "stream.bybit.com"),
        ("wss://h", "h", 443, "/", "h"),
        ("WSS://h:8443?max_active_time=60s", "h", 8443, "/?max_active_time=60s", "h:8443"),
        ("wss://[2001:db8::1]:443/a%20b?c=%2F", "2001:db8::1", 443, "/a%20b?c=%2F", "[2001:db8::1]"),
        ("ws://127.0.0.1:8080/x", "127.0.0.1", 8080, "/x", "127.0.0.1:8080"),
        ("ws://127.255.0.9", "127.255.0.9", 80, "/", "127.255.0.9"),
        ("ws://localhost/x", "localhost", 80, "/x", "localhost"),
        ("ws://[::1]:81/", "::1", 81, "/", "[::1]:81"),
    ])
    func takes(url: String, host: String, port: Int, target: String, authority: String) throws {
        let endpoint = try Endpoint(url)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.target == target)
        #expect(endpoint.authority == authority)
        #expect(endpoint.isSecure == url.lowercased().hasPrefix("wss"))
    }

    @Test(arguments: [
        "", "h", "//h", "http://h", "https://h/", "wss://", "wss:///path", "wss://h:0", "wss://h:65536", "wss://h:x",
        "wss://user@h/", "wss://user:word@h/", "wss://h/#part", "wss://h/a b", "wss://h\n/", "wss://h/\r\nX: y",
        "wss://höst/", "wss://h%0d%0a/", "wss://h/ä",
        "ws://h/", "ws://10.0.0.1/", "ws://stream.bybit.com/v5/private", "ws://127.0.0.1.example.com/", "ws://127.1/",
        "ws://0127.0.0.1/", "ws://127.0.0.256/", "ws://localhost.example.com/", "ws://[::2]/", "ws://[::ffff:1.2.3.4]/",
        "ws://0.0.0.0/", "ws://localhost@example.com/",
    ])
    func refuses(url: String) {
        #expect(throws: (any Error).self) { try Endpoint(url) }
    }

    @Test func keepsTheQueryToItself() throws {
        #expect(try Endpoint("wss://h:9/v5/private?token=secret").name == "wss://h:9/v5/private")
    }

    @Test func knowsAddresses() throws {
        #expect(try Endpoint("wss://127.0.0.1/").isAddress)
        #expect(try Endpoint("wss://[::1]/").isAddress)
        #expect(try !Endpoint("wss://localhost/").isAddress)
        #expect(try !Endpoint("wss://1.2.3.4.example.com/").isAddress)
    }
}

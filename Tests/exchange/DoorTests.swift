import Stage
import Testing

@testable import drift_exchange

// What the exchange's door takes: addresses, key files, request targets, `max_active_time`.
//
// Not covered: the sockets themselves (Tests/exchange/server).

@Suite struct DoorTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65535),
    ])
    func addresses(_ text: String, _ host: String, _ port: Int) throws {
        let parsed = try #require(ListenAddress.parse(text))
        #expect(parsed.host == host && parsed.port == port)
    }

    @Test(arguments: ["8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", ":8080", "::1:8080", ""])
    func whatIsNoAddress(_ text: String) { #expect(ListenAddress.parse(text) == nil) }

    @Test(arguments: ["127.0.0.1:0", "127.9.8.7:0", "[::1]:0"])
    func loopbackIsAllowed(_ text: String) throws { _ = try ListenAddress.resolve(text, isExposed: false) }

    @Test(arguments: ["0.0.0.0:0", "192.0.2.1:0", "[::]:0", "[2001:db8::1]:0"])
    func othersAreNotUnlessAskedFor(_ text: String) throws {
        #expect(throws: Failure.self) { try ListenAddress.resolve(text, isExposed: false) }
        _ = try ListenAddress.resolve(text, isExposed: true)
    }

    @Test func aKeyFile() throws {
        let credentials = try KeyFile.parse("# accounts\n\nkey1 secret1\n  key2\tsecret2 \r\n", "file")
        #expect(credentials.map(\.key) == ["key1", "key2"])
        #expect(credentials.map(\.secret) == [Array("secret1".utf8), Array("secret2".utf8)])
    }

    @Test(arguments: ["key", "key secret more", "key secret\nkey other"])
    func whatIsNoKeyFile(_ text: String) {
        #expect(throws: Failure.self) { try KeyFile.parse(text, "file") }
    }

    @Test(arguments: [
        ("/v5/x", "/v5/x", ""), ("/v5/x?", "/v5/x", ""), ("/v5/x?a=1&b=%20?", "/v5/x", "a=1&b=%20?"),
        ("http://host:80/v5/x?a=1", "/v5/x", "a=1"), ("http://host", "", ""), ("*", "*", ""),
    ])
    func targets(_ uri: String, _ path: String, _ query: String) {
        let split = HTTPConnection.split(uri)
        #expect(split.path == path && split.query == query)
    }

    @Test(arguments: [
        ("", 600), ("max_active_time=30s", 30), ("max_active_time=1m", 60), ("a=b&max_active_time=120s", 120),
        ("max_active_time=5s", 30), ("max_active_time=3600s", 600), ("max_active_time=x", 600),
        ("max_active_time=-5s", 600), ("max_active_time=", 600),
    ])
    func idleTimes(_ query: String, _ seconds: Int) { #expect(StreamConnection.idleSeconds(query) == seconds) }
}

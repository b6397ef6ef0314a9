import Bybit
import Testing

/// Where requests may go, and when they are repeated. Not covered: the connection itself (`Tests/pipelines/live`), TLS.
struct RESTTests {
    @Test(arguments: [
        ("https://api.bybit.com", "https://api.bybit.com"), ("https://api.bybit.com/", "https://api.bybit.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:80", "http://[::1]:80"),
    ])
    func hostsAreSecureOrHere(url: String, base: String) { #expect(Host(url)?.base == base) }

    @Test(arguments: [
        ("https://api.bybit.com", "api.bybit.com"), ("https://API.bybit.com:443/", "api.bybit.com"),
        ("https://api.bytick.com", "api.bybit.com"), ("https://api-testnet.bybit.com", "api-testnet.bybit.com"),
        ("https://api.bybit.com:8443", "api.bybit.com:8443"), ("http://localhost:1", "localhost:1"),
        ("http://127.0.0.1:1", "localhost:1"), ("http://[::1]:1", "localhost:1"),
    ])
    func anExchangeIsOneByWhateverName(url: String, exchange: String) { #expect(Host(url)?.exchange == exchange) }

    @Test(arguments: [
        "http://api.bybit.com", "http://127.0.0.1.evil.com", "ftp://127.0.0.1", "https://", "https://user@host",
        "https://host/path", "https://host?x", "http://localhost.evil.com:80", "file:///etc/passwd", "127.0.0.1",
        "https://ho st", "HTTP://127.0.0.1",
    ])
    func othersAreRefused(url: String) { #expect(Host(url) == nil) }

    @Test(arguments: [
        (RESTFailure.unreachable("x"), 3), (.status(502), 3), (.status(429), 3), (.status(404), 1), (.banned, 1),
        (.refused(10006, ""), 3), (.refused(10001, ""), 1), (.garbled(""), 3),
    ])
    func onlyWhatMayPassIsRepeated(failure: RESTFailure, tries: Int) {
        var asked = 0
        let retry = Retry(sleep: { _ in }, now: { 0 })
        #expect(throws: failure) {
            _ = try retry { (_) throws(RESTFailure) in
                asked += 1
                throw failure
            }
        }
        #expect(asked == tries)
    }

    @Test func theTimeIsBounded() {
        var clock = 0
        var asked = 0
        let retry = Retry(sleep: { clock += $0 }, now: { clock })
        #expect(throws: RESTFailure.status(503)) {
            _ = try retry { (milliseconds) throws(RESTFailure) in
                asked += 1
                clock += milliseconds
                throw .status(503)
            }
        }
        #expect(asked == 2 && clock <= retry.budgetMilliseconds)
    }
}

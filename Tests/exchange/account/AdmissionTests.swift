import Bybit
import ExchangeFold
import Testing

/// Who is let in: keys, signatures, the time window, rates.
///
/// Not covered: HTTP itself (Tests/exchange/server); the signatures of real clients (Tests/bybit, Tests/clients).
@Suite struct AdmissionTests {
    private let path = "account/wallet-balance"
    private let query = "accountType=UNIFIED"

    @Test func headersAreNeeded() throws {
        let client = try Client()
        let request = Request(method: "GET", path: "/v5/\(path)", query: query, headers: [:], body: [])
        #expect(client.send(request).status == 401)
    }

    @Test func aGetCarriesNoBody() throws {
        let client = try Client()
        var request = client.request("GET", path, query, [])
        request = Request(
            method: "GET", path: request.path, query: query, headers: request.headers, body: Array("{}".utf8))
        #expect(client.send(request).status == 403)
    }

    @Test func theRawBytesAreSigned() throws {
        let client = try Client()
        #expect(try client.get(path, query).code == "0")
        let signed = client.request("GET", path, query, [])
        let other = Request(
            method: "GET", path: signed.path, query: "accountType=UNIFIED&", headers: signed.headers, body: [])
        #expect(try JSON.read(client.send(other)).code == "10004")
        var headers = signed.headers
        headers["x-bapi-api-key"] = "nobody"
        let unknown = Request(method: "GET", path: signed.path, query: query, headers: headers, body: [])
        #expect(try JSON.read(client.send(unknown)).code == "10003")
    }

    /// server - window <= stamp < server + 1000 ms.
    @Test(arguments: [(-5000, "0"), (-5001, "10002"), (0, "0"), (999, "0"), (1000, "10002")])
    func theWindowHasTwoEdges(_ milliseconds: Int64, _ code: String) throws {
        let client = try Client()
        let stamp = String(client.now / 1000 + milliseconds)
        #expect(try JSON.read(client.send(client.request("GET", path, query, [], stamp: stamp))).code == code)
    }

    @Test func aClockThatIsOffMovesTheWindow() throws {
        let client = try Client()
        client.exchange.clockOffset = -1_500_000
        #expect(try client.get(path, query).code == "10002")
        client.exchange.clockOffset = 4_000_000
        #expect(try client.get(path, query).code == "0")
    }

    /// Five a second; the sixth is refused with headers that say when to come again, at least 50 ms ahead.
    @Test func eachEndpointHasARate() throws {
        let client = try Client()
        try client.open()
        let fees = "account/fee-rate"
        for left in (0..<5).reversed() {
            let response = client.send(client.request("GET", fees, "category=linear", []))
            #expect(response.headers.contains { $0 == ("X-Bapi-Limit-Status", "\(left)") })
        }
        let refused = client.send(client.request("GET", fees, "category=linear", []))
        #expect(try JSON.read(refused).code == "10006")
        let reset = try #require(refused.headers.first { $0.name == "X-Bapi-Limit-Reset-Timestamp" })
        #expect(try #require(Int64(reset.value)) >= client.now / 1000 + 50)
        #expect(try client.get(fees, "category=linear", key: 1).code == "0")
        #expect(try client.get(path, query).code == "0")
        client.wait(1.001)
        #expect(try client.get(fees, "category=linear").code == "0")
    }

    @Test(arguments: ["{", "[]", #"{"a":1,"a":2}"#, #"{"a":NaN}"#, "", String(repeating: #"{"a":"#, count: 40)])
    func bodiesAreStrict(_ body: String) throws {
        let client = try Client()
        #expect(
            try JSON.read(client.send(client.request("POST", "order/create", "", Array(body.utf8)))).code == "10001")
    }

    @Test func whatIsNoPathIs404() throws {
        let client = try Client()
        #expect(client.send(client.request("GET", "nothing/here", "", [])).status == 404)
        #expect(client.send(client.request("GET", "order/create", "", [])).status == 404)
        #expect(client.send(client.request("GET", "market/nothing", "category=linear", [])).status == 404)
    }
}

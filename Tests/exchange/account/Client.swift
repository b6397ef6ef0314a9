import ArgumentParser
import Bybit
import Hashing
import Records
import Rehearsal

@testable import ExchangeFold

/// A client of an exchange in memory: market records in, signed requests and streams, the ledger out.
final class Client {
    static let credentials = [
        Credential(key: "first", secret: Array("secret".utf8)), Credential(key: "second", secret: Array("other".utf8)),
    ]

    let exchange: Exchange
    private var reader = RecordReader()
    private var output = Output(passesOn: false)
    /// The wall clock, microseconds.
    var now: Int64 = 1_700_000_000_000_000
    /// All that the ledger says so far.
    private(set) var lines: [String] = []

    convenience init(_ arguments: String...) throws {
        self.init(Exchange(try ExchangeOptions.parse(arguments), credentials: Self.credentials))
    }

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// - Returns: the ledger's lines about it.
    @discardableResult
    func feed(_ line: String) throws -> [String] {
        try withPaddedLine(line) { bytes in
            try reader.read(bytes)
            exchange.receive(reader, at: now, into: &output)
        }
        return drain()
    }

    /// A quote and a trade of BTCUSDT, so that there is a market.
    func open(_ ts: Int64 = 1_000_000_000, _ price: Int = 100_000) throws {
        try feed(Line.quote(ts, "\(price).0", "5", "\(price).1", "5"))
        try feed(Line.trade(ts, "\(price).0", "1"))
    }

    // MARK: Requests

    func post(_ path: String, _ body: Bybit.JSON, key: Int = 0) throws -> Bybit.JSON {
        try JSON.read(send(request("POST", path, "", body.bytes, key: key)))
    }

    func get(_ path: String, _ query: String, key: Int = 0) throws -> Bybit.JSON {
        try JSON.read(send(request("GET", path, query, [], key: key)))
    }

    func request(
        _ method: String, _ path: String, _ query: String, _ body: [UInt8], key: Int = 0, stamp: String? = nil,
        window: String = "5000"
    ) -> Request {
        let credential = Self.credentials[key]
        let stamp = stamp ?? String(now / 1000)
        let sign = Signature.rest(
            secret: credential.secret, timestamp: stamp, key: credential.key, window: window,
            payload: method == "GET" ? Array(query.utf8) : body)
        return Request(
            method: method, path: "/v5/\(path)", query: query,
            headers: [
                "x-bapi-api-key": credential.key, "x-bapi-timestamp": stamp, "x-bapi-recv-window": window,
                "x-bapi-sign": sign,
            ], body: body)
    }

    func send(_ request: Request) -> Response {
        let response = exchange.answer(request, at: now, into: &output)
        _ = drain()
        return response
    }

    /// The clock goes on, and what is due is done.
    func wait(_ seconds: Double) {
        now += Int64(seconds * 1e6)
        exchange.advance(to: now, into: &output)
        _ = drain()
    }

    func trade(account: Int, _ symbol: String, _ side: String, _ quantity: String) throws {
        try exchange.trade(
            account: account, symbol: symbol, side: side, quantity: quantity, at: now, into: &output)
        _ = drain()
    }

    func restart() {
        exchange.restart(into: &output)
        _ = drain()
    }

    /// The end of the market.
    /// - Returns: the ledger's lines about it.
    func finish() -> [String] {
        exchange.finish(at: now, into: &output)
        return drain()
    }

    // MARK: Streams

    func say(_ value: Bybit.JSON, on stream: Int) {
        exchange.receive(value.bytes, from: stream, at: now, into: &output)
        _ = drain()
    }

    func heard() throws -> [(stream: Int, topic: String, value: Bybit.JSON)] {
        try exchange.takeMessages().map { ($0.stream, $0.topic, try Bybit.JSON(reading: $0.text)) }
    }

    private func drain() -> [String] {
        var bytes: [UInt8] = []
        output.drain { bytes.append(contentsOf: $0) }
        let written = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        lines += written
        return written
    }
}

extension Bybit.JSON {
    static func read(_ response: Response) throws -> Bybit.JSON { try Bybit.JSON(reading: response.body) }

    var code: String { self["retCode"]?.text ?? "none" }
    /// The rows of an answer.
    var rows: [Bybit.JSON] { self["result"]?.list ?? [] }
}

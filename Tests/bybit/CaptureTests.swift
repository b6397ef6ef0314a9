import Bybit
import Foundation
import Hashing
import Testing

/// What pybit 5.17.0 and ccxt 4.5.90 signed when they were recorded, if the recordings lie beside the package; skipped
/// otherwise. Not covered: keys that sign with RSA.
struct CaptureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/fixtures/bybit-v5/client-captures")
    private static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }
    private let secret = Array("testsecret".utf8)

    /// What the clients did, in order: requests, and events of streams.
    private func traffic(_ client: String) throws -> [JSON] {
        let text = try String(contentsOf: Self.folder.appendingPathComponent(client + ".jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").flatMap { try JSON(reading: Array($0.utf8))["traffic"]?.elements ?? [] }
    }

    @Test(.enabled(if: isThere), arguments: [("pybit", 13), ("ccxt", 25), ("ccxtpro", 5)])
    func requestsVerify(client: String, count: Int) throws {
        let signed = try traffic(client).filter { $0["signature_valid"]?.bool == true }
        #expect(signed.count == count)
        for request in signed {
            let header = { (name: String) in try #require(request["headers"]?["X-BAPI-" + name]?.text) }
            let payload = try #require(request[request["http"]?.text == "GET" ? "query" : "body"]?.text)
            let made = Signature.rest(
                secret: secret, timestamp: try header("TIMESTAMP"), key: try header("API-KEY"),
                window: try header("RECV-WINDOW"), payload: Array(payload.utf8))
            #expect(try Signature.isSame(made, header("SIGN")), "\(request)")
        }
    }

    @Test(.enabled(if: isThere), arguments: [("pybit", 2), ("ccxtpro", 2)])
    func greetingsVerify(client: String, count: Int) throws {
        let greetings = try traffic(client).compactMap { $0["ws_client_sends"]?.text }
            .map { try JSON(reading: Array($0.utf8)) }.filter { $0["op"]?.text == "auth" }
        #expect(greetings.count == count)
        for greeting in greetings {
            let parts = try #require(greeting["args"]?.elements).compactMap(\.text)
            try #require(parts.count == 3)
            #expect(Signature.isSame(Signature.stream(secret: secret, expires: parts[1]), parts[2]))
        }
    }
}

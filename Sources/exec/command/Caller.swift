import Bybit
import ExecFold
import Stage

/// Signs what is private, and calls the exchange while nothing else is to be done: at the start, where every question may be
/// asked again. A signal that asks for the end is heard meanwhile: nothing has been begun.
final class Caller {
    let host: Host
    let key: Key
    private let client: RESTClient
    /// The exchange will not hear this address.
    var onBan: () -> Void = {}
    /// What the exchange's clock is ahead, microseconds.
    private(set) var clockOffset: Int64 = 0

    init(_ host: Host, _ key: Key) throws {
        self.host = host
        self.key = key
        do { client = try RESTClient(host) } catch { throw Self.refusal(host, error) }
    }

    /// Signed now: a request that has waited would be late.
    /// - Parameter offset: what the exchange's clock is ahead, microseconds.
    func sign(_ request: RESTRequest, offset: Int64) -> RESTRequest {
        var signed = request
        let time = (steadyMicroseconds() + offset) / 1000
        signed.headers += key.headers(request, at: time, window: Executor.receiveWindow / 1000)
        return signed
    }

    /// Asks for something private.
    /// - Throws: `Failure`, unless the exchange grants it.
    func get(_ path: String, _ query: String = "") throws -> Answer { try get(RESTRequest(get: path, query: query)) }

    func get(_ request: Request) throws -> Answer { try get(request.rest) }

    /// The same, of what the exchange need not offer to a demo account; nil where it does not.
    func getIfOffered(_ path: String, _ query: String, isDemo: Bool) throws -> Answer? {
        try heed()
        do throws(RESTFailure) { return try call(RESTRequest(get: path, query: query)) } catch {
            switch error {
            // "Demo trading are not supported", which says so by itself, and what it may say instead.
            case .refused(10032, _),
                .refused(10001, _) where isDemo,
                .status(404) where isDemo:
                diagnose("drift-exec", "the exchange does not offer \(path) to this account: \(error.text)")
                return nil
            default: throw refusal(path, error)
            }
        }
    }

    private func get(_ request: RESTRequest) throws -> Answer {
        try heed()
        do throws(RESTFailure) { return try call(request) } catch { throw refusal(request.path, error) }
    }

    /// Sets something that may be set twice.
    /// - Parameter code: of the exchange, for what is so already.
    func set(_ path: String, _ body: JSON, or code: Int) throws {
        try heed()
        do throws(RESTFailure) { _ = try call(RESTRequest(post: path, body: body.bytes)) } catch {
            if case .refused(code, _) = error { return }
            throw refusal(path, error)
        }
    }

    private func call(_ request: RESTRequest) throws(RESTFailure) -> Answer {
        var retry = Retry()
        // Starts in quick succession may exceed what the exchange allows in a second.
        retry.tries = 6
        return try UnixSignals.letIn { () throws(RESTFailure) in
            try retry { (milliseconds) throws(RESTFailure) in
                var request = request
                request.milliseconds = milliseconds
                return try read(try client.ask(sign(request, offset: clockOffset)))
            }
        }
    }

    /// Reads an answer. A refusal may quote the key, which nobody is to read in a record.
    func read(_ body: [UInt8]) throws(RESTFailure) -> Answer {
        do throws(RESTFailure) { return try Answer(granted: body) } catch {
            guard case .refused(let code, let text) = error else { throw error }
            throw .refused(code, key.masked(in: text))
        }
    }

    private func heed() throws {
        if let number = UnixSignals.pending { throw Failure.interrupted(number) }
    }

    private func refusal(_ path: String, _ failure: RESTFailure) -> Failure {
        switch failure {
        case .refused,
            _ where failure.isFinal:
            .refused(
                failure.isFinal ? .permission : .unavailable,
                "unable to get \(path): the exchange refuses: \(failure.text)")
        default: unreachable(failure)
        }
    }

    /// Asks for something public.
    /// - Parameter symbol: whose it is, where the exchange may not know it.
    func publicly(_ path: String, _ query: String, of symbol: String? = nil) throws -> Answer {
        try heed()
        do throws(RESTFailure) {
            return try UnixSignals.letIn { () throws(RESTFailure) in try client.ask(path, query: query) }
        } catch {
            if let symbol, case .refused(10001, let text) = error {
                throw Failure.refused(.usage, "unable to trade \(symbol): the exchange refuses it: \(text)")
            }
            throw refusal(path, error)
        }
    }

    /// Sets the clock by the fastest of three answers.
    func synchronise() throws {
        var best = Int64.max
        for _ in 0..<3 {
            let asked = steadyMicroseconds()
            let answer = try publicly("/v5/market/time", "")
            let took = steadyMicroseconds() - asked
            guard let ts = answer.ts, took < best else { continue }
            best = took
            clockOffset = ts + 500 - (asked + took / 2)
        }
        if clockOffset.magnitude > 250_000 {
            diagnose("drift-exec", "this machine's clock is \(-clockOffset / 1000) ms ahead of the exchange's")
        }
    }

    private func unreachable(_ failure: RESTFailure) -> Failure {
        if case .banned = failure { onBan() }
        return Self.refusal(host, failure)
    }

    private static func refusal(_ host: Host, _ failure: RESTFailure) -> Failure {
        .refused(.unavailable, "unable to reach \(host.base): \(failure.text)")
    }
}

import Bybit
import ExchangeFold

/// The control endpoint: what a test asks of the exchange itself. It lies outside of the API's paths, needs no key, and
/// answers loopback only.
enum Control {
    static func owns(path: String) -> Bool { path == "/control" || path.hasPrefix("/control/") }
}

extension Server {
    func control(_ request: Request, isLocal: Bool) -> Response {
        guard isLocal else { return Self.problem(403, "control answers loopback only") }
        // A page in a browser on this machine may send requests here too: it says where it is from, or names another host.
        guard request.headers["origin"] == nil, Self.isLoopback(request.headers["host"]) else {
            return Self.problem(403, "control answers no web page")
        }
        do {
            switch (request.method, request.path) {
            case ("GET", "/control/state"): return Self.reply(state)
            case ("GET", "/control/faults"): return Self.reply(["rules": .array(faults.rules.map(\.report))])
            case ("POST", "/control/faults"): try faults.add(lines: request.body)
            case ("DELETE", "/control/faults"): faults.removeAll()
            case ("POST", "/control/restart"): try cause(.restart, "restart", "", "control")
            case ("POST", "/control/clock"):
                try cause(of: request, "clock_offset") { fields throws(RuleError) in
                    .clockOffset(milliseconds: try fields.integer("offset", -86_400_000...86_400_000))
                }
            case ("POST", "/control/fills"):
                try cause(of: request, "fill_parts") { fields throws(RuleError) in
                    .fillParts(try fields.integer("parts", 1...1000))
                }
            case ("POST", "/control/trade"):
                try cause(of: request, "external_trade") { fields throws(RuleError) in
                    .externalTrade(try ExternalTrade(&fields))
                }
            default: return Self.problem(404, "no such control")
            }
        } catch {
            return Self.problem(400, "\(error)")
        }
        settle()
        return Self.reply([:])
    }

    private func cause(
        of request: Request, _ name: String, _ read: (inout RuleFields) throws(RuleError) -> VenueFault
    ) throws {
        let body: JSON
        do { body = try JSON(reading: request.body) } catch { throw RuleError("not a JSON object") }
        var fields = try RuleFields(body)
        let fault = try read(&fields)
        try fields.finish()
        try cause(fault, name, "", "control")
    }

    private static func isLoopback(_ host: String?) -> Bool {
        guard let host, let name = ListenAddress.parse(host.contains(":") ? host : host + ":80")?.host else {
            return false
        }
        // An address, not a name that begins like one.
        let bytes = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return name == "localhost" || name == "::1" || bytes.count == 4 && bytes[0] == 127 && !bytes.contains(nil)
    }

    private var state: JSON {
        func number(_ value: some BinaryInteger) -> JSON { .number(String(value)) }
        return [
            "event_time": number(exchange.eventTime), "records": number(counts.records),
            "bad_lines": number(counts.badLines), "input_ended": .bool(counts.isInputOver),
            "requests": number(counts.requests), "messages": number(counts.messages), "faults": number(counts.faults),
            "connections": number(openConnections), "connections_opened": number(counts.connections),
            "streams": number(openStreams), "streams_opened": number(counts.streams),
            "accounts": .array(accounts.map { .string($0) }),
            "clock_offset": number(exchange.clockOffset / 1000), "fill_parts": number(exchange.fillParts),
        ]
    }

    private static func reply(_ body: JSON) -> Response { Response(body: body.bytes) }

    private static func problem(_ status: Int, _ cause: String) -> Response {
        Response(status: status, body: (["error": .string(cause)] as JSON).bytes)
    }
}

extension FaultRule {
    /// The rule, and how often it met an event and fired.
    fileprivate var report: JSON {
        ["rule": source, "seen": .number(String(trigger.seen)), "fired": .number(String(trigger.fired))]
    }
}

import Bybit
import Hashing
import Records

/// What a stream is asked for.
extension Exchange {
    /// The arguments of one request, characters.
    private static let argumentLimit = 21_000
    private static let personalTopics = ["order", "execution", "execution.fast", "position"]

    func listen(_ text: [UInt8], from number: Int, at now: Int64, into ledger: inout Output) {
        guard let stream = streams[number] else { return }
        guard let request = try? JSON(reading: text), let operation = request["op"]?.text else {
            return streams.answer(number, "", refusal(stream, [:], "", "Params Error"), at: now)
        }
        if stream.kind == .trade {
            return trade(request, operation, stream, number, at: now, into: &ledger)
        }
        switch operation {
        case "ping": streams.send(pong(stream, request, at: now).bytes, to: number, topic: "pong")
        case "auth" where stream.kind == .personal: authenticate(request, stream, number, at: now)
        case "subscribe": subscribe(request, stream, number, at: now)
        case "unsubscribe":
            streams.unsubscribe(number, Self.topics(of: request))
            streams.answer(number, operation, success(stream, request, operation), at: now)
        default:
            streams.answer(number, operation, refusal(stream, request, operation, "unknown op: \(operation)"), at: now)
        }
    }

    private static func topics(of request: JSON) -> [String] { (request["args"]?.elements ?? []).compactMap(\.text) }

    private func subscribe(_ request: JSON, _ stream: Streams.Stream, _ number: Int, at now: Int64) {
        let topics = Self.topics(of: request)
        guard stream.kind == .open || stream.account != nil else {
            return streams.answer(
                number, "subscribe", refusal(stream, request, "subscribe", "Request not authorized"), at: now)
        }
        let isBounded =
            topics.reduce(0) { $0 + $1.utf8.count } <= Self.argumentLimit
            && stream.topics.count + topics.count <= Streams.topicLimit
        if let unknown = topics.first(where: { !hasTopic($0, stream.kind) }) {
            let text = "error:handler not found,topic:\(unknown)"
            return streams.answer(number, "subscribe", refusal(stream, request, "subscribe", text), at: now)
        }
        guard isBounded, !topics.isEmpty else {
            return streams.answer(number, "subscribe", refusal(stream, request, "subscribe", "Params Error"), at: now)
        }
        streams.answer(number, "subscribe", success(stream, request, "subscribe"), at: now)
        streams.subscribe(number, topics, at: now)
    }

    private func hasTopic(_ topic: String, _ kind: Streams.Kind) -> Bool {
        guard kind == .personal else { return market.hasTopic(topic) }
        if topic == "wallet" { return true }
        return Self.personalTopics.contains { topic == $0 || topic == $0 + ".linear" }
    }

    private func authenticate(_ request: JSON, _ stream: Streams.Stream, _ number: Int, at now: Int64) {
        let isKnown = account(greeting: request, at: now)
        if let account = isKnown, stream.account == nil {
            streams.own(number, account)
            return streams.answer(number, "auth", success(stream, request, "auth"), at: now)
        }
        streams.answer(number, "auth", refusal(stream, request, "auth", "Params Error"), at: now)
    }

    /// Whose key has signed a greeting that has not expired. Clients send the expiry as text or as a number.
    private func account(greeting request: JSON, at now: Int64) -> Int? {
        let arguments = request["args"]?.elements ?? []
        guard arguments.count == 3, let key = arguments[0].text, let expires = arguments[1].text,
            let sign = arguments[2].text, let account = admission.account(of: key), let expiry = Int64(expires),
            expiry > (now + clockOffset) / 1000
        else { return nil }
        let expected = Signature.stream(secret: admission.secret(account), expires: expires)
        return Signature.isSame(expected, sign) ? account : nil
    }

    // MARK: Answers

    private func success(_ stream: Streams.Stream, _ request: JSON, _ operation: String) -> JSON {
        answer(stream, request, operation, isSuccess: true, "")
    }

    private func refusal(_ stream: Streams.Stream, _ request: JSON, _ operation: String, _ text: String) -> JSON {
        answer(stream, request, operation, isSuccess: false, text)
    }

    private func answer(
        _ stream: Streams.Stream, _ request: JSON, _ operation: String, isSuccess: Bool, _ text: String
    ) -> JSON {
        var members: [JSON.Member] = [
            .init("success", .bool(isSuccess)), .init("ret_msg", .string(text)), .init("conn_id", .string(stream.name)),
        ]
        // Given back as it came: one client sends a text, another a number.
        if let name = request["req_id"] { members.append(.init("req_id", name)) }
        members.append(.init("op", .string(operation)))
        return .object(members)
    }

    private func pong(_ stream: Streams.Stream, _ request: JSON, at now: Int64) -> JSON {
        guard stream.kind == .personal else { return answer(stream, request, "ping", isSuccess: true, "pong") }
        var members: [JSON.Member] = request["req_id"].map { [.init("req_id", $0)] } ?? []
        members += [
            .init("op", "pong"), .init("args", ["\((now + clockOffset) / 1000)"]),
            .init("conn_id", .string(stream.name)),
        ]
        return .object(members)
    }

    // MARK: Order entry

    private static let tradeOperations: [String: (path: String, handler: Handler)] = [
        "order.create": ("/v5/order/create", create), "order.amend": ("/v5/order/amend", amend),
        "order.cancel": ("/v5/order/cancel", cancel), "order.create-batch": ("/v5/order/create-batch", createBatch),
        "order.amend-batch": ("/v5/order/amend-batch", amendBatch),
        "order.cancel-batch": ("/v5/order/cancel-batch", cancelBatch),
    ]

    private func trade(
        _ request: JSON, _ operation: String, _ stream: Streams.Stream, _ number: Int, at now: Int64,
        into ledger: inout Output
    ) {
        func answer(_ code: Int, _ text: String, _ further: [JSON.Member] = []) {
            let members: [JSON.Member] =
                (request["reqId"].map { [.init("reqId", $0)] } ?? []) + [
                    .init("retCode", .number(String(code))), .init("retMsg", .string(text)),
                    .init("op", .string(operation == "ping" ? "pong" : operation)),
                ]
            let last: [JSON.Member] = [.init("connId", .string(stream.name))]
            streams.answer(number, operation, .object(members + further + last), at: now)
        }
        switch operation {
        case "ping": answer(0, "OK", [.init("data", ["\((now + clockOffset) / 1000)"])])
        case "auth":
            guard stream.account == nil else { return answer(20001, "Repeat auth") }
            guard let account = account(greeting: request, at: now) else { return answer(10004, "Invalid sign") }
            streams.own(number, account)
            answer(0, "OK")
        default:
            guard let (path, handler) = Self.tradeOperations[operation] else { return answer(10404, "op is not found") }
            guard let account = stream.account else { return answer(10003, "Unauthorized") }
            if let name = request["reqId"]?.text, !streams.use(request: name, of: number) {
                return answer(20006, "reqId is repeated")
            }
            let (code, text, further) = carryOut(
                request, path, handler, account, at: now + clockOffset, into: &ledger)
            answer(code, text, further)
        }
    }

    private func carryOut(
        _ request: JSON, _ path: String, _ handler: Handler, _ account: Int, at now: Int64, into ledger: inout Output
    ) -> (code: Int, text: String, further: [JSON.Member]) {
        let (allowance, isWithin) = admission.count(account, path, limit: 10, at: now)
        let header = JSON.object(
            [.init("Timenow", "\(now / 1000)")] + allowance.headers.map { .init($0.name, .string($0.value)) })
        do throws(APIError) {
            let stamp = request["header"]?["X-BAPI-TIMESTAMP"]?.text ?? ""
            try Admission.checkTime(stamp, request["header"]?["X-BAPI-RECV-WINDOW"]?.text ?? "5000", at: now)
            guard isWithin else { throw APIError(10006, "Too many visits. Exceeded the API Rate Limit.") }
            guard let body = request["args"]?.elements?.first else { throw .parameter("args") }
            let call = Call(account: account, parameters: Parameters(body), now: now, options: options)
            let outcome = try handler(self)(call, &ledger)
            return (
                0, "OK",
                [.init("data", outcome.result), .init("retExtInfo", outcome.extra), .init("header", header)]
            )
        } catch {
            return (
                error.code, error.message,
                [.init("data", [:]), .init("retExtInfo", [:]), .init("header", header)]
            )
        }
    }
}

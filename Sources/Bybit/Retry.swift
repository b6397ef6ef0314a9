import Records

/// Asks again where that may help: for requests that change nothing. Bounded in tries and time, with jitter, so that
/// many who were cut off at once do not come back at once.
public struct Retry {
    /// Tries in all.
    public var tries = 3
    /// For all of them, milliseconds.
    public var budgetMilliseconds = 8000
    private let sleep: (_ milliseconds: Int) -> Void
    private let now: () -> Int

    /// - Parameters:
    ///   - now: milliseconds of a clock that never steps.
    public init(
        sleep: @escaping (_ milliseconds: Int) -> Void = pause,
        now: @escaping () -> Int = monotonicMilliseconds
    ) {
        self.sleep = sleep
        self.now = now
    }

    /// - Parameter ask: gets what is left of the time, at most five seconds.
    /// - Throws: the last failure.
    public func callAsFunction(
        _ ask: (_ milliseconds: Int) throws(RESTFailure) -> Answer
    ) throws(RESTFailure) -> Answer {
        let deadline = now() + budgetMilliseconds
        var pause = 200
        var attempt = 1
        while true {
            do throws(RESTFailure) {
                return try ask(max(1, min(5000, deadline - now())))
            } catch {
                let wait = Int.random(in: (pause / 2)...pause)
                guard attempt < tries, error.mayPass, now() + wait < deadline else { throw error }
                sleep(wait)
                pause *= 2
                attempt += 1
            }
        }
    }
}

extension RESTFailure {
    /// Overload and timeouts of the exchange, by its documents.
    private static let passingCodes: Set<Int> = [
        10000, 10006, 10016, 10019, 10429, 170_001, 170_005, 170_007, 170_032, 500_000, 3_400_214,
    ]

    /// Whether the same request may be granted later.
    public var mayPass: Bool {
        switch self {
        case .unsent, .unreachable, .garbled: true
        case .status(let status): status == 429 || status >= 500
        case .banned: false
        case .refused(let code, _): Self.passingCodes.contains(code)
        }
    }
}

extension RESTClient {
    /// Asks for a public answer, again if that may help.
    public func ask(
        _ path: String, query: String, retry: Retry = Retry()
    ) throws(RESTFailure) -> Answer {
        try retry { (milliseconds) throws(RESTFailure) in
            try Answer(granted: try ask(RESTRequest(get: path, query: query, within: milliseconds)))
        }
    }
}

extension Answer {
    /// The exchange's code for an address that has asked too often.
    private static let addressLimit = 10018

    /// Reads the body of an answer with status 200.
    /// - Throws: `garbled`, where it has no code either; `refused`, unless the exchange's code is 0.
    public init(granted body: [UInt8]) throws(RESTFailure) {
        let json: JSON
        do throws(Malformed) { json = try JSON(reading: body) } catch {
            throw .garbled("the answer is no JSON object: \(error.problem) at byte \(error.at)")
        }
        guard json["retCode"]?.text.flatMap({ Int($0) }) != nil else { throw .garbled("the answer has no retCode") }
        self.init(json, count: body.count)
        guard code == 0 else { throw code == Self.addressLimit ? .banned : .refused(code, text) }
    }
}

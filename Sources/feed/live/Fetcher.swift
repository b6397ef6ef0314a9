import Bybit
import Records

/// Decides what REST is asked, and when: instruments at the start, history at the first subscription, and after lines went
/// missing the trades of that time. Its answers become lines of the stream, in front of the line that called for them.
///
/// It asks when a subscription has been confirmed or its first message is there: what the answer does not hold yet, the
/// stream will bring.
struct Fetcher {
    static let instrumentPath = "/v5/market/instruments-info"
    static let barPath = "/v5/market/kline"
    static let tradePath = "/v5/market/recent-trade"
    /// The most that one answer holds.
    private static let pageRows = 1000
    /// What the exchange says of a symbol that it does not have.
    private static let unknownSymbol = 10001

    typealias Ask = (_ path: String, _ query: String) throws(RESTFailure) -> Answer
    typealias Put = (_ line: [UInt8]) throws -> Void

    private let settings: JSON
    private let backfillSeconds: Int
    private let ask: Ask
    /// The wall clock, microseconds.
    private let now: () -> Int64
    /// What its lines are stamped with: the receive time of the line that called for them, so that their times never
    /// run ahead of the stream's.
    private var received: Int64 = 0
    /// Symbols in the order in which they were named.
    private var symbols: [String]
    private var hasAsked = false
    /// Whether the trades of the time before the next message are wanted.
    private var isDue: Bool
    /// Whether confirmed subscriptions call for them too, from the first time on: there may be several, and each brings some
    /// topics.
    private var followsReplies: Bool
    private var isOpen = false
    /// Symbols of which trades may be missing, though no line is.
    private var inDoubt: Set<String> = []

    init(
        symbols: [String], makerFee: FeeRate, takerFee: FeeRate, backfillSeconds: Int, ask: @escaping Ask,
        now: @escaping () -> Int64
    ) {
        self.symbols = symbols
        self.backfillSeconds = backfillSeconds
        self.ask = ask
        self.now = now
        isDue = backfillSeconds > 0
        followsReplies = isDue
        settings = LiveSettings.event(symbols: symbols, makerFee: makerFee, takerFee: takerFee)
    }

    /// What comes before the first line.
    /// - Throws: `RESTFailure` if the exchange cannot be reached; `UnknownInstrument`.
    mutating func start(_ put: Put) throws {
        received = now()
        try put(line(UInt8(ascii: "!"), settings))
        guard !symbols.isEmpty else {
            _ = try ask("/v5/market/time", "")
            return
        }
        for symbol in symbols {
            let query = "category=linear&symbol=\(symbol)"
            let answer: Answer
            do throws(RESTFailure) { answer = try ask(Self.instrumentPath, query) } catch {
                if case .refused(Self.unknownSymbol, _) = error { throw UnknownInstrument(symbol: symbol) }
                throw error
            }
            guard answer.list(InstrumentInfo.init).contains(where: { $0.symbol == symbol }) else {
                throw UnknownInstrument(symbol: symbol)
            }
            let isLast = symbol == symbols.last && backfillSeconds == 0
            try put(answered(Self.instrumentPath, query, symbol, .success(answer), more: !isLast))
        }
    }

    /// Whether something is to be asked before a line is taken.
    mutating func isNeeded(before line: FrameLine) -> Bool {
        switch line {
        case .frame(.push(let push)) where push.topic != .other:
            return isDue || !inDoubt.isEmpty || !knows(push.symbol)
        case .frame(.reply(let reply)):
            return (isDue || followsReplies) && reply.isSuccess && reply.operation.elementsEqual("subscribe".utf8)
        case .event(let event):
            note(event["event"]?.text)
            return false
        default: return false
        }
    }

    private mutating func note(_ event: String?) {
        let isAgain = event == "open" && isOpen
        if event == "open" { isOpen = true }
        if event == "closed" || event == "failed" { isOpen = false }
        if isAgain || event == "closed" || event == "overrun" || event == "skipped" { miss() }
    }

    /// Lines are missing, or cannot be read.
    mutating func miss() {
        isDue = true
        followsReplies = true
    }

    /// Trades of these symbols may be missing, though no line is.
    mutating func miss(of names: [String]) { inDoubt.formUnion(names) }

    /// Asks what a line calls for, as `isNeeded` has found.
    mutating func fetch(before line: FrameLine, received: Int64, _ put: Put) throws {
        self.received = received
        var requests: [(path: String, symbol: String)] = []
        var isForAll = isDue
        if case .frame(.reply) = line { isForAll = true }
        if case .frame(.push(let push)) = line, !knows(push.symbol) {
            isForAll = isForAll || followsReplies
            // With a list of symbols, the others are of no interest.
            let symbol = String(decoding: push.symbol, as: UTF8.self)
            symbols.append(symbol)
            requests.append((Self.instrumentPath, symbol))
        }
        if isForAll {
            if !hasAsked, backfillSeconds > 0 { requests += symbols.map { (Self.barPath, $0) } }
            requests += symbols.map { (Self.tradePath, $0) }
            hasAsked = true
            isDue = false
        } else {
            requests += symbols.filter(inDoubt.contains).map { (Self.tradePath, $0) }
        }
        inDoubt = []
        var failure: RESTFailure?
        for (index, request) in requests.enumerated() {
            let more = index < requests.count - 1
            if request.path == Self.barPath {
                try putBars(request.symbol, &failure, more: more, put)
            } else {
                let limit = request.path == Self.tradePath ? "&limit=\(Self.pageRows)" : ""
                let query = "category=linear&symbol=\(request.symbol)\(limit)"
                let result = answer(request.path, query, &failure)
                try put(answered(request.path, query, request.symbol, result, more: more))
            }
        }
    }

    /// The minutes of the backfill, oldest page first.
    private func putBars(_ symbol: String, _ failure: inout RESTFailure?, more: Bool, _ put: Put) throws {
        let end = now() / 1000
        var start = (end - Int64(backfillSeconds) * 1000) / 60_000 * 60_000
        while true {
            let last = start + Int64(Self.pageRows - 1) * 60_000
            let query =
                "category=linear&symbol=\(symbol)&interval=1&start=\(start)&end=\(min(last, end))&limit=\(Self.pageRows)"
            let result = answer(Self.barPath, query, &failure)
            let isLast = last >= end || failure != nil
            try put(answered(Self.barPath, query, symbol, result, more: more || !isLast))
            if isLast { return }
            start = last + 60_000
        }
    }

    /// Asks, unless the exchange was found out of reach by the same line.
    private func answer(
        _ path: String, _ query: String, _ failure: inout RESTFailure?
    ) -> Result<Answer, RESTFailure> {
        if let failure { return .failure(failure) }
        do throws(RESTFailure) { return .success(try ask(path, query)) } catch {
            if case .refused = error { return .failure(error) }
            failure = error
            return .failure(error)
        }
    }

    private func knows(_ name: UnsafeRawBufferPointer) -> Bool {
        if case .array(let listed)? = settings["symbols"], !listed.isEmpty { return true }
        return symbols.contains { $0.utf8.elementsEqual(name) }
    }

    // MARK: Lines

    private func answered(
        _ path: String, _ query: String, _ symbol: String, _ result: Result<Answer, RESTFailure>, more: Bool
    ) -> [UInt8] {
        let content: JSON.Member =
            switch result {
            // A line nests one deeper than the answer in it, and must be readable.
            case .success(let answer) where (try? JSON(reading: (["answer": answer.json] as JSON).bytes)) == nil:
                JSON.Member("error", "the answer is nested too deep")
            case .success(let answer): JSON.Member("answer", answer.json)
            case .failure(let failure): JSON.Member("error", .string(failure.text))
            }
        return line(
            UInt8(ascii: "?"),
            .object([
                JSON.Member("get", .string("\(path)?\(query)")), JSON.Member("symbol", .string(symbol)),
                JSON.Member("more", .bool(more)), content,
            ]))
    }

    private func line(_ mark: UInt8, _ content: JSON) -> [UInt8] { liveLine(mark, content, at: received) }
}

/// `<receive us> <mark> {...}` with its LF.
func liveLine(_ mark: UInt8, _ content: JSON, at received: Int64) -> [UInt8] {
    Array("\(received) ".utf8) + [mark, UInt8(ascii: " ")] + content.bytes + [10]
}

/// A symbol that the exchange does not know.
struct UnknownInstrument: Error {
    let symbol: String
}

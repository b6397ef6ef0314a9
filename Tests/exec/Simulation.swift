import ArgumentParser
import Bybit
import ExchangeFold
import Hashing
import Records
import Rehearsal

@testable import ExecFold

typealias Request = ExecFold.Request

/// The executor and the exchange in one memory, under one clock that a seed drives: markets, intents, and everything that
/// can go wrong between the two. The same seed gives the same run.
final class Simulation {
    /// How often things go wrong, per thousand.
    struct Faults {
        var requestLost = 0
        var answerLost = 0
        var serverError = 0
        var limited = 0
        var garbage = 0
        var late = 0
        var doubled = 0
        var questionFails = 0
        var frameLost = 0
        var frameDoubled = 0
        var frameLate = 0
        /// Each second.
        var streamBreaks = 0
        var crashes = 0
        var levelsRemoved = 0

        static let none = Faults()
        static let all = Faults(
            requestLost: 60, answerLost: 80, serverError: 60, limited: 30, garbage: 30, late: 60, doubled: 40,
            questionFails: 150, frameLost: 60, frameDoubled: 100, frameLate: 200, streamBreaks: 30, crashes: 10,
            levelsRemoved: 15)

        /// Some of them, which and how often is the seed's.
        static func some(_ random: inout SplitMix) -> Faults {
            var some = Faults.all
            for field in [
                \Faults.requestLost, \.answerLost, \.serverError, \.limited, \.garbage, \.late, \.doubled,
                \.questionFails, \.frameLost, \.frameDoubled, \.frameLate, \.streamBreaks, \.crashes, \.levelsRemoved,
            ] {
                some[keyPath: field] = [0, 0, some[keyPath: field], 3 * some[keyPath: field]].randomElement(
                    using: &random)!
            }
            return some
        }
    }

    private enum Event {
        case arrive(Request, run: Int)
        case answer(Request, Result<Answer, RESTFailure>, run: Int)
        case frame(Bybit.JSON, connection: Int)
        case connect, subscribed(Int), disconnect(Int)
        case start
    }

    static let key = "simulated"
    private static let secret = Array("secret of the simulation".utf8)

    var random: SplitMix
    var now: Int64 = 1_760_000_000_000_000
    var faults = Faults.none
    /// What orders are answered with, and not carried out; nil for the exchange's own answer.
    var verdict: Result<Answer, RESTFailure>?
    /// How late every frame, and every order, is, microseconds.
    var frameDelay: Int64 = 0
    var orderDelay: Int64 = 0
    /// What questions are answered with; nil for the exchange's own answer.
    var questionVerdict: ((Request) -> Result<Answer, RESTFailure>?)?
    /// Whether the next start may send.
    var isLive = true
    /// Whether the next start is told what was traded.
    var startTellsExecutions = true
    let exchange: Exchange
    private let options: ExecOptions
    private(set) var executor: Executor?
    private var run = 0
    private var queue: [(at: Int64, number: Int, event: Event)] = []
    private var events = 0
    // The disk.
    var disk: [UInt8] = []
    private var journal = Journal()
    /// Orders that the journal has.
    private var kept: Set<String> = []
    // What is on the record.
    private(set) var audit: [String] = []
    private(set) var ledger: [String] = []
    /// Orders as they left, and whether the journal had them by then.
    private(set) var wire: [(link: String, run: Int, isReduceOnly: Bool, at: Int64, isKept: Bool)] = []
    private(set) var intents: [String] = []
    private(set) var said: [String] = []
    private(set) var fired: [String: Int] = [:]
    private(set) var crashes = 0
    private var connection: Int?
    private var reader = RecordReader()
    private var exchangeReader = RecordReader()
    var prices = [97_000.0, 3400.0]
    static let symbols = ["BTCUSDT", "ETHUSDT"]

    init(seed: UInt64, _ arguments: [String] = [], equity: String = "1000") throws {
        random = SplitMix(seed: seed)
        options = try ExecOptions.parse(arguments)
        exchange = Exchange(
            try ExchangeOptions.parse(["--equity", equity, "--ack-delay", "0"]),
            credentials: [Credential(key: Self.key, secret: Self.secret)])
        schedule(.start, in: 0)
    }

    private func schedule(_ event: Event, in delay: Int64) {
        events += 1
        queue.append((now + delay, events, event))
    }

    func happens(_ perThousand: Int, _ name: String) -> Bool {
        guard perThousand > 0, Int.random(in: 0..<1000, using: &random) < perThousand else { return false }
        fired[name, default: 0] += 1
        return true
    }

    private func delay(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) * 1000 }

    // MARK: Time

    /// Goes on for so long, with a market that moves ten times a second.
    func go(_ seconds: Double, each body: (Simulation) throws -> Void = { _ in }) throws {
        let end = now + Int64(seconds * 1e6)
        var tick = now
        while now < end {
            try body(self)
            try quote()
            tick += 100_000
            try pass(to: tick)
            if faults.crashes > 0, now % 1_000_000 < 100_000 { try misfortune() }
        }
    }

    /// Goes on for so long, with a market that stands still.
    func rest(_ seconds: Double) throws { try pass(to: now + Int64(seconds * 1e6)) }

    /// What is due is done, and is due again at once, and again.
    struct TurnsInCircles: Error {}

    private func pass(to time: Int64) throws {
        var rounds = 0
        while true {
            let next = queue.enumerated().min {
                ($0.element.at, $0.element.number) < ($1.element.at, $1.element.number)
            }
            let due = executor?.nextDue ?? .max
            let deadline = exchange.deadline ?? .max
            let first = min(next?.element.at ?? .max, due, deadline)
            guard first <= time else { break }
            now = max(now, first)
            if let next, next.element.at == first {
                queue.remove(at: next.offset)
                try take(next.element.event)
            } else if deadline == first {
                serve { exchange.advance(to: now, into: &$0) }
            } else {
                try act { executor, out in executor.advance(to: now, into: &out) }
                rounds = executor.map { $0.nextDue <= now } ?? false ? rounds + 1 : 0
                guard rounds < 1000 else { throw TurnsInCircles() }
            }
        }
        now = max(now, time)
    }

    private func misfortune() throws {
        if happens(faults.crashes, "crash") { crash() }
        if let connection, happens(faults.streamBreaks, "stream break") {
            exchange.disconnect(connection)
            // It is found out at once, or only by silence.
            schedule(.disconnect(connection), in: delay(Bool.random(using: &random) ? 0...50 : 5000...30_000))
        }
        for symbol in Self.symbols where happens(faults.levelsRemoved, "levels removed") { try removeLevels(symbol) }
    }

    /// The private stream breaks, and that is found out at once.
    func breakStream() throws {
        guard let connection else { return }
        exchange.disconnect(connection)
        try take(.disconnect(connection))
    }

    /// A frame of the private stream that the exchange has not sent.
    func tell(_ topic: String, _ row: Bybit.JSON) throws {
        try act { executor, out in
            executor.receive(frame: ["topic": .string(topic), "data": [row]], at: now, into: &out)
        }
    }

    /// Funding is settled.
    func fund(_ symbol: String, rate: Double) throws {
        try market(#"{"type":"funding","ts":\#(now),"sym":"\#(symbol)","rate":\#(rate)}"#)
    }

    /// Somebody takes the stop of a position away.
    func removeLevels(_ symbol: String) throws {
        let body: Bybit.JSON = [
            "category": "linear", "symbol": .string(symbol), "tpslMode": "Full", "positionIdx": 0, "takeProfit": "0",
            "stopLoss": "0",
        ]
        _ = ask(RESTRequest(post: "/v5/position/trading-stop", body: body.bytes))
    }

    /// What is in the journal was written by a clock that was ahead; between two runs.
    func putAhead(_ microseconds: Int64) throws {
        let entries = try Journal.read(disk).entries
        (disk, journal) = ([], Journal())
        for entry in entries {
            guard case .object(let members) = entry else { continue }
            disk += journal.line(
                .object(
                    members.map {
                        guard $0.key == "ts", let ts = $0.value.text.flatMap({ Int64($0) }) else { return $0 }
                        return Bybit.JSON.Member("ts", .number("\(ts + microseconds)"))
                    }))
        }
    }

    /// A person lifts what has halted trading: between two runs.
    func reset() {
        crash()
        disk += journal.line(Remark.reset(at: now))
    }

    // MARK: The market

    private func quote() throws {
        for (index, symbol) in Self.symbols.enumerated() {
            let tick = [0.1, 0.01][index]
            prices[index] *= 1 + Double.random(in: -0.0004...0.0004, using: &random)
            let ticks = (prices[index] / tick).rounded()
            let price = (ticks * tick * 100).rounded() / 100
            let ask = ((ticks + 1) * tick * 100).rounded() / 100
            try market(
                #"{"type":"quote","ts":\#(now),"sym":"\#(symbol)","bid":\#(price),"bid_qty":\#(Int.random(in: 1...5, using: &random)),"ask":\#(ask),"ask_qty":4}"#
            )
            try market(#"{"type":"trade","ts":\#(now),"sym":"\#(symbol)","px":\#(price),"qty":1,"side":"buy"}"#)
            try market(#"{"type":"mark","ts":\#(now),"sym":"\#(symbol)","mark":\#(price),"index":\#(price)}"#)
        }
    }

    private func market(_ line: String) throws {
        try withPaddedLine(line) { bytes in
            try exchangeReader.read(bytes)
            serve { exchange.receive(exchangeReader, at: now, into: &$0) }
        }
        try feed(line)
    }

    /// A line on the executor's standard input.
    func feed(_ line: String) throws {
        guard executor != nil else { return }
        // Of lines that come together the program takes one after the other, and does nothing between them.
        if !line.hasPrefix(#"{"type":"intent""#) { try act { executor, out in executor.advance(to: now, into: &out) } }
        try withPaddedLine(line) { bytes in
            guard executor != nil else { return }
            try reader.read(bytes)
            try act { executor, out in executor.receive(reader, at: now, into: &out) }
        }
    }

    func intend(_ id: String, _ line: String) throws {
        guard executor != nil else { return }
        intents.append(id)
        try feed(line)
    }

    // MARK: What happens

    private func take(_ event: Event) throws {
        switch event {
        case .start: try start()
        case .arrive(let request, let run): arrive(request, run)
        case .answer(let request, let result, let run):
            guard run == self.run else { return }
            try act { executor, out in
                if case .success(let answer) = result, request.subject == .time, let ts = answer.ts {
                    executor.clockOffset = ts + 500 - now
                }
                executor.receive(result, of: request, at: now, into: &out)
            }
        case .frame(let frame, let connection):
            guard connection == self.connection else { return }
            try act { executor, out in executor.receive(frame: frame, at: now, into: &out) }
        case .connect: connect()
        case .subscribed(let number):
            guard number == connection else { return }
            try act { executor, _ in executor.setStreaming(true, at: now) }
        case .disconnect(let number):
            guard number == connection else { return }
            connection = nil
            try act { executor, _ in executor.setStreaming(false, at: now) }
            schedule(.connect, in: delay(200...3000))
        }
    }

    private func connect() {
        guard executor != nil, connection == nil, let number = exchange.connect(path: "/v5/private") else { return }
        connection = number
        let expires = "\(now / 1000 + 10_000)"
        let sign = Signature.stream(secret: Self.secret, expires: expires)
        let topics = Executor.topics.map { Bybit.JSON.string($0) }
        for text in [
            ["op": "auth", "args": [.string(Self.key), .string(expires), .string(sign)]],
            ["op": "subscribe", "args": .array(topics)] as Bybit.JSON,
        ] {
            serve { exchange.receive(text.bytes, from: number, at: now, into: &$0) }
        }
        schedule(.subscribed(number), in: 30_000)
    }

    /// A request reaches the exchange.
    private func arrive(_ request: Request, _ run: Int) {
        let isOrder = request.body != nil
        func reply(_ result: Result<Answer, RESTFailure>, after delay: Int64) {
            schedule(.answer(request, result, run: run), in: delay)
        }
        if isOrder {
            if let verdict { return reply(verdict, after: 10_000) }
            if happens(faults.serverError, "5xx, not done") { return reply(.failure(.status(502)), after: 10_000) }
            if happens(faults.limited, "10006, not done") {
                return reply(.failure(.refused(10006, "Too many visits")), after: 10_000)
            }
        } else if let given = questionVerdict?(request) {
            return reply(given, after: 10_000)
        } else if happens(faults.questionFails, "question fails") {
            return reply(
                .failure(
                    [.status(503), .unreachable("timed out"), .garbled("no JSON")].randomElement(using: &random)!),
                after: delay(10...5000))
        }
        let result = ask(request.rest)
        if isOrder {
            if happens(faults.doubled, "request twice") { _ = ask(request.rest) }
            if happens(faults.answerLost, "answer lost") {
                return reply(.failure(.unreachable("timed out")), after: 8_000_000)
            }
            if happens(faults.serverError, "5xx, done") { return reply(.failure(.status(500)), after: 10_000) }
            if happens(faults.limited, "10016, done") {
                return reply(.failure(.refused(10016, "server error")), after: 9000)
            }
            if happens(faults.garbage, "garbage") { return reply(.failure(.garbled("no JSON")), after: 9000) }
        }
        reply(result, after: delay(1...40))
    }

    /// The headers were signed as the request left; here they are made as it arrives, with the time of then.
    private var stamps: [String: Int64] = [:]

    private func ask(_ rest: RESTRequest) -> Result<Answer, RESTFailure> {
        let stamp = rest.body.flatMap { stamps[String(decoding: $0, as: UTF8.self)] } ?? now / 1000
        let sign = Signature.rest(
            secret: Self.secret, timestamp: "\(stamp)", key: Self.key, window: "5000", payload: rest.signed)
        let request = ExchangeFold.Request(
            method: rest.body == nil ? "GET" : "POST", path: rest.path, query: rest.query,
            headers: [
                "x-bapi-api-key": Self.key, "x-bapi-timestamp": "\(stamp)", "x-bapi-recv-window": "5000",
                "x-bapi-sign": sign,
            ], body: rest.body ?? [])
        var body: [UInt8] = []
        serve { body = exchange.answer(request, at: now, into: &$0).body }
        return Result { () throws(RESTFailure) in try Answer(granted: body) }
    }

    /// The exchange does something: its ledger and its messages are taken.
    private func serve(_ body: (inout Output) -> Void) {
        var output = Output(passesOn: false)
        body(&output)
        output.drain { ledger += String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }
        for message in exchange.takeMessages() where message.stream == connection {
            guard let json = try? Bybit.JSON(reading: message.text), json["topic"] != nil else { continue }
            if happens(faults.frameLost, "frame lost") { continue }
            let copies = happens(faults.frameDoubled, "frame twice") ? 2 : 1
            for _ in 0..<copies {
                let isLate = happens(faults.frameLate, "frame late")
                schedule(.frame(json, connection: message.stream), in: frameDelay + delay(isLate ? 100...6000 : 1...5))
            }
        }
    }

    // MARK: The executor

    private func act(_ body: (inout Executor, inout Output) -> Void) throws {
        guard executor != nil else { return }
        var output = Output(passesOn: false)
        body(&executor!, &output)
        output.drain { audit += String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }
        carryOut()
    }

    private func carryOut() {
        guard let effects = executor?.takeEffects() else { return }
        // A crash may come between any two of them.
        let isFatal = !effects.isEmpty && happens(faults.crashes, "crash between effects")
        var isTorn = false
        for effect in isFatal ? effects.prefix(Int.random(in: 0...effects.count, using: &random)) : effects[...] {
            switch effect {
            case .keep(let entry):
                disk += journal.line(entry)
                if entry["do"]?.text == "send", let link = entry["link"]?.text { kept.insert(link) }
                isTorn = true
            case .ask(let request):
                leave(request)
                isTorn = false
            case .say(let text): said.append(text)
            }
        }
        if isFatal { crash(isTorn: isTorn) }
    }

    private func leave(_ request: Request) {
        if case .create(let link) = request.subject {
            wire.append((link, run, request.body?["reduceOnly"]?.bool ?? false, now, kept.contains(link)))
            stamps[String(decoding: request.rest.signed, as: UTF8.self)] = now / 1000
            if happens(faults.requestLost, "request lost") {
                let isCertain = Bool.random(using: &random)
                return schedule(
                    .answer(request, .failure(isCertain ? .unsent("no route") : .unreachable("timed out")), run: run),
                    in: isCertain ? 3000 : 8_000_000)
            }
        }
        let isLate = request.body != nil && happens(faults.late, "request late")
        schedule(
            .arrive(request, run: run), in: (request.body == nil ? 0 : orderDelay) + delay(isLate ? 500...7000 : 1...20)
        )
    }

    /// The program dies, and what is on the wire goes its way.
    /// - Parameter isTorn: as it wrote to the journal.
    func crash(isTorn: Bool = false) {
        guard executor != nil else { return }
        crashes += 1
        executor = nil
        run += 1
        if let connection { exchange.disconnect(connection) }
        connection = nil
        // The last line may have been torn as it was written.
        if isTorn { disk.removeLast(Int.random(in: 1...60, using: &random)) }
        schedule(.start, in: delay(500...5000))
    }

    private func start() throws {
        let content = try Journal.read(disk)
        disk = Array(disk[..<content.count])
        journal = content.journal
        var output = Output(passesOn: false)
        executor = try Executor(
            options, isLive: isLive, entries: content.entries, try opening(content.entries), at: now, into: &output)
        output.drain { audit += String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }
        carryOut()
        schedule(.connect, in: 100_000)
    }

    private func opening(_ entries: [Bybit.JSON]) throws -> Opening {
        func get(_ path: String, _ query: String) throws -> Answer {
            try ask(RESTRequest(get: path, query: query)).get()
        }
        var opening = Opening()
        let unsettled = Executor.unsettled(entries)
        for symbol in Self.symbols {
            let info = try get("/v5/market/instruments-info", "category=linear&symbol=\(symbol)").list(
                InstrumentInfo.init)[0]
            opening.symbols.append(Opening.Symbol(info: info, makerFee: "0.0002", takerFee: "0.00055"))
            if startTellsExecutions, let since = unsettled[symbol] {
                opening.executions += try Request.executions(symbol, since: since, at: now).pages {
                    try ask($0.rest).get()
                }
            }
            opening.orders += try Request.orders(symbol).pages { try ask($0.rest).get() }
                .flatMap { $0.list(OrderRow.init) }
            opening.positions += try get("/v5/position/list", "category=linear&symbol=\(symbol)").list(PositionRow.init)
        }
        opening.account = "user 1 at home"
        opening.keyScope = KeyScope(isLive: true, isMainAllowed: true)
        opening.wallet = try get("/v5/account/wallet-balance", "accountType=UNIFIED&coin=USDT").list(WalletRow.init)
            .first
        return opening
    }

    /// The standard input ends.
    func end() throws { try act { executor, _ in executor.end(at: now) } }

    /// The end's time is over.
    func abandon() throws { try act { executor, output in executor.abandon(into: &output) } }

    /// Somebody else trades on the account.
    func tradeOutside(_ symbol: String, _ side: String, _ quantity: String) throws {
        var failure: (any Error)?
        serve {
            do {
                try exchange.trade(account: 0, symbol: symbol, side: side, quantity: quantity, at: now, into: &$0)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    func position(_ symbol: String) throws -> PositionRow? {
        try ask(RESTRequest(get: "/v5/position/list", query: "category=linear&symbol=\(symbol)")).get()
            .list(PositionRow.init).first
    }
}

import Bybit
import ExchangeFold
import NIOCore
import Records
import Stage

/// The exchange among its clients: hands over what comes, sends what the exchange has to say, writes its ledger, wakes it
/// when something falls due, and asks the fault plan about every request and message.
///
/// Unchecked: all of it belongs to one event loop, on which every connection, the market's records and the clock are
/// served in turn. So the exchange sees one thing after the other, as its ledger does.
final class Server: @unchecked Sendable {
    let loop: any EventLoop
    let exchange: Exchange
    let accounts: [String]
    var faults = FaultPlan()
    /// Called once, with the reason, when the server cannot go on.
    var whenFailed: ((any Error) -> Void)?

    private var ledger = Output(passesOn: false)
    private let port = OutputPort()
    private var connections: [ObjectIdentifier: Connection] = [:]
    private let connectionLimit: Int
    private var streams: [Int: StreamConnection] = [:]
    private var complaints = Complaints()
    private var bodyBytes = 0
    private var alarm: (due: Int64, task: Scheduled<Void>)?
    private var venueFaults: [FaultPlan.Firing<VenueFault>] = []
    private var isFailed = false
    private(set) var counts = Counts()

    struct Counts {
        var connections = 0
        var requests = 0
        var streams = 0
        var messages = 0
        var records = 0
        var badLines = 0
        var faults = 0
        var isInputOver = false
    }

    init(_ exchange: Exchange, accounts: [String], connectionLimit: Int, loop: any EventLoop) {
        self.exchange = exchange
        self.accounts = accounts
        self.connectionLimit = connectionLimit
        self.loop = loop
        loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [unowned self] _ in sweep() }
    }

    // MARK: connections

    /// - Returns: whether there is room for it.
    func admit(_ connection: Connection) -> Bool {
        guard connections.count < connectionLimit else {
            complain("refused \(connection.name): more than \(connectionLimit) connections")
            return false
        }
        let id = ObjectIdentifier(connection)
        connections[id] = connection
        counts.connections += 1
        connection.channel.closeFuture.assumeIsolated().whenComplete { [unowned self] _ in connections[id] = nil }
        return true
    }

    private func sweep() {
        let now = NIODeadline.now()
        for connection in Array(connections.values) { connection.check(now) }
        complaints.turn()
    }

    func complain(_ text: String) { complaints.write(Complaints.harmless(text)) }

    func reserveBody(_ bytes: Int) -> Bool {
        guard bodyBytes + bytes <= Limits.bodyBytesInAll else { return false }
        bodyBytes += bytes
        return true
    }

    func releaseBody(_ bytes: Int) { bodyBytes -= bytes }

    /// Says goodbye to every stream, and to whoever waits for nothing.
    func closeAll(_ code: Int) {
        for stream in sortedStreams { stream.close(code, nil) }
        for connection in Array(connections.values) where connection.phase != .stream { connection.finish() }
    }

    var hasConnections: Bool { !connections.isEmpty }
    var openConnections: Int { connections.count }
    var openStreams: Int { streams.count }

    private var sortedStreams: [StreamConnection] { streams.sorted { $0.key < $1.key }.map(\.value) }

    // MARK: requests

    /// Counts a request whose head has come, and has what a rule says done to the exchange.
    /// - Returns: what is to be done to the request.
    func faultOfRequest(method: String, path: String) -> RequestFault? {
        counts.requests += 1
        let firings = faults.request(method: method, path: path)
        guard firings.own != nil || !firings.venue.isEmpty else { return nil }
        for firing in firings.venue { cause(firing.fault, firing.name, firing.detail) }
        if let own = firings.own { note(own.name, "\(method) \(path)", own.detail) }
        settle()
        return firings.own?.fault
    }

    func answer(_ request: Request) -> Response {
        let answer = exchange.answer(request, at: wallMicroseconds(), into: &ledger)
        settle()
        return answer
    }

    /// What the API answers when it refuses a request before it looks at it.
    func refusal(code: Int, text: String, resetMilliseconds: Int) -> Response {
        let now = wallMicroseconds() / 1000
        let body: JSON = [
            "retCode": .number(String(code)), "retMsg": .string(text), "result": [:], "retExtInfo": [:],
            "time": .number(String(now)),
        ]
        var answer = Response(body: body.bytes)
        if code == 10006 {
            answer.headers = [
                ("X-Bapi-Limit", "10"), ("X-Bapi-Limit-Status", "0"),
                ("X-Bapi-Limit-Reset-Timestamp", String(now + Int64(resetMilliseconds))),
            ]
        }
        return answer
    }

    // MARK: streams

    /// - Returns: the stream's number; nil if there is no such path.
    func open(path: String, query: String) -> Int? {
        let number = exchange.connect(path: path)
        settle()
        return number
    }

    func add(_ stream: StreamConnection) {
        streams[stream.number] = stream
        counts.streams += 1
    }

    func remove(_ number: Int) {
        streams[number] = nil
        exchange.disconnect(number)
        settle()
    }

    func receive(_ text: [UInt8], from stream: StreamConnection) {
        exchange.receive(text, from: stream.number, at: wallMicroseconds(), into: &ledger)
        settle()
    }

    // MARK: the market

    /// Takes some of the records that were read.
    /// - Returns: whether there may be more.
    func take(_ input: inout Intake) -> Bool {
        let now = wallMicroseconds()
        var left = Limits.recordsPerTurn
        while left > 0, input.next(&ledger) {
            exchange.receive(input.reader, at: now, into: &ledger)
            left -= 1
        }
        counts.records += Limits.recordsPerTurn - left
        counts.badLines = input.badLines
        settle()
        return left == 0
    }

    func endInput(_ input: inout Intake) {
        input.end(&ledger)
        counts.badLines = input.badLines
        counts.isInputOver = true
        settle()
    }

    /// What is open ends, in the ledger and for who listens.
    func finish() {
        exchange.finish(at: wallMicroseconds(), into: &ledger)
        settle()
    }

    // MARK: faults of the exchange itself

    /// Writes into the ledger what is done on purpose.
    func note(_ fault: String, _ target: String, _ detail: String) {
        counts.faults += 1
        exchange.note(fault: fault, target: target, detail: detail, into: &ledger)
    }

    private func cause(_ fault: VenueFault, _ name: String, _ detail: String) {
        do { try cause(fault, name, "", detail) } catch { complain("unable to cause \(name): \(error)") }
    }

    /// - Throws: `Refused`, from a trade that cannot be.
    func cause(_ fault: VenueFault, _ name: String, _ target: String, _ detail: String) throws {
        switch fault {
        case .restart:
            // It writes its own `fault` record.
            counts.faults += 1
            exchange.restart(into: &ledger)
            for stream in sortedStreams { stream.close(1012, nil) }
        case .clockOffset(let milliseconds):
            note(name, target, "\(detail): \(milliseconds) ms")
            exchange.clockOffset = Int64(milliseconds) * 1000
        case .externalTrade(let trade):
            try exchange.trade(
                account: trade.account, symbol: trade.symbol, side: trade.side, quantity: trade.quantity,
                at: wallMicroseconds(), into: &ledger)
            note(name, trade.symbol, "\(detail): account \(trade.account), \(trade.side) \(trade.quantity)")
        case .fillParts(let parts):
            note(name, target, "\(detail): \(parts) parts")
            exchange.fillParts = parts
        }
    }

    // MARK: what follows from all of this

    /// Writes the ledger, then sends the messages that it accounts for, then sees when the exchange must be woken.
    func settle() {
        let now = wallMicroseconds()
        if let due = exchange.deadline, due <= now { exchange.advance(to: now, into: &ledger) }
        repeat {
            let messages = exchange.takeMessages()
            flushLedger()
            deliver(messages)
            let firings = venueFaults
            venueFaults = []
            for firing in firings { cause(firing.fault, firing.name, firing.detail) }
            if firings.isEmpty { break }
        } while true
        setAlarm()
    }

    private func flushLedger() {
        guard ledger.count > 0, !isFailed else { return }
        do { try port.flush(&ledger) } catch {
            isFailed = true
            whenFailed?(error)
        }
    }

    private func deliver(_ messages: [Message]) {
        guard !messages.isEmpty else { return }
        var touched: Set<Int> = []
        for message in messages {
            guard let stream = streams[message.stream] else { continue }
            counts.messages += 1
            let firings = faults.message(topic: message.topic, path: stream.path, text: message.text)
            venueFaults += firings.venue
            if let own = firings.own { note(own.name, message.topic, "\(own.detail), stream \(stream.number)") }
            stream.deliver(message.text, firings.own?.fault)
            touched.insert(message.stream)
        }
        flushLedger()
        for number in touched { streams[number]?.flush() }
    }

    private func setAlarm() {
        guard let due = exchange.deadline else { return }
        if let alarm {
            if alarm.due <= due { return }
            alarm.task.cancel()
        }
        let wait = max(.microseconds(due - wallMicroseconds()), Limits.turnPause)
        let task = loop.assumeIsolated().scheduleTask(in: wait) { [unowned self] in
            alarm = nil
            exchange.advance(to: wallMicroseconds(), into: &ledger)
            settle()
        }
        alarm = (due, task)
    }
}

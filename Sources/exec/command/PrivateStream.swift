import Bybit
import ExecFold
import Glibc
import Records
import Stage

/// The private stream, kept by a `drift-ws` of our own: the key stays here, the child gets signed greetings only.
final class PrivateStream {
    enum Event {
        case frame(JSON)
        case isUp(Bool)
    }

    private let url: String
    private let key: Key
    private var process: pid_t = 0
    /// Children that have been told to end, and when they are killed if they have not.
    private var leaving: [(process: pid_t, killAt: Int64)] = []
    private var toChild: Int32 = -1
    private var fromChild: Int32 = -1
    private var lines: LineReader?
    private var startAt: Int64 = 0
    /// A reply is waited for until then.
    private var replyBy: Int64?
    /// When the child last brought a line. One that stands still keeps its connection, and nothing comes of it.
    private var heardAt: Int64 = 0
    /// Then it is asked whether it lives, microseconds; and so long an answer may take.
    private static let silence: Int64 = 20_000_000
    /// So long it may say nothing while it tries to connect: between two tries it waits for a minute at most.
    private static let standstill: Int64 = 120_000_000
    private(set) var isUp = false

    init(_ url: String, _ key: Key) {
        self.url = url
        self.key = key
    }

    deinit {
        for child in leaving.map(\.process) + [process] where child > 0 { kill(child, SIGKILL) }
    }

    func addFiles(to files: inout [pollfd]) {
        if fromChild >= 0 { files.append(pollfd(fd: fromChild, events: Int16(POLLIN), revents: 0)) }
    }

    /// When there is something to do at the latest, microseconds of the wall clock.
    var nextDue: Int64 { process == 0 ? startAt : replyBy ?? heardAt + Self.silence }

    /// Starts the child if there is none, and takes what it has brought.
    /// - Parameter isReadable: whether the file of `addFiles` is ready.
    func run(at now: Int64, offset: Int64, isReadable: Bool) throws -> [Event] {
        reap(at: now)
        if process == 0, now >= startAt { start(at: now) }
        var events: [Event] = []
        if let replyBy, now >= replyBy {
            tell("the private stream does not answer: it is begun anew")
            beginAnew(after: 1_000_000, at: now, &events)
        }
        if isUp, replyBy == nil, now >= heardAt + Self.silence { send(["op": "ping"], at: now, within: Self.silence) }
        guard isReadable, fromChild >= 0 else { return events }
        guard let count = try lines?.fill() else { return events }
        if count == 0 {
            beginAnew(after: 2_000_000, at: now, &events)
            return events
        }
        heardAt = now
        // An answer to the greeting is not all that may come before it.
        if isUp { replyBy = nil }
        while let line = lines?.next() { take(line, at: now, offset, &events) }
        return events
    }

    private func down(at now: Int64, _ events: inout [Event]) {
        replyBy = process == 0 ? nil : now + Self.standstill
        if isUp { events.append(.isUp(false)) }
        isUp = false
    }

    /// A frame is missing: what it said is asked for, as after a break.
    private func miss(_ events: inout [Event]) {
        if isUp { events += [.isUp(false), .isUp(true)] }
    }

    private func take(_ line: LineReader.Line, at now: Int64, _ offset: Int64, _ events: inout [Event]) {
        let text = line.bytes.dropLast()
        guard line.defect == nil, let space = text.firstIndex(of: UInt8(ascii: " ")) else { return miss(&events) }
        let rest = text[(space + 1)...]
        let isEvent = rest.starts(with: "! ".utf8)
        guard let json = try? JSON(reading: Array(isEvent ? rest.dropFirst(2) : rest)) else { return miss(&events) }
        if isEvent {
            switch json["event"]?.text {
            case "open": send(key.greeting(expires: (now + offset) / 1000 + 10_000), at: now)
            case "closed", "failed": down(at: now, &events)
            case "skipped": miss(&events)
            default: break
            }
            return
        }
        switch json["op"]?.text {
        case "auth":
            guard json["success"]?.bool == true else { return refuse("the key", json, at: now, &events) }
            send(["op": "subscribe", "args": .array(Executor.topics.map { .string($0) })], at: now)
        case "subscribe":
            guard json["success"]?.bool == true else { return refuse("its topics", json, at: now, &events) }
            replyBy = nil
            isUp = true
            events.append(.isUp(true))
        default: if json["topic"] != nil { events.append(.frame(json)) }
        }
    }

    /// What was refused is perhaps granted later.
    private func refuse(_ what: String, _ json: JSON, at now: Int64, _ events: inout [Event]) {
        let text = key.masked(in: json["ret_msg"]?.text ?? "?")
        tell("the private stream refuses \(what), and is asked again in a minute: \(text)")
        beginAnew(after: 60_000_000, at: now, &events)
    }

    private func beginAnew(after pause: Int64, at now: Int64, _ events: inout [Event]) {
        end(at: now)
        startAt = now + pause
        down(at: now, &events)
    }

    private func send(_ json: JSON, at now: Int64, within limit: Int64 = 10_000_000) {
        replyBy = now + limit
        let line = json.bytes + [10]
        // Far less than a pipe holds: it does not block, and a child that has died is found out by its end.
        _ = line.withUnsafeBytes { write(toChild, $0.baseAddress, $0.count) }
    }

    /// Without the stream the exchange is asked: what is open is not left for want of a process.
    private func start(at now: Int64) {
        startAt = now + 2_000_000
        do throws(ChildProcess.Failed) {
            let child = try ChildProcess(Self.program, named: "drift-ws", [url, "--attempts", "1000000"])
            (process, toChild, fromChild) = (child.id, child.input, child.output)
        } catch { return tell(error.cause) }
        lines = LineReader(fromChild, lineLimit: 2 << 20)
        replyBy = now + 60_000_000
    }

    /// The one beside this program, or the one on the path.
    private static var program: String {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        guard count > 0 else { return "drift-ws" }
        let own = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let beside = own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/drift-ws"
        return access(String(beside), X_OK) == 0 ? String(beside) : "drift-ws"
    }

    private func end(at now: Int64) {
        lines = nil
        for file in [toChild, fromChild] where file >= 0 { close(file) }
        (toChild, fromChild) = (-1, -1)
        guard process > 0 else { return }
        kill(process, SIGTERM)
        leaving.append((process, now + 2_000_000))
        process = 0
    }

    /// Takes leave of children that have ended; nobody waits for one that has not.
    private func reap(at now: Int64) {
        leaving.removeAll { child, killAt in
            if now >= killAt { kill(child, SIGKILL) }
            return waitpid(child, nil, WNOHANG) != 0
        }
    }
}

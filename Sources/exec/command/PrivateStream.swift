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
    private var toChild: Int32 = -1
    private var fromChild: Int32 = -1
    private var lines: LineReader?
    private var startAt: Int64 = 0
    /// A reply is waited for until then.
    private var replyBy: Int64?
    private(set) var isUp = false

    init(_ url: String, _ key: Key) {
        self.url = url
        self.key = key
    }

    deinit { end() }

    func addFiles(to files: inout [pollfd]) {
        if fromChild >= 0 { files.append(pollfd(fd: fromChild, events: Int16(POLLIN), revents: 0)) }
    }

    /// When there is something to do at the latest, microseconds of the wall clock.
    var nextDue: Int64 { process == 0 ? startAt : replyBy ?? .max }

    /// Starts the child if there is none, and takes what it has brought.
    /// - Parameter isReadable: whether the file of `addFiles` is ready.
    func run(at now: Int64, offset: Int64, isReadable: Bool) throws -> [Event] {
        if process == 0, now >= startAt { try start(at: now) }
        var events: [Event] = []
        if let replyBy, now >= replyBy {
            diagnose("drift-exec", "the private stream does not answer: it is begun anew")
            end()
            startAt = now + 1_000_000
            down(&events)
        }
        guard isReadable, fromChild >= 0 else { return events }
        guard let count = try lines?.fill() else { return events }
        if count == 0 {
            end()
            startAt = now + 2_000_000
            down(&events)
            return events
        }
        while let line = lines?.next() { take(line, at: now, offset, &events) }
        return events
    }

    private func down(_ events: inout [Event]) {
        replyBy = nil
        if isUp { events.append(.isUp(false)) }
        isUp = false
    }

    private func take(_ line: LineReader.Line, at now: Int64, _ offset: Int64, _ events: inout [Event]) {
        let text = line.bytes.dropLast()
        guard line.defect == nil, let space = text.firstIndex(of: UInt8(ascii: " ")) else { return }
        let rest = text[(space + 1)...]
        let isEvent = rest.starts(with: "! ".utf8)
        guard let json = try? JSON(reading: Array(isEvent ? rest.dropFirst(2) : rest)) else { return }
        if isEvent {
            switch json["event"]?.text {
            case "open": say(key.greeting(expires: (now + offset) / 1000 + 10_000), at: now)
            case "closed", "failed", "skipped": down(&events)
            default: break
            }
            return
        }
        switch json["op"]?.text {
        case "auth":
            guard json["success"]?.bool == true else {
                diagnose("drift-exec", "the private stream refuses the key: \(json["ret_msg"]?.text ?? "?")")
                return
            }
            say(["op": "subscribe", "args": .array(Executor.topics.map { .string($0) })], at: now)
        case "subscribe":
            replyBy = nil
            guard json["success"]?.bool == true else {
                diagnose("drift-exec", "the private stream refuses its topics: \(json["ret_msg"]?.text ?? "?")")
                return
            }
            isUp = true
            events.append(.isUp(true))
        default: if json["topic"] != nil { events.append(.frame(json)) }
        }
    }

    private func say(_ json: JSON, at now: Int64) {
        replyBy = now + 10_000_000
        let line = json.bytes + [10]
        // Far less than a pipe holds: it does not block, and a child that has died is found out by its end.
        _ = line.withUnsafeBytes { write(toChild, $0.baseAddress, $0.count) }
    }

    private func start(at now: Int64) throws {
        var (input, output): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard pipe(&input) == 0, pipe(&output) == 0 else {
            throw Failure.refused(.temporary, "unable to open a pipe: \(errorText())")
        }
        for file in input + output { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        // A terminal's Ctrl-C is for us: the stream is needed until the end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let arguments: [UnsafeMutablePointer<CChar>?] =
            ["drift-ws", url, "--attempts", "1000000"].map { (text: String) in strdup(text) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let status = posix_spawnp(&process, Self.program, &actions, &attributes, arguments, environ)
        close(input[0])
        close(output[1])
        guard status == 0 else {
            throw Failure.refused(.unavailable, "unable to start drift-ws: \(String(cString: strerror(status)))")
        }
        (toChild, fromChild) = (input[1], output[0])
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

    private func end() {
        lines = nil
        for file in [toChild, fromChild] where file >= 0 { close(file) }
        (toChild, fromChild) = (-1, -1)
        guard process > 0 else { return }
        kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        process = 0
    }
}

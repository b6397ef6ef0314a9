import Glibc
import Records
import RunFold
import Stage

/// Many runs, a line each in, a line each out, on all cores: each worker is this program with one run at a time, so that one that
/// dies takes no other with it.
final class Batch {
    private var waiting: [[UInt8]]
    private var workers: [Worker] = []
    private let jobs: Int
    private let port: OutputPort

    /// - Parameters:
    ///   - runs: lines without their LF.
    ///   - jobs: so many at once.
    init(_ runs: [[UInt8]], jobs: Int, into port: OutputPort) {
        waiting = runs.reversed()
        self.jobs = jobs
        self.port = port
    }

    /// - Throws: `Failure`.
    func run() throws {
        defer { for worker in workers { worker.end() } }
        while true {
            while workers.count < jobs, let run = waiting.popLast() { workers.append(try Worker(run)) }
            guard !workers.isEmpty else { return }
            var files = workers.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
            _ = UnixSignals.wait(&files)
            if let number = UnixSignals.pending { throw Failure.interrupted(number) }
            for (worker, file) in zip(workers, files) where file.revents != 0 {
                guard let result = worker.take() else { continue }
                try result.withUnsafeBytes { try port.write($0) }
                if worker.isAlive, let run = waiting.popLast() {
                    worker.give(run)
                } else {
                    workers.removeAll { $0 === worker }
                    worker.end()
                }
            }
        }
    }
}

/// One process that carries out one run after the other.
private final class Worker {
    private var process: pid_t
    private let input: Int32
    let output: Int32
    private var run: [UInt8]
    private var text: [UInt8] = []
    private(set) var isAlive = true

    init(_ run: [UInt8]) throws {
        self.run = run
        do throws(ChildProcess.Failed) {
            let child = try ChildProcess("/proc/self/exe", named: "drift-run", ["--batch", "--jobs", "1"])
            (process, input, output) = (child.id, child.input, child.output)
        } catch { throw Failure.refused(.temporary, error.cause) }
        give(run)
    }

    func give(_ run: [UInt8]) {
        self.run = run
        let line = run + [10]
        var rest = line[...]
        // What it does not take it has died of, and `take` finds out.
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// - Returns: the result, once it is whole; that it has died is one too.
    func take() -> [UInt8]? {
        var part = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(output, &part, part.count)
        if count < 0, errno == EINTR { return nil }
        if count > 0 {
            text += part[..<count]
            guard text.last == 10 else { return nil }
            defer { text = [] }
            return text
        }
        isAlive = false
        var status: Int32 = 0
        waitpid(process, &status, 0)
        process = 0
        let signal = status & 0x7F
        return Run.result(
            of: run, status: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
            "its process ended" + (signal == 0 ? "" : " by signal \(signal)"))
    }

    func end() {
        close(input)
        close(output)
        guard process > 0 else { return }
        kill(process, SIGTERM)
        waitpid(process, nil, 0)
        process = 0
    }
}

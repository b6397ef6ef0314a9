import Glibc
import Records
import ReportFold
import Stage

/// Files of one run, one after the other, into an audit.
struct Reading: ~Copyable {
    private(set) var audit: Audit
    private var run = OneRun()
    private var input = Intake(0, program: ReportCommand.program, meta: nil)
    /// Of each file that has lines that are no records.
    private var complaints: [String] = []

    init(_ options: ReportOptions) { audit = Audit(options) }

    /// - Parameter path: `-` is standard input.
    mutating func read(_ path: String) throws {
        let name = path == "-" ? "standard input" : path
        let descriptor = path == "-" ? 0 : try Self.open(path)
        defer { if descriptor > 0 { close(descriptor) } }
        input.go(on: descriptor, name: name)
        // What is bad is only counted here.
        var output = Output(passesOn: false)
        while true {
            try Self.wait(descriptor)
            guard let count = try input.fill() else { continue }
            while input.next(&output) {
                if let objection = run.objection(to: input.reader.record) {
                    throw Failure.refused(.data, "unable to use \(name), line \(input.line): \(objection)")
                }
                audit.take(input.reader)
            }
            if count == 0 { break }
            output.drain { _ in }
        }
        input.end(&output)
        guard let bad = input.firstBad else { return }
        let lines = input.badLines == 1 ? "line" : "\(input.badLines) lines, the first is line"
        complaints.append("\(name), \(lines) \(bad.line): \(bad.problem.problem)")
    }

    /// - Throws: `Failure` with status 65 if nothing was read that a report could be of.
    mutating func finish() throws {
        audit.finish()
        if !audit.hasRecords { try check() }
    }

    /// - Throws: `Failure` with status 65 if a line was no record.
    func check() throws {
        guard !complaints.isEmpty else { return }
        throw Failure.refused(.data, "unable to use \(complaints.joined(separator: "; "))")
    }

    /// Opening a FIFO waits for its writer: what asks the process to end is let in meanwhile.
    private static func open(_ path: String) throws -> Int32 {
        let (descriptor, cause) = UnixSignals.letIn { (Glibc.open(path, O_RDONLY | O_CLOEXEC), errorText()) }
        if let number = UnixSignals.pending { throw Failure.interrupted(number) }
        guard descriptor >= 0 else { throw Failure.refused(.noInput, "unable to read \(path): \(cause)") }
        return descriptor
    }

    private static func wait(_ descriptor: Int32) throws {
        var files = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        _ = UnixSignals.wait(&files)
        if let number = UnixSignals.pending { throw Failure.interrupted(number) }
    }
}

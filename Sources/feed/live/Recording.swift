import Glibc
import Records
import Stage

/// The file that takes every line which the live market is made of, in the order in which they were taken: frames as they
/// came, and what REST answered. Read again, it gives the same records.
struct Recording {
    private let path: String
    private let port: OutputPort
    private var pending: [UInt8] = []

    /// - Throws: `Failure` if the file cannot be made, or is there already: a recording is never overwritten.
    init(_ path: String) throws {
        self.path = path
        var status = stat()
        let isThere = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
        guard !isThere else { throw Failure.refused(.io, "unable to record to \(path): the file is there already") }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure.refused(.io, "unable to record to \(path): \(errorText())") }
        port = OutputPort(descriptor)
    }

    mutating func add(_ line: UnsafeRawBufferPointer) { pending.append(contentsOf: line) }

    var isFull: Bool { pending.count >= OutputPort.fullBytes }

    mutating func flush() throws {
        guard !pending.isEmpty else { return }
        do {
            try pending.withUnsafeBytes { try port.write($0) }
        } catch Failure.closedOutput {
            throw Failure.refused(.io, "unable to record to \(path): nobody reads it")
        } catch Failure.refused(.io, _) {
            throw Failure.refused(.io, "unable to record to \(path): \(errorText())")
        }
        pending.removeAll(keepingCapacity: true)
    }
}

import Glibc
import Records
import Stage

/// The file that the stream is written to. It is opened when there is something to write: what stands there under a
/// mistyped command stays.
public final class AuditFile {
    private let path: String
    private var port: OutputPort?

    public init(_ path: String) { self.path = path }

    /// - Throws: `Failure` if one of the files to read is this one, which opening it would empty.
    func refuse(_ inputs: [String]) throws {
        guard WholeFile.isOne(path, of: inputs) else { return }
        throw Failure.refused(.usage, "unable to write \(path): it is the market that is read")
    }

    func write(_ output: inout Output) throws {
        if output.count > 0 { try open().flush(&output) }
    }

    /// The stream has ended well: it is in the file, also if it has no line.
    func finish() throws { _ = try open() }

    private func open() throws -> OutputPort {
        if let port { return port }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Failure.refused(.io, "unable to write \(path): \(errorText())") }
        let port = OutputPort(descriptor, name: path)
        self.port = port
        return port
    }
}

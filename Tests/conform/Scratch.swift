import Glibc

/// A call of the system that failed.
struct SystemError: Error, CustomStringConvertible {
    let description: String

    init(_ call: String) { description = "\(call): \(String(cString: strerror(errno)))" }
}

/// A private directory for FIFOs and for input that a stage reads from a file.
struct ScratchDirectory {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/drift-conform.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// Everything in it was removed by whoever made it.
    func remove() { rmdir(path) }

    /// Writes a file, lends its path, removes it.
    func withFile<Result>(_ bytes: Bytes, _ body: (String) throws -> Result) throws -> Result {
        let file = "\(path)/input"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open") }
        defer { unlink(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SystemError("write") }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        return try body(file)
    }
}

/// A FIFO with a writer that says nothing: what a loop looks like to a stage before anything came round.
final class FIFO {
    let path: String
    private var descriptor: Int32 = -1
    private var isOver = false

    init(in directory: ScratchDirectory) throws {
        path = "\(directory.path)/loop"
        guard mkfifo(path, 0o600) == 0 else { throw SystemError("mkfifo") }
    }

    /// Becomes the writer once there is a reader, however late the stage opens it: to open earlier fails (ENXIO), and
    /// to hold it open for reading too would hide from the stage that the writer has gone.
    func open() {
        guard descriptor < 0, !isOver else { return }
        descriptor = Glibc.open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    }

    /// Goes away, if it ever came.
    func end() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        isOver = true
    }

    deinit {
        end()
        unlink(path)
    }
}

import Glibc

/// A file that is written whole or not at all: a reader never sees half of it.
public enum WholeFile {
    /// - Throws: `Failure` with status 64 if it is one of the files to read, which it would take the place of, or `-`, which is
    ///   no name of a file.
    public static func refuse(_ path: String, reading inputs: [String]) throws {
        guard path != "-" else {
            throw Failure.refused(.usage, "unable to write to -: name a file (./- if it is called so)")
        }
        if isOne(path, of: inputs) { throw Failure.refused(.usage, "unable to write to \(path): it is what is read") }
    }

    /// Whether a name is that of one of the files to read, by whatever name that is read; `-` is standard input.
    public static func isOne(_ path: String, of inputs: [String]) -> Bool {
        var own = stat()
        guard stat(path, &own) == 0, own.st_mode & S_IFMT == S_IFREG else { return false }
        return inputs.contains { input in
            var other = stat()
            let isThere = input == "-" ? fstat(0, &other) == 0 : stat(input, &other) == 0
            return isThere && other.st_dev == own.st_dev && other.st_ino == own.st_ino
        }
    }

    /// - Throws: `Failure` with status 64 if it is a pipe, for whose reader a stream would have to wait.
    public static func refusePipe(_ path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        throw Failure.refused(
            .usage, "unable to write to \(path): it is a pipe, and its reader would hold the stream up")
    }

    /// - Throws: `Failure` with status 74, which names the file and says what the system said; `Failure.interrupted`.
    public static func write(_ text: String, to path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            // A folder says no by itself; a pipe or a terminal is written to, nothing takes its place.
            return try write(text, to: path, named: path, O_WRONLY)
        }
        // What a link points to is written anew; the link stays.
        let target = resolved(path)
        let draft = "\(target).\(getpid())"
        do {
            try write(text, to: draft, named: path, O_WRONLY | O_CREAT | O_TRUNC)
            guard rename(draft, target) == 0 else { throw failure(path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func write(_ text: String, to place: String, named path: String, _ flags: Int32) throws {
        let descriptor = try open(place, named: path, flags)
        defer { close(descriptor) }
        try Array(text.utf8).withUnsafeBytes { try OutputPort(descriptor, name: path).write($0) }
    }

    /// Opening a FIFO waits for its reader: what asks the process to end is let in meanwhile.
    private static func open(_ place: String, named path: String, _ flags: Int32) throws -> Int32 {
        let (descriptor, cause) = UnixSignals.letIn { (Glibc.open(place, flags | O_CLOEXEC, 0o666), failure(path)) }
        if descriptor >= 0 { return descriptor }
        if let number = UnixSignals.pending { throw Failure.interrupted(number) }
        throw cause
    }

    private static func failure(_ path: String) -> Failure {
        .refused(.io, "unable to write to \(path): \(errorText())")
    }
}

import Glibc

/// A file that is written whole or not at all: a reader never sees half of it.
public enum WholeFile {
    /// - Throws: `Failure` with status 74, which names the file and says what the system said.
    public static func write(_ text: String, to path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            // A folder says no by itself; a pipe or a terminal is written to, nothing takes its place.
            return try write(text, to: path, named: path, O_WRONLY)
        }
        let draft = "\(path).\(getpid())"
        do {
            try write(text, to: draft, named: path, O_WRONLY | O_CREAT | O_TRUNC)
            guard rename(draft, path) == 0 else { throw failure(path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func write(_ text: String, to place: String, named path: String, _ flags: Int32) throws {
        let descriptor = open(place, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        try Array(text.utf8).withUnsafeBytes { try OutputPort(descriptor, name: path).write($0) }
    }

    private static func failure(_ path: String) -> Failure {
        .refused(.io, "unable to write to \(path): \(errorText())")
    }
}

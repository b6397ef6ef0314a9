import Glibc
import Stage

/// A file as it is read: plain, or through `gzip -dc` or `zstd -dc` (other people's programs, on another core), which
/// the first bytes tell, not the name.
struct InputFile: ~Copyable {
    /// What to read lines from.
    let descriptor: Int32
    /// The file itself: its position tells how much has been read of it, by whomever.
    let file: Int32
    private let path: String
    private let unpacker: (name: String, process: pid_t)?

    /// Opens a file; `-` is standard input.
    init(_ path: String) throws {
        self.path = path == "-" ? "standard input" : path
        file = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure.refused(.noInput, "unable to open \(path): \(errorText())") }
        guard let program = try Self.unpacker(of: file, self.path) else {
            descriptor = file
            unpacker = nil
            return
        }
        let (descriptor, process) = try Self.start(program, on: file, self.path)
        self.descriptor = descriptor
        unpacker = (program, process)
    }

    /// How large the file is; 0 where nobody knows.
    var size: Int64 {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : 0
    }

    /// How much of it has been read.
    var position: Int64 { max(0, Int64(lseek(file, 0, SEEK_CUR))) }

    /// The end has been read: tells whether it was the whole file.
    func finish() throws {
        defer {
            if file > 2 { close(file) }
        }
        guard let (name, process) = unpacker else { return }
        close(descriptor)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status != 0 else { return }
        let cause = status & 0x7F == 0 ? "status \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
        throw Failure.refused(
            .data, "unable to unpack \(path): \(name) ended with \(cause), the archive is truncated or damaged")
    }

    /// The program that unpacks a file; nil for a plain one, and for what cannot be looked into without taking it.
    private static func unpacker(of file: Int32, _ path: String) throws -> String? {
        var magic: [UInt8] = [0, 0, 0, 0]
        let count = pread(file, &magic, 4, 0)
        if count < 0, errno == EISDIR { throw Failure.refused(.noInput, "unable to read \(path): it is a directory") }
        guard count >= 2 else { return nil }
        if magic[0] == 0x1F, magic[1] == 0x8B { return "gzip" }
        if magic == [0x28, 0xB5, 0x2F, 0xFD] { return "zstd" }
        if magic == [0x50, 0x4B, 3, 4] {
            throw Failure.refused(.data, "unable to read \(path): a zip archive; pipe it in by 'unzip -p'")
        }
        return nil
    }

    private static func start(_ program: String, on file: Int32, _ path: String) throws -> (Int32, pid_t) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure.refused(.io, "unable to open a pipe: \(errorText())") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, file, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        // It would speak of "stdin"; this program names the file.
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var process = pid_t()
        let failure = spawn(program, &actions, &process)
        close(ends[1])
        guard failure == 0 else {
            close(ends[0])
            throw Failure.refused(
                .noInput, "unable to unpack \(path): cannot start \(program): \(String(cString: strerror(failure)))")
        }
        return (ends[0], process)
    }

    /// Starts `program -dc` with the signals as a program expects them: none blocked, SIGPIPE not ignored, so that it
    /// ends when nobody reads on.
    private static func spawn(
        _ program: String, _ actions: inout posix_spawn_file_actions_t, _ process: inout pid_t
    ) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup("-dc"), nil]
        defer { for argument in arguments { free(argument) } }
        return posix_spawnp(&process, program, &actions, &attributes, &arguments, environ)
    }
}

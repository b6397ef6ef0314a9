public import Glibc

/// A process whose standard input and output are pipes to us. A terminal's signals are for us alone, and none is held back
/// from it.
public struct ChildProcess {
    public let id: pid_t
    /// Written by us, and read by us: closed by whoever has them.
    public let input: Int32
    public let output: Int32

    /// Why there is none: one line, without the name.
    public struct Failed: Error {
        public let cause: String
    }

    /// - Parameters:
    ///   - program: a path, or a name on the path.
    ///   - arguments: without the name that it is called by.
    public init(_ program: String, named name: String, _ arguments: [String]) throws(Failed) {
        var (toIt, fromIt): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard pipe(&toIt) == 0, pipe(&fromIt) == 0 else {
            for file in toIt + fromIt where file >= 0 { close(file) }
            throw Failed(cause: "unable to open a pipe to \(name): \(errorText())")
        }
        for file in toIt + fromIt { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toIt[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromIt[1], 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let words: [UnsafeMutablePointer<CChar>?] =
            ([name] + arguments).map { (text: String) in strdup(text) } + [nil]
        defer { for word in words { free(word) } }
        var id: pid_t = 0
        let status = posix_spawnp(&id, program, &actions, &attributes, words, environ)
        close(toIt[0])
        close(fromIt[1])
        guard status == 0 else {
            close(toIt[1])
            close(fromIt[0])
            throw Failed(cause: "unable to start \(name): \(String(cString: strerror(status)))")
        }
        (self.id, input, output) = (id, toIt[1], fromIt[0])
    }
}

import Glibc

/// How a stage is started.
struct Setup {
    enum Source {
        case pipe
        case file(String)
    }

    enum Sink {
        case pipe
        /// `/dev/full`: every write fails with ENOSPC.
        case fullDisk
    }

    var source = Source.pipe
    var sink = Sink.pipe
    /// The capacity of the pipes; nil for the system's own, 64 KiB.
    var pipeBytes: Int32?
    /// Words behind the command line.
    var arguments = ""
    /// Assignments, as behind `export`.
    var exports = ""
    /// Whether the stage starts with SIGPIPE ignored, as under many supervisors; else with the default.
    var ignoresBrokenPipes = false
    /// Whether it starts with SIGHUP ignored, as under nohup.
    var ignoresHangups = false
}

/// The suite's ends of a new process's standard streams.
struct Streams {
    var input: Int32 = -1
    var output: Int32 = -1
    var errors: Int32 = -1
}

/// Starts `/bin/sh -c text` as the leader of a process group of its own, with all signals at their defaults.
func spawnShell(_ text: String, _ setup: Setup) throws -> (id: pid_t, streams: Streams) {
    var ours = Streams()
    var theirs = Streams()
    defer { for descriptor in [theirs.input, theirs.output, theirs.errors] { close(descriptor) } }
    switch setup.source {
    case .pipe: (theirs.input, ours.input) = try makePipe(setup.pipeBytes)
    case .file(let path): theirs.input = open(path, O_RDONLY | O_CLOEXEC)
    }
    switch setup.sink {
    case .pipe: (ours.output, theirs.output) = try makePipe(setup.pipeBytes)
    case .fullDisk: theirs.output = open("/dev/full", O_WRONLY | O_CLOEXEC)
    }
    (ours.errors, theirs.errors) = try makePipe(nil)
    for end in [ours.input, ours.output, ours.errors] where end >= 0 { _ = fcntl(end, F_SETFL, O_NONBLOCK) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, theirs.input, 0)
    posix_spawn_file_actions_adddup2(&actions, theirs.output, 1)
    posix_spawn_file_actions_adddup2(&actions, theirs.errors, 2)

    var attributes = defaultAttributes(ignoringBrokenPipes: setup.ignoresBrokenPipes)
    defer { posix_spawnattr_destroy(&attributes) }

    var id: pid_t = 0
    var words: [UnsafeMutablePointer<CChar>?] =
        ["sh", "-c", setup.ignoresHangups ? "trap '' HUP; \(text)" : text].map { (word: String) in strdup(word) } + [
            nil
        ]
    defer { for word in words { free(word) } }
    errno = posix_spawn(&id, "/bin/sh", &actions, &attributes, &words, environ)
    guard errno == 0 else { throw SystemError("posix_spawn") }
    return (id, ours)
}

/// A group of its own, nothing blocked, and the signals that the suite's own parent may have ignored back to default.
private func defaultAttributes(ignoringBrokenPipes: Bool) -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&signals, number) }
    if !ignoringBrokenPipes { sigaddset(&signals, SIGPIPE) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))
    return attributes
}

private func makePipe(_ capacity: Int32?) throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemError("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    if let capacity {
        let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ, which the headers show to GNU sources only
        guard fcntl(ends[1], setPipeSize, capacity) >= capacity else { throw SystemError("F_SETPIPE_SZ") }
    }
    return (ends[0], ends[1])
}

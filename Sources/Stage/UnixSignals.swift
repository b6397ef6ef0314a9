import CUnix
public import Glibc

/// The signal that asks the process to end, 0 if none has.
nonisolated(unsafe) private var requested: sig_atomic_t = 0

/// SIGINT, SIGTERM and SIGHUP as a request that the run loop finds when it waits, so that what was read is flushed first.
///
/// They are blocked except when the process comes to wait for input and while it writes: so none is lost between a
/// check and a wait, and a reader that hangs cannot hold the process for more than a second.
public enum UnixSignals {
    static func watch() {
        _ = signal(SIGPIPE, SIG_IGN)
        _ = signal(SIGXFSZ, SIG_IGN)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            requested = number
            alarm(1)
        }
        for number in ending where number != SIGHUP || !isIgnored(number) { sigaction(number, &action, nil) }
        action.__sigaction_handler.sa_handler = { _ in _exit(128 + requested) }
        sigaction(SIGALRM, &action, nil)
        block(true)
    }

    private static let ending = [SIGTERM, SIGINT, SIGHUP]

    /// A program under nohup outlives its terminal.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// The signal that asked the process to end.
    public static var pending: Int32? { requested == 0 ? nil : requested }

    /// Lets the ending signals in around a call that may block.
    public static func letIn<Result, Cause>(_ body: () throws(Cause) -> Result) throws(Cause) -> Result {
        block(false)
        defer { block(true) }
        return try body()
    }

    /// Lets in what has come while they were kept out.
    public static func letIn() { letIn {} }

    private static func block(_ blocked: Bool) {
        var set = endingSignals
        sigprocmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, nil)
    }

    /// Waits until one of `files` is ready; the ending signals are let in meanwhile.
    /// - Parameters:
    ///   - timeout: nil waits for ever.
    ///   - haveBeenLetIn: whether they just were, by a write: two system calls fewer for a line that somebody waits for.
    public static func wait(_ files: inout [pollfd], timeout: timespec? = nil, haveBeenLetIn: Bool = false) -> Int32 {
        var mask = openMask
        let ready: Int32
        if var timeout {
            ready = unix_ppoll(&files, nfds_t(files.count), &timeout, &mask)
        } else {
            ready = unix_ppoll(&files, nfds_t(files.count), nil, &mask)
        }
        // The kernel lets a signal in only where it has to wait: beside input that never ends it would never come.
        if ready > 0, !haveBeenLetIn { letIn() }
        return ready
    }

    /// The mask that the process started with, less the ending signals.
    private static let openMask: sigset_t = {
        var mask = sigset_t()
        sigprocmask(SIG_BLOCK, nil, &mask)
        for number in ending { sigdelset(&mask, number) }
        return mask
    }()

    private static let endingSignals: sigset_t = {
        var set = sigset_t()
        sigemptyset(&set)
        for number in ending { sigaddset(&set, number) }
        return set
    }()
}

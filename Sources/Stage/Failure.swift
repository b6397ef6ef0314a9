import Glibc

/// The exit statuses of all stages: sysexits(3), each an answer to "would a retry help?".
public enum ExitStatus: Int32, Sendable {
    case success = 0
    /// Wrong arguments.
    case usage = 64
    /// Lines that are no records, or input out of order.
    case data = 65
    /// A file that cannot be read.
    case noInput = 66
    /// The other end is not there: an exchange, or the stage that closes the loop.
    case unavailable = 69
    /// A broken invariant of the program itself.
    case software = 70
    /// A failed write: full disk.
    case io = 74
    /// Try again: something is locked.
    case temporary = 75
    case permission = 77
    /// A profile that cannot be used.
    case configuration = 78
}

/// Why a program ends before its input does.
public enum Failure: Error {
    /// One line for standard error, in the form "unable to <verb> <object>: <cause>", and the exit status.
    case refused(ExitStatus, String)
    /// Nobody reads the output any more: a quiet, successful end (`| head`).
    case closedOutput
    /// SIGINT, SIGTERM or SIGHUP arrived; the output has been flushed.
    case interrupted(Int32)
}

/// The text of the last system call's error.
public func errorText() -> String { String(cString: strerror(errno)) }

/// Writes one line to standard error. What others have said may be in it: a terminal takes no orders from them.
public func diagnose(_ program: String, _ text: String) {
    let line = Array("\(program): \(PlainText.harmless(text))\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}

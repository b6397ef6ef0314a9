import CUnix
public import Glibc
public import Records

/// Standard output: every write is checked and finished.
public struct OutputPort {
    private let descriptor: Int32
    /// For diagnostics.
    private let name: String

    /// Output of at least this many bytes is written even while input is at hand.
    public static let fullBytes = 1 << 15

    public init(_ descriptor: Int32 = 1, name: String = "standard output") {
        self.descriptor = descriptor
        self.name = name
        Pipes.widen(descriptor)
    }

    /// A file to wait for along with others: it wakes the process when nobody reads the output any more.
    public static var closing: pollfd { pollfd(fd: 1, events: 0, revents: 0) }

    /// - Throws: `Failure.closedOutput` if `closing`, after a wait, says so.
    public static func check(_ closing: pollfd) throws {
        if closing.revents & Int16(POLLERR) != 0 { throw Failure.closedOutput }
    }

    /// Makes writes to a pipe come back when it is full, so that `flush` can see to something else meanwhile.
    public func unblock() {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Writes all that `output` holds.
    /// - Parameter whileBlocked: called when a pipe is full, to wait until it is not.
    public func flush(_ output: inout Output, whileBlocked: (() throws -> Void)? = nil) throws {
        try output.drain { try write($0, whileBlocked) }
    }

    /// Writes bytes that no `Output` holds.
    public func write(_ bytes: UnsafeRawBufferPointer, _ whileBlocked: (() throws -> Void)? = nil) throws {
        try UnixSignals.letIn { try writeAll(bytes, whileBlocked) }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer, _ whileBlocked: (() throws -> Void)?) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EPIPE {
                throw Failure.closedOutput
            } else if errno == EAGAIN {
                if let whileBlocked { try whileBlocked() } else { waitForRoom() }
            } else if errno != EINTR {
                throw Failure.refused(.io, "unable to write to \(name): \(errorText())")
            }
        }
    }

    private func waitForRoom() {
        var files = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        _ = UnixSignals.wait(&files)
    }
}

enum Pipes {
    /// Pipes of the default size gain a quarter of throughput from a larger buffer; a size that somebody chose stays.
    static func widen(_ descriptor: Int32) {
        if unix_pipe_size(descriptor) == 65_536 { _ = unix_set_pipe_size(descriptor, 262_144) }
    }
}

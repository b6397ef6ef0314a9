import CUnix
import Glibc
public import Records

/// Standard output: every write is checked and finished.
public struct OutputPort {
    private let descriptor: Int32

    /// Output of at least this many bytes is written even while input is at hand.
    public static let fullBytes = 1 << 16

    public init(_ descriptor: Int32 = 1) {
        self.descriptor = descriptor
        Pipes.widen(descriptor)
    }

    /// Writes all that `output` holds.
    public func flush(_ output: inout Output) throws {
        try output.drain { try write($0) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        UnixSignals.block(false)
        defer { UnixSignals.block(true) }
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EPIPE {
                throw Failure.closedOutput
            } else if errno == EAGAIN {
                var files = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
                _ = UnixSignals.wait(&files)
            } else if errno != EINTR {
                throw Failure.refused(.io, "unable to write to standard output: \(errorText())")
            }
        }
    }
}

enum Pipes {
    /// Pipes of the default size gain a quarter of throughput from a larger buffer; a size that somebody chose stays.
    static func widen(_ descriptor: Int32) {
        if unix_pipe_size(descriptor) == 65_536 { _ = unix_set_pipe_size(descriptor, 262_144) }
    }
}

import Bybit
import Glibc
import Stage

/// One program a key on this machine, whatever folder it works in: two would each open what one may. A name that goes with the
/// process, and that no file system has.
final class AccountLock {
    private let file: Int32

    /// - Throws: `Failure`: 75 if another one trades with this key, wherever it says that the exchange is.
    init(_ key: Key) throws {
        // A name of the abstract namespace begins with a zero byte: unix(7).
        let name = [0] + Array("driftpipe-exec-\(key.digest)".utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let length = MemoryLayout<sa_family_t>.size + name.count
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, socklen_t(length)) }
        }
        guard status == 0 else {
            throw Failure.refused(
                .temporary,
                errno == EADDRINUSE
                    ? "unable to trade: another drift-exec has this key, in another folder"
                    : "unable to hold the key for one program: \(errorText())")
        }
    }

    deinit { close(file) }
}

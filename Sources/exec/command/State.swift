import Bybit
import ExecFold
import Glibc
import Stage

/// The folder in which exec keeps what must outlive it: the journal, a lock, and the halt file, if somebody put it there.
final class State {
    private let path: String
    private let folder: Int32
    private let lock: Int32
    private let file: Int32
    private var journal: Journal
    /// What the journal held at the start.
    let entries: [JSON]
    /// A write has failed: what is on the disk, nobody knows, so nothing is written any more.
    private(set) var failure: String?

    /// Opens the folder.
    /// - Parameter mayMake: whether it is made where it is not there.
    /// - Throws: `Failure`: 75 if another exec works in it, 65 for a journal that was damaged, 66 where there is none to open, 77
    ///   for a folder that others may change.
    init(_ path: String, mayMake: Bool = true) throws {
        self.path = path
        _ = umask(0o077)
        if !mayMake {
            guard access("\(path)/journal", F_OK) == 0 else { throw Self.refusal(.noInput, "open", "\(path)/journal") }
        } else if mkdir(path, 0o700) == 0 {
            // Without its entry in the folder above, a loss of power would take the journal with it.
            try Self.sync("\(path)/..")
        } else if errno != EEXIST {
            throw Self.refusal(.io, "make", path)
        }
        folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.refusal(.permission, "open", path) }
        var status = stat()
        guard fstat(folder, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw Failure.refused(
                .permission, "unable to work in \(path): it is somebody else's, or others may write it")
        }
        lock = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw Self.refusal(.permission, "open", "\(path)/lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure.refused(.temporary, "unable to work in \(path): another drift-exec does")
        }
        let name = "\(path)/journal"
        file = openat(folder, "journal", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Self.refusal(.permission, "open", name) }
        let content = try Self.content(file, name)
        if content.torn > 0 {
            diagnose("drift-exec", "\(name): \(content.torn) bytes behind the last whole entry are cut off")
            guard ftruncate(file, off_t(content.count)) == 0 else { throw Self.refusal(.io, "mend", name) }
        }
        (journal, entries) = (content.journal, content.entries)
        guard fsync(file) == 0 else { throw Self.refusal(.io, "sync", name) }
        try Self.sync(path)
    }

    /// What the journal in a folder holds, whoever works in it; nothing where there is none yet.
    /// - Throws: `Failure`: 65 for a journal that was damaged, 74 for one that cannot be read.
    static func entries(in path: String) throws -> [JSON] {
        let name = "\(path)/journal"
        let file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 || errno == ENOENT else { throw refusal(.io, "open", name) }
        guard file >= 0 else { return [] }
        defer { close(file) }
        return try content(file, name).entries
    }

    private static func content(_ file: Int32, _ name: String) throws -> Journal.Content {
        let bytes = try read(file, name)
        do { return try Journal.read(bytes) } catch {
            throw Failure.refused(
                .data,
                "unable to use \(name): line \(error.line) is not what was written, and more follows; an order may be missing: "
                    + "compare it with the exchange, and begin in another folder")
        }
    }

    /// Until when the exchange will not hear this address, as an earlier run was told; microseconds.
    static func bannedUntil(in path: String) -> Int64 {
        let file = open("\(path)/\(ban)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        return (try? read(file, ban)).flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
    }

    /// Remembers it: a service that starts again must not ask again.
    func keepBan(until time: Int64) { Self.keepBan(until: time, in: folder) }

    /// Remembers it in a folder that is there, whoever works in it.
    static func keepBan(until time: Int64, in path: String) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        defer { close(folder) }
        var status = stat()
        if fstat(folder, &status) == 0, status.st_uid == geteuid() { keepBan(until: time, in: folder) }
    }

    private static func keepBan(until time: Int64, in folder: Int32) {
        let file = openat(folder, ban, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        let text = Array("\(time)".utf8)
        _ = write(file, text, text.count)
    }

    private static let ban = "banned"

    deinit {
        close(folder)
        close(file)
        close(lock)
    }

    /// The head of the chain.
    var head: String { journal.head }

    /// Whether a person has stopped what opens. If it cannot be told, it is so.
    var hasHaltFile: Bool { Self.mayBeThere("halt", in: folder) }

    /// The same of a folder that is not worked in, and need not be there.
    static func hasHaltFile(in path: String) -> Bool { mayBeThere("\(path)/halt", in: AT_FDCWD) }

    /// Its path, from the root.
    var haltFile: String {
        guard let whole = realpath(path, nil) else { return "\(path)/halt" }
        defer { free(whole) }
        return "\(String(cString: whole))/halt"
    }

    /// A link that leads nowhere is there as well.
    private static func mayBeThere(_ name: String, in folder: Int32) -> Bool {
        var status = stat()
        return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT
    }

    /// Adds an entry. After the first failure nothing is tried again: the kernel forgets what it could not write.
    /// - Returns: whether it is where it should be.
    func keep(_ entry: JSON) -> Bool {
        guard failure == nil else { return false }
        var rest = journal.line(entry)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return fail("write") }
            rest = rest.dropFirst(count)
        }
        guard fdatasync(file) == 0 else { return fail("sync") }
        return true
    }

    private func fail(_ verb: String) -> Bool {
        failure = "unable to \(verb) \(path)/journal: \(errorText())"
        return false
    }

    private static func sync(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal(.io, "open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw refusal(.io, "sync", folder) }
    }

    private static func read(_ file: Int32, _ name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw refusal(.io, "read", name) }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
    }

    private static func refusal(_ status: ExitStatus, _ verb: String, _ path: String) -> Failure {
        .refused(status, "unable to \(verb) \(path): \(errorText())")
    }
}

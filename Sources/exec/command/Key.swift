import Bybit
import Glibc
import Hashing
import Stage

/// The key, and its secret in memory that is not swapped out, not copied, and cleared at the end. Nothing prints it.
final class Key {
    /// The longest key file, bytes.
    private static let fileLimit = 4096

    /// The public half.
    let name: String
    private let secret: UnsafeMutableRawBufferPointer

    /// Reads `KEY SECRET` from a file that is ours alone.
    /// - Parameter isCredential: it is systemd's, which lets its service in by an access list: that shows as rights of the group.
    /// - Throws: `Failure`, before anything else is done.
    init(file path: String, isCredential: Bool = false) throws {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Self.refusal(.noInput, path, errno == ELOOP ? "it is a symbolic link" : errorText())
        }
        defer { close(descriptor) }
        try Self.trust(descriptor, path, isCredential)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.fileLimit, alignment: 4096)
        _ = mlock(buffer.baseAddress!, buffer.count)
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        let words =
            count > 0 && count < buffer.count ? Self.words(UnsafeRawBufferPointer(rebasing: buffer[..<count])) : []
        guard words.count == 2, words[0].count <= 128 else {
            explicit_bzero(buffer.baseAddress!, buffer.count)
            buffer.deallocate()
            throw Self.refusal(.configuration, path, "it is not one line KEY SECRET")
        }
        name = String(decoding: buffer[words[0]], as: UTF8.self)
        // What stands before the secret is the key, and white space.
        secret = buffer
        range = words[1]
    }

    private let range: Range<Int>

    deinit {
        explicit_bzero(secret.baseAddress!, secret.count)
        secret.deallocate()
    }

    /// The headers that sign a request.
    /// - Parameter time: the exchange's, milliseconds.
    func headers(_ request: RESTRequest, at time: Int64, window: Int64) -> [String] {
        let signature = lend { secret in
            Signature.rest(
                secret: secret, timestamp: "\(time)", key: name, window: "\(window)", payload: request.signed)
        }
        return [
            "X-BAPI-API-KEY: \(name)", "X-BAPI-TIMESTAMP: \(time)", "X-BAPI-RECV-WINDOW: \(window)",
            "X-BAPI-SIGN: \(signature)",
        ]
    }

    /// What opens the private stream.
    /// - Parameter expires: milliseconds.
    func greeting(expires: Int64) -> JSON {
        let signature = lend { Signature.stream(secret: $0, expires: "\(expires)") }
        return ["op": "auth", "args": [.string(name), .number("\(expires)"), .string(signature)]]
    }

    /// The public half's SHA-256, hexadecimal: what tells keys apart where the key itself is not to be read.
    var digest: String { String(decoding: SHA256.digits(hashing: Array(name.utf8)), as: UTF8.self) }

    /// A text of the exchange, which may quote the public half: what shows that one is not to be told either.
    func masked(in text: String) -> String {
        // By scalars: what follows it may combine with its last character.
        String(text.unicodeScalars.replacing(name.unicodeScalars, with: "(key)".unicodeScalars))
    }

    private func lend<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(rebasing: secret[range]))
    }

    private static func words(_ text: UnsafeRawBufferPointer) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for index in 0...text.count {
            let isGap = index == text.count || text[index] <= 0x20
            if isGap, let begin = start { words.append(begin..<index) }
            start = isGap ? nil : start ?? index
        }
        return words
    }

    /// The file must be a regular one of ours that nobody else may read, in a folder that nobody else may change.
    private static func trust(_ descriptor: Int32, _ path: String, _ isCredential: Bool) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal(.noInput, path, "it is not a regular file")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw refusal(.permission, path, "it is somebody else's")
        }
        let others: mode_t = isCredential && status.st_uid == 0 ? 0o037 : 0o077
        guard status.st_mode & others == 0 else {
            throw refusal(.permission, path, "others may read or write it (chmod 600)")
        }
        let folder = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
        guard stat(folder.isEmpty ? "/" : folder, &status) == 0,
            status.st_mode & 0o022 == 0 || status.st_mode & S_ISVTX != 0
        else { throw refusal(.permission, path, "others may write the folder that it is in (chmod go-w)") }
    }

    private static func refusal(_ status: ExitStatus, _ path: String, _ cause: String) -> Failure {
        .refused(status, "unable to use key file \(path): \(cause)")
    }
}

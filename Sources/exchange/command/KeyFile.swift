import ExchangeFold
import Glibc
import Stage

/// The accounts: a key and its secret a line, separated by white space; lines that begin with `#` are none.
enum KeyFile {
    /// - Throws: `Failure`, if the file cannot be trusted or read. These keys open nothing but this exchange, so others
    ///   may read them; but who can write the file can trade.
    static func read(_ path: String) throws -> [Credential] {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal(.noInput, "read", path, errorText()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal(.noInput, "read", path, "not a regular file")
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw refusal(.permission, "trust", path, "others may write it (chmod go-w)")
        }
        guard let bytes = TextFile.read(descriptor) else { throw refusal(.noInput, "read", path, errorText()) }
        return try parse(String(decoding: bytes, as: UTF8.self), path)
    }

    static func parse(_ text: String, _ path: String) throws -> [Credential] {
        var credentials: [Credential] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty || line.hasPrefix("#") { continue }
            guard words.count == 2 else {
                throw refusal(.configuration, "use", path, "line \(index + 1) is not KEY SECRET")
            }
            guard !credentials.contains(where: { $0.key == words[0] }) else {
                throw refusal(.configuration, "use", path, "line \(index + 1) has a key that was there before")
            }
            credentials.append(Credential(key: String(words[0]), secret: Array(words[1].utf8)))
        }
        return credentials
    }

    private static func refusal(_ status: ExitStatus, _ verb: String, _ path: String, _ cause: String) -> Failure {
        .refused(status, "unable to \(verb) key file \(path): \(cause)")
    }
}

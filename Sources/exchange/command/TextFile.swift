import Glibc

/// A small file, whole.
enum TextFile {
    static let sizeLimit = 1 << 20

    /// - Returns: nil if it cannot be read or is above `sizeLimit`; `errno` says why.
    static func read(_ descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
        var used = 0
        while used < bytes.count {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + used, $0.count - used) }
            if count < 0 { return nil }
            if count == 0 { return Array(bytes[..<used]) }
            used += count
        }
        errno = EFBIG
        return nil
    }

    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return read(descriptor)
    }
}

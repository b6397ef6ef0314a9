import Glibc

typealias Bytes = [UInt8]

let lineFeed = UInt8(ascii: "\n")

extension Bytes {
    /// The pieces between the line feeds; a last piece without one counts, an empty one does not.
    var lines: [Bytes] {
        var result: [Bytes] = []
        var start = 0
        while start < count {
            let end = firstLineFeed(from: start) ?? count
            result.append(Bytes(self[start..<end]))
            start = end + 1
        }
        return result
    }

    var lineFeedCount: Int {
        var result = 0
        var start = 0
        while let end = firstLineFeed(from: start) {
            result += 1
            start = end + 1
        }
        return result
    }

    private func firstLineFeed(from start: Int) -> Int? {
        withUnsafeBytes { all in
            guard start < all.count, let base = all.baseAddress,
                let found = memchr(base + start, Int32(lineFeed), all.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Whether `part` stands anywhere in it.
    func holds(_ part: Bytes) -> Bool {
        guard let first = part.first else { return true }
        return withUnsafeBytes { all in
            var start = 0
            while start + part.count <= all.count, let base = all.baseAddress,
                let found = memchr(base + start, Int32(first), all.count - part.count + 1 - start)
            {
                if memcmp(found, part, part.count) == 0 { return true }
                start = UnsafeRawPointer(found) - base + 1
            }
            return false
        }
    }

    init(_ text: String) { self = Array(text.utf8) }
}

extension [Bytes] {
    /// The lines as a stage reads them, each ended by LF.
    var terminated: Bytes {
        var result: Bytes = []
        for line in self {
            result += line
            result.append(lineFeed)
        }
        return result
    }
}

/// Bytes as a person can read them: printable ASCII, the rest as `\xXX`, at most 240 of them.
func show(_ bytes: some Collection<UInt8>) -> String {
    var result = "<"
    for byte in bytes.prefix(240) {
        if byte >= 0x20, byte < 0x7F {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            result += "\\x" + hexadecimal(UInt32(byte), digits: 2)
        }
    }
    return result + (bytes.count > 240 ? "...> (\(bytes.count) bytes)" : ">")
}

func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

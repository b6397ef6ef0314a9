public import Bybit
import Hashing
import Records

/// The lines of a journal: each names the hash of itself and of all before it, so that a line that was cut, changed or
/// taken out shows.
///
///     <64 hexadecimal digits> {...}
///
/// The digits are SHA-256(digits of the line before + JSON text), with 64 zeros before the first.
public struct Journal: Sendable {
    /// The longest line, bytes with its LF.
    static let lineLimit = 4096
    private static let digits = 64

    /// Of the last line.
    private var hash = [UInt8](repeating: UInt8(ascii: "0"), count: Self.digits)

    public init() {}

    /// The head of the chain, for a person to note down.
    public var head: String { String(decoding: hash, as: UTF8.self) }

    /// The next line.
    public mutating func line(_ entry: JSON) -> [UInt8] {
        let text = entry.bytes
        hash = Self.hash(hash, text)
        let line = hash + [UInt8(ascii: " ")] + text + [10]
        precondition(line.count <= Self.lineLimit, "an entry of the journal is short")
        return line
    }

    /// What a file holds.
    public struct Content {
        public internal(set) var entries: [JSON] = []
        /// Goes on behind the last entry.
        public internal(set) var journal = Journal()
        /// Bytes of the entries; what lies behind was torn by a crash, and is to be cut off before anything is appended.
        public internal(set) var count = 0
        /// Bytes behind them.
        public internal(set) var torn = 0
    }

    /// Reads a file. Every line was on the disk before the next was written, so a crash can have torn the last one only.
    /// - Throws: `JournalDamage`, where more stands behind a line that is not sound: that is no crash, and what is missing
    ///   may be an order.
    public static func read(_ bytes: [UInt8]) throws(JournalDamage) -> Content {
        var content = Content()
        while let end = bytes[content.count...].firstIndex(of: 10) {
            let line = bytes[content.count..<end]
            guard let entry = entry(line, behind: content.journal.hash) else {
                guard end == bytes.count - 1 else { throw JournalDamage(line: content.entries.count + 1) }
                break
            }
            content.entries.append(entry)
            content.journal.hash = Array(line.prefix(digits))
            content.count = end + 1
        }
        content.torn = bytes.count - content.count
        return content
    }

    private static func entry(_ line: ArraySlice<UInt8>, behind hash: [UInt8]) -> JSON? {
        guard line.count > digits + 1, line.count < lineLimit, line[line.startIndex + digits] == UInt8(ascii: " ")
        else { return nil }
        let text = Array(line.dropFirst(digits + 1))
        guard line.prefix(digits).elementsEqual(Self.hash(hash, text)) else { return nil }
        return try? JSON(reading: text)
    }

    private static func hash(_ before: [UInt8], _ text: [UInt8]) -> [UInt8] {
        SHA256.digits(hashing: before + text)
    }
}

/// A journal that is not what was written.
public struct JournalDamage: Error, Equatable {
    /// The first line that is not sound, from 1.
    public let line: Int
}

import Bybit
@testable import ExecFold
import Records

/// Journals: as files of any bytes; and as sound ones of any entries, of which one byte is then another. What is read of
/// those is a beginning of what was written, or nothing.
enum Journals {
    static func take(_ input: [UInt8]) {
        if let content = try? Journal.read(input) {
            require(
                (try? Journal.read(Array(input[..<content.count])))?.entries.count == content.entries.count, "not again"
            )
        }
        guard input.count > 3 else { return }
        var journal = Journal()
        var bytes: [UInt8] = []
        var entries: [JSON] = []
        for text in input.dropFirst(3).split(separator: 10) {
            guard let entry = try? JSON(reading: Array(text)) else { continue }
            entries.append(entry)
            bytes += journal.line(entry)
        }
        start(entries)
        guard !bytes.isEmpty else { return }
        let place = (Int(input[0]) << 8 | Int(input[1])) % bytes.count
        bytes[place] ^= max(1, input[2])
        if let content = try? Journal.read(bytes) {
            require(content.entries.count < entries.count, "a change goes unnoticed")
            require(zip(content.entries, entries).allSatisfy { $0.bytes == $1.bytes }, "another entry is read")
        }
    }

    /// Whatever an entry says, a start takes it up or refuses it.
    private static func start(_ entries: [JSON]) {
        _ = Executor.unsettled(entries)
        _ = try? Desktop(entries)
    }
}

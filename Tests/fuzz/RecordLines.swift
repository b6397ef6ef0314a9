import Bybit
@testable import Records
import func Rehearsal.withPaddedLine

/// Lines of the stream. The checked fast path and the general scanner are two readers: they must agree, and a JSON reader
/// with them.
enum RecordLines {
    static func take(_ input: [UInt8]) {
        var reader = RecordReader()
        for line in input.split(separator: 10) where line.first == UInt8(ascii: "{") {
            let plain = read(Array(line), &reader)
            // A blank behind the brace is not in the writers' own order: it takes the general way.
            let spaced = read([UInt8(ascii: "{"), UInt8(ascii: " ")] + line.dropFirst(), &reader)
            require(
                plain == spaced || line.count + 2 >= RecordReader.lineLimit,
                "the two ways differ: \(plain as Any), \(spaced as Any)")
            if plain != nil {
                require((try? JSON(reading: Array(line))) != nil, "a record is no JSON")
            }
        }
    }

    /// What a line says; nil for what is no record.
    private static func read(_ line: [UInt8], _ reader: inout RecordReader) -> String? {
        withPaddedLine(line) { bytes in
            do throws(Malformed) { try reader.read(bytes) } catch { return nil }
            let record = reader.record
            let symbol = record.symbol < 0 ? "" : reader.symbols.text(record.symbol)
            var text = "\(record.kind) \(record.hasTime ? record.ts : -1) \(symbol)"
            if record.kind == .trade || record.kind == .quote {
                text += " \(record.values.0.double) \(record.values.1.double)"
            }
            return text
        }
    }
}

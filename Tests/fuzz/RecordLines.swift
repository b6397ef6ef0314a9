import Bybit
@testable import Records
import func Rehearsal.withPaddedLine

/// Lines of the stream. The checked fast path and the general scanner are two readers: they must agree, and a JSON reader
/// with them.
enum RecordLines {
    /// Values that stand for others: chance alone would rarely put one in the place of another.
    private static let values = [
        "-1", "-0", "0", "1e400", "1e-400", "0.000000001", "99999999999999999999", "9007199254740993", "null", "\"\"",
        "01",
        "1.", ".5", "+1", "true", "[]",
    ].map { Array($0.utf8) }

    static func take(_ input: [UInt8]) {
        var reader = RecordReader()
        for line in input.split(separator: 10) where line.first == UInt8(ascii: "{") {
            compare(Array(line), &reader)
            for changed in variants(of: Array(line)) { compare(changed, &reader) }
        }
    }

    /// The line with each other value in one place, which follows from the line.
    private static func variants(of line: [UInt8]) -> [[UInt8]] {
        let places = line.indices.filter { line[$0] == UInt8(ascii: ":") }
        guard !places.isEmpty else { return [] }
        let choice = line.reduce(into: 5381) { $0 = ($0 &* 33 &+ Int($1)) & 0xFFFF_FFFF }
        let start = places[choice % places.count] + 1
        let end = line[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? line.count
        return values.map { line[..<start] + $0 + line[end...] }
    }

    private static func compare(_ line: [UInt8], _ reader: inout RecordReader) {
        let plain = read(line, &reader)
        // A blank behind the brace is not in the writers' own order: it takes the general way.
        let spaced = read([UInt8(ascii: "{"), UInt8(ascii: " ")] + line.dropFirst(), &reader)
        require(
            plain == spaced || line.count == RecordReader.lineLimit,
            "the two ways differ: \(plain as Any), \(spaced as Any)")
        if plain != nil { require((try? JSON(reading: line)) != nil, "a record is no JSON") }
    }

    /// What a line says; nil for what is no record.
    private static func read(_ line: [UInt8], _ reader: inout RecordReader) -> String? {
        withPaddedLine(line) { bytes in
            do throws(Malformed) { try reader.read(bytes) } catch { return nil }
            let symbol = reader.record.symbol < 0 ? "" : reader.symbols.text(reader.record.symbol)
            var text = "\(reader.record.kind) \(reader.record.hasTime ? reader.record.ts : -1) \(symbol)"
            let figures =
                switch reader.record.kind {
                case .trade, .mark: 2
                case .quote: 4
                case .bar: 6
                default: 0
                }
            for place in 0..<figures { text += " \(reader.record.found.pointee[place].double)" }
            return text
        }
    }
}

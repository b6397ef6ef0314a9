import Foundation
import Rehearsal
import Testing

@testable import Records

/// What stages write.
///
/// Not covered: writing to a descriptor.
@Suite struct OutputTests {
    private func text(_ write: (inout Output) -> Void) -> String {
        var output = Output()
        write(&output)
        var bytes: [UInt8] = []
        output.drain { bytes.append(contentsOf: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aRecordIsOneLine() {
        let line = text {
            $0.begin(.book, ts: 5)
            $0.field("equity", 25.0)
            $0.field("drift", -1.25e-7)
            $0.field("none", nil as Double?)
            $0.field("text", "a\"b\\\n\u{1}é")
            $0.open("positions")
            $0.open(bytes: Array("BTCUSDT".utf8))
            $0.field("ok", true)
            $0.close()
            $0.close()
            $0.field("n", Int64.min)
            $0.end()
        }
        #expect(
            line == #"{"type":"book","ts":5,"equity":25,"drift":-1.25e-07,"none":null,"text":"a\"b\\\u000a\u0001é","#
                + #""positions":{"BTCUSDT":{"ok":true}},"n":-9223372036854775808}"# + "\n")
    }

    /// Shortest text that reads back as the same double.
    @Test func doublesComeBack() {
        var random = SplitMix(seed: 1)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let line = text {
                $0.begin(.clock, ts: 1)
                $0.field("x", value)
                $0.end()
            }
            let printed = line.dropFirst(#"{"type":"clock","ts":1,"x":"#.count).dropLast(2)
            #expect(Double(printed) == value)
        }
    }

    @Test func theRawOfABadLineIsPlainAndBounded() throws {
        let bytes = [UInt8](0...255) + Array(repeating: 65, count: 300)
        let line = text { output in
            bytes.withUnsafeBytes {
                output.bad(stage: "drift-x", ts: 3, line: 7, offset: 99, problem: Malformed("no", at: 4), line: $0)
            }
        }
        let record = try JSON(line)
        #expect(record["error"].text == "no at byte 4" && record["line"].integer == 7)
        #expect(record["raw"].text?.unicodeScalars.map(\.value) == (0...255).map(UInt32.init))
        #expect(line.utf8.allSatisfy { $0 < 127 })
    }

    @Test func linesThatFollowEachOtherAreOneSpan() {
        let input = Array("{\"type\":\"a\"}\n{\"type\":\"b\"}\n".utf8)
        input.withUnsafeBytes { bytes in
            var output = Output()
            output.pass(UnsafeRawBufferPointer(rebasing: bytes[..<13]))
            output.pass(UnsafeRawBufferPointer(rebasing: bytes[13...]))
            var pieces = 0
            output.drain { piece in
                pieces += 1
                #expect(piece.elementsEqual(bytes))
            }
            #expect(pieces == 1)
        }
    }
}

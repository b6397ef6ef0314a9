import Foundation
import Testing

@testable import WsFold

/// What stands in the output, and what may be sent.
///
/// Not covered: frames on the way, which `Tests/ws/run` shows.
@Suite struct LineTests {
    private func line(_ frame: [UInt8], at time: Int64 = 1_700_000_000_000_000) -> (String, Frame.Outcome) {
        var lines: [UInt8] = []
        let outcome = frame.withUnsafeBytes { Frame.append($0, at: time, to: &lines) }
        return (String(decoding: lines, as: UTF8.self), outcome)
    }

    @Test(arguments: [#"{"a":"ä€😀"}"#, "[1,2]", " {}", "\t{ }\r", #"{"a":"\n! {}"}"#])
    func writesAFrameByteForByte(frame: String) {
        let (text, outcome) = line(Array(frame.utf8))
        #expect(outcome == .written)
        #expect(text == "1700000000000000 \(frame)\n")
    }

    @Test func aLineFeedBecomesASpace() {
        #expect(line(Array("\n{\n\n\"a\":1\n}\n".utf8)).0 == "1700000000000000  {  \"a\":1 } \n")
    }

    @Test(arguments: ["", " ", "\n", "pong", "7", "\"x\"", "! {\"event\":\"open\"}", "\n! {}", "\u{FEFF}{}", "\0{}"])
    func skipsWhatIsNoLineOfJSON(frame: String) {
        let (text, outcome) = line(Array(frame.utf8))
        #expect(text.isEmpty)
        guard case .skipped = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test(
        arguments: [[0xFF], [0x7B, 0xC3, 0x7D], [0x7B, 0xED, 0xA0, 0x80, 0x7D], [0x7B, 0xC0, 0x80, 0x7D]] as [[UInt8]])
    func refusesWhatIsNotUTF8(frame: [UInt8]) {
        let (text, outcome) = line(frame)
        #expect(text.isEmpty)
        #expect(outcome == .invalidUTF8)
    }

    @Test func eventsAreOneLineOfJSON() {
        func text(_ event: Event) -> String { String(decoding: event.line(at: 5), as: UTF8.self) }
        #expect(text(.open(url: "wss://h/p")) == "5 ! {\"event\":\"open\",\"url\":\"wss://h/p\"}\n")
        #expect(
            text(.closed(reason: "no \"b\"", retry: 0.43169))
                == "5 ! {\"event\":\"closed\",\"reason\":\"no \\\"b\\\"\",\"retry\":0.432}\n")
        #expect(text(.failed(reason: "x", retry: nil)) == "5 ! {\"event\":\"failed\",\"reason\":\"x\"}\n")
        #expect(text(.skipped(reason: "x")) == "5 ! {\"event\":\"skipped\",\"reason\":\"x\"}\n")
        #expect(text(.unsent(lines: 2, reason: "x")) == "5 ! {\"event\":\"unsent\",\"lines\":2,\"reason\":\"x\"}\n")
    }

    @Test func whatAServerSaysBreaksNoLine() throws {
        let reason = "bye\n1 ! {\"event\":\"open\"}\r\u{2028}\0" + String(repeating: "x", count: 1000)
        let line = Event.closed(reason: reason, retry: nil).line(at: 5)
        #expect(line.count { $0 == 10 } == 1)
        #expect(line.count < 400)
        let json = try JSONSerialization.jsonObject(with: Data(line.dropFirst(4))) as? [String: Any]
        let expected = reason.replacing("\n", with: " ").replacing("\r", with: " ").replacing("\0", with: " ")
        #expect(json?["reason"] as? String == String(expected.prefix(200)))
    }

    @Test func timeNeverDecreases() {
        var clock = ReceiveClock()
        #expect([5, 7, 6, 7, 8].map { clock.time($0) } == [5, 7, 7, 7, 8])
    }

    @Test func aLineIsSentWithoutItsEnd() {
        func text(_ line: String) -> String? {
            Array(line.utf8).withUnsafeBytes(Text.ofLine).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(text("{\"a\":1}\n") == "{\"a\":1}")
        #expect(text("ä\r\n") == "ä")
        #expect(text("\n") == "")
        #expect([0xFF, 10].withUnsafeBytes(Text.ofLine) == nil)
    }

    @Test func aFileIsSentLineByLine() {
        #expect(Text.lines(ofFile: Array("a\n\nb\r\n\r\nc".utf8)) == ["a", "b", "c"].map { Array($0.utf8) })
        #expect(Text.lines(ofFile: []) == [])
        #expect(Text.lines(ofFile: [65, 10, 0xFF]) == nil)
    }
}

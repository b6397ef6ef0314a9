import ArgumentParser
import Rehearsal
import Records
import Testing

@testable import LoopFold

/// The order of the merge.
///
/// Not covered: waiting, back-pressure and ends, which `Tests/pipelines` shows on processes.
@Suite struct LoopStageTests {
    private func read<Result>(_ line: String, _ body: (borrowing Record) -> Result) throws -> Result {
        var reader = RecordReader()
        return try withPaddedLine(line) {
            try reader.read($0)
            return body(reader.record)
        }
    }

    private func signal(_ ts: Int, _ seq: Int) -> String {
        #"{"type":"signal","ts":\#(ts),"sym":"B","seq":\#(seq),"px":1,"drift":0,"horizon":1,"sigma":0,"snr":0,"confidence":0}"#
    }

    @Test func waitsForTheLastSignalOfAnInstant() throws {
        var loop = LoopStage(try LoopOptions.parse([]))
        try read(signal(5, 1)) { loop.pass($0) }
        #expect(!(try read(signal(5, 2)) { loop.mustWait($0) }))
        try read(signal(5, 2)) { loop.pass($0) }
        #expect(!(try read(#"{"type":"note"}"#) { loop.mustWait($0) }))
        #expect((try read(#"{"type":"clock","ts":6}"#) { loop.mustWait($0) }))
        try read(#"{"type":"sync","ts":5,"seq":1}"#) { loop.insert($0) }
        #expect((try read(#"{"type":"clock","ts":6}"#) { loop.mustWait($0) }))
        try read(#"{"type":"sync","ts":5,"seq":2}"#) { loop.insert($0) }
        #expect(!(try read(#"{"type":"clock","ts":6}"#) { loop.mustWait($0) }))
    }

    @Test func liveNeverWaits() throws {
        var loop = LoopStage(try LoopOptions.parse(["--live"]))
        try read(signal(5, 1)) { loop.pass($0) }
        #expect(!(try read(#"{"type":"clock","ts":6}"#) { loop.mustWait($0) }))
    }
}

import Records
import Rehearsal
import Testing

@testable import ReportFold

/// What cannot be one run. Not covered: that the door asks (`Tests/report/run`).
struct OneRunTests: MadeUpAudit {
    private func objections(_ lines: [String]) throws -> [String] {
        var (run, found) = (OneRun(), [String]())
        var reader = RecordReader()
        for line in lines {
            try withPaddedLine(line) { bytes in
                try reader.read(bytes)
                if let objection = run.objection(to: reader.record) { found.append(objection) }
            }
        }
        return found
    }

    @Test func aRunIsOne() throws { #expect(try objections(life) == []) }

    @Test func timeThatGoesBackIsAnotherRun() throws {
        #expect(
            try objections([quote(2, 1, 2), quote(1, 1, 2)]) == [
                "event time goes back by 1.000000 s, to 1970-01-01T00:00:01Z"
            ])
        // What comes back to a live loop may be older than its neighbours.
        #expect(try objections([quote(2, 1, 2), account(1, 1000)]) == [])
    }

    @Test func anAccountThatStartsAgainIsAnotherRun() throws {
        let found = try objections(life + [quote(30, 1, 2), account(30, 1000)])
        #expect(found == ["the account starts again: this is another run, or another account"])
        #expect(try objections([account(1, 1000), account(2, 1000)]) == [], "nothing has happened in between")
    }
}

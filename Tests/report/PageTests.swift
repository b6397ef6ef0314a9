import Testing

@testable import ReportFold

/// What stands on the page. Not covered: how a browser lays it out (`Tests/report/run`).
struct PageTests: MadeUpAudit {
    private func page(_ lines: [String], title: String = "a file") throws -> String {
        let audit = try read(lines)
        return Summary(audit, try ReportOptions.parse([])).page(audit, title: title)
    }

    @Test func wordsOfTheStreamAreNoMarkup() throws {
        let hostile = #"x\" onload=\"alert(1)\"><script>alert(2)</script>\u001b\u0000"#
        let name = #"A\"><img src=x onerror=a>"#
        let stop = #""reason":"stop_loss""#
        let lines =
            [#"{"type":"planted","ts":1000000,"sym":"BTCUSDT","mu":0.001}"#]
            + life.map {
                $0.replacing("drift_decay", with: hostile).replacing(stop, with: #""reason":"\#(hostile)""#)
            }
        let found = try page(lines.map { $0.replacing("BTCUSDT", with: name) }, title: "<b>\"t\"</b>")
        for markup in ["<script", "<img", "<b>", "\" onload", "\u{1B}", "\u{0}"] { #expect(!found.contains(markup)) }
        #expect(found.contains("left for x&quot; onload=&quot;alert(1)&quot;&gt;&lt;script&gt;"))
        #expect(found.contains(#"<polygon class="exit other""#))
        #expect(found.contains("default-src 'none'; style-src 'unsafe-inline'"))
    }

    @Test func eachPartThatWasClosedIsMarked() throws {
        let found = try page(life)
        #expect(found.contains("left for drift_decay: long 1.0000</title>"))
        #expect(found.contains("left for stop_loss: long 1.0000, net of the trade -0.5000 USDT</title>"))
        #expect(!found.contains(" drawn"))
    }

    @Test func ofManyTradesSomeAreDrawnAndThePageSaysSo() throws {
        func later(_ line: String, _ trade: Int) throws -> String {
            let part = try #require(line.firstMatch(of: /"ts":(\d+)/))
            return line.replacing(part.output.0, with: #""ts":\#(Int(part.output.1)! + trade * 60_000_000)"#)
        }
        let lines = try (0..<900).flatMap { trade in
            try life.filter { !$0.contains(#""account""#) }.map { try later($0, trade) }
        }
        let found = try page(lines)
        #expect(found.contains("400 of 900 drawn"))
        #expect(found.matches(of: /class="entry"/).count == 400)
        // The first is there, and one of the last three.
        #expect(found.contains("1970-01-01 00:00 opened") && found.contains(/1970-01-01 14:5[789] opened/))
    }

    @Test func reasonsThatThePageKnowsHaveTheirOwnColours() throws {
        #expect(try page(life).contains(#"<polygon class="exit stop_loss""#))
        #expect(Figures.style(ofExit: "drift_flip") == "drift_flip" && Figures.style(ofExit: "gain") == "other")
    }
}

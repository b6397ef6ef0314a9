import ArgumentParser
import Glibc
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

    @Test func noEquityIsDrawnWhereNothingWasSeen() throws {
        let start = 1_735_700_000
        let accounts = [account(start, 1000), account(start + 3600, 990, fees: 10)]
        for lines in [accounts, accounts + [quote(start + 60, 1, 2)], [quote(start, 1, 2)] + accounts] {
            let audit = try read(lines)
            #expect(audit.equity.curve.points.map(\.ts) == [start, start + 3600].map { Int64($0) * 1_000_000 })
            #expect(try !page(lines).contains("1970"))
        }
        #expect(try page(accounts).contains("2 records, none of a market"))
    }

    @Test func equityStandsWhereNothingIsHeldAndDoesNotLean() throws {
        let audit = try read([account(0, 1000), account(1, 1000), account(3600, 990, fees: 10)])
        let drawing = try #require(Figures(audit: audit, summary: Summary(audit, try ReportOptions.parse([]))).equity)
        let line = try #require(drawing.svg.firstMatch(of: /class="equity" d="M([^"]*)"/)).output.1
        let heights = line.split(separator: "L").map { $0.split(whereSeparator: { " ,".contains($0) }).last }
        // Level from the first account until just before the last, and then down.
        #expect(heights.count == 5 && Set(heights.dropLast()).count == 1 && heights[3] != heights[4], "\(line)")
    }

    @Test func ofManyPlacesTheTableHasSomeAndTheLast() throws {
        let audit = try read((0..<100).map { account($0 * 10, 1000 + Double($0), realised: Double($0)) })
        let drawing = try #require(Figures(audit: audit, summary: Summary(audit, try ReportOptions.parse([]))).equity)
        let shown = drawing.rows.map { $0[1] }
        let chosen: [String] = (1...24).map { place in Summary.money(999 + Double(place * 100 / 24)) }
        #expect(shown == chosen)
    }

    @Test func costsAreDrawnByWhatTheyAreFor() throws {
        let audit = try read(life)
        let drawing = try #require(Figures(audit: audit, summary: Summary(audit, try ReportOptions.parse([]))).costs)
        let bars = drawing.svg.matches(of: /<title>([a-z]+): (-?[0-9.]+) USDT</).map { [$0.output.1, $0.output.2] }
        #expect(
            bars == [
                ["fees", "0.4000"], ["spread", "3.5000"], ["slippage", "3.0000"], ["delay", "2.0000"],
                ["funding", "0.1000"], ["all", "9.0000"],
            ])
    }

    @Test func eachPartThatWasClosedIsMarked() throws {
        let found = try page(life)
        #expect(found.contains("left for drift_decay: long 1.0000</title>"))
        // Up is bought: the tip, and two corners below it.
        let marks = found.matches(of: /class="(entry|exit)[a-z_ ]*" points="[-0-9.]+,([-0-9.]+) [-0-9.]+,([-0-9.]+)/)
        let directions = marks.map { ($0.output.1, Double($0.output.2)! < Double($0.output.3)!) }
        let isRight = directions.allSatisfy { ($0.0 == "entry") == $0.1 }
        #expect(directions.count == 3 && isRight)
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

    @Test(arguments: [0.2, 1, 1.6, 3, 6, 30, 400]) func noTwoInstantsOfAnAxisAreCalledTheSame(days: Double) {
        let start = 1_735_700_000_000_000.0
        let (ticks, text) = Figures.instants(start...(start + days * 86_400e6))
        let names = ticks.map(text)
        #expect(names.count > 2 && Set(names).count == names.count, "\(names)")
    }

    @Test func ticksAreToldApart() {
        for range in [0...0.00002, -0.0003...0, 98_000...99_500, 0...1.0] {
            let places = Plot.places(range, scale: 100)
            let names = Plot.ticks(range, 5).map { Summary.number($0 * 100, places) }
            #expect(names.count > 2 && Set(names).count == names.count, "\(names)")
        }
    }

    @Test func aTickAtTheEdgeIsNotCut() {
        let drawn = Plot("a", x: 0...10, y: 0...1).svg(xText: { "at \($0)" }) { "\($0)" }
        #expect(drawn.contains(/text-anchor="end">at 10.0</) && drawn.contains(/text-anchor="middle">at 8.0</))
    }

    @Test func whatHasNoIntervalIsMarkedAndCounted() throws {
        let audit = try read(life)
        let figures = Figures(audit: audit, summary: Summary(audit, try ReportOptions.parse([])))
        let parts: [(name: String, count: Int, estimate: Summary.Estimate)] = [
            ("01", 3, Summary.Estimate(-0.001, nil)),
            ("02", 30, Summary.Estimate(0.001, Interval(low: 0, high: 0.002))),
        ]
        let drawing = try #require(figures.bars("By hour", parts))
        #expect(drawing.svg.contains(#"class="loss few""#) && drawing.svg.contains(#"class="gain""#))
        #expect(drawing.svg.contains(">n 3<") && drawing.svg.contains(">n 30<"))
        #expect(
            drawing.rows == [
                ["01", "3", "-10.00 bp", "none", "none"], ["02", "30", "10.00 bp", "0.00 bp", "20.00 bp"],
            ])
    }

    @Test func whatLiesFarOutIsInTheOutermostBar() throws {
        // The middle results differ by rounding alone: in widths of their bars the one of 50 is farther out than an integer reaches.
        let trades = (0..<250).flatMap { number -> [String] in
            let ts = number * 60_000_000
            func fill(_ side: String, _ realised: Double) -> String {
                #"{"type":"fill","ts":\#(ts),"sym":"BTCUSDT","id":"o","side":"\#(side)","qty":1,"px":100,"fee":0,"liquidity":"taker","reduce_only":\#(side == "sell"),"reason":"\#(side == "sell" ? "take_profit" : "open")","realised":\#(realised)}"#
            }
            return [
                fill("buy", 0), fill("sell", number == 150 ? 50 : 1e-20 * Double(number % 7)),
                #"{"type":"position","ts":\#(ts),"sym":"BTCUSDT","side":"flat","qty":0}"#,
            ]
        }
        #expect(try page([quote(0, 100, 100)] + trades).contains("Net results of trades"))
    }

    @Test func thePageHasWhatTheTextHas() throws {
        let reject = #"{"type":"reject","ts":21000000,"sym":"BTCUSDT","id":"p","code":"too_small","reason":"a test"}"#
        let intent = life[2].replacing(#""id":"o""#, with: #""id":"p""#)
        let planted = #"{"type":"planted","ts":1000000,"sym":"BTCUSDT","mu":0.001}"#
        let found = try page([planted] + life + [intent, reject])
        for words in [
            "Planted", "Expectancy, USDT", "Turnover", "Held", "17 s", "<td>too_small</td><td>1</td>",
            "<td>BTCUSDT</td><td>1</td><td>-0.5000</td><td>-24.27 bp</td><td>none</td><td>none</td>",
            "<td>stop_loss</td><td>1</td><td>-</td>", "less than a day",
            "What rules saved, of what was left</figcaption>",
        ] { #expect(found.contains(words), "\(words)") }
        for reason in Figures.exits + ["other"] { #expect(found.contains(#"<span class="\#(reason)">"#)) }
    }

    @Test func tablesHaveTheIntervalsOfTheText() throws {
        func later(_ line: String, _ trade: Int) throws -> String {
            let part = try #require(line.firstMatch(of: /"ts":(\d+)/))
            // Each leaves another gain, and would have met another stop.
            return line.replacing(part.output.0, with: #""ts":\#(Int(part.output.1)! + trade * 60_000_000)"#)
                .replacing(#""realised":6}"#, with: #""realised":\#(6 + trade % 7)}"#)
                .replacing(#""bid":97.0"#, with: #""bid":\#(97 - trade % 7)"#)
        }
        let lines = try (0..<30).flatMap { trade in
            try life.filter { !$0.contains(#""account""#) }.map { try later($0, trade) }
        }
        let audit = try read(lines)
        let summary = Summary(audit, try ReportOptions.parse([]))
        let found = summary.page(audit, title: "a file")
        for estimate in [try #require(summary.symbols[0].share), try #require(summary.exits[0].savedShare)] {
            let figures = [estimate.value, try #require(estimate.low), try #require(estimate.high)]
            let cells = figures.map { "<td>\(Summary.basisPoints($0))</td>" }.joined()
            #expect(found.contains(cells), "\(cells)")
        }
        #expect(found.contains("Whiskers: 95 %; a pale bar"))
        // Stops are held against nothing: there are no bars to explain.
        let stops = try page(lines.map { $0.replacing(#""reason":"reduce""#, with: #""reason":"stop_loss""#) })
        #expect(stops.contains("What exits were worth") && !stops.contains("n are those that could"))
    }

    @Test func whatOnlyRoseHasNoFall() throws {
        let rising = (0..<30).map { account($0 / 10, 1000 + Double($0), realised: Double($0)) }
        let audit = try read([quote(0, 100, 100)] + rising + [account(3, 1020, realised: 20), quote(3, 100, 100)])
        let drawing = try #require(Figures(audit: audit, summary: Summary(audit, try ReportOptions.parse([]))).drawdown)
        #expect(drawing.rows.map { $0[1] } == ["0.0 %", "0.0 %", "0.0 %", "-0.9 %"])
        let flat = try read([quote(0, 100, 100), account(0, 1000), account(1, 1000), quote(1, 100, 100)])
        let summary = Summary(flat, try ReportOptions.parse([]))
        #expect(Figures(audit: flat, summary: summary).drawdown?.rows.map { $0[1] } == ["0.00 %", "0.00 %"])
    }

    @Test func whatLeavesTheAxesIsNotDrawn() throws {
        // Ten trades whose drift fades from 1 to 0; of the first it once is 9 times that of its entry.
        func decision(_ seconds: Int, _ drift: Double) -> String {
            #"{"type":"decision","ts":\#(seconds)000000,"sym":"BTCUSDT","seq":1,"rule":"hold","drift":\#(0.002 * drift),"confidence":0.6,"age":\#(seconds),"half_life":10}"#
        }
        let trades = (0..<10).flatMap { number -> [String] in
            let fading = (1...9).map { age in decision(age, number == 0 && age == 5 ? 9 : 1 - Double(age) / 10) }
            return Array(life[2...6]) + fading + Array(life[16...18])
        }
        let audit = try read(life[..<2] + trades)
        let figures = Figures(audit: audit, summary: Summary(audit, try ReportOptions.parse([])))
        let drawing = try #require(figures.fading("Drift", "share", { $0.drift }))
        let drawn = drawing.svg.matches(of: /class="thin [a-z]*" d="M([^"]*)"/)
        let points = drawn.map { $0.output.1.split(separator: "L").count }
        #expect(points == [5, 4] + [Int](repeating: 10, count: 9))
    }

    @Test func whatWasClosedStaysAtItsLastValue() throws {
        func decision(_ seconds: Int, _ drift: Double) -> String {
            #"{"type":"decision","ts":\#(seconds)000000,"sym":"BTCUSDT","seq":1,"rule":"hold","drift":\#(0.002 * drift),"confidence":0.6,"age":\#(seconds),"half_life":8}"#
        }
        // Six trades fade to nothing and are closed; two do not, and go on.
        let trades = (0..<8).flatMap { number -> [String] in
            let last = number < 6 ? [decision(4, 0.5), decision(5, 0)] : (4...24).map { decision($0, 1) }
            return Array(life[2...6]) + last + Array(life[16...18])
        }
        let audit = try read(life[..<2] + trades)
        let figures = Figures(audit: audit, summary: Summary(audit, try ReportOptions.parse([])))
        let rows = try #require(figures.fading("Drift", "share", { $0.drift })).rows
        #expect(rows.count == 25 && rows.first == ["0.000", "1.000", "1.000", "1.000", "8"])
        #expect(rows[4] == ["0.500", "0.500", "0.500", "0.625", "8"])
        #expect(rows[24] == ["3.000", "0.000", "0.000", "0.250", "2"])
    }

    @Test func thePageOfNothingSaysSo() throws {
        let found = try page([])
        #expect(found.contains("No records.") && found.contains("nothing on the record that a figure could show"))
        #expect(!found.contains("1970"))
    }

    @Test func wordsCanBeReadOnTheirPaper() throws {
        func colour(_ name: String, _ style: Substring) throws -> Double {
            let digits = try #require(style.firstMatch(of: try Regex("--\(name):#([0-9a-f]{6})"))).output[1].substring!
            let parts = stride(from: 0, to: 6, by: 2).map { place -> Double in
                let share = Double(Int(digits.dropFirst(place).prefix(2), radix: 16)!) / 255
                return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        // WCAG 2.1, contrast: light first, dark behind it.
        let dark = try #require(PageStyle.text.firstRange(of: "prefers-color-scheme:dark")).lowerBound
        for style in [PageStyle.text[..<dark], PageStyle.text[dark...]] {
            let pair = [try colour("soft", style), try colour("paper", style)].sorted()
            #expect((pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5)
        }
    }

    @Test func whatScrollsHasANameOfItsOwn() throws {
        let regions = try page(life).matches(of: /<div class="scroll" tabindex="0"([^>]*)>/).map { String($0.output.1) }
        #expect(regions.count > 5 && regions.allSatisfy { $0.contains(#" role="region" aria-label=""#) })
        #expect(Set(regions).count == regions.count, "\(regions)")
    }

    @Test func onPaperNoHeadingStandsAlone() throws {
        let found = try page(life)
        let heads = found.matches(of: /<h2>/).count
        #expect(
            heads > 4
                && found.matches(of: /<section><div class="together"><h2>[^<]*<\/h2><p>[^<]*<\/p><(figure|div)/).count
                    == heads
        )
        #expect(PageStyle.text.contains(/@media print\{.*\.together,[^}]*\{break-inside:avoid\}/))
    }

    @Test func marksOfReasonsAreNotAlike() {
        let looks = Figures.exits.compactMap { reason in
            PageStyle.text.firstMatch(of: try! Regex("\\.exit\\.\(reason)\\{([^}]*)\\}"))?.output[1].substring
        }
        #expect(looks.count == Figures.exits.count && Set(looks).count == looks.count)
    }

    @Test func reasonsThatThePageKnowsHaveTheirOwnColours() throws {
        #expect(try page(life).contains(#"<polygon class="exit stop_loss""#))
        #expect(Figures.style(ofExit: "drift_flip") == "drift_flip" && Figures.style(ofExit: "gain") == "other")
    }
}

import Records
import Rehearsal
import Testing

@testable import WatchFold

/// What is drawn and said of a stream. Not covered: the terminal (`Tests/watch/run`).
struct ScreenTests {
    private static let lines = [
        #"{"type":"account","ts":1000000,"equity":500,"available":500,"realised":0,"fees":0,"funding":0}"#,
        #"{"type":"warmup","ts":1000000,"sym":"BTCUSDT","have":25,"need":100}"#,
        #"{"type":"quote","ts":1000000,"sym":"BTCUSDT","bid":96999.9,"bid_qty":1,"ask":97000.1,"ask_qty":1}"#,
        #"{"type":"signal","ts":2000000,"sym":"BTCUSDT","seq":1,"px":97000,"forecast":97194,"drift":0.002,"horizon":300,"sigma":0.001,"kind":"strong_buy","curve":"flat","snr":1.5,"confidence":0.8,"velocity":0,"acceleration":0,"jerk":0,"snap":0,"kalman":{},"ou":null}"#,
        #"{"type":"verdict","ts":2000000,"sym":"BTCUSDT","seq":1,"side":"long","pass":false,"blocked_by":"edge","layers":{"snr":{"pass":true,"value":1.5,"threshold":0.5},"edge":{"pass":false,"value":0.002,"threshold":0.0025,"note":"tier2"},"limits":{"pass":false,"value":0,"threshold":0,"ignored":true}}}"#,
        #"{"type":"intent","ts":3000000,"sym":"BTCUSDT","id":"o","side":"buy","reduce_only":false,"weight":0.5,"take_profit":0.015,"stop_loss":0.005,"drift":0.0012,"confidence":0.8,"half_life":300,"seq":2}"#,
        #"{"type":"fill","ts":3000000,"sym":"BTCUSDT","id":"o","side":"buy","qty":0.012,"px":97000.1,"fee":0.64,"liquidity":"taker","reduce_only":false,"reason":"open","realised":0}"#,
        #"{"type":"position","ts":3000000,"sym":"BTCUSDT","side":"long","qty":0.012,"entry":97000.1,"opened":3000000,"realised":0,"fees":0.64,"drift":0.0012,"confidence":0.8,"half_life":300}"#,
        #"{"type":"quote","ts":63000000,"sym":"BTCUSDT","bid":97099.9,"bid_qty":1,"ask":97100.1,"ask_qty":1}"#,
        #"{"type":"decision","ts":63000000,"sym":"BTCUSDT","seq":3,"rule":"drift_decay","drift":0.0005,"entry_drift":0.0012,"confidence":0.6,"entry_confidence":0.8,"age":60,"half_life":300}"#,
        #"{"type":"intent","ts":63000000,"sym":"BTCUSDT","id":"r","side":"sell","reduce_only":true,"fraction":0.5,"rule":"drift_decay","seq":3}"#,
        #"{"type":"fill","ts":63000000,"sym":"BTCUSDT","id":"r","side":"sell","qty":0.006,"px":97099.9,"fee":0.32,"liquidity":"taker","reduce_only":true,"reason":"reduce","realised":0.5988}"#,
        #"{"type":"position","ts":63000000,"sym":"BTCUSDT","side":"long","qty":0.006,"entry":97000.1,"opened":3000000,"realised":0.5988,"fees":0.96,"drift":0.0012,"confidence":0.8,"half_life":300}"#,
        #"{"type":"gap","ts":64000000,"sym":"BTCUSDT","from":63000000,"to":64000000,"reason":"a \u001b[31mred\u0007 one"}"#,
    ]

    private func told(_ lines: [String]) throws -> (scene: Scene, words: [String]) {
        var (scene, narrator, words) = (Scene(), Narrator(), [String]())
        var reader = RecordReader()
        for line in lines {
            try withPaddedLine(line) { bytes in
                try reader.read(bytes)
                scene.take(reader)
                if let text = narrator.tell(reader) { words.append(text) }
            }
        }
        return (scene, words)
    }

    @Test func aClosedPositionTellsWhatItEarnedAfterFeesAndFunding() throws {
        func flat(_ more: String) throws -> String? {
            try told([
                #"{"type":"position","ts":1000000,"sym":"BTCUSDT","side":"flat","qty":0,"entry":null,"opened":1,"realised":1,"fees":0.25\#(more)}"#
            ]).words.last
        }
        #expect(try flat("")?.hasSuffix("flat: PnL +0.7500 USDT after 0.2500 of fees") == true)
        #expect(
            try flat(#","funding":-0.5"#)?.hasSuffix("flat: PnL +0.2500 USDT after 0.2500 of fees, -0.5000 of funding")
                == true)
    }

    @Test func eachEventHasItsSentence() throws {
        #expect(
            try told(Self.lines).words == [
                "00:00:01 BTCUSDT 25/100 prices",
                "00:00:02 BTCUSDT strong buy, confidence 80 %, 97000.0 -> 97194.0 (+20.0 bp in 5m00s)",
                "00:00:02 BTCUSDT snr confirmed; edge refuses (0.00200 against 0.00250): tier2",
                "00:00:03 BTCUSDT intent to buy: 50 % of the equity, take-profit 1.50 %, stop 0.50 %",
                "00:00:03 BTCUSDT trade executed: buy 0.012 at 97000.1, fee 0.6400",
                "00:00:03 BTCUSDT long 0.012 from 97000.1",
                "00:01:03 BTCUSDT drift decay +0.0012 -> +0.0005, confidence 80 % -> 60 %, age 1m00s",
                "00:01:03 BTCUSDT drift decay: reducing half",
                "00:01:03 BTCUSDT reduce: sell 0.00600 at 97099.9, fee 0.3200, partial PnL +0.5988 USDT",
                "00:01:03 BTCUSDT resized: long 0.00600 from 97000.1",
                "00:01:04 BTCUSDT data are missing for 1s: a  [31mred  one",
            ])
    }

    @Test func linesFitInColumns() throws {
        #expect(Columns.count("BTC") == 3 && Columns.count("日本") == 4 && Columns.count("e\u{301}▁") == 2)
        #expect(
            Columns.prefix("a日本", 4) == "a日" && Columns.prefix("a日本", 5) == "a日本"
                && Columns.prefix("e\u{301}x", 1) == "e\u{301}")
        let wide = Self.lines.map { $0.replacing("BTCUSDT", with: "日本円日本円") }
        for width in 1...40 {
            let lines = Screen(width: width, height: 40, hasColour: false).lines(try told(wide).scene, lag: nil)
            #expect(lines.allSatisfy { Columns.count($0) <= width }, "\(width)")
        }
    }

    @Test func nothingTurnsTheDirectionOfWhatIsShown() throws {
        let turned = Self.lines.map { $0.replacing("BTCUSDT", with: "A\u{202E}B\u{2028}C\u{200B}") }
        #expect(try told(turned).scene.symbols.map(\.name) == ["A B C "])
        #expect(try told(turned).words[0].hasPrefix("00:00:01 A B C  "))
    }

    @Test func theScreenShowsWhatThereIs() throws {
        let lines = Screen(width: 130, height: 20, hasColour: false).lines(try told(Self.lines).scene, lag: 0.4)
        #expect(lines[0] == "00:01:04 UTC  500.00 USDT +0.00  0 of 1 signals passed  lag 0.4s  1 gap")
        #expect(lines[2] == "BTCUSDT  97100.0  ▁█")
        #expect(lines[3] == "  strong buy  drift +20.0 bp/25 bp  confidence 80 %  snr 1.50/0.50")
        #expect(lines[4] == "  + snr  x edge  o limits")
        #expect(
            lines[5]
                == "  age 1m01s  long 0.00600 from 97000.1  +0.5994  entry drift +12.0 bp  confidence 80 %")
        #expect(lines.count <= 20 && lines.last?.hasPrefix("00:01:04 BTCUSDT data are missing") == true)
    }

    private func rebalance(_ options: String) -> String {
        #"{"type":"meta","ts":1000000,"stage":"drift-rebalance","version":"0","options":{\#(options)}}"#
    }

    @Test func anAgeIsHeldAgainstTheHalfLivesOfTheRun() throws {
        func position(_ options: String) throws -> String {
            Screen(width: 130, height: 20, hasColour: true)
                .lines(try told(Self.lines + [rebalance(options)]).scene, lag: nil)[5]
        }
        // Half-lives of 300 s; a minute is gone.
        #expect(try position(#""half_lives":2,"without":[]"#).hasPrefix("  age 1m01s of 10m00s  "))
        #expect(try position(#""half_lives":0.125,"without":[]"#).hasPrefix("  \u{1B}[33mage 1m01s of 38s\u{1B}[0m  "))
        #expect(try position(#""half_lives":2,"without":["drift_flip","time_decay"]"#).hasPrefix("  age 1m01s  "))
    }

    @Test func whatAPositionDoesNotHaveIsNotShown() throws {
        let outside =
            #"{"type":"position","ts":64000000,"sym":"BTCUSDT","side":"long","qty":1,"entry":97000,"opened":3000000,"realised":0,"fees":0}"#
        let lines = Screen(width: 130, height: 20, hasColour: false).lines(
            try told(Self.lines + [rebalance(#""half_lives":2"#), outside]).scene, lag: nil)
        #expect(lines[5] == "  age 1m01s  long 1.000 from 97000.0  +100.0000")
    }

    @Test(arguments: [80, 40]) func whatATerminalIsTooNarrowForGoesOnInTheNextLine(width: Int) throws {
        let layers = ["snr", "confidence", "edge", "order_flow", "hourly_drift", "cross_asset", "limits"]
        let verdict =
            #"{"type":"verdict","ts":63000000,"sym":"BTCUSDT","seq":3,"side":"long","pass":true,"blocked_by":null,"layers":{"#
            + layers.map { #""\#($0)":{"pass":true,"value":1,"threshold":0.5}"# }.joined(separator: ",") + "}}"
        let scene = try told(Self.lines + [verdict, rebalance(#""half_lives":2,"without":[]"#)]).scene
        let lines = Screen(width: width, height: 24, hasColour: false).lines(scene, lag: nil)
        #expect(lines.allSatisfy { $0.count <= width })
        let shown = lines.joined(separator: "\n")
        let lights = layers.map { "+ " + $0.replacing("_", with: " ") }
        for words in lights + ["age 1m01s of 10m00s", "snr 1.50/0.50", "entry drift +12.0 bp", "confidence 80 %"] {
            #expect(shown.contains(words))
        }
        if width == 40 {
            #expect(lines.contains("  age 1m01s of 10m00s") && lines.contains("    long 0.00600 from 97000.1  +0.5994"))
        }
    }

    @Test func symbolsThatDoNotFitAreCounted() throws {
        let quotes = (1...8).map {
            #"{"type":"quote","ts":1000000,"sym":"S\#($0)","bid":1,"bid_qty":1,"ask":1,"ask_qty":1}"#
        }
        let scene = try told(quotes).scene
        func shown(_ height: Int) -> [String] {
            Screen(width: 40, height: height, hasColour: false).lines(scene, lag: nil)
        }
        #expect(shown(8).count == 8 && shown(8).last == "+5 more")
        #expect(shown(17).last?.hasPrefix("S8") == true && !shown(18).contains { $0.contains("more") })
    }

    @Test func whatWasNotCarriedOutIsCountedByItsCause() throws {
        func order(_ id: String, _ reason: String) -> String {
            #"{"type":"order","ts":3000000,"sym":"BTCUSDT","id":"\#(id)","status":"cancelled","reason":"\#(reason)"}"#
        }
        // An intent is cancelled unfilled, one after its fill, and a reduction; an order that nobody here meant says nothing.
        let lines =
            [Self.lines[5], order("o", "margin"), order("o", "margin")] + Self.lines[5...6] + [order("o", "depth")]
            + [Self.lines[10], order("r", "position_gone"), order("x", "end_of_input")]
        let (scene, words) = try told(lines)
        #expect(scene.rejects == ["margin": 1, "position_gone": 1])
        let told = words.filter { $0.contains("nothing was filled") }
        #expect(
            told == ["margin", "position_gone"].map { "00:00:03 BTCUSDT cancelled, nothing was filled: \($0)" })
        #expect(told.allSatisfy(scene.events.contains))
    }

    @Test func aRefusalOfNoIntentIsNotCountedAsOne() throws {
        func reject(_ id: String) -> String {
            #"{"type":"reject","ts":3000000,"sym":"BTCUSDT","id":\#(id),"code":"instrument","reason":"a test"}"#
        }
        let (scene, words) = try told([reject("null"), reject(#""o""#)])
        #expect(scene.rejects == ["instrument": 1] && words.count == 2)
    }

    @Test func linesThatAreNoRecordsAreCountedWhereverTheyWereMet() throws {
        let bad = #"{"type":"bad","ts":3000000,"stage":"drift-gate","line":3,"offset":9,"error":"truncated","raw":""}"#
        var (scene, words) = try told(Self.lines + [bad])
        #expect(words.last == "00:00:03 a line that is no record: truncated" && scene.badLines == 1)
        let text = Narrator.tell(badLines: 2, "not a JSON object", at: 64_000_000)
        #expect(text == "00:01:04 2 lines that are no records, the first: not a JSON object")
        #expect(Narrator.tell(badLines: 1, nil, at: 64_000_000) == "00:01:04 a line that is no record")
        scene.meet(badLines: 2, text)
        let lines = Screen(width: 130, height: 20, hasColour: false).lines(scene, lag: nil)
        #expect(lines[0].hasSuffix("  1 gap  3 bad lines") && lines.last == text)
        #expect(Metrics(scene, lag: nil).text.contains("driftpipe_bad_lines_total 3.0\n"))
    }

    @Test func aLineStaysOfThePicture() throws {
        #expect(
            Screen.farewell(try told(Self.lines).scene)
                == "00:01:04 UTC  500.00 USDT +0.00  0 of 1 signals passed  1 gap  2 fills")
    }

    @Test(arguments: [1, 7, 20, 80], [1, 3, 8])
    func nothingIsWiderOrHigherThanTheTerminal(width: Int, height: Int) throws {
        let scene = try told(Self.lines).scene
        let lines = Screen(width: width, height: height, hasColour: false).lines(scene, lag: nil)
        #expect(lines.count <= height && lines.allSatisfy { $0.count <= width })
        let coloured = Screen(width: width, height: height, hasColour: true).lines(scene, lag: nil)
        #expect(coloured.map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "") } == lines)
    }

    @Test func nothingInTheStreamIsAnOrderToTheTerminal() throws {
        let (scene, words) = try told(Self.lines)
        let shown = words + Screen(width: 200, height: 50, hasColour: false).lines(scene, lag: nil)
        #expect(shown.allSatisfy { !$0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } })
    }

    @Test func sparksSpanTheirValues() {
        #expect(Screen.spark([1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇█")
        #expect(Screen.spark([5, 5]) == "▄▄" && Screen.spark([]) == "")
    }
}

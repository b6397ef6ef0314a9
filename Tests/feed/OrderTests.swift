import Testing

/// Merging, sorting and choosing. Not covered: the pace of `--speed`, and sources beyond what is held back (1 MiB).
struct OrderTests {
    private func clocks(_ times: Int...) -> String { times.map { "{\"type\":\"clock\",\"ts\":\($0)}\n" }.joined() }

    private func quote(_ ts: Int, _ symbol: String) -> String {
        #"{"type":"quote","ts":\#(ts),"sym":"\#(symbol)","bid":1,"bid_qty":1,"ask":2,"ask_qty":1}"# + "\n"
    }

    private func times(_ lines: [String]) -> [Int] {
        lines.map { Int($0.split(separator: ":")[2].prefix { $0.isNumber })! }
    }

    @Test func filesMergeByTimeAndTiesByTheCommandLine() throws {
        let outcome = try FeedRehearsal.run([
            ("a", quote(1, "A") + quote(3, "A") + quote(3, "B")), ("b", quote(2, "C") + quote(3, "C") + quote(4, "C")),
        ])
        #expect(
            outcome.lines.joined(separator: "\n") + "\n"
                == quote(1, "A") + quote(2, "C") + quote(3, "A") + quote(3, "B") + quote(3, "C") + quote(4, "C"))
    }

    @Test func aLateRecordIsSortedIn() throws {
        let outcome = try FeedRehearsal.run([("a", clocks(1_000_000, 3_000_000, 2_500_000, 2_000_000, 4_000_000))])
        #expect(times(outcome.lines) == [1_000_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000])
    }

    @Test func aTooLateRecordIsAnErrorThatNamesTheLine() throws {
        let outcome = try FeedRehearsal.run([("a", clocks(1_000_000, 3_000_000, 1_500_000))])
        #expect(times(outcome.lines) == [1_000_000, 3_000_000])
        #expect(outcome.complaint?.contains("line 3 is 1.5 s earlier") == true)
    }

    @Test func aFileThatRunsBackwardsIsToldSo() throws {
        let outcome = try FeedRehearsal.run([("a", clocks(9, 8))], "--reorder", "0")
        #expect(outcome.complaint?.contains("runs backwards in time up to line 2") == true)
    }

    @Test func tooLateRecordsLeaveOneGap() throws {
        let text = quote(1, "A") + quote(9, "A") + quote(3, "A") + quote(2, "A") + quote(10, "A")
        let outcome = try FeedRehearsal.run([("a", text)], "--reorder", "0", "--on-disorder", "gap")
        #expect(outcome.lines.count == 4)
        #expect(outcome.lines[2].hasPrefix(#"{"type":"gap","ts":9,"sym":"A","from":2,"to":3,"reason":"2 late"#))
        #expect(outcome.complaint == nil)
    }

    @Test func derivedRecordsKeepTheirPlace() throws {
        let derived = #"{"type":"verdict","ts":2,"sym":"A","seq":1,"pass":false}"# + "\n"
        let outcome = try FeedRehearsal.run([("a", clocks(5) + derived + clocks(6))], "--reorder", "0")
        #expect(outcome.lines[1] + "\n" == derived)
    }

    @Test func onlyWhatIsAskedFor() throws {
        let text = quote(1, "A") + quote(2, "B") + quote(3, "A") + clocks(4) + quote(5, "A")
        let outcome = try FeedRehearsal.run([("a", text)], "--symbols", "A,C", "--from", "2", "--to", "5")
        #expect(outcome.lines.joined(separator: "\n") + "\n" == quote(3, "A") + clocks(4))
    }

    @Test func whereReadsEndDoesNotMatter() throws {
        // More than one window of input, with a late record in every thousand.
        let text = (1...9000).map { quote($0 % 1000 == 0 ? $0 * 1000 - 900_000 : $0 * 1000, "A") }.joined()
        let sorted = times(try FeedRehearsal.run([("a", text)]).lines)
        #expect(sorted.count == 9000)
        #expect(sorted == sorted.sorted())
    }
}

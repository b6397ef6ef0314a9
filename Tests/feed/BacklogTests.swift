import Rehearsal
import Testing

@testable import FeedFold

/// What waits while nobody takes the records. Not covered: the waiting itself (`Tests/pipelines/live`).
struct BacklogTests {
    private func filled(_ lines: [String]) -> [String] {
        var backlog = Backlog()
        for line in lines { withPaddedLine(line) { backlog.add($0) } }
        var left: [String] = []
        while let line = backlog.next(now: 7) { left.append(String(decoding: line.dropLast(), as: UTF8.self)) }
        return left
    }

    @Test func onlyTheLatestQuoteWaitsAndEveryTrade() {
        let lines = [
            Live.book(1, update: 1), Live.trades(2, ("a", 2)), Live.book(3, update: 2), Live.trades(4, ("b", 4)),
            Live.book(5, update: 3), Live.book(6, depth: 50, update: 1), Live.book(7, depth: 50, update: 2),
        ]
        #expect(filled(lines) == [lines[1], lines[3], lines[4], lines[5], lines[6]])
    }

    @Test func whatIsTooMuchIsCountedInItsPlace() {
        let long = Live.trades(1, ("a", 1), ("b", 1)) + String(repeating: " ", count: 12 << 20)
        let left = filled([long, long, long, long, Live.trades(2, ("c", 2))])
        #expect(left.count == 4)
        #expect(left[2] == #"7 ! {"event":"overrun","lines":2,"trades":4}"#)
        #expect(left[3] == Live.trades(2, ("c", 2)))
    }

    /// A reader that never quite catches up: what it gets is what it would get, and what it has got takes no room.
    @Test func whatIsTakenTakesNoRoom() throws {
        var random = SplitMix(seed: 3)
        var backlog = Backlog()
        var model: [String] = []
        for number in 0..<20_000 {
            let isQuote = Bool.random(using: &random)
            let depth = [1, 1, 50].randomElement(using: &random)!
            let line =
                isQuote
                ? Live.book(Int64(number), depth: depth, update: Int64(number))
                : Live.trades(Int64(number), ("t\(number)", Int64(number)))
            withPaddedLine(line) { backlog.add($0) }
            if isQuote, depth == 1 { model.removeAll { $0.contains("orderbook.1.") } }
            model.append(line)
            guard model.count > 40 || Int.random(in: 0..<3, using: &random) > 0, model.count > 1 else { continue }
            let next = backlog.next(now: 7).map { String(decoding: $0.dropLast(), as: UTF8.self) }
            #expect(next == model.removeFirst())
        }
        #expect(backlog.slots < 2100)
    }
}

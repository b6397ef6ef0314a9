import Glibc

/// A line without end: one report, in bounded memory.
enum HugeLine {
    static let cases: [Case] = [
        Case("a huge line without LF: one bad record, bounded memory", .strictOnly) { bench in
            try check(bench, tail: Input([]))
        },
        Case("a huge line with LF: one bad record, and what follows passes", .strictOnly) { bench in
            try check(bench, tail: Input(Market.lines(50, from: 3)))
        },
        Case("a huge line whose end, read by itself, is a record: one bad record", .strictOnly) { bench in
            let (write, head, record) = (4_096, Market.lines(3), Market.line(3))
            let before = head.reduce(0) { $0 + $1.bytes.count + 1 }
            let padding = Bytes(repeating: UInt8(ascii: "x"), count: 20 * write - before)
            let input = Input(
                head + [Line(bytes: padding + record.bytes, isBad: true)] + Market.lines(3, from: 4))
            try bench.check(input) {
                $0.writing.bytes = write
                $0.writesIntoEmptyPipe = true
            }
        },
    ]

    static let memoryLimitKiB = 64 * 1024

    private static func check(_ bench: Bench, tail: Input) throws {
        let head = Market.lines(3)
        let good = head.map(\.bytes) + tail.good
        let expected = try bench.output(of: good)
        forgetPeakMemory()
        let run = try bench.start { process in
            process.send(head.map(\.bytes).terminated)
            var left = bench.hugeMiB
            let block = Bytes(repeating: UInt8(ascii: "x"), count: 1 << 20)
            process.refill = {
                left -= 1
                if left >= 0 { return block }
                process.refill = nil
                process.closeInput()
                return tail.lines.isEmpty ? [] : [lineFeed] + tail.bytes
            }
            try bench.waitForEnd(of: process, seconds: bench.limitSeconds + Double(bench.hugeMiB) / 8)
        }
        try expect("exit status", 65, got: run.status)
        let lines = try bench.sorted(run.output, good: good)
        let bad = lines.filter { $0.bad != nil }
        try expect("number of bad records", 1, got: bad.count)
        let record = BadRecord(
            line: Bytes(repeating: UInt8(ascii: "x"), count: BadRecord.rawLimit), number: 4,
            offset: head.reduce(0) { $0 + $1.bytes.count + 1 }, time: Market.start + 2 * Market.step)
        try record.check(bad[0].bad!, bad[0].bytes, rawExactly: true)
        try expectSame(
            "nothing but the bad record changes", expected,
            got: lines.filter { $0.bad == nil }.map(\.bytes).terminated)
        guard run.peakKiB < memoryLimitKiB else {
            throw Failure(expected: "peak memory under \(memoryLimitKiB) KiB", got: "\(run.peakKiB) KiB")
        }
    }

    /// Resets the suite's own peak: until it runs its program, a child shares its parent's memory, and the system
    /// counts that as the child's.
    private static func forgetPeakMemory() {
        let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, "5", 1)
        close(descriptor)
    }
}

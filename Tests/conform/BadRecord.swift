/// What a `bad` record must say about the line it replaces.
struct BadRecord {
    let line: Bytes
    let number: Int
    let offset: Int
    let time: Int

    static let keys = ["type", "ts", "stage", "line", "offset", "error", "raw"]
    static let rawLimit = 256

    func check(_ json: JSON, _ written: Bytes, rawExactly: Bool) throws {
        let at = "bad record of line \(number)"
        try expect("keys of the \(at)", Self.keys, got: json.keys)
        try expect("line of the \(at)", number, got: json["line"]?.integer ?? -1)
        try expect("offset of the \(at)", offset, got: json["offset"]?.integer ?? -1)
        try expect("ts of the \(at)", time, got: json["ts"]?.integer ?? -1)
        for key in ["stage", "error"] where json[key]?.string?.isEmpty ?? true {
            throw Failure(expected: "a text under \(key) in the \(at)", got: show(written))
        }
        guard written.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw Failure(expected: "the \(at) is printable ASCII", got: show(written))
        }
        try checkRaw(json["raw"]?.string, exactly: rawExactly)
    }

    private func checkRaw(_ raw: String?, exactly: Bool) throws {
        guard let scalars = raw?.unicodeScalars, scalars.count <= Self.rawLimit, scalars.allSatisfy({ $0.value < 256 })
        else { throw Failure(expected: "raw: at most 256 characters, each a byte", got: raw ?? "no text") }
        guard exactly else { return }
        let bytes = scalars.map { UInt8($0.value) }
        try expect("raw", show(line.prefix(Self.rawLimit)), got: show(bytes))
    }
}

extension Bench {
    /// One record for each bad line, with its number, offset and time.
    ///
    /// Lenient, `raw` need not be exact: a stage that reads text has lost what was not UTF-8 before it sees the line.
    func expectBadRecords(_ found: [OutputLine], of input: Input) throws {
        var expected: [BadRecord] = []
        var offset = 0
        var time = 0
        for (index, line) in input.lines.enumerated() {
            if line.isBad {
                expected.append(BadRecord(line: line.bytes, number: index + 1, offset: offset, time: time))
            } else {
                time = JSON(line.bytes)?["ts"]?.integer ?? time
            }
            offset += line.bytes.count + 1
        }
        try expect("number of bad records", expected.count, got: found.count)
        for (record, line) in zip(expected, found) {
            try record.check(line.bad!, line.bytes, rawExactly: !isLenient)
        }
    }
}

import Foundation
import Rehearsal
import Testing

@testable import Records

/// The wire: what is a record, what is none, and that both ways of reading agree.
///
/// Not covered: lines as they come from a descriptor (the conformance suite); fuzzing.
@Suite struct RecordReaderTests {
    private func reading(_ line: [UInt8]) -> String {
        var reader = RecordReader()
        // The fast path knows only symbols that have been met.
        withPaddedLine(Self.quote) { try? reader.read($0) }
        return withPaddedLine(line) { bytes in
            do throws(Malformed) { try reader.read(bytes) } catch { return error.problem }
            return "\(reader.record.kind)"
        }
    }

    private func reading(_ line: String) -> String { reading(Array(line.utf8)) }

    private static let trade = #"{"type":"trade","ts":1,"sym":"BTCUSDT","px":63943.9,"qty":0.1,"side":"buy","id":"7"}"#
    private static let quote =
        #"{"type":"quote","ts":1721347021080832,"sym":"BTCUSDT","bid":63943.9,"bid_qty":46.371,"ask":63944,"ask_qty":0}"#

    @Test(arguments: [
        trade, quote, trade + "\r", " " + quote + "\t", #"{"ts":1,"type":"clock"}"#, #"{"type":"note"}"#,
        #"{"type":"note","text":"\u00e9 \ud83d\ude00 ü","deep":[[{"a":[1e-3,-0.5E+2,true,null]}]],"empty":{},"x":[]}"#,
        #"{"type":"note","n":123456789012345678901234567890.123456789012345678901234567890}"#,
        #"{"\u0074ype":"clock","ts":5}"#, #"{"type":"trade","sym":"B","side":"sell","qty":1e2,"px":1E0,"ts":5}"#,
    ])
    func recordsAreRead(_ line: String) {
        #expect(["trade", "quote", "clock", "other"].contains(reading(line)), "\(reading(line))")
    }

    @Test(arguments: [
        ("", "blank line"), ("  ", "blank line"), ("[]", "not a JSON object"), ("{}", "no type"),
        (#"{"type":1}"#, "type is no string"), (#"{"type":"x",}"#, "a key is expected"),
        (#"{"type":"x"} x"#, "text behind the object"), (#"{"type":"x","a":NaN}"#, "no valid JSON value"),
        (#"{"type":"x","a":Infinity}"#, "no valid JSON value"), (#"{"type":"x","a":1e400}"#, "no valid JSON value"),
        (#"{"type":"x","a":01}"#, "no valid JSON value"), (#"{"type":"x","a":+1}"#, "no valid JSON value"),
        (#"{"type":"x","a":1.}"#, "no valid JSON value"), (#"{"type":"x","a":.5}"#, "no valid JSON value"),
        (#"{"type":"x","a":1e}"#, "no valid JSON value"), (#"{"type":"x","a":-}"#, "no valid JSON value"),
        (#"{"type":"x","a":1,"a":2}"#, "duplicate key"), (#"{"type":"x","a":1,"\u0061":2}"#, "duplicate key"),
        (#"{"type":"x","o":{"a":1,"a":2}}"#, "duplicate key"), (#"{"type":"x","a":"\ud800"}"#, "lone surrogate"),
        (#"{"type":"x","a":"\udc00"}"#, "lone surrogate"), (#"{"type":"x","a":"\q"}"#, "unknown escape"),
        (#"{"type":"x","a":[1 2]}"#, "a comma or bracket is expected"),
        (#"{"type":"clock","ts":-1}"#, "ts is not an integer of 0 to 2^53-1"),
        (#"{"type":"clock","ts":1.5}"#, "ts is not an integer of 0 to 2^53-1"),
        (#"{"type":"clock","ts":9007199254740992}"#, "ts is not an integer of 0 to 2^53-1"),
        (#"{"type":"x","ts":"1"}"#, "ts is not an integer of 0 to 2^53-1"), (#"{"type":"clock"}"#, "clock without ts"),
        (
            #"{"type":"trade","ts":1,"sym":"","px":1,"qty":1,"side":"buy"}"#, "sym is not a string of 1 to 32 bytes"
        ),
        (#"{"type":"trade","ts":1,"sym":"B","px":0,"qty":1,"side":"buy"}"#, "px is not a number above 0, at most 2^53"),
        (
            #"{"type":"trade","ts":1,"sym":"B","px":"1","qty":1,"side":"buy"}"#,
            "px is not a number above 0, at most 2^53"
        ),
        (#"{"type":"trade","ts":1,"sym":"B","px":1,"qty":-1,"side":"buy"}"#, "qty is not a number of 0 to 2^53"),
        (#"{"type":"trade","ts":1,"sym":"B","px":1,"qty":1,"side":"bid"}"#, #"side is not "buy" or "sell""#),
    ])
    func othersAreRefusedForAReason(_ line: String, _ problem: String) { #expect(reading(line) == problem) }

    @Test func bytesThatAreNoTextAreRefused() {
        func note(_ bytes: [UInt8]) -> [UInt8] { Array(#"{"type":"x","a":""#.utf8) + bytes + Array(#""}"#.utf8) }
        let invalid: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xFF],
        ]
        for bytes in invalid { #expect(reading(note(bytes)) == "invalid UTF-8", "\(bytes)") }
        #expect(reading(note([0])) == "control character in a string")
        #expect(reading([0xEF, 0xBB, 0xBF] + Array(Self.trade.utf8)) == "byte order mark")
        #expect(reading(note([0xF0, 0x9F, 0x98, 0x80])) == "other")
    }

    @Test func depthAndLengthHaveLimits() {
        func nested(_ depth: Int) -> String {
            #"{"type":"x","a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(reading(nested(31)) == "other")
        #expect(reading(nested(32)) == "nested deeper than 32")
        #expect(reading(nested(30_000)) == "nested deeper than 32")
        let frame = #"{"type":"x","a":""}"#.utf8.count
        func long(_ count: Int) -> String { #"{"type":"x","a":"\#(String(repeating: "b", count: count - frame))"}"# }
        #expect(reading(long(65_536)) == "other")
        #expect(reading(long(65_537)) == "longer than 65536 bytes")
        func tick(_ count: Int) -> String {
            let frame = #"{"type":"trade","ts":1721347021080832,"sym":"BTCUSDT","px":1,"qty":1,"side":"buy","id":""}"#
            return frame.dropLast(2) + String(repeating: "7", count: count - frame.utf8.count) + #""}"#
        }
        #expect(reading(tick(65_536)) == "trade")
        #expect(reading(tick(65_537)) == "longer than 65536 bytes")
    }

    /// In whichever order its keys stand.
    @Test func aLineThatIsRefusedTakesNoPlaceAmongTheSymbols() {
        var reader = RecordReader()
        func failure(_ price: String, _ name: String, _ isInOrder: Bool) -> String? {
            let body = #""ts":1721347021080832,"sym":"\#(name)","px":\#(price),"qty":1,"side":"buy""#
            return withPaddedLine(isInOrder ? #"{"type":"trade",\#(body)}"# : #"{\#(body),"type":"trade"}"#) {
                Self.failure(&reader, $0)?.problem
            }
        }
        for index in 0..<200 { #expect(failure("-1", "X\(index)", index.isMultiple(of: 2)) != nil) }
        for index in 0..<SymbolTable.limit { #expect(failure("1", "S\(index)", index.isMultiple(of: 2)) == nil) }
        #expect(failure("1", "S64", true) == "more than 64 symbols")
        #expect(failure("1", "S63", true) == nil && reader.record.symbol == 63)
    }

    /// Whatever way they were read.
    @Test func theBestPricesAreThoseOfTheQuoteAtHand() {
        var reader = RecordReader()
        for price in 1...20 {
            let body = #""ts":1721347021080832,"sym":"B","bid":\#(price).5,"bid_qty":1,"ask":\#(price + 1),"ask_qty":1"#
            let line = price % 3 == 0 ? #"{\#(body),"type":"quote"}"# : #"{"type":"quote",\#(body)}"#
            #expect(withPaddedLine(line) { Self.failure(&reader, $0) } == nil)
            if price % 5 == 0 { continue }
            #expect(reader.record.best == (Double(price) + 0.5, Double(price + 1)))
        }
    }

    /// No prefix of a record is one, and none makes the reader look behind the line.
    @Test(arguments: [trade, quote, #"{"type":"note","a":{"b":[1,2,"\u00e9"]},"c":-1.5e-7}"#])
    func truncatedAtEveryByte(_ line: String) {
        let bytes = Array(line.utf8)
        for count in 0..<bytes.count {
            #expect(!["trade", "quote", "other"].contains(reading(Array(bytes[..<count]))))
        }
    }

    /// What one reader has found another takes over, wherever the line has been moved: it has its own number for the symbol, and
    /// its own room for what it reads after it.
    @Test func aReaderTakesOverWhatAnotherHasFound() throws {
        let lines = [
            Self.trade, Self.quote,
            #"{"type":"mark","ts":1721347021080832,"sym":"ETHUSDT","mark":3424.98,"index":3424.5}"#,
            #"{"type":"bar","ts":1721347021080832,"sym":"BTCUSDT","span":60,"open":1,"high":4,"low":0.5,"close":2,"volume":8}"#,
            #"{"type":"funding","ts":1721347021080832,"sym":"BTCUSDT","rate":0.0001}"#,
            #"{"ts":1721347021080832,"type":"trade","sym":"BTCUSDT","px":7,"qty":1,"side":"sell"}"#,
        ]
        var first = RecordReader(), second = RecordReader(), alone = RecordReader()
        // Numbers symbols in another order.
        for line in [lines[2], lines[5]] { #expect(withPaddedLine(line) { Self.failure(&second, $0) } == nil) }
        var room = FoundLine()
        for line in lines {
            try withPaddedLine(line) { bytes in
                try withUnsafeMutablePointer(to: &room) { room in
                    try first.read(bytes, into: room)
                    #expect(first.record.bytes.elementsEqual(room.pointee.bytes))
                    try withPaddedLine(line) { copy in
                        room.pointee.bytes = copy
                        try second.take(room)
                        try alone.read(copy)
                        let (taken, read) = (second.record.found.pointee, alone.record.found.pointee)
                        #expect(taken.bytes.elementsEqual(copy))
                        #expect((taken.kind, taken.side, taken.ts) == (read.kind, read.side, read.ts))
                        let count = [.bar: 6, .quote: 4, .funding: 1][read.kind] ?? 2
                        for index in 0..<count { #expect(taken[index].double == read[index].double) }
                        #expect(second.symbols.name(taken.symbol) == alone.symbols.name(read.symbol))
                        let before = room.pointee.bytes
                        #expect(withPaddedLine(lines[4]) { Self.failure(&second, $0) } == nil)
                        #expect(room.pointee.bytes.baseAddress == before.baseAddress && second.record.kind == .funding)
                    }
                }
            }
        }
        #expect(first.symbols.find(Array("BTCUSDT".utf8)) == 0 && second.symbols.find(Array("BTCUSDT".utf8)) == 1)
    }

    /// The fast paths and the general one read the same record: key order must not matter.
    @Test func bothWaysAgree() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        var fast = RecordReader(), general = RecordReader()
        var shortened: Set<String> = []
        for _ in 0..<6000 {
            let texts = (0..<6).map { _ in Self.decimal(&random) }
            let ts = [0, 12_345, 999_999_999_999_999, 1_700_000_000_012_345, 9_007_199_254_740_992].randomElement(
                using: &random)!
            let name = ["E", "ETHUSDT", "FOURTEEN-BYTES", "FIFTEEN-BYTES--", "1000000MOGUSDT-PERP"].randomElement(
                using: &random)!
            let head = #""ts":\#(ts),"sym":"\#(name)""#
            let (type, members) = [
                ("trade", [#""px":\#(texts[0])"#, #""qty":\#(texts[1])"#, #""side":"sell""#]),
                (
                    "quote",
                    [
                        #""bid":\#(texts[0])"#, #""bid_qty":\#(texts[1])"#, #""ask":\#(texts[2])"#,
                        #""ask_qty":\#(texts[3])"#,
                    ]
                ), ("mark", [#""mark":\#(texts[0])"#, #""index":\#(texts[1])"#]),
                (
                    "bar",
                    [(5, "span"), (0, "open"), (1, "high"), (2, "low"), (3, "close"), (4, "volume")].map {
                        #""\#($0.1)":\#(texts[$0.0])"#
                    }
                ),
            ].randomElement(using: &random)!
            let body = members.joined(separator: ",")
            let failures = (
                withPaddedLine(#"{"type":"\#(type)",\#(head),\#(body)}"#) { Self.failure(&fast, $0) },
                withPaddedLine(#"{\#(body),\#(head),"type":"\#(type)"}"#) { Self.failure(&general, $0) }
            )
            #expect((failures.0 == nil) == (failures.1 == nil), "seed \(seed): \(type) \(head) \(body)")
            guard failures.0 == nil else { continue }
            if fast.record.found.pointee.members.isEmpty { shortened.insert(type) }
            let (kinds, times) = ([fast.record.kind, general.record.kind], [fast.record.ts, general.record.ts])
            let (sides, symbol) = ([fast.record.side, general.record.side], fast.record.symbol)
            #expect(kinds[0] == kinds[1] && times[0] == times[1] && sides[0] == sides[1], "seed \(seed)")
            #expect(symbol == fast.symbols.find(Array(name.utf8)), "seed \(seed)")
            for index in 0..<(type == "bar" ? 6 : type == "quote" ? 4 : 2) {
                let (a, b) = (fast.record.found.pointee[index], general.record.found.pointee[index])
                #expect(
                    a.isExact == b.isExact && a.mantissa == b.mantissa && a.scale == b.scale, "seed \(seed): \(body)")
                #expect(a.double == strtod(texts[index], nil), "seed \(seed): \(texts[index])")
            }
        }
        #expect(shortened == ["trade", "quote", "mark", "bar"], "which the fast paths have read, seed \(seed)")
    }

    @Test func kindsHaveTheirNames() {
        for kind in RecordKind.allCases {
            #expect("\(kind)" == "\(kind.name)")
            #expect(Array("\(kind)".utf8).withUnsafeBytes { RecordKind(named: $0) } == kind)
        }
    }

    /// To step over a number is to read it.
    @Test func aNumberIsSkippedAsItIsRead() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        let parts = [
            "-", "0", "7", "12", "900719925474099299", ".", "e", "E+", "e-", "400", ",", "15", "9007199254740993",
        ]
        for _ in 0..<20_000 {
            let words = (0..<Int(random.next() % 6)).map { _ in parts.randomElement(using: &random)! }
            let text = Array((words.joined() + ",").utf8) + Array(repeating: 0, count: RecordReader.padding)
            text.withUnsafeBufferPointer { bytes in
                var (skipped, read) = (0, 0)
                let isNumber = Number.skip(bytes.baseAddress!, &skipped)
                let number = Number.scan(bytes.baseAddress!, &read)
                #expect(isNumber == (number != nil), "seed \(seed): \(words)")
                guard let number else { return }
                #expect(skipped == read, "seed \(seed): \(words)")
                let size = number.double
                #expect(
                    Number.boundedSign(bytes.baseAddress!)
                        == (abs(size) > 0x1p53 ? nil : size == 0 ? 0 : size < 0 ? -1 : 1),
                    "seed \(seed): \(words)")
            }
        }
    }

    /// Whatever their number, their length, and how they are written.
    @Test func aKeyThatComesAgainIsFound() {
        let names = (0..<200).map { "a long beginning of ten".prefix($0 % 24) + "\($0)" }
        for count in [1, 2, 40, 200] {
            for again in Set([0, count / 2, count - 1]) {
                let members = names.prefix(count).map { #""\#($0)":1"# }.joined(separator: ",")
                let name = names[again], first = name.first!.unicodeScalars.first!.value
                for spelled in [String(name), #"\u00\#(String(first, radix: 16))"# + name.dropFirst()] {
                    #expect(reading(#"{"type":"x",\#(members),"\#(spelled)":2}"#) == "duplicate key", "\(spelled)")
                    #expect(
                        reading(#"{"type":"x","o":{"\#(spelled)":2,\#(members)}}"#) == "duplicate key", "\(spelled)")
                }
                #expect(reading(#"{"type":"x",\#(members),"new":[{\#(members)}]}"#) == "other")
            }
        }
    }

    /// Strings are read eight bytes at a time, and what is special is found at every place.
    @Test func aSpecialByteIsFoundWhereverItStands() {
        for length in 0...20 {
            for place in 0...length {
                let (before, after) = (
                    String(repeating: "~", count: place), String(repeating: " ", count: length - place)
                )
                func text(_ middle: [UInt8]) -> [UInt8] {
                    Array(#"{"type":"x","a":""#.utf8) + Array(before.utf8) + middle + Array(after.utf8)
                        + Array(#""}"#.utf8)
                }
                #expect(reading(text([])) == "other")
                #expect(reading(text(Array("\u{7F}é😀".utf8))) == "other")
                #expect(reading(text(Array(#"\""#.utf8))) == "other")
                for byte: UInt8 in [0x00, 0x1F, 0x0A] {
                    #expect(reading(text([byte])) == "control character in a string")
                }
                for byte: UInt8 in [0x80, 0xC3, 0xFF] { #expect(reading(text([byte])) == "invalid UTF-8") }
                #expect(reading(text(Array("\"".utf8))) != "other")
                #expect(reading(text(Array(#"\x"#.utf8))) == "unknown escape")
            }
        }
    }

    private static func failure(_ reader: inout RecordReader, _ bytes: UnsafeRawBufferPointer) -> Malformed? {
        do throws(Malformed) { try reader.read(bytes) } catch { return error }
        return nil
    }

    /// Decimals of all lengths, some with an exponent.
    private static func decimal(_ random: inout SplitMix) -> String {
        let digits = (0..<Int(random.next() % 12 + 1)).map { _ in String(random.next() % 10) }.joined()
        let fraction = (0..<Int(random.next() % 14)).map { _ in String(random.next() % 10) }.joined()
        let whole = digits.drop { $0 == "0" }
        let text = (whole.isEmpty ? "0" : String(whole)) + (fraction.isEmpty ? "" : "." + fraction)
        return random.next() % 8 == 0 ? text + "e-\(random.next() % 9)" : text
    }
}

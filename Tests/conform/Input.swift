/// One line of a stage's input, without its LF, and what the contract says of it.
struct Line {
    var bytes: Bytes
    var isBad = false

    static func good(_ text: String) -> Line { Line(bytes: Bytes(text)) }
    static func bad(_ text: String) -> Line { Line(bytes: Bytes(text), isBad: true) }
    static func bad(_ bytes: Bytes) -> Line { Line(bytes: bytes, isBad: true) }
}

/// What a stage is given. The good lines of one input are all different, so that a line of the output which equals one
/// of them is the pass-through and any other is derived.
struct Input {
    var lines: [Line]
    /// Whether the last line has lost its LF, which makes it bad whatever it holds.
    var isTorn = false

    init(_ lines: [Line], isTorn: Bool = false) {
        self.lines = lines
        self.isTorn = isTorn
        if isTorn { self.lines[lines.count - 1].isBad = true }
    }

    var good: [Bytes] { lines.filter { !$0.isBad }.map(\.bytes) }
    var hasBad: Bool { lines.contains(where: \.isBad) }

    var bytes: Bytes {
        let all = lines.map(\.bytes).terminated
        return isTorn ? all.dropLast() : all
    }
}

/// A plausible market: trades and quotes of two symbols, a bar and a clock now and then, and a type nobody knows.
///
/// What is unknown repeats the instant before it, so that "the last `ts` seen" has one meaning in every input.
enum Market {
    static let start = 1_700_000_000_000_000
    static let step = 250_000

    static func lines(_ count: Int, from first: Int = 0) -> [Line] { (first..<first + count).map(line) }

    static func line(_ index: Int) -> Line {
        let time = start + index * step
        let symbol = index.isMultiple(of: 2) ? "BTCUSDT" : "ETHUSDT"
        let price = (index.isMultiple(of: 2) ? 30_000 : 2_000) + index * 37 % 101
        let head = #""ts":\#(time),"sym":"\#(symbol)""#
        switch index % 10 {
        case 1, 2, 6:
            let book = #""bid":\#(price).5,"bid_qty":1.5,"ask":\#(price + 1).5,"ask_qty":2"#
            return .good(#"{"type":"quote",\#(head),\#(book),"id":\#(index)}"#)
        case 5:
            return .good(#"{"type":"x_note","ts":\#(time - step),"id":\#(index),"text":"a b"}"#)
        case 8:
            let range = #""open":\#(price),"high":\#(price + 2),"low":\#(price - 2),"close":\#(price + 1)"#
            return .good(#"{"type":"bar",\#(head),"span":60,\#(range),"volume":12.25,"id":\#(index)}"#)
        case 9:
            return .good(#"{"type":"clock","ts":\#(time),"id":\#(index)}"#)
        default:
            let side = index.isMultiple(of: 3) ? "buy" : "sell"
            return .good(
                #"{"type":"trade",\#(head),"px":\#(price).25,"qty":0.5,"side":"\#(side)","id":"\#(index)"}"#)
        }
    }

    /// Bad lines between good ones: a good one first and last, and one before each bad one.
    static func around(_ bad: [Line]) -> Input {
        var all: [Line] = lines(2)
        for (index, line) in bad.enumerated() { all += [line, Market.line(index + 2)] }
        return Input(all)
    }
}

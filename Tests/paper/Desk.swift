import Foundation
import Records
import Stage

@testable import PaperFold
@testable import Venue

/// Runs lines through the stage in this process.
enum Desk {
    /// - Returns: what the stage writes, line by line; with `only`, without the lines that it read.
    static func run(_ options: Assumptions, only: Bool = true, _ lines: [String]) throws -> [Line] {
        try text(options, only: only, lines).split(separator: "\n").map { Line(String($0)) }
    }

    static func text(_ options: Assumptions, only: Bool, _ lines: [String]) throws -> String {
        var stage = PaperStage(options)
        var reader = RecordReader()
        var out = Output(passesOn: !only)
        var written: [UInt8] = []
        for line in lines {
            var bytes = Array(line.utf8) + [10]
            let count = bytes.count
            bytes += [UInt8](repeating: 0, count: RecordReader.padding)
            try bytes.withUnsafeBytes { buffer in
                try reader.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                stage.receive(reader, into: &out)
                out.drain { written.append(contentsOf: $0) }
            }
        }
        stage.finish(reader, into: &out)
        out.drain { written.append(contentsOf: $0) }
        return String(decoding: written, as: UTF8.self)
    }

    static func options(
        equity: String = "25", leverage: String = "10", latency: Int64 = 50_000, depth: Int64 = 20,
        trigger: TriggerPrice = .last
    ) -> Assumptions {
        var options = Assumptions.standard
        options.equity = Money(text: equity)!
        options.leverage = Rate(text: leverage)!
        options.latency = Latency(microseconds: latency)
        options.matching = Matching(
            halfSpread: HalfSpread(fraction: Rate(text: "0.0001")!),
            slippage: Slippage(fraction: Rate(text: "0.0003")!, depth: depth))
        options.trigger = trigger
        return options
    }

    static func quote(
        _ ts: Int64, _ bid: String, _ bidQuantity: String, _ ask: String, _ askQuantity: String, sym: String = "BTCUSDT"
    ) -> String {
        #"{"type":"quote","ts":\#(ts),"sym":"\#(sym)","bid":\#(bid),"bid_qty":\#(bidQuantity),"ask":\#(ask),"#
            + #""ask_qty":\#(askQuantity)}"#
    }

    static func trade(_ ts: Int64, _ px: String, sym: String = "BTCUSDT") -> String {
        #"{"type":"trade","ts":\#(ts),"sym":"\#(sym)","px":\#(px),"qty":1,"side":"buy"}"#
    }

    static func bar(_ ts: Int64, _ open: String, _ high: String, _ low: String, _ close: String) -> String {
        #"{"type":"bar","ts":\#(ts),"sym":"BTCUSDT","span":60,"open":\#(open),"high":\#(high),"low":\#(low),"#
            + #""close":\#(close),"volume":1}"#
    }

    static func mark(_ ts: Int64, _ mark: String, sym: String = "BTCUSDT") -> String {
        #"{"type":"mark","ts":\#(ts),"sym":"\#(sym)","mark":\#(mark)}"#
    }

    static func funding(_ ts: Int64, _ rate: String, sym: String = "BTCUSDT") -> String {
        #"{"type":"funding","ts":\#(ts),"sym":"\#(sym)","rate":\#(rate)}"#
    }

    static func open(
        _ ts: Int64, _ id: String, _ side: String, weight: String = "0.5", takeProfit: String = "0.015",
        stopLoss: String = "0.005", sym: String = "BTCUSDT"
    ) -> String {
        #"{"type":"intent","ts":\#(ts),"sym":"\#(sym)","id":"\#(id)","side":"\#(side)","reduce_only":false,"#
            + #""weight":\#(weight),"take_profit":\#(takeProfit),"stop_loss":\#(stopLoss),"drift":0.0021,"#
            + #""confidence":0.4,"half_life":120.5,"seq":1}"#
    }

    static func reduce(_ ts: Int64, _ id: String, _ side: String, _ fraction: String, sym: String = "BTCUSDT") -> String
    {
        #"{"type":"intent","ts":\#(ts),"sym":"\#(sym)","id":"\#(id)","side":"\#(side)","reduce_only":true,"#
            + #""fraction":\#(fraction),"rule":"drift_decay","seq":1}"#
    }
}

/// One flat record, its values as the text that stands in the line.
struct Line: CustomStringConvertible {
    let description: String
    private let fields: [String: String]

    init(_ text: String) {
        description = text
        let bytes = Array(text.utf8)
        var tokens: [String] = []
        var (first, depth, isQuoted) = (1, 0, false)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x22: isQuoted.toggle()
            case 0x7B where !isQuoted: depth += 1
            case 0x3A where !isQuoted && depth == 1, 0x2C where !isQuoted && depth == 1, 0x7D where !isQuoted:
                if depth == 1 {
                    let token = bytes[first..<index].filter { $0 != 0x20 }
                    let isText = token.first == 0x22
                    tokens.append(
                        String(decoding: isText ? bytes[(first + 1)..<(index - 1)] : token[...], as: UTF8.self))
                    first = index + 1
                }
                if byte == 0x7D { depth -= 1 }
            default: break
            }
        }
        fields = Dictionary(
            stride(from: 0, to: tokens.count - 1, by: 2).map { (tokens[$0], tokens[$0 + 1]) },
            uniquingKeysWith: { first, _ in first })
    }

    subscript(key: String) -> String { fields[key] ?? "" }
    var type: String { self["type"] }

    func decimal(_ key: String) -> Decimal {
        guard let value = Decimal(string: self[key]) else {
            fatalError("\(key) is no decimal in \(description)")
        }
        return value
    }

    /// The values of some keys, in one text: what a test compares.
    func values(_ keys: String...) -> String { keys.map { self[$0] }.joined(separator: " ") }
}

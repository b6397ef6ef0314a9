public import ArgumentParser
import Records

/// What a file may hold.
public enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// The pipeline's own records: lines are passed on as they stand.
    case records
    case frames
    case bybitFrames = "bybit-frames"
    case bybitTrades = "bybit-trades"
    case binanceTrades = "binance-trades"
    case binanceAggTrades = "binance-agg-trades"
    case bars

    /// So many lines are tried before a file is refused as of no known format.
    static let recognitionLines = 16

    /// The format that a line belongs to, nil if it tells none.
    /// - Parameter line: without its LF.
    static func recognise(_ line: UnsafeRawBufferPointer) -> Format? {
        let text = UnsafeRawBufferPointer(rebasing: line.drop { $0 == 0x20 || $0 == 0x09 })
        guard let first = text.first else { return nil }
        if first == UInt8(ascii: "{") { return .records }
        if text.starts(with: BybitTrades.header) { return .bybitTrades }
        if text.starts(with: Bars.header) { return .bars }
        if text.starts(with: "id,price,qty") { return .binanceTrades }
        if text.starts(with: "agg_trade_id,price") { return .binanceAggTrades }
        guard first &- 48 < 10 else { return nil }
        return recogniseFrame(text) ?? recogniseRow(text)
    }

    /// A message as an exchange sends or archives it, such as Bybit's order-book archive: JSON, but none of ours.
    static func isExchangeMessage(_ text: UnsafeRawBufferPointer) -> Bool {
        text.starts(with: #"{"topic":"#.utf8) || text.starts(with: #"{"stream":"#.utf8)
    }

    /// `<digits> {`, or with a mark of the live feed between.
    private static func recogniseFrame(_ text: UnsafeRawBufferPointer) -> Format? {
        guard let space = text.firstIndex(of: UInt8(ascii: " ")), space + 1 < text.count,
            Frames.receiveTime(text[..<space]) != nil
        else { return nil }
        if FrameLine.isRecognised(UnsafeRawBufferPointer(rebasing: text[(space + 1)...])) { return .bybitFrames }
        return text[space + 1] == UInt8(ascii: "{") ? .frames : nil
    }

    /// Rows without a header: which of the last fields are booleans tells the archives of Binance apart; a symbol in
    /// the second field tells bars and Bybit.
    private static func recogniseRow(_ text: UnsafeRawBufferPointer) -> Format? {
        let fields = text.split(separator: UInt8(ascii: ",")).map { UnsafeRawBufferPointer(rebasing: $0) }
        guard fields.count >= 6 else { return nil }
        func isBool(_ index: Int) -> Bool {
            [UInt8(ascii: "t"), UInt8(ascii: "f")].contains((fields[index].first ?? 0) | 0x20)
        }
        let namesSymbol = (fields[1].first ?? 0) | 0x20 &- UInt8(ascii: "a") < 26
        switch fields.count {
        case 7 where namesSymbol: return .bars
        case 10 where namesSymbol: return .bybitTrades
        case 6 where isBool(5), 7 where isBool(5) && isBool(6): return .binanceTrades
        case 7 where isBool(6), 8 where isBool(6): return .binanceAggTrades
        default: return nil
        }
    }
}

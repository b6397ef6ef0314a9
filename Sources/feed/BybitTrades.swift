import Records

/// The public trade archive of Bybit:
/// `timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional`, the time in
/// seconds with a fraction. Files of the first years run backwards in time.
struct BybitTrades: RowFormat {
    static let header: StaticString = "timestamp,symbol,side,size,price"

    mutating func read(
        _ line: UnsafeRawBufferPointer, number: Int, symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void
    ) throws(Malformed) {
        if line.starts(with: Self.header) { return }
        var fields = CSVFields(line)
        let ts = try fields.seconds("timestamp")
        let at = fields.position
        let symbol = try symbols.number(ofForeign: fields.next("symbol"), at: at)
        let side = try takerSide(&fields)
        let size = try fields.decimal("size")
        let price = try fields.decimal("price", isPositive: true)
        yield(
            MarketRow(
                kind: .trade, ts: ts, symbol: symbol, side: side, numbers: [price, size, .none, .none, .none],
                line: number),
            symbols)
    }

    private func takerSide(_ fields: inout CSVFields) throws(Malformed) -> Side {
        let at = fields.position
        let text = try fields.next("side")
        if text.equals("Buy") { return .buy }
        guard text.equals("Sell") else { throw Malformed("side is neither Buy nor Sell", at: at) }
        return .sell
    }
}

import Records

/// The trade archives of Binance, with or without a header, times in milliseconds or microseconds:
/// `id,price,qty,quote_qty,time,is_buyer_maker[,is_best_match]`, and aggregated
/// `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker[,is_best_match]`.
/// The rows name no symbol: the file does.
struct BinanceTrades: RowFormat {
    private let symbol: [UInt8]
    private let isAggregated: Bool

    init(symbol: String, isAggregated: Bool) {
        self.symbol = Array(symbol.utf8)
        self.isAggregated = isAggregated
    }

    mutating func read(
        _ line: UnsafeRawBufferPointer, number: Int, symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void
    ) throws(Malformed) {
        if line.starts(with: "id,") || line.starts(with: "agg_trade_id,") { return }
        var fields = CSVFields(line)
        try fields.skip("id")
        let price = try fields.decimal("price", isPositive: true)
        let quantity = try fields.decimal("quantity")
        if isAggregated {
            try fields.skip("first_trade_id")
            try fields.skip("last_trade_id")
        } else {
            try fields.skip("quote_qty")
        }
        let ts = try fields.time("time")
        // Where the buyer was the maker, the taker sold.
        let side: Side = try fields.bool("is_buyer_maker") ? .sell : .buy
        if !fields.isAtEnd { _ = try fields.bool("is_best_match") }
        try fields.end()
        guard let index = symbol.withUnsafeBytes({ symbols.number(of: $0) }) else {
            throw Malformed("more than \(SymbolTable.limit) symbols", at: 0)
        }
        yield(
            MarketRow(
                kind: .trade, ts: ts, symbol: index, side: side, numbers: [price, quantity, .none, .none, .none],
                line: number),
            symbols)
    }

    /// The symbol of an archive: `BTCUSDT` of `daily/BTCUSDT-trades-2024-07-18.csv.gz`, nil where the name has none.
    static func symbol(ofFile path: String) -> String? {
        let file = path.split(separator: "/").last ?? ""
        let name = file.prefix { $0 != "-" }
        guard name.count < file.count, !name.isEmpty,
            name.allSatisfy({ $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") })
        else { return nil }
        return String(name)
    }
}

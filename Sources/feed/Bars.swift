import Records

/// Bars as `ts,sym,open,high,low,close,volume`, `ts` the open in milliseconds. The record is stamped with the close,
/// since only then is the bar known.
struct Bars: RowFormat {
    static let header: StaticString = "ts,sym,open,high,low,close,volume"
    /// So many rows tell the length of a bar: it is the least distance of two rows of one symbol among them.
    static let inferenceRows = 100

    private var spanSeconds: Int64?
    private var kept: [(line: [UInt8], number: Int)] = []
    private var lastOpen: [Int: Int64] = [:]
    private var leastDistance = Int64.max

    init(spanSeconds: Int?) { self.spanSeconds = spanSeconds.map(Int64.init) }

    mutating func read(
        _ line: UnsafeRawBufferPointer, number: Int, symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void
    ) throws(Malformed) {
        if line.starts(with: Self.header) { return }
        let row = try parse(line, number, &symbols)
        if spanSeconds != nil { return yield(closed(row), symbols) }
        if let open = lastOpen.updateValue(row.ts, forKey: row.symbol), row.ts != open {
            leastDistance = min(leastDistance, abs(row.ts - open))
        }
        kept.append((Array(line), number))
        if kept.count == Self.inferenceRows { finish(symbols: &symbols, yield: yield) }
    }

    mutating func finish(symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void) {
        guard !kept.isEmpty, leastDistance < .max else { return }
        spanSeconds = max(1, leastDistance / 1_000_000)
        for (line, number) in kept {
            line.withUnsafeBytes { if let row = try? parse($0, number, &symbols) { yield(closed(row), symbols) } }
        }
        kept = []
    }

    /// Whether rows were kept whose length nothing has told.
    var lacksSpan: Bool { !kept.isEmpty }

    private func closed(_ row: MarketRow) -> MarketRow {
        var row = row
        row.span = spanSeconds ?? 0
        row.ts += row.span * 1_000_000
        return row
    }

    /// The row, still stamped with its open.
    private func parse(
        _ line: UnsafeRawBufferPointer, _ number: Int, _ symbols: inout SymbolTable
    ) throws(Malformed) -> MarketRow {
        var fields = CSVFields(line)
        let ts = try fields.time("ts")
        let at = fields.position
        let symbol = try symbols.number(ofForeign: fields.next("sym"), at: at)
        let open = try fields.decimal("open", isPositive: true)
        let high = try fields.decimal("high", isPositive: true)
        let low = try fields.decimal("low", isPositive: true)
        let close = try fields.decimal("close", isPositive: true)
        let volume = try fields.decimal("volume")
        try fields.end()
        return MarketRow(
            kind: .bar, ts: ts, symbol: symbol, numbers: [open, high, low, close, volume], line: number)
    }
}

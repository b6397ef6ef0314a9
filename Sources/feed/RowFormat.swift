import Records

/// Turns the lines of a foreign format into rows.
protocol RowFormat {
    /// Reads one line without its line end. It may yield no row (a header, a message of another kind), one, or rows of
    /// earlier lines.
    /// - Parameters:
    ///   - symbols: numbers the symbols of the source.
    ///   - yield: takes a row, whose text need not outlive the call, and the table of its symbol.
    /// - Throws: what is wrong with the line.
    mutating func read(
        _ line: UnsafeRawBufferPointer, number: Int, symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void
    ) throws(Malformed)

    /// The end of the source: yields what was kept.
    mutating func finish(symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void)
}

extension RowFormat {
    mutating func finish(symbols: inout SymbolTable, yield: (MarketRow, SymbolTable) -> Void) {}
}

extension SymbolTable {
    /// The number of a symbol as a foreign format writes it: printable ASCII, nothing that a record would escape.
    mutating func number(ofForeign name: UnsafeRawBufferPointer, at: Int) throws(Malformed) -> Int {
        for byte in name where byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        {
            throw Malformed("no symbol", at: at)
        }
        guard !name.isEmpty else { throw Malformed("no symbol", at: at) }
        guard let number = number(of: name) else { throw Malformed("more than \(SymbolTable.limit) symbols", at: at) }
        return number
    }
}

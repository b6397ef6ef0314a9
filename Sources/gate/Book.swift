import Records

/// A `book` record: what rebalance tells the gate of positions and money.
struct Book {
    let ts: Int64
    let equity: Double
    /// Symbols with a position.
    var open: Set<Int> = []
    /// Positions lost in a row, after fees and funding.
    let losses: Int
    /// Each symbol's last opening intent that has ended: filled, cancelled or rejected.
    var settled: [(symbol: Int, id: String)] = []

    init?(_ input: borrowing RecordReader) {
        guard let equity = input.record["equity"]?.double else { return nil }
        ts = input.record.ts
        self.equity = equity
        losses = Int(input.record["losses"]?.integer ?? 0)
        var members: [(key: [UInt8], id: String?)] = []
        input.record["positions"]?.forEachMember { name, _ in members.append((name, nil)) }
        input.record["settled"]?.forEachMember { name, id in
            members.append((name, id.string.map { String(decoding: $0, as: UTF8.self) } ?? ""))
        }
        for member in members {
            guard let symbol = input.symbols.find(member.key) else { continue }
            if let id = member.id { settled.append((symbol, id)) } else { open.insert(symbol) }
        }
    }
}

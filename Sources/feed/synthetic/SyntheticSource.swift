import Records

/// The made-up market as a source: a second at a time, so that it takes no memory however long it lasts.
final class SyntheticSource: Source {
    /// So many seconds are made at once.
    private static let batchSeconds = 64

    private var market: SyntheticMarket
    private var selection: Selection
    private var symbols = SymbolTable()
    private var scratch = Output()
    private let seconds: Int

    init(seed: UInt64, _ options: FeedOptions) {
        market = SyntheticMarket(seed: seed, edge: options.edge.map(PlantedEdge.init))
        selection = Selection(options)
        seconds = max(1, Int(options.days * 86_400))
        super.init(name: "the made-up market", reorderMicroseconds: 0)
        for contract in SyntheticContract.all {
            _ = Array(contract.name.utf8).withUnsafeBytes { symbols.number(of: $0) }
        }
    }

    /// What is done of the whole, 0...1.
    var share: Double { Double(market.second) / Double(seconds) }

    override func take() {
        held.settle()
        for _ in 0..<Self.batchSeconds {
            let now = SyntheticParameters.start + Int64(market.second) * 1_000_000
            guard market.second < seconds, now < selection.to else { return end() }
            market.advance(into: &scratch) { [self] out, ts, kind, symbol in hold(&out, ts, kind, symbol) }
        }
    }

    private func hold(_ out: inout Output, _ ts: Int64, _ kind: RecordKind, _ symbol: Int) {
        let isWanted = selection.admits(ts, kind, symbol, named: { symbols.name($0) })
        out.drain { if isWanted { held.add(copying: $0, marketTime: ts) } }
    }
}

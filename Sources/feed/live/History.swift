import Bybit

/// Answers that belong together: what they say is put in order once the last of them is there.
struct History {
    enum Row {
        case bar(Kline)
        case trade(RecentTrade)
        case gap(from: Int64, to: Int64, reason: String)
        /// Where a gap ends that has been told of, unless the lines have brought a trade before.
        case gapEnd(at: Int64, reason: String)
    }

    static let minute: Int64 = 60_000_000

    private(set) var instruments: [InstrumentInfo] = []
    private(set) var bars: [String: [Kline]] = [:]
    /// Nil for a symbol whose trades were asked for in vain.
    private(set) var trades: [String: [RecentTrade]?] = [:]
    /// Symbols in the order in which they were asked for.
    private(set) var symbols: [String] = []
    /// The exchange's time of the last answer.
    private(set) var ts: Int64 = 0

    /// Takes an answer line.
    /// - Returns: whether it was the last one.
    mutating func take(_ line: JSON) -> Bool {
        let symbol = line["symbol"]?.text ?? ""
        if !symbols.contains(symbol) { symbols.append(symbol) }
        let path = line["get"]?.text ?? ""
        let answer = line["answer"].map { Answer($0) }
        ts = max(ts, answer?.ts ?? 0)
        if path.hasPrefix(Fetcher.instrumentPath) {
            instruments += answer?.list(InstrumentInfo.init) ?? []
        } else if path.hasPrefix(Fetcher.barPath) {
            bars[symbol, default: []] += answer?.list(Kline.init).filter { isClosed($0, answer?.ts) } ?? []
        } else if path.hasPrefix(Fetcher.tradePath) {
            trades.updateValue(answer.map { Self.inOrder($0.list(RecentTrade.init)) }, forKey: symbol)
        }
        return !(line["more"]?.bool ?? false)
    }

    private func isClosed(_ bar: Kline, _ ts: Int64?) -> Bool { bar.start + Self.minute <= ts ?? .max }

    /// Oldest first. The exchange lists the newest first, so of two trades of one time and number the later one came first.
    private static func inOrder(_ trades: [RecentTrade]) -> [RecentTrade] {
        let numbered = trades.enumerated().sorted {
            ($0.element.ts, $0.element.sequence, -$0.offset) < ($1.element.ts, $1.element.sequence, -$1.offset)
        }
        return numbered.map(\.element)
    }

    /// What came before the first live message of a symbol: bars up to the first full minute that the trades reach back
    /// to, from there on the trades. So no trade counts twice, once in a bar and once by itself.
    /// - Parameter now: the exchange's time.
    /// - Returns: what is to be written; and from when on the trades are known.
    func beginning(of symbol: String, now: Int64) -> (rows: [Row], since: Int64) {
        var seen: Set<Int64> = []
        let bars = (bars[symbol] ?? []).sorted { $0.start < $1.start }.filter { seen.insert($0.start).inserted }
        let trades = (trades[symbol] ?? nil) ?? []
        let offered = trades.filter { !$0.isBlock }
        guard let close = bars.last.map({ $0.start + Self.minute }) else {
            return (offered.map { .trade($0) }, trades.first?.ts ?? now)
        }
        guard let first = trades.first else {
            let isSilent = if case .some(nil) = self.trades[symbol] { true } else { false }
            let gap = Row.gap(from: close, to: now, reason: Self.silentReason)
            return (bars.map { .bar($0) } + (isSilent ? [gap] : []), isSilent ? now : close)
        }
        guard first.ts <= close else {
            return (
                bars.map { .bar($0) } + [.gap(from: close, to: first.ts, reason: Self.shortReason)]
                    + offered.map { .trade($0) }, first.ts
            )
        }
        let seam = min(close, (first.ts + Self.minute - 1) / Self.minute * Self.minute)
        return (
            bars.filter { $0.start + Self.minute <= seam }.map { .bar($0) }
                + offered.filter { $0.ts >= seam }.map { .trade($0) }, seam
        )
    }

    /// What is found of a symbol's trades that were missed.
    struct Found {
        var rows: [Row] = []
        /// Whether the answer reaches the present. If it does not, trades may be missing until the stream brings the next one.
        var isWhole = true
        /// Of when all trades are known by then; nil for none.
        var answered: ClosedRange<Int64>?
    }

    /// What came while no message did, or was left out. Trades that are known are left out, and so are those from before
    /// the first of all, and those told of as missing. A gap says what the answer does not reach back to.
    /// - Parameters:
    ///   - now: the exchange's time.
    ///   - latest: how far the lines may have come; if the answer begins beyond, they bring trades before it does.
    func missing(of symbol: String, in market: SymbolMarket, now: Int64, latest: Int64) -> Found {
        guard let answered = trades[symbol], let first = market.trades.first else { return Found() }
        let (memory, doubt) = (market.trades, market.check.doubt)
        let isBroken = market.isBroken || market.isOpenEnded
        let from = min(doubt?.lowerBound ?? memory.latest, memory.latest)
        let open = isBroken ? from..<max(now, memory.latest) : doubt
        /// What stays missing of what is open.
        func gap(from: Int64 = 0, to end: Int64 = .max, _ reason: String) -> [Row] {
            guard let missing = open?.clamped(to: from..<max(from, end)), !missing.isEmpty else { return [] }
            let cause = isBroken ? reason : Self.doubtReason
            return [.gap(from: missing.lowerBound, to: missing.upperBound, reason: cause)]
        }
        guard let trades = answered else { return Found(rows: gap(Self.silentReason), isWhole: !isBroken) }
        guard let oldest = trades.first, let newest = trades.last else {
            return memory.isEmpty
                ? Found(answered: 0...max(0, now)) : Found(rows: gap(Self.shortReason), isWhole: !isBroken)
        }
        let unknown = trades.filter {
            let ts = $0.ts
            return ts >= first && !market.told.contains { $0.contains(ts) } && !memory.contains(Array($0.id.utf8))
                && !memory.mayHaveForgotten(ts) && !$0.isBlock
        }
        let reaches =
            memory.isEmpty ? oldest.ts < first : trades.contains { memory.contains(Array($0.id.utf8)) }
        if reaches || !isBroken {
            guard reaches || doubt != nil else { return Found() }
            let isOld = !memory.isEmpty && newest.ts < memory.latest
            return Found(
                rows: gap(to: oldest.ts, Self.shortReason) + unknown.map { .trade($0) }
                    + (isOld ? gap(from: newest.ts, Self.oldReason) : []),
                isWhole: !isOld, answered: oldest.ts...newest.ts)
        }
        let later = unknown.filter { $0.ts > memory.latest }.map { Row.trade($0) }
        guard let next = later.first?.ts else { return Found(rows: gap(Self.shortReason), isWhole: false) }
        guard next > latest else {
            return Found(rows: gap(to: next, Self.shortReason) + later, answered: next...newest.ts)
        }
        return Found(
            rows: gap(Self.shortReason) + [.gapEnd(at: next, reason: Self.shortReason)] + later, isWhole: false)
    }

    private static let silentReason = "messages are missing, and the exchange did not answer about the trades"
    private static let oldReason = "messages are missing, and the answer about the trades is older than they are"
    private static let shortReason = "messages are missing, and the recent trades do not reach back to them"
    static let aheadReason = "messages are missing, and more recent trades were told ahead of them than can wait"
    static let doubtReason = "no volume of a minute bears out its trades"
}

extension History.Row {
    /// Where it stands in time. A gap comes with what ends it.
    var ts: Int64 {
        switch self {
        case .bar(let bar): bar.start + History.minute
        case .trade(let trade): trade.ts
        case .gap(_, let to, _): to
        case .gapEnd(let at, _): at
        }
    }

    /// Where it begins.
    var from: Int64 {
        if case .gap(let from, _, _) = self { from } else { ts }
    }

    /// What the exchange calls it, if it is a trade.
    var id: String? {
        if case .trade(let trade) = self { trade.id } else { nil }
    }
}

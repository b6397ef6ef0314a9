import Bybit

/// Answers that belong together: what they say is put in order once the last of them is there.
struct History {
    enum Row {
        case bar(Kline)
        case trade(RecentTrade)
        case gap(from: Int64, to: Int64, reason: String)
    }

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
            trades.updateValue(answer.flatMap(Self.trades), forKey: symbol)
        }
        return !(line["more"]?.bool ?? false)
    }

    private func isClosed(_ bar: Kline, _ ts: Int64?) -> Bool { bar.start + Minute.span <= ts ?? .max }

    /// Nil if one of them cannot be read: then nobody knows what the answer holds.
    private static func trades(of answer: Answer) -> [RecentTrade]? {
        let list = answer.list(RecentTrade.init)
        return list.count == answer.result["list"]?.elements?.count ? inOrder(list) : nil
    }

    /// Oldest first. The exchange lists the newest first, so of two trades of one time and number the later one came first.
    private static func inOrder(_ trades: [RecentTrade]) -> [RecentTrade] {
        let numbered = trades.enumerated().sorted {
            ($0.element.ts, $0.element.sequence, -$0.offset) < ($1.element.ts, $1.element.sequence, -$1.offset)
        }
        return numbered.map(\.element)
    }

    /// What came before the recent trades of a symbol: bars up to the first full minute that those reach back to. So no
    /// trade counts twice, once in a bar and once by itself.
    /// - Parameter now: the exchange's time.
    /// - Returns: what is to be written before the trades, and from when on those are.
    func beginning(of symbol: String, now: Int64) -> (rows: [Row], since: Int64) {
        var seen: Set<Int64> = []
        let bars = (bars[symbol] ?? []).sorted { $0.start < $1.start }.filter { seen.insert($0.start).inserted }
        let first = (trades[symbol] ?? nil)?.first
        guard let close = bars.last.map({ $0.start + Minute.span }) else { return ([], first?.ts ?? now) }
        guard let first else {
            let isSilent = if case .some(nil) = trades[symbol] { true } else { false }
            let gap = Row.gap(from: close, to: now, reason: Self.silentReason)
            return (bars.map { .bar($0) } + (isSilent ? [gap] : []), isSilent ? now : close)
        }
        guard first.ts <= close else {
            return (bars.map { .bar($0) } + [.gap(from: close, to: first.ts, reason: Self.shortReason)], first.ts)
        }
        let seam = min(close, (first.ts + Minute.span - 1) / Minute.span * Minute.span)
        return (bars.filter { $0.start + Minute.span <= seam }.map { .bar($0) }, seam)
    }

    static let silentReason = "messages may be missing, and the exchange did not answer about the trades"
    static let oldReason = "messages may be missing, and the answer about the trades is older than they are"
    static let shortReason = "messages may be missing, and the recent trades do not reach them"
    static let doubtReason = "no volume of a minute bears out its trades"
}

extension History.Row {
    /// Where it stands in time. A gap comes with what ends it.
    var ts: Int64 {
        switch self {
        case .bar(let bar): bar.start + Minute.span
        case .trade(let trade): trade.ts
        case .gap(_, let to, _): to
        }
    }
}

import Bybit

extension SymbolMarket {
    /// What came while no message did, or was left out, by the exchange's answer about the recent trades. Trades that are
    /// known are left out, and so are those from before the first of all, and those told of as missing; what is later than
    /// the lines can be they bring themselves. A gap says what the answer does not reach.
    /// - Parameters:
    ///   - recent: the recent trades, oldest first; nil if the exchange did not answer.
    ///   - now: the exchange's time, at least.
    ///   - latest: the exchange's time, at most.
    ///   - answeredAt: when it answered, by itself: no break that it was asked about ended later.
    mutating func recover(
        from recent: [RecentTrade]?, now: Int64, latest: Int64, answeredAt: Int64
    ) -> [History.Row] {
        func gaps(_ missing: [Range<Int64>], _ reason: String) -> [History.Row] {
            missing.map { .gap(from: $0.lowerBound, to: $0.lastTick, reason: reason) }
        }
        guard let recent else { return gaps(check.giveUp(at: now), History.silentReason) }
        let oldest = recent.first?.ts ?? 0
        // The exchange may have had trades, or has them only beyond the lines.
        guard recent.isEmpty ? trades.isEmpty : oldest <= latest else {
            return gaps(check.giveUp(at: now, ahead: recent.first?.ts), History.shortReason)
        }
        let newest = recent.last?.ts ?? 0
        // Others of the oldest one's millisecond may not be in the answer; but if that one is known, and from before the break,
        // they came before it.
        let isKnown =
            !check.isTrusted && oldest <= check.doubts.first?.lowerBound ?? 0
            && recent.first.map { trades.contains(Array($0.id.utf8)) } ?? false
        let from = isKnown ? oldest : oldest + Unproven.tick
        let forgotten = forgotten(recent, in: check.doubts)
        let asked = max(now, check.awaitedSince ?? 0)
        let missing = check.settle(
            from..<max(from, min(newest, latest)),
            isBehind: trades.knows(after: newest, upTo: asked - Completeness.lag), now: asked,
            latest: max(latest, answeredAt))
        let unknown = recent.filter { isMissed($0) && $0.ts <= latest }
        return gaps(missing.filter { $0.lowerBound < from } + forgotten, History.shortReason)
            + unknown.map { .trade($0) } + gaps(missing.filter { $0.lowerBound >= from }, History.oldReason)
    }

    /// Where trades are in doubt of which nobody remembers whether they were written.
    private func forgotten(_ recent: [RecentTrade], in doubts: [Range<Int64>]) -> [Range<Int64>] {
        let times = recent.filter { trade in
            trades.mayHaveForgotten(trade.ts) && !trades.contains(Array(trade.id.utf8)) && !trade.isBlock
                && trade.ts >= trades.first ?? .max && doubts.contains { $0.contains(trade.ts) }
                && !told.contains { $0.contains(trade.ts) }
        }.map(\.ts)
        guard let first = times.min(), let last = times.max() else { return [] }
        return [first..<last + Unproven.tick]
    }

    private func isMissed(_ trade: RecentTrade) -> Bool {
        guard let first = trades.first, trade.ts >= first, !trade.isBlock else { return false }
        return !told.contains { $0.contains(trade.ts) } && !trades.contains(Array(trade.id.utf8))
            && !trades.mayHaveForgotten(trade.ts)
    }
}

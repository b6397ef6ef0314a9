/// Runs that are set beside each other are of one market: one is of other hours than the first, or of other prices.
public struct OtherMarket: Error {
    /// Which of them.
    public let index: Int

    /// - Parameter runs: not empty.
    static func refuse(_ runs: [Summary]) throws(OtherMarket) {
        if let index = runs.firstIndex(where: { !$0.isOfTheMarket(of: runs[0]) }) { throw OtherMarket(index: index) }
    }
}

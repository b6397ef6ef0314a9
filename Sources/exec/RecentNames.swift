/// Names that were met within some minutes: in two halves, so that forgetting is cheap.
struct RecentNames {
    /// A name is kept for so long at least, and for twice as long at most, microseconds: twice as long as an intent may be old,
    /// as it may also be as far in the future.
    private static let span: Int64 = 1_200_000_000

    private var recent: Set<String> = []
    private var earlier: Set<String> = []
    private var since: Int64 = 0

    /// - Returns: false for a name that is known.
    mutating func insert(_ name: String, at now: Int64) -> Bool {
        if now - since >= Self.span { (recent, earlier, since) = ([], recent, now) }
        guard !earlier.contains(name) else { return false }
        return recent.insert(name).inserted
    }
}

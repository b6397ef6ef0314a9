/// Names that were met within some minutes: in two halves, so that forgetting is cheap.
struct RecentNames {
    /// A name is kept for so long at least, and for twice as long at most, microseconds.
    let span: Int64
    private var recent: Set<String> = []
    private var earlier: Set<String> = []
    private var since: Int64 = 0

    init(span: Int64) { self.span = span }

    /// - Returns: false for a name that is known.
    mutating func insert(_ name: String, at now: Int64) -> Bool {
        if now - since >= span { (recent, earlier, since) = ([], recent, now) }
        guard !earlier.contains(name) else { return false }
        return recent.insert(name).inserted
    }
}

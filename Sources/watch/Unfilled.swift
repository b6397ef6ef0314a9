/// Intents of one symbol of which nothing was filled so far: one of the gate, one of rebalance.
struct Unfilled {
    private var ids: [[UInt8]] = []

    var isEmpty: Bool { ids.isEmpty }

    mutating func wait(for id: [UInt8]) {
        if ids.count == 2 { ids.removeFirst() }
        ids.append(id)
    }

    /// - Returns: whether it was waited for.
    mutating func meet(_ id: [UInt8]) -> Bool {
        guard let place = ids.firstIndex(of: id) else { return false }
        ids.remove(at: place)
        return true
    }
}

/// Messages of one stream that go out later than they came, counted in messages of that stream.
struct HeldMessages<Element> {
    private var late: [(left: Int, element: Element)] = []
    private var window: [Element] = []
    private var windowLeft = 0

    var isEmpty: Bool { late.isEmpty && window.isEmpty }

    /// Takes the next message.
    /// - Returns: what is to go out now, in order.
    mutating func pass(_ element: Element, _ fault: MessageFault?) -> [Element] {
        var out: [Element] = []
        switch fault {
        case .drop, .sequenceGap, .halfOpen, .closeStream: return []
        case .late(let count) where late.count < MessageFault.holdLimit:
            late.append((count, element))
            return []
        case .reorder(let count) where windowLeft == 0:
            window = [element]
            windowLeft = count
            return []
        case .duplicate: out = admit(element) + admit(element)
        case .reorder, .late, nil: out = admit(element)
        }
        return out.flatMap { [$0] + due() }
    }

    private mutating func admit(_ element: Element) -> [Element] {
        guard windowLeft > 0 else { return [element] }
        window.append(element)
        windowLeft -= 1
        guard windowLeft == 0 else { return [] }
        defer { window = [] }
        return window.reversed()
    }

    /// What has waited for as many messages as it was to.
    private mutating func due() -> [Element] {
        guard !late.isEmpty else { return [] }
        for index in late.indices { late[index].left -= 1 }
        defer { late.removeAll { $0.left <= 0 } }
        return late.filter { $0.left <= 0 }.map(\.element)
    }
}

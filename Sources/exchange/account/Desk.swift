import Bybit
import Records
import Venue

/// What the exchange keeps of one account's past, so that it can be asked for: orders, executions, closed profits.
struct Desk {
    /// So many orders, and so many executions, are kept; the oldest that have ended go first.
    static let orderLimit = 20_000
    static let executionLimit = 20_000

    /// An order under the exchange's own name for it.
    struct Entry {
        var order: Order
        let id: String
        /// Whether `order/realtime` still knows it though it has ended.
        var isRecent = true
    }

    struct Execution {
        /// Counts all executions of the exchange.
        let number: Int
        let symbol: Int
        /// Event time.
        let ts: Int64
        let orderID: String
        let link: String
        let type: String
        let row: JSON
    }

    /// In the order of their numbers.
    private(set) var entries: [Entry] = []
    private(set) var executions: [Execution] = []
    /// In the order in which their orders began to close.
    private(set) var profits: [ClosedProfit] = []
    private var numbers: [String: Int] = [:]
    private var links: [String: Int] = [:]
    /// Every orderLinkId that was ever used: it names one order for ever.
    private var used: Set<String> = []
    /// By symbol: the orderLinkId of the order that opened the position.
    private var openers: [Int: String] = [:]
    /// By symbol: when the position changed last, event time.
    private var changes: [Int: Int64] = [:]

    func isUsed(_ link: String) -> Bool { used.contains(link) }

    mutating func burn(_ link: String) { used.insert(link) }

    mutating func note(_ order: Order, id: String) {
        if let index = index(of: order.number) {
            entries[index].order = order
            return
        }
        if entries.count >= Self.orderLimit { forget() }
        entries.append(Entry(order: order, id: id))
        numbers[id] = order.number
        if !order.link.isEmpty {
            links[order.link] = order.number
            used.insert(order.link)
        }
    }

    mutating func note(_ execution: Execution) {
        if executions.count >= Self.executionLimit { executions.removeFirst(Self.executionLimit / 10) }
        executions.append(execution)
    }

    mutating func note(closing fill: Fill, fee: Money) {
        if let index = profits.lastIndex(where: { $0.order.number == fill.order.number }) {
            profits[index].add(fill, fee: fee)
            return
        }
        if profits.count >= Self.executionLimit { profits.removeFirst(Self.executionLimit / 10) }
        var profit = ClosedProfit(order: fill.order, leverage: fill.leverage)
        profit.add(fill, fee: fee)
        profits.append(profit)
    }

    func profit(_ number: Int) -> Money {
        profits.last { $0.order.number == number }?.profit ?? .zero
    }

    func changed(_ symbol: Int) -> Int64 { changes[symbol] ?? 0 }

    mutating func note(change ts: Int64, of symbol: Int) { changes[symbol] = ts }

    func opener(_ symbol: Int) -> String { openers[symbol] ?? "" }

    mutating func setOpener(_ link: String?, _ symbol: Int) { openers[symbol] = link }

    /// By the exchange's name where both are given.
    func entry(id: String?, link: String?) -> Entry? {
        let number = id.map { numbers[$0] } ?? link.flatMap { links[$0] }
        return number.flatMap { index(of: $0) }.map { entries[$0] }
    }

    func id(_ number: Int) -> String? { index(of: number).map { entries[$0].id } }

    /// A service restart: what has ended is no longer recent.
    mutating func restart() {
        for index in entries.indices where !entries[index].order.status.isOpen { entries[index].isRecent = false }
    }

    private func index(of number: Int) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].order.number < number { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].order.number == number ? low : nil
    }

    private mutating func forget() {
        var left = Self.orderLimit / 10
        entries.removeAll { entry in
            guard left > 0, !entry.order.status.isOpen else { return false }
            left -= 1
            numbers[entry.id] = nil
            links[entry.order.link] = nil
            return true
        }
    }
}

/// What one order has closed, and what that brought.
struct ClosedProfit {
    let order: Order
    let leverage: Rate
    private(set) var quantity = Quantity.zero
    private(set) var entryValue = Money.zero
    private(set) var exitValue = Money.zero
    /// Of what was closed: the share of the fee for opening.
    private(set) var openFee = Money.zero
    private(set) var closeFee = Money.zero
    /// After both fees.
    private(set) var profit = Money.zero
    private(set) var fills = 0
    private(set) var updated: Int64 = 0
    private(set) var kind = Fill.Kind.trade

    init(order: Order, leverage: Rate) {
        self.order = order
        self.leverage = leverage
    }

    /// - Parameter fee: for closing, of the part of the fill that closed.
    mutating func add(_ fill: Fill, fee: Money) {
        let exit = fill.level.price * fill.closed
        quantity += fill.closed
        exitValue += exit
        entryValue += fill.order.terms.side == .sell ? exit - fill.realised : exit + fill.realised
        openFee += fill.openingFee
        closeFee += fee
        profit += fill.realised - fill.openingFee - fee
        fills += 1
        updated = fill.ts
        kind = fill.kind
    }
}

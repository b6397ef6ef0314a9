import Bybit
import ExecFold
import Glibc
import Records
import Stage

/// What a person wants to know before money is at stake.
struct Check {
    private let startup: Startup
    private let folder: String

    /// - Parameter folder: where the journal is, or will be.
    init(_ startup: Startup, _ folder: String) { (self.startup, self.folder) = (startup, folder) }

    func run() throws {
        let caller = startup.caller
        try caller.synchronise()
        var lines = ["exchange   \(caller.host.base)"]
        lines.append("clock      the exchange is \(caller.clockOffset / 1000) ms ahead")
        var problems: [String] = []
        let key = try startup.key()
        if let key {
            problems = startup.keyScope.problems(key)
            let granted = key.permissions.filter { !$0.granted.isEmpty }
                .map { "\($0.group) \($0.granted.joined(separator: ", "))" }
            lines.append(
                "key        \(granted.joined(separator: "; ")); bound to \(key.addresses.joined(separator: ", "))")
        }
        let entries = try State.entries(in: folder)
        if let cause = Startup.objection(toJournalOf: Executor.account(entries), try startup.account(key)) {
            problems.append(cause)
        }
        if let objection = Executor.objection(to: entries, symbols: startup.options.symbolNames) {
            problems.append(objection.cause)
        }
        if State.hasHaltFile(in: folder) { problems.append("the halt file is there") }
        problems += Executor.halts(entries).map { "nothing is opened until --reset: \($0)" }
        let mode = try startup.marginMode() ?? "?"
        if let cause = Startup.objection(toMargin: mode) { problems.append(cause) }
        let wallet = try startup.wallet()
        lines.append("account    \(mode), equity \(wallet?.equity ?? "?") USDT, free \(wallet?.available ?? "?")")
        if wallet == nil { problems.append(Startup.noWallet) }
        for symbol in wallet == nil ? [] : startup.options.symbolNames {
            let figures = try startup.ask(symbol)
            let ticker = Request.mark(symbol)
            let price =
                try caller.publicly(ticker.path, ticker.query)
                .result["list"]?.elements?.first?["lastPrice"]?.text ?? ""
            guard
                let smallest = SmallestOrder(
                    figures, price: price, equity: wallet?.equity ?? "", leverage: startup.options.exactLeverage)
            else {
                problems.append("\(symbol): the exchange does not say what an order may be")
                continue
            }
            lines += smallest.lines
            let rows = try startup.positions(symbol)
            let held = rows.first { $0.side != nil }.map { "\($0.side!.rawValue) \($0.size)" } ?? "nothing"
            lines.append(
                "           \(rows.contains { $0.index != 0 } ? "hedge" : "one-way") mode, \(held) held, "
                    + "\(figures.info.isTrading ? "traded" : "not traded now")")
            problems += startup.objections(figures, rows)
            if let leverage = rows.lazy.compactMap({ $0.leverage(otherThan: startup.options.exactLeverage) }).first {
                problems.append("\(symbol): what is held has leverage \(leverage): nothing is opened beside it")
            }
            if try startup.orders(symbol).contains(where: \.mayOpen) {
                problems.append("\(symbol): an order of others waits in it: nothing is opened beside it")
            }
        }
        lines.append(
            problems.isEmpty ? "nothing speaks against it" : "not fit to trade: " + problems.joined(separator: "; "))
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        guard write(1, text, text.count) == text.count else {
            throw Failure.refused(.io, "unable to write to standard output: \(errorText())")
        }
        if !problems.isEmpty { throw Failure.refused(.permission, "unable to trade: see the last line of the check") }
    }
}

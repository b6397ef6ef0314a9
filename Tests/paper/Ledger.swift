import Foundation

/// A second bookkeeper, of another make: `Decimal`, the printed records, and nothing of `Venue`. It reads the whole
/// stream, market records and all, and says what does not add up.
struct Ledger {
    struct Rules {
        var tick: Decimal
        var step: Decimal
        var minimum: Decimal
        var takerFee: Decimal
    }

    struct Holding {
        /// Signed: a short's is negative.
        var quantity: Decimal = 0
        var cost: Decimal = 0
        var realised: Decimal = 0
        var fees: Decimal = 0
        var paid: Decimal = 0
        var funding: Decimal = 0
        var largestCost: Decimal = 0
        var opener = ""
    }

    let start: Decimal
    let leverage: Decimal
    var rules: [String: Rules] = [
        "BTCUSDT": Rules(tick: 0.1.exact, step: 0.001.exact, minimum: 0.001.exact, takerFee: 0.00055.exact),
        "ETHUSDT": Rules(tick: 0.01.exact, step: 0.01.exact, minimum: 0.01.exact, takerFee: 0.00055.exact),
    ]
    private(set) var problems: [String] = []
    private(set) var fills = 0
    private(set) var reasons: [String: Int] = [:]
    private var holdings: [String: Holding] = [:]
    private var marks: [String: Decimal] = [:]
    private var references: [String: (rank: Int, price: Decimal)] = [:]
    private var realised: Decimal = 0
    private var fees: Decimal = 0
    private var funding: Decimal = 0
    private var owed: (symbol: String, money: Decimal)?
    private var lastTime: Int = 0
    private var intents: [String: Int] = [:]
    private var ends: [String: Int] = [:]
    private var accepted: [String: Bool] = [:]
    private var opened: [String: Decimal] = [:]

    init(start: Decimal, leverage: Decimal) {
        self.start = start
        self.leverage = leverage
    }

    private var cash: Decimal { start + realised - fees + funding }

    private mutating func check(_ holds: Bool, _ problem: @autoclosure () -> String, _ line: Line) {
        if !holds { problems.append("\(problem()): \(line)") }
    }

    mutating func read(_ line: Line) {
        switch line.type {
        case "quote": price(line, rank: 3, (line.decimal("bid") + line.decimal("ask")) / 2)
        case "trade": price(line, rank: 2, line.decimal("px"))
        case "bar": price(line, rank: 1, line.decimal("close"))
        case "mark": marks[line["sym"]] = line.decimal("mark")
        case "funding": owe(line)
        case "intent": intents[line["id"], default: 0] += 1
        case "order": order(line)
        case "reject": ends[line["id"], default: 0] += 1
        case "fill": fill(line)
        case "position": position(line)
        case "account": account(line)
        default: break
        }
        // An intent may be late; what follows from it may not.
        if line.type != "intent", let ts = Int(line["ts"]) {
            check(ts >= lastTime, "time goes back", line)
            lastTime = max(lastTime, ts)
        }
    }

    mutating func finish() {
        for (id, count) in intents where ends[id] != count {
            problems.append("intent \(id): \(count) of it, \(ends[id] ?? 0) ends")
        }
        for (id, count) in ends where intents[id] != count {
            problems.append("\(count) ends of \(id), which nobody asked")
        }
        for (id, quantity) in opened where quantity < 0 { problems.append("\(id) opened less than the minimum") }
    }

    private mutating func price(_ line: Line, rank: Int, _ price: Decimal) {
        let known = references[line["sym"]]?.rank ?? 0
        if rank >= known { references[line["sym"]] = (rank, price) }
    }

    private func valuation(_ symbol: String) -> Decimal { marks[symbol] ?? references[symbol]?.price ?? 0 }

    private mutating func owe(_ line: Line) {
        guard let holding = holdings[line["sym"]], holding.quantity != 0 else { return }
        owed = (line["sym"], -rounded(holding.quantity * valuation(line["sym"]) * line.decimal("rate")))
    }

    /// To 1e-8, upwards: against the account, if it is what is paid.
    private func rounded(_ paid: Decimal) -> Decimal {
        var (magnitude, rounded) = (abs(paid), Decimal())
        NSDecimalRound(&rounded, &magnitude, 8, paid < 0 ? .down : .up)
        return paid < 0 ? -rounded : rounded
    }

    private mutating func order(_ line: Line) {
        switch line["status"] {
        case "accepted": accepted[line["id"]] = true
        case "filled", "cancelled":
            check(accepted[line["id"]] == true, "an end without a beginning", line)
            ends[line["id"], default: 0] += 1
        default: check(line["status"] == "partial", "an unknown status", line)
        }
    }

    private mutating func fill(_ line: Line) {
        let symbol = line["sym"]
        guard let rules = rules[symbol] else { return check(false, "no rules", line) }
        let (quantity, px, fee) = (line.decimal("qty"), line.decimal("px"), line.decimal("fee"))
        let signed = line["side"] == "buy" ? quantity : -quantity
        fills += 1
        reasons[line["reason"], default: 0] += 1
        check(quantity > 0 && isMultiple(quantity, rules.step), "quantity off step", line)
        check(px > 0 && isMultiple(px, rules.tick), "price off tick", line)
        check(fee == rounded(quantity * px * rules.takerFee), "fee", line)
        var holding = holdings[symbol] ?? Holding()
        if line["reason"] == "open" {
            check(line["reduce_only"] == "false", "opening reduces", line)
            check(holding.quantity == 0 || holding.opener == line["id"], "a second opening", line)
            check(line.decimal("realised") == 0, "opening realises", line)
            holding.opener = line["id"]
            holding.cost += quantity * px
            holding.largestCost = max(holding.largestCost, holding.cost)
            opened[line["id"]] = (opened[line["id"]] ?? -rules.minimum) + quantity
        } else {
            check(line["reduce_only"] == "true", "a close that is not reduce-only", line)
            check(signed * holding.quantity < 0, "a close of the own side", line)
            check(quantity <= abs(holding.quantity), "a close that flips", line)
            let long = holding.quantity > 0
            let released = long ? quantity * px - line.decimal("realised") : line.decimal("realised") + quantity * px
            let share = holding.cost * quantity - released * abs(holding.quantity)
            check(
                abs(share) <= abs(holding.quantity) * Decimal(sign: .plus, exponent: -16, significand: 1), "share", line
            )
            holding.cost -= released
        }
        holding.quantity += signed
        holding.paid += signed * px
        holding.realised += line.decimal("realised")
        holding.fees += fee
        realised += line.decimal("realised")
        fees += fee
        holdings[symbol] = holding
    }

    private mutating func position(_ line: Line) {
        let symbol = line["sym"]
        let holding = holdings[symbol] ?? Holding()
        check(line.decimal("qty") == abs(holding.quantity), "sum of fills is not the position", line)
        let side = holding.quantity == 0 ? "flat" : holding.quantity > 0 ? "long" : "short"
        check(line["side"] == side, "side", line)
        check(line.decimal("realised") == holding.realised, "realised of the position", line)
        check(line.decimal("fees") == holding.fees, "fees of the position", line)
        check(line.decimal("funding") == holding.funding, "funding of the position", line)
        if side == "flat" {
            check(holding.cost == 0, "cost left behind", line)
            check(holding.realised == -holding.paid, "realised is not received less paid", line)
            check(holding.realised * leverage >= -holding.largestCost, "more lost than the margin", line)
            holdings[symbol] = nil
        }
    }

    private mutating func account(_ line: Line) {
        let available = line.decimal("available")
        if let (symbol, owed) = owed {
            let moved = line.decimal("funding") - funding
            // Less is paid only where nothing is left to pay it from.
            check(moved == owed || (owed < 0 && moved <= 0 && moved > owed && available == 0), "funding \(owed)", line)
            funding += moved
            holdings[symbol]?.funding += moved
            self.owed = nil
        }
        var equity = cash
        for (symbol, holding) in holdings {
            let value = abs(holding.quantity) * valuation(symbol)
            equity += holding.quantity > 0 ? value - holding.cost : holding.cost - value
        }
        check(line.decimal("realised") == realised, "realised", line)
        check(line.decimal("fees") == fees, "fees", line)
        check(line.decimal("funding") == funding, "funding", line)
        check(line.decimal("equity") == equity, "equity is not \(equity)", line)
        let cash = cash
        check(cash >= 0, "cash \(cash)", line)
        check(available >= 0 && available <= cash, "available", line)
    }

    private func isMultiple(_ value: Decimal, _ grain: Decimal) -> Bool {
        var quotient = value / grain
        var whole = Decimal()
        NSDecimalRound(&whole, &quotient, 0, .plain)
        return whole * grain == value
    }
}

extension Double {
    /// The decimal that the literal says.
    fileprivate var exact: Decimal { Decimal(string: description)! }
}

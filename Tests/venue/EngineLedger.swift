import Foundation
import Records

@testable import Venue

/// A second bookkeeper: `Decimal` and the engine's events, nothing else. It says what does not add up.
struct EngineLedger {
    private struct Holding {
        /// Signed: a short's is negative.
        var quantity: Decimal = 0
        var cost: Decimal = 0
        /// As the last event of the position told.
        var margin: Decimal = 0
        /// What closing has brought since then, fees taken off.
        var result: Decimal = 0
    }

    private struct Life {
        var filled: Decimal = 0
        var value: Decimal = 0
        var fees: Decimal = 0
        var hasEnded = false
    }

    private struct Books {
        var realised: Decimal = 0
        var fees: Decimal = 0
        var funding: Decimal = 0
        var holdings: [Int: Holding] = [:]
    }

    private(set) var problems: [String] = []
    /// What happened, by name: a market in which nothing happens proves nothing.
    private(set) var counts: [String: Int] = [:]
    private var accounts: [Books]
    private var lives: [Int: Life] = [:]
    private var accepted: Set<Int> = []

    init(accounts: Int) { self.accounts = Array(repeating: Books(), count: accounts) }

    private mutating func check(_ holds: Bool, _ problem: @autoclosure () -> String, _ event: Event) {
        if !holds { problems.append("\(problem()): \(event.told)") }
    }

    mutating func read(_ events: [Event], _ engine: Engine) {
        for event in events {
            switch event {
            case .accepted(let order):
                check(accepted.insert(order.number).inserted && lives[order.number] == nil, "accepted twice", event)
            case .fill(let fill): read(fill, event, engine)
            case .order(let order): read(order, event)
            case .position(let account, let symbol, let position): read(account, symbol, position, event)
            case .funding(let account, let symbol, let position, let rate, let mark, let received):
                let holding = accounts[account].holdings[symbol] ?? Holding()
                check(exact(position.quantity) == abs(holding.quantity), "funding of another position", event)
                let owed = rounded(-holding.quantity * exact(mark) * exact(rate), .down)
                let isLess = owed < 0 && exact(received) > owed && exact(received) <= 0
                let isIsolated = !engine.traders[account].isCross
                check(exact(received) == owed || (isLess && isIsolated), "funding is not \(owed)", event)
                accounts[account].funding += exact(received)
                counts["funding", default: 0] += 1
            case .account(let account, let statement):
                let books = accounts[account]
                check(exact(statement.realised) == books.realised, "realised is not \(books.realised)", event)
                check(exact(statement.fees) == books.fees, "fees are not \(books.fees)", event)
                check(exact(statement.funding) == books.funding, "funding is not \(books.funding)", event)
            }
        }
    }

    private mutating func read(_ fill: Fill, _ event: Event, _ engine: Engine) {
        let (account, symbol) = (fill.order.account, fill.order.terms.symbol)
        let isBuy = fill.order.terms.side == .buy
        let (quantity, px) = (exact(fill.level.quantity), exact(fill.level.price))
        var holding = accounts[account].holdings[symbol] ?? Holding()
        check(quantity > 0 && fill.level.quantity.units % EngineProgram.steps[symbol] == 0, "off step", event)
        check(px > 0 && fill.level.price.units % EngineProgram.ticks[symbol] == 0, "off tick", event)
        let isAtAnyPrice =
            fill.kind == .takeover || (fill.order.origin.isProtection && fill.order.terms.kind == .market)
        check(isAtAnyPrice || fill.order.terms.accepts(fill.level.price), "beyond its limit", event)
        let maker = EngineProgram.names[symbol] == "ODDUSDT" ? "-0.0001" : "0.0002"
        let rate = Decimal(string: fill.liquidity == .maker ? maker : "0.00055")!
        check(exact(fill.fee) == rounded(quantity * px * rate, .up), "fee", event)
        let closes = holding.quantity != 0 && (holding.quantity > 0) != isBuy
        let closed = closes ? min(quantity, abs(holding.quantity)) : 0
        check(exact(fill.closed) == closed, "closed is not \(closed)", event)
        check(!fill.order.terms.isReduceOnly || closed == quantity, "reduce-only opens", event)
        let released = holding.quantity > 0 ? closed * px - exact(fill.realised) : exact(fill.realised) + closed * px
        let share = holding.cost * closed - released * abs(holding.quantity)
        check(abs(share) <= abs(holding.quantity) * Decimal(sign: .plus, exponent: -16, significand: 1), "share", event)
        holding.result += exact(fill.realised) - rounded(closed * px * rate, .up)
        if closes, !engine.traders[account].isCross {
            check(holding.result >= -holding.margin, "more lost than the margin", event)
        }
        let opened = quantity - closed
        holding.cost += opened * px - (closes ? released : 0)
        holding.quantity += isBuy ? quantity : -quantity
        if closes, opened > 0 { holding.cost = opened * px }
        accounts[account].holdings[symbol] = holding
        accounts[account].realised += exact(fill.realised)
        accounts[account].fees += exact(fill.fee)
        read(life: fill, event)
        counts[fill.kind == .takeover ? "takeover" : "\(fill.liquidity)", default: 0] += 1
        if closed > 0, opened > 0 { counts["flip", default: 0] += 1 }
    }

    private mutating func read(life fill: Fill, _ event: Event) {
        var life = lives[fill.order.number] ?? Life()
        check(!life.hasEnded, "a fill after the end", event)
        life.filled += exact(fill.level.quantity)
        life.value += exact(fill.level.quantity) * exact(fill.level.price)
        life.fees += exact(fill.fee)
        check(exact(fill.order.filled) == life.filled, "cumulated quantity", event)
        check(fill.order.filled <= fill.order.terms.quantity, "more filled than asked for", event)
        lives[fill.order.number] = life
    }

    private mutating func read(_ order: Order, _ event: Event) {
        var life = lives[order.number] ?? Life()
        check(!life.hasEnded, "an event after the end", event)
        check(order.origin != .client || accepted.contains(order.number), "an order that was not accepted", event)
        check(exact(order.filled) == life.filled, "filled is not the sum of fills", event)
        check(exact(order.value) == life.value && exact(order.fees) == life.fees, "value or fees", event)
        check(order.filled <= order.terms.quantity, "more filled than asked for", event)
        check((order.status == .filled) == (order.remaining == .zero), "filled, or not", event)
        check(order.status.isOpen || order.status == .filled || order.cause != nil, "an end without a cause", event)
        life.hasEnded = !order.status.isOpen
        lives[order.number] = life
        if let cause = order.cause { counts["\(cause)", default: 0] += 1 }
        if order.origin.isProtection, order.filled > .zero, life.hasEnded { counts["level", default: 0] += 1 }
    }

    private mutating func read(_ account: Int, _ symbol: Int, _ position: Position, _ event: Event) {
        var holding = accounts[account].holdings[symbol] ?? Holding()
        check(exact(position.quantity) == abs(holding.quantity), "the sum of fills is not the position", event)
        check(position.isFlat || (position.side == .long) == (holding.quantity > 0), "side", event)
        check(exact(position.cost) == holding.cost, "cost is not \(holding.cost)", event)
        holding.margin = exact(position.margin)
        holding.result = 0
        accounts[account].holdings[symbol] = position.isFlat ? nil : holding
    }

    /// What must hold between any two things that happen.
    mutating func compare(_ engine: Engine) {
        func expect(_ holds: Bool, _ problem: @autoclosure () -> String) {
            if !holds { problems.append("\(problem()) at \(engine.now)") }
        }
        for (number, books) in accounts.enumerated() {
            let trader = engine.traders[number]
            let account = trader.account
            let cash = exact(account.start) + books.realised - books.fees + books.funding
            expect(exact(account.cash) == cash, "account \(number): cash \(account.cash) is not \(cash)")
            let orders = engine.listings.flatMap(\.orders).filter { $0.account == number }
            let reserved = orders.reduce(into: Money.zero) { $0 += $1.reserved }
            expect(account.reserved == reserved, "account \(number): reserved \(account.reserved), not \(reserved)")
            if !trader.isCross { expect(account.cash >= account.marginInUse, "account \(number): cash \(cash)") }
            let isFlat = account.positions.allSatisfy { $0 == nil }
            if isFlat { expect(account.cash >= .zero, "account \(number): cash \(cash)") }
            for (symbol, listing) in engine.listings.enumerated() {
                let quantity = account.position(symbol)?.quantity ?? .zero
                let held = abs(books.holdings[symbol]?.quantity ?? 0)
                expect(exact(quantity) == held, "account \(number): \(quantity) of \(symbol) is not \(held)")
                let rest = listing.orders.filter { $0.account == number && $0.isAtBook && $0.terms.isReduceOnly }
                expect(rest.allSatisfy { $0.remaining <= quantity }, "account \(number): reduce-only beyond it")
            }
        }
        for (symbol, listing) in engine.listings.enumerated() {
            let holders = engine.traders.count { $0.account.position(symbol) != nil }
            expect(listing.holders == holders, "\(listing.holders) holders of \(symbol), not \(holders)")
            let numbers = listing.orders.map(\.number)
            expect(numbers == numbers.sorted(), "orders of \(symbol) out of their order")
        }
    }

    mutating func finish(_ engine: Engine) {
        compare(engine)
        for number in accepted.union(lives.keys).sorted() where lives[number]?.hasEnded != true {
            problems.append("order \(number) has no end")
        }
        for trader in engine.traders where trader.account.reserved != .zero {
            problems.append("\(trader.account.reserved) stays reserved")
        }
    }

    private func exact(_ value: some FixedPoint) -> Decimal { Decimal(value.units) / 100_000_000 }

    private func exact(_ money: Money) -> Decimal {
        Decimal(string: money.description)!
    }

    /// To 1e-8, towards plus or minus infinity.
    private func rounded(_ value: Decimal, _ rounding: Rounding) -> Decimal {
        var (magnitude, rounded) = (abs(value), Decimal())
        NSDecimalRound(&rounded, &magnitude, 8, (value < 0) == (rounding == .up) ? .down : .up)
        return value < 0 ? -rounded : rounded
    }
}

import Records
import Statistics

/// A made-up market of two perpetuals, a pure function of its seed: what a demonstration and a test can run on without
/// anybody's data. It has what the layers of a strategy look for, trends and reversals that order flow announces, and
/// what they must bear: jumps, quiet spells, a gap. That a strategy earns on it says nothing about a real market.
struct SyntheticMarket: ~Copyable {
    private typealias P = SyntheticParameters

    /// Events fall into so many slots of a second, each with at most one of a kind and symbol: a Poisson process without
    /// a logarithm, already in order.
    private static let slots = 16
    private static let slotMicroseconds: Int64 = 1_000_000 / Int64(slots)

    private var random: SeededRandom
    private var process: PriceProcess
    private var outages = Outages()
    private let names = SyntheticContract.all.map { Array($0.name.utf8) }
    /// Seconds since the start.
    private(set) var second = 0

    /// - Parameter edge: nil for the market with trends and reversals.
    init(seed: UInt64, edge: PlantedEdge?) {
        random = SeededRandom(seed: seed)
        process = PriceProcess(edge)
    }

    private var secondStart: Int64 { P.start + Int64(second) * 1_000_000 }

    /// Writes the records of the next second, each by `emit`.
    mutating func advance(into out: inout Output, emit: (inout Output, Int64, RecordKind, Int) -> Void) {
        if second == 0 { writeInstruments(&out, emit) }
        let gapStart = outages.advance(second: second, &random)
        process.advance(second: second, &random)
        for symbol in process.edge?.changed ?? [] { writePlanted(symbol, &out, emit) }
        if let gapStart { writeGap(from: gapStart, &out, emit) }
        if second > 0, second % P.fundingSeconds == 0 { writeFunding(&out, emit) }
        if outages.isSilent, !outages.isGap, second % P.clockSeconds == 0 {
            out.begin(.clock, ts: secondStart)
            out.end()
            emit(&out, secondStart, .clock, -1)
        }
        if second % P.markSeconds == 0 { writeMarks(&out, emit) }
        for slot in 0..<Self.slots { writeSlot(slot, &out, emit) }
        second += 1
    }

    private typealias Emit = (inout Output, Int64, RecordKind, Int) -> Void

    /// One slot: of each symbol perhaps a quote, perhaps a trade and the quote that it met.
    private mutating func writeSlot(_ slot: Int, _ out: inout Output, _ emit: Emit) {
        var ts = secondStart + Int64(slot) * Self.slotMicroseconds
        for symbol in 0...1 where !outages.isQuiet(symbol) {
            // A third of the slot each, so that time ascends.
            ts += 1 + Int64(random.uniform() * 15_000)
            let trades = random.chance(P.tradeRate * process.activity / Double(Self.slots))
            let quotes = random.chance(P.quoteRate * process.activity / Double(Self.slots))
            guard trades || quotes else { continue }
            let quote = currentQuote(symbol, slot)
            write(quote, symbol, ts, &out, emit)
            guard trades else { continue }
            ts += 200 + Int64(random.uniform() * 8000)
            writeTrade(at: quote, symbol, ts, &out, emit)
        }
    }

    // MARK: Prices in ticks

    private struct Quote {
        let bid: Double
        let ask: Double
    }

    /// The spread is one tick, but for markets in haste.
    private mutating func currentQuote(_ symbol: Int, _ slot: Int) -> Quote {
        let contract = SyntheticContract.all[symbol]
        // On the way to a price it could be told where that is: a random walk jumps.
        let share = process.edge == nil ? Double(slot) / Double(Self.slots) : 0
        let before = process.previousPrices[symbol]
        let price = before + (process.prices[symbol] - before) * share
        let haste = max(0, process.haste[symbol] - 1.2)
        let spread = 1 + (haste * haste * 6 * random.uniform()).rounded(.down)
        let bid = (price * contract.ticks - spread / 2).rounded()
        return Quote(bid: bid, ask: bid + spread)
    }

    private mutating func write(_ quote: Quote, _ symbol: Int, _ ts: Int64, _ out: inout Output, _ emit: Emit) {
        let contract = SyntheticContract.all[symbol]
        // The side that is about to give way is thin.
        let lean = 0.6 * process.flows[symbol]
        out.begin(.quote, ts: ts, symbol: names[symbol])
        out.field("bid", quote.bid / contract.ticks)
        out.field("bid_qty", quantity(contract, contract.quoteSize * (1 + lean)))
        out.field("ask", quote.ask / contract.ticks)
        out.field("ask_qty", quantity(contract, contract.quoteSize * (1 - lean)))
        out.end()
        emit(&out, ts, .quote, symbol)
    }

    private mutating func writeTrade(
        at quote: Quote, _ symbol: Int, _ ts: Int64, _ out: inout Output, _ emit: Emit
    ) {
        let contract = SyntheticContract.all[symbol]
        let buys = random.chance((1 + process.flows[symbol]) / 2)
        out.begin(.trade, ts: ts, symbol: names[symbol])
        out.field("px", (buys ? quote.ask : quote.bid) / contract.ticks)
        out.field("qty", quantity(contract, contract.tradeSize))
        out.field("side", buys ? "buy" : "sell")
        out.end()
        emit(&out, ts, .trade, symbol)
    }

    /// A heavy-tailed quantity about `size`, of at least one step.
    private mutating func quantity(_ contract: SyntheticContract, _ size: Double) -> Double {
        max(1, (random.heavy(limit: 40) * size * contract.steps).rounded()) / contract.steps
    }

    // MARK: The rare records

    private func writeInstruments(_ out: inout Output, _ emit: Emit) {
        for (symbol, contract) in SyntheticContract.all.enumerated() {
            out.begin(.instrument, ts: secondStart, symbol: names[symbol])
            out.field("tick", 1 / contract.ticks)
            out.field("step", 1 / contract.steps)
            out.field("min_qty", 1 / contract.steps)
            out.field("max_qty", contract.maxQuantity)
            out.field("min_notional", Int64(5))
            out.field("max_leverage", Int64(100))
            out.field("maker_fee", 0.0002)
            out.field("taker_fee", 0.00055)
            out.end()
            emit(&out, secondStart, .instrument, symbol)
        }
    }

    private func writePlanted(_ symbol: Int, _ out: inout Output, _ emit: Emit) {
        out.begin(.planted, ts: secondStart, symbol: names[symbol])
        out.field("mu", process.edge!.returns[symbol])
        out.end()
        emit(&out, secondStart, .planted, symbol)
    }

    private func writeGap(from start: Int, _ out: inout Output, _ emit: Emit) {
        out.begin(.gap, ts: secondStart)
        out.field("from", P.start + Int64(start) * 1_000_000)
        out.field("to", secondStart)
        out.field("reason", "made up")
        out.end()
        emit(&out, secondStart, .gap, -1)
    }

    private mutating func writeMarks(_ out: inout Output, _ emit: Emit) {
        for symbol in 0...1 where !outages.isQuiet(symbol) {
            let price = process.previousPrices[symbol]
            let basis = 1 - 0.000_2 - 0.000_1 * process.flows[symbol]
            out.begin(.mark, ts: secondStart, symbol: names[symbol])
            out.field("mark", (price * 100).rounded() / 100)
            out.field("index", (price * basis * 100).rounded() / 100)
            out.end()
            emit(&out, secondStart, .mark, symbol)
        }
    }

    private mutating func writeFunding(_ out: inout Output, _ emit: Emit) {
        for symbol in 0...1 {
            let rate = P.fundingMean + P.fundingDeviation * random.normal()
            let bounded = min(P.fundingLimit, max(-P.fundingLimit, rate))
            out.begin(.funding, ts: secondStart, symbol: names[symbol])
            out.field("rate", (bounded * 1e6).rounded() / 1e6)
            out.end()
            emit(&out, secondStart, .funding, symbol)
        }
    }
}

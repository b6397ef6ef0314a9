import Stage

/// The plots of the page.
struct Figures {
    let audit: Audit
    let summary: Summary

    /// Day and minute of event time, UTC.
    static func date(_ microseconds: Double) -> String {
        String(Instant.text(Int64(microseconds.rounded())).replacing("T", with: " ").prefix(16))
    }

    /// Full hours, days or minutes, about eight, and how they are written: none like another.
    static func instants(_ range: ClosedRange<Double>) -> (ticks: [Double], text: (Double) -> String) {
        let minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200, 129_600.0]
        let day = 86_400e6
        let length = range.upperBound - range.lowerBound
        let step = (minutes.first { $0 * 60e6 >= length / 8 } ?? 525_600) * 60e6
        let first = (range.lowerBound / step).rounded(.up)
        let ticks = (0...16).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound }
        let isOneDay = (range.lowerBound / day).rounded(.down) == (range.upperBound / day).rounded(.down)
        return (
            ticks,
            { instant in
                let text = date(instant)
                if step >= day { return String(text.prefix(10)) }
                return String(isOneDay ? text.suffix(5) : text.dropFirst(5))
            }
        )
    }

    private func time(_ points: [Curve.Point]) -> ClosedRange<Double> {
        Double(points.first?.ts ?? 0)...Double(max(points.last?.ts ?? 1, (points.first?.ts ?? 0) + 1))
    }

    /// Why a position was closed, as the page's colours know it.
    static let exits = [
        "drift_flip", "drift_decay", "time_decay", "confidence_drop", "take_profit", "stop_loss", "liquidation",
    ]

    /// - Returns: the class of a mark. Reasons are words of the stream: what the page does not know has none of its own.
    static func style(ofExit reason: String) -> String { exits.contains(reason) ? reason : "other" }

    // MARK: Over time

    /// Some of many places, evenly among them, the last one too.
    private static func some<Value>(_ values: [Value], of limit: Int = 24) -> [Value] {
        guard values.count > limit else { return values }
        return (1...limit).map { values[$0 * values.count / limit - 1] }
    }

    var equity: Drawing? {
        let points = audit.equity.curve.points
        guard points.count > 1 else { return nil }
        var plot = Plot(
            "Equity, USDT", x: time(points), y: points.map(\.low).min()!...points.map(\.high).max()!)
        // Where nothing is held it stands, and does not lean towards what comes.
        let standing = audit.equity.curve.standing
        plot.band(standing.map { (Double($0.ts), $0.low, $0.high) }, "range")
        plot.line(standing.map { (Double($0.ts), $0.last) }, "equity")
        let (ticks, text) = Self.instants(plot.x)
        let places = Plot.places(plot.y)
        return Drawing(
            plot, plot.svg(xTicks: ticks, xText: text) { Summary.number($0, places) }, ["UTC", "equity, USDT"],
            Self.some(points).map { [Self.date(Double($0.ts)), Summary.money($0.last)] })
    }

    var drawdown: Drawing? {
        let points = audit.equity.curve.points
        guard points.count > 1 else { return nil }
        let depths = points.map { (x: Double($0.ts), low: $0.depth, high: 0.0) }
        // What hardly fell is not drawn as if it had.
        let deepest = min(-0.001, depths.map(\.low).min()!)
        var plot = Plot("Drawdown from the peak so far", x: time(points), y: deepest...0, height: 144)
        plot.band(audit.equity.curve.standing.map { (Double($0.ts), $0.depth, 0.0) }, "loss")
        let (ticks, text) = Self.instants(plot.x)
        let places = Plot.places(plot.y, scale: 100)
        return Drawing(
            plot, plot.svg(xTicks: ticks, xText: text) { "\(Summary.number($0 * 100, places)) %" },
            ["UTC", "drawdown"],
            Self.some(depths).map { [Self.date($0.x), "\(Summary.number($0.low * 100, max(1, places))) %"] })
    }

    /// More cannot be told apart.
    private static let tradeLimit = 400

    /// The trades of a symbol, open ones too, in the order of time.
    private func trades(_ symbol: Int) -> [Trade] {
        audit.book.closed.filter { $0.symbol == audit.names[symbol] } + [audit.book.open[symbol]].compactMap { $0 }
    }

    /// What of a symbol's trades stands in its drawing; nil if all do.
    func omission(_ symbol: Int) -> String? {
        let count = trades(symbol).count
        return count > Self.tradeLimit ? "\(Self.tradeLimit) of \(count) drawn, evenly among them." : nil
    }

    /// One for each symbol: where it was entered and left, and why.
    func price(_ symbol: Int) -> Drawing? {
        let points = audit.prices[symbol].points
        guard points.count > 1 else { return nil }
        var plot = Plot(
            "Price of \(audit.names[symbol]), with entries and exits", x: time(points),
            y: points.map(\.low).min()!...points.map(\.high).max()!, height: 320)
        plot.band(points.map { (Double($0.ts), $0.low, $0.high) }, "range")
        plot.line(points.map { (Double($0.ts), $0.last) }, "price")
        let all = trades(symbol)
        let count = min(all.count, Self.tradeLimit)
        let drawn = (0..<count).map { all[$0 * all.count / count] }
        for trade in drawn { mark(trade, &plot) }
        let (ticks, text) = Self.instants(plot.x)
        let places = Plot.places(plot.y)
        return Drawing(
            plot, plot.svg(xTicks: ticks, xText: text) { Summary.number($0, places) },
            ["opened, UTC", "side", "quantity", "entry", "left for", "net, USDT"],
            drawn.map { trade in
                [
                    Self.date(Double(trade.opened)), trade.isLong ? "long" : "short",
                    Summary.number(trade.quantity, 4), Summary.number(trade.entry, max(2, places)),
                    trade.exits.map { "\($0.reason) at \(Summary.number($0.price, max(2, places)))" }.joined(
                        separator: ", "),
                    Summary.money(trade.net),
                ]
            })
    }

    private func mark(_ trade: Trade, _ plot: inout Plot) {
        let side = trade.isLong ? "long" : "short"
        plot.arrow(
            Double(trade.opened), trade.entry, isUp: trade.isLong, "entry",
            "\(Self.date(Double(trade.opened))) opened \(side) \(Summary.number(trade.quantity, 4))")
        for (place, exit) in trade.exits.enumerated() {
            let isLast = place == trade.exits.count - 1 && trade.held <= trade.quantity * 1e-9
            plot.arrow(
                Double(exit.ts), exit.price, isUp: !trade.isLong, "exit \(Self.style(ofExit: exit.reason))",
                "\(Self.date(Double(exit.ts))) left for \(exit.reason): \(side) \(Summary.number(exit.quantity, 4))"
                    + (isLast ? ", net of the trade \(Summary.money(trade.net)) USDT" : ""))
        }
    }

    /// How drift, or confidence, faded from entry to exit. What was closed counts on at its last value: those that are left are the
    /// ones that have not faded, and fewer at each place.
    func fading(_ title: String, _ axis: String, _ value: (Tracks.Point) -> Double) -> Drawing? {
        let tracks = audit.tracks.tracks
        guard tracks.count >= 4 else { return nil }
        let most = min(4, tracks.compactMap { $0.points.last?.age }.max() ?? 1)
        let spread = (0...24).map { place -> (x: Double, low: Double, middle: Double, high: Double, open: Int) in
            let age = Double(place) / 24 * most
            let values = tracks.compactMap { $0.points.last { $0.age <= age } }.map(value).sorted()
            return (
                age, Estimates.quantile(values, 0.25), Estimates.quantile(values, 0.5),
                Estimates.quantile(values, 0.75), tracks.count { ($0.points.last?.age ?? 0) >= age }
            )
        }
        let low = min(0, spread.map(\.low).min()!)
        let high = max(1, spread.map(\.high).max()!)
        var plot = Plot(title, x: 0...most, y: low...high, height: 230, axes: ("half-lives since the entry", axis))
        for track in tracks.prefix(60) {
            // What leaves the axes is not drawn; a line goes on where it comes back.
            for part in track.points.split(whereSeparator: { $0.age > most || !(low...high).contains(value($0)) }) {
                plot.line(part.map { ($0.age, value($0)) }, track.won ? "thin won" : "thin lost")
            }
        }
        plot.band(spread.map { ($0.x, $0.low, $0.high) }, "range")
        plot.line(spread.map { ($0.x, $0.middle) }, "equity")
        return Drawing(
            plot, plot.svg(xText: { Summary.number($0, 2) }) { Summary.number($0, 2) },
            ["half-lives", "a quarter is below", "median", "a quarter is above", "still open of \(tracks.count)"],
            spread.map { [$0.x, $0.low, $0.middle, $0.high].map { Summary.number($0, 3) } + ["\($0.open)"] })
    }

    // MARK: Bars

    /// Its table is the gate's own.
    var funnel: Drawing? {
        guard summary.gate.signals > 0 else { return nil }
        let stages = [("signals", summary.gate.signals)] + summary.gate.layers.map { ($0.name, $0.passed) }
        var plot = Plot("Signals that are left behind each layer", x: 0...Double(stages.count), y: 0...1, height: 230)
        for (place, (name, count)) in stages.enumerated() {
            let share = Double(count) / Double(summary.gate.signals)
            plot.column(place, share, "bar", "\(name): \(count), \(Summary.percent(share))", name, "\(count)")
        }
        return Drawing(plot, plot.svg(xText: nil) { "\(Summary.number($0 * 100, 0)) %" }, [], [])
    }

    /// What was paid, by what for, and in all. Its table is the page's own.
    var costs: Drawing? {
        let costs = summary.costs
        guard costs.share != nil else { return nil }
        // Each as what was paid: funding is counted the other way.
        let parts = [
            ("fees", costs.fees), ("spread", costs.spread), ("slippage", costs.slippage), ("delay", costs.delay),
            ("funding", -costs.funding), ("all", costs.total),
        ]
        let values = [0] + parts.map(\.1)
        var plot = Plot(
            "What was paid, USDT; below zero gained", x: 0...Double(parts.count), y: values.min()!...values.max()!,
            height: 220)
        for (place, (name, money)) in parts.enumerated() {
            let text = Summary.money(money)
            plot.column(place, money, money < 0 ? "gain" : "loss", "\(name): \(text) USDT", name, text)
        }
        let places = Plot.places(plot.y)
        return Drawing(plot, plot.svg(xText: nil) { Summary.number($0, places) }, [], [])
    }

    /// Estimates with their intervals, in basis points, side by side; one without an interval is marked.
    func bars(_ title: String, _ parts: [(name: String, count: Int, estimate: Summary.Estimate)]) -> Drawing? {
        guard !parts.isEmpty else { return nil }
        let estimates = parts.map(\.estimate)
        let values = [0] + estimates.map(\.value) + estimates.compactMap(\.low) + estimates.compactMap(\.high)
        var plot = Plot(title, x: 0...Double(parts.count), y: values.min()!...values.max()!, height: 220)
        for (place, part) in parts.enumerated() {
            let middle = Double(place) + 0.5
            let (low, high) = (part.estimate.low, part.estimate.high)
            let interval =
                low.map { ", 95 %: \(Summary.basisPoints($0)) to \(Summary.basisPoints(high ?? $0))" }
                ?? ", no interval"
            plot.bar(
                (middle - 0.35)...(middle + 0.35), 0, part.estimate.value,
                (part.estimate.value < 0 ? "loss" : "gain") + (low == nil ? " few" : ""),
                "\(part.name): \(Summary.basisPoints(part.estimate.value))\(interval), n \(part.count)")
            if let low, let high { plot.whisker(middle, low, high) }
            plot.name(middle, part.name, "n \(part.count)")
        }
        let places = Plot.places(plot.y, scale: 1e4)
        return Drawing(
            plot, plot.svg(xText: nil) { "\(Summary.number($0 * 1e4, places)) bp" },
            ["", "n", "each", "95 % from", "to"],
            parts.map { part in
                [part.name, "\(part.count)", Summary.basisPoints(part.estimate.value)]
                    + [part.estimate.low, part.estimate.high].map { $0.map(Summary.basisPoints) ?? "none" }
            })
    }

    var distribution: Drawing? {
        let returns = audit.book.closed.map(\.netReturn).sorted()
        guard returns.count > 4 else { return nil }
        // What lies farther out is counted in the outermost bars.
        let (low, high) = (Estimates.quantile(returns, 0.005), Estimates.quantile(returns, 0.995))
        guard high > low else { return nil }
        let count = 40
        var bins = [Int](repeating: 0, count: count)
        for value in returns {
            // What is far out, in widths of a bar, may be more than an integer holds.
            let place = (value - low) / (high - low) * Double(count)
            bins[Int(min(Double(count - 1), max(0, place)))] += 1
        }
        var plot = Plot(
            "Net results of trades", x: low...high, y: 0...Double(bins.max()!), height: 230,
            axes: ("net result, of the position's value", "trades"))
        let width = (high - low) / Double(count)
        var rows: [[String]] = []
        for (place, number) in bins.enumerated() where number > 0 {
            let from = low + Double(place) * width
            let (least, most) = (Summary.basisPoints(from), Summary.basisPoints(from + width))
            plot.bar(
                from...(from + width * 0.92), 0, Double(number), from + width / 2 < 0 ? "loss" : "gain",
                "\(least) to \(most): \(Summary.count(number, "trade", "trades"))")
            rows.append([least, most, "\(number)"])
        }
        let places = Plot.places(plot.x, scale: 1e4)
        return Drawing(
            plot,
            plot.svg(xText: { "\(Summary.number($0 * 1e4, places)) bp" }) { Summary.number($0, 0) },
            ["from", "to", "trades"], rows)
    }
}

/// A plot, and what it shows as a table: for who cannot see it, or has no pointer to ask it with.
struct Drawing {
    let title: String
    let svg: String
    let head: [String]
    let rows: [[String]]

    init(_ plot: Plot, _ svg: String, _ head: [String], _ rows: [[String]]) {
        (title, self.svg, self.head, self.rows) = (plot.label, svg, head, rows)
    }
}

/// One page that needs nothing else: no network, no script to read it. Light or dark as the reader's system is, and it prints.
/// Words of the stream are on it: all are escaped, and the policy at its head lets nothing run or load whatever gets by.
extension Summary {
    /// - Parameter title: what was read.
    public func page(_ audit: Audit, title: String) -> String {
        let figures = Figures(audit: audit, summary: self)
        var body: [String] = []
        func section(_ title: String, _ text: String, _ drawings: [Drawing?], _ more: String = "") {
            let parts = drawings.compactMap { $0 }.map(Self.figure) + (more.isEmpty ? [] : [more])
            guard let first = parts.first else { return }
            let head = "<h2>\(Plot.escaped(title))</h2><p>\(Plot.escaped(text))</p>"
            // On paper no heading stands alone at the foot.
            body.append("<section><div class=\"together\">\(head)\(first)</div>")
            body.append(parts.dropFirst().joined(separator: "\n") + "</section>")
        }
        section(
            "Equity",
            "After all costs, open positions at the middle of the market; below it the drawdown from the peak so far.",
            [figures.equity, figures.drawdown])
        for symbol in audit.names.indices {
            let price = figures.price(symbol)
            section(
                audit.names[symbol],
                "A triangle up is bought, one down is sold; full ones open, hollow ones close all or a part, by reason. "
                    + (figures.omission(symbol) ?? ""),
                [price], price == nil ? "" : Self.legend)
        }
        section(
            "Where signals die", "Each layer of the gate in its order: how many signals are left behind it.",
            [figures.funnel],
            gateTable)
        section(
            "How conviction fades",
            "From entry to exit, in half-lives: the expected return in the position's direction as a share of that at the entry, and "
                + "the confidence. Line and band are the median and the middle half of \(audit.tracks.tracks.count) trades: what was closed "
                + "stays at its last value, as those that are left are the ones that have not faded. Thin lines are single trades, as far "
                + "as the axes reach.",
            [
                figures.fading("Drift since the entry", "share of the drift at the entry") { $0.drift },
                figures.fading("Confidence since the entry", "confidence") { $0.confidence },
            ])
        let saved = figures.bars(
            "What rules saved, of what was left",
            exits.compactMap { exit in exit.savedShare.map { (exit.name, exit.compared, $0) } })
        section(
            "What exits were worth",
            "Against holding on to take-profit, stop-loss or, behind the entry, \(holdingOn). Above zero the rule saved money."
                + (saved == nil
                    ? ""
                    : " n are those that could be compared. Whiskers: 95 %; a pale bar in a broken line has too few exits for one, or such "
                        + "as do not differ."),
            [saved], exitTable)
        section("By symbol", "Net result of the trades in each.", [], symbolTable)
        section(
            "By hour and weekday",
            "Net result of the trades opened then, UTC. Whiskers: 95 %, of which one in twenty excludes zero by chance; a pale bar in a "
                + "broken line has too few trades for one, or such as do not differ.",
            [
                // One alone is all of them.
                hours.count < 2
                    ? nil
                    : figures.bars(
                        "By hour opened, UTC",
                        hours.compactMap { part in part.share.map { (part.name, part.count, $0) } }),
                weekdays.count < 2
                    ? nil
                    : figures.bars(
                        "By weekday opened, UTC",
                        weekdays.compactMap { part in
                            part.share.map { (String(part.name.dropFirst(2)), part.count, $0) }
                        }),
            ])
        section(
            "Distribution of trades",
            "Net result as a share of the position's value; the outermost bars hold what lies beyond.",
            [figures.distribution])
        section("Costs", "What all fills cost, apart from being wrong.", [figures.costs], costTable)
        section("Not opened", "Intents to open of which nothing was filled, by why.", [], rejectTable)
        if body.isEmpty { body.append("<p>There is nothing on the record that a figure could show.</p>") }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Plot.escaped(title))</title><style>\(PageStyle.text)</style></head><body>
            <header><h1>\(Plot.escaped(title))</h1>
            <p>\(Plot.escaped(extent))</p>
            <ul class="cautions">\(cautions.map { "<li>\(Plot.escaped($0))</li>" }.joined())</ul>
            \(headline)</header>
            <main>\(body.joined(separator: "\n"))</main>
            </body></html>

            """
    }

    private var extent: String {
        guard span.records > 0 else { return "No records." }
        guard span.to > 0 else { return "\(Self.count(span.records, "record", "records")), none of a market" }
        return
            "\(Figures.date(Double(span.from))) to \(Figures.date(Double(span.to))) UTC, \(Self.number(span.days, 2)) days, "
            + "\(Self.count(span.records, "record", "records")), \(Self.count(span.gaps, "gap", "gaps"))"
    }

    private static func figure(_ drawing: Drawing) -> String {
        let table =
            drawing.rows.isEmpty
            ? ""
            : "<details><summary>as a table</summary>\(table("\(drawing.title), as a table", drawing.head, drawing.rows))</details>"
        return "<figure><figcaption>\(Plot.escaped(drawing.title))</figcaption>"
            + "\(scrolling(drawing.title, drawing.svg))\(table)</figure>"
    }

    /// What is wider than a narrow screen: with the keyboard it is scrolled to, by its name.
    private static func scrolling(_ name: String, _ content: String) -> String {
        #"<div class="scroll" tabindex="0" role="region" aria-label="\#(Plot.escaped(name))">\#(content)</div>"#
    }

    private var headline: String {
        func card(_ name: String, _ value: String, _ more: String) -> String {
            "<div><dt>\(name)</dt><dd>\(Plot.escaped(value))<small>\(Plot.escaped(more))</small></dd></div>"
        }
        func interval(_ estimate: Estimate?, _ text: (Double) -> String) -> String {
            guard let low = estimate?.low, let high = estimate?.high else { return "no interval" }
            return "95 %: \(text(low)) to \(text(high))"
        }
        var cards = [
            card(
                "Result", "\(Self.number(result.net, 2)) USDT",
                result.start.map { "on \(Self.number($0, 2)), after all costs" } ?? "no account")
        ]
        cards.append(card("Trades", "\(trades.count)", pace))
        if let rate = trades.winRate {
            cards.append(card("Win rate", Self.percent(rate.value), interval(rate, Self.percent)))
        }
        if let share = trades.expectancyShare {
            cards.append(card("Expectancy", Self.basisPoints(share.value), interval(share, Self.basisPoints)))
        }
        if let money = trades.expectancy {
            cards.append(card("Expectancy, USDT", Self.money(money.value), interval(money, Self.money)))
        }
        if let gross = trades.beforeCosts {
            cards.append(card("Before costs", Self.basisPoints(gross.value), interval(gross, Self.basisPoints)))
        }
        if let planted = trades.planted {
            cards.append(card("Planted", Self.basisPoints(planted), "what the made-up market gave these trades"))
        }
        cards.append(
            card(
                "Drawdown", Self.percent(result.maxDrawdownShare),
                "of its peak at most; in money \(Self.number(result.maxDrawdown, 2)) USDT"))
        if let sharpe = result.sharpeHourly {
            cards.append(card("Sharpe, hourly", Self.number(sharpe.value, 3), interval(sharpe) { Self.number($0, 3) }))
        } else {
            cards.append(card("Sharpe, hourly", "-", noSharpe))
        }
        if let deflated = result.deflatedSharpe {
            cards.append(
                card(
                    "Deflated", Self.percent(deflated),
                    "probably above luck in \(Self.count(result.trials, "trial", "trials"))"))
        }
        if trades.count > 0 {
            cards.append(
                card("Profit factor", trades.profitFactor.map { Self.number($0, 2) } ?? "no loss", "won over lost"))
        }
        if let seconds = trades.medianSeconds {
            cards.append(card("Held", "\(Self.number(seconds, 0)) s", "median"))
        }
        cards.append(card("In the market", Self.percent(trades.timeInMarket), "of the time"))
        cards.append(card("Turnover", "\(Self.number(trades.turnover, 0)) USDT", "all fills"))
        if let result = trades.resultOfValueDay {
            cards.append(card("Capital efficiency", Self.basisPoints(result), "for each USDT held for a day"))
        }
        return "<dl>\(cards.joined())</dl>"
    }

    private static let legend =
        #"<p class="legend">"#
        + (Figures.exits + ["other"]).map {
            #"<span class="\#($0)">\#($0.replacing("_", with: " "))</span>"#
        }.joined(separator: " ") + "</p>"

    private static func table(_ name: String, _ head: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(Plot.escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        let body = rows.map { row($0, "td") }.joined()
        return scrolling(name, "<table><thead>\(row(head, "th"))</thead><tbody>\(body)</tbody></table>")
    }

    private var gateTable: String {
        guard gate.signals > 0 else { return "" }
        return Self.table(
            "Layers of the gate",
            ["layer", "came", "passed", "refused by it alone", "median of those refused, or by which limit"],
            gate.layers.map {
                ["\($0.name)", "\($0.came)", "\($0.passed)", "\($0.alone)", $0.why.isEmpty ? "-" : $0.why]
            })
    }

    private var exitTable: String {
        guard !exits.isEmpty else { return "" }
        return Self.table(
            "Exits",
            ["exit", "n", "compared", "saved, USDT", "of what was left", "95 % from", "to"]
                + ["not known at the end", "nothing to compare with"],
            exits.map { exit in
                [exit.name, "\(exit.count)"]
                    + (exit.isRule
                        ? ["\(exit.compared)", exit.saved.map(Self.money) ?? "-"] + Self.cells(exit.savedShare)
                            + ["\(exit.open)", "\(exit.beyond)"]
                        : [String](repeating: "-", count: 7))
            })
    }

    /// An estimate and the ends of its interval.
    private static func cells(_ estimate: Estimate?) -> [String] {
        guard let estimate else { return ["-", "-", "-"] }
        return [basisPoints(estimate.value)] + [estimate.low, estimate.high].map { $0.map(basisPoints) ?? "none" }
    }

    private var symbolTable: String {
        guard !symbols.isEmpty else { return "" }
        return Self.table(
            "Symbols", ["symbol", "trades", "net, USDT", "each", "95 % from", "to"],
            symbols.map { [$0.name, "\($0.count)", Self.money($0.net)] + Self.cells($0.share) })
    }

    private var rejectTable: String {
        guard !trades.rejects.isEmpty else { return "" }
        let codes = trades.rejects.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return Self.table("Not opened", ["code", "intents"], codes.map { [$0.key, "\($0.value)"] })
    }

    private var costTable: String {
        guard let share = costs.share else { return "" }
        return Self.table(
            "Costs", ["fees", "spread", "slippage", "delay", "funding received", "all", "of what was traded"],
            [
                [costs.fees, costs.spread, costs.slippage, costs.delay, costs.funding, costs.total].map(Self.money)
                    + [Self.basisPoints(share)]
            ])
    }
}

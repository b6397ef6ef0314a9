/// One page that needs nothing else: no network, no script to read it. Light or dark as the reader's system is, and it prints.
/// Words of the stream are on it: all are escaped, and the policy at its head lets nothing run or load whatever gets by.
extension Summary {
    /// - Parameter title: what was read.
    public func page(_ audit: Audit, title: String) -> String {
        let figures = Figures(audit: audit, summary: self)
        var body: [String] = []
        func section(_ title: String, _ text: String, _ drawings: [String?], _ table: String = "") {
            let drawn = drawings.compactMap { $0 }
            guard !drawn.isEmpty || !table.isEmpty else { return }
            body.append("<section><h2>\(Plot.escaped(title))</h2><p>\(Plot.escaped(text))</p>")
            body += drawn.map { "<figure>\($0)</figure>" }
            body.append(table + "</section>")
        }
        section(
            "Equity",
            "After all costs, open positions at the middle of the market; below it the drawdown from the peak so far.",
            [figures.equity, figures.drawdown])
        for symbol in audit.names.indices {
            section(
                audit.names[symbol],
                "A triangle up is bought, one down is sold; full ones open, hollow ones close all or a part, by reason. "
                    + (figures.omission(symbol) ?? ""),
                [figures.price(symbol)], symbol == 0 ? Self.legend : "")
        }
        section(
            "Where signals die", "Each layer of the gate in its order: how many signals are left behind it.",
            [figures.funnel],
            gateTable)
        section(
            "How conviction fades",
            "From entry to exit, in half-lives: the expected return in the position's direction as a share of that at the entry, and "
                + "the confidence. Line and band are the median and the middle half; thin lines are single trades.",
            [
                figures.fading("Drift since the entry") { $0.drift },
                figures.fading("Confidence since the entry") { $0.confidence },
            ])
        section(
            "What exits were worth",
            "Against holding on to take-profit, stop-loss or the last half-life. Above zero the rule saved money. Whiskers: 95 %.",
            [
                figures.bars(
                    "What rules saved", exits.compactMap { exit in exit.savedShare.map { (exit.name, exit.count, $0) } }
                )
            ])
        section(
            "By hour and weekday",
            "Net result of the trades opened then, UTC. Whiskers: 95 %; without one there are too few.",
            [
                figures.bars("By hour", hours.compactMap { part in part.share.map { (part.name, part.count, $0) } }),
                figures.bars(
                    "By weekday",
                    weekdays.compactMap { part in part.share.map { (String(part.name.dropFirst(2)), part.count, $0) } }),
            ])
        section(
            "Distribution of trades",
            "Net result as a share of the position's value; the outermost bars hold what lies beyond.",
            [figures.distribution])
        section("Costs", "What trading cost, apart from being wrong.", [], costTable)
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Plot.escaped(title))</title><style>\(Self.style)</style></head><body>
            <header><h1>\(Plot.escaped(title))</h1>
            <p>\(Plot.escaped(Figures.date(Double(span.from)))) to \(Plot.escaped(Figures.date(Double(span.to)))) UTC, \
            \(Self.number(span.days, 2)) days, \(Self.count(span.records, "record", "records"))</p>
            <ul class="cautions">\(cautions.map { "<li>\(Plot.escaped($0))</li>" }.joined())</ul>
            \(headline)</header>
            <main>\(body.joined(separator: "\n"))</main>
            </body></html>

            """
    }

    private var headline: String {
        func card(_ name: String, _ value: String, _ more: String) -> String {
            "<div><dt>\(name)</dt><dd>\(Plot.escaped(value))<small>\(Plot.escaped(more))</small></dd></div>"
        }
        func interval(_ estimate: Estimate?, _ text: (Double) -> String) -> String {
            guard let low = estimate?.low, let high = estimate?.high else { return "too few for an interval" }
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
        if let gross = trades.beforeCosts {
            cards.append(card("Before costs", Self.basisPoints(gross.value), interval(gross, Self.basisPoints)))
        }
        cards.append(
            card("Drawdown", Self.percent(result.maxDrawdownShare), "\(Self.number(result.maxDrawdown, 2)) USDT"))
        if let sharpe = result.sharpeHourly {
            cards.append(card("Sharpe, hourly", Self.number(sharpe.value, 3), interval(sharpe) { Self.number($0, 3) }))
        }
        if trades.count > 0 {
            cards.append(
                card("Profit factor", trades.profitFactor.map { Self.number($0, 2) } ?? "no loss", "won over lost"))
        }
        cards.append(card("In the market", Self.percent(trades.timeInMarket), "of the time"))
        return "<dl>\(cards.joined())</dl>"
    }

    private static let legend =
        #"<p class="legend"><b class="drift_flip">drift flip</b> <b class="drift_decay">drift decay</b> "#
        + #"<b class="time_decay">time decay</b> <b class="confidence_drop">confidence drop</b> "#
        + #"<b class="take_profit">take profit</b> <b class="stop_loss">stop loss</b></p>"#

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(Plot.escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<table><thead>\(row(head, "th"))</thead><tbody>\(rows.map { row($0, "td") }.joined())</tbody></table>"
    }

    private var gateTable: String {
        guard gate.signals > 0 else { return "" }
        return Self.table(
            ["layer", "came", "passed", "refused by it alone", "median of those refused, of the threshold"],
            gate.layers.map {
                [
                    "\($0.name)", "\($0.came)", "\($0.passed)", "\($0.alone)",
                    $0.medianMargin.map { Self.number($0, 2) } ?? "-",
                ]
            })
    }

    private var costTable: String {
        guard trades.count > 0 else { return "" }
        return Self.table(
            ["fees", "spread", "slippage", "delay", "funding received", "all", "of what was traded"],
            [
                [costs.fees, costs.spread, costs.slippage, costs.delay, costs.funding, costs.total].map(Self.money)
                    + [costs.share.map(Self.basisPoints) ?? "-"]
            ])
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1c2330;--paper:#fbfaf7;--soft:#8a93a3;--grid:#e4e2db;--main:#2563a8;--gain:#2f8f5b;--loss:#c0483e;--range:#2563a822;--flip:#8b4fc0;--decay:#c98a1b;--time:#4d7f8f;--drop:#b0568c}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e4de;--paper:#14181f;--soft:#8791a1;--grid:#2a313c;--main:#6fa8e6;--gain:#5cbf8a;--loss:#e57a70;--range:#6fa8e62b;--flip:#b78be0;--decay:#e0b04c;--time:#86b6c6;--drop:#d98bb8}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:1040px;padding:24px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 2px}p{margin:0 0 8px;color:var(--soft);max-width:72ch}
        .cautions{margin:8px 0;padding:8px 12px 8px 28px;border-left:3px solid var(--decay);background:var(--range)}
        dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;margin:16px 0}dl div{border:1px solid var(--grid);border-radius:6px;padding:10px 12px}
        dt{color:var(--soft)}dd{margin:0;font-size:22px;font-variant-numeric:tabular-nums}dd small{display:block;font-size:12px;color:var(--soft)}
        figure{margin:0 0 12px}svg{width:100%;height:auto;display:block}
        .tick{fill:var(--soft);font:11px system-ui,sans-serif}.grid{stroke:var(--grid)}.zero{stroke:var(--soft)}
        path{fill:none}.equity,.price{stroke:var(--main);stroke-width:1.5}.range{fill:var(--range)}path.loss{fill:var(--loss);opacity:.45}
        rect.gain{fill:var(--gain)}rect.loss{fill:var(--loss)}rect.bar{fill:var(--main)}rect:focus{outline:2px solid var(--ink)}
        .whisker{stroke:var(--ink);stroke-width:1.5}.thin{stroke-width:.6;opacity:.45}.won{stroke:var(--gain)}.lost{stroke:var(--loss)}
        .entry{fill:var(--main)}.exit{fill:var(--paper);stroke-width:1.5;stroke:var(--soft)}
        .exit.drift_flip{stroke:var(--flip)}.exit.drift_decay{stroke:var(--decay)}.exit.time_decay{stroke:var(--time)}.exit.confidence_drop{stroke:var(--drop)}.exit.take_profit{stroke:var(--gain)}.exit.stop_loss,.exit.liquidation{stroke:var(--loss)}
        .legend b{font-weight:600;margin-right:12px}b.drift_flip{color:var(--flip)}b.drift_decay{color:var(--decay)}b.time_decay{color:var(--time)}b.confidence_drop{color:var(--drop)}b.take_profit{color:var(--gain)}b.stop_loss{color:var(--loss)}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:right;padding:4px 8px;border-bottom:1px solid var(--grid)}th:first-child,td:first-child{text-align:left}th{font-weight:600;color:var(--soft)}
        @media print{body{max-width:none;padding:0}section{break-inside:avoid}}
        """
}

import Stage

/// The report as a person reads it on a terminal.
extension Summary {
    public var text: String {
        var lines: [String] = []
        lines.append(
            "\(Self.number(span.days, 2)) days, \(Self.count(span.records, "record", "records")), "
                + Self.count(span.gaps, "gap", "gaps"))
        lines.append("")
        lines += resultLines + tradeLines + costLines + gateLines + exitLines
        lines += Self.table("by symbol", symbols) + Self.table("by hour opened, UTC", hours)
        lines += Self.table("by weekday opened, UTC", weekdays)
        if hours.count > 1 { lines += ["Of twenty such intervals one excludes zero by chance.", ""] }
        lines += cautions
        return PlainText.harmless(lines)
    }

    private var resultLines: [String] {
        guard let start = result.start, let end = result.end else { return ["result: no account on the record", ""] }
        var lines = [
            "result after costs   \(Self.money(result.net)) USDT (\(Self.money(start)) to \(Self.money(end)))",
            "  largest drawdown   \(Self.money(result.maxDrawdown)) USDT",
            "  of its peak        \(Self.percent(result.maxDrawdownShare)) at most",
        ]
        if let sharpe = result.sharpeHourly {
            lines.append("  Sharpe, hourly     \(Self.estimate(sharpe) { Self.number($0, 3) })")
            if let deflated = result.deflatedSharpe {
                lines.append(
                    "  deflated           \(Self.percent(deflated)) probably above luck in "
                        + Self.count(result.trials, "trial", "trials"))
            }
        } else {
            lines.append("  Sharpe             \(noSharpe)")
        }
        return lines + [""]
    }

    /// Why there is none.
    var noSharpe: String {
        if equityByHour.count <= 24 { return "not told: less than a day of hours" }
        return isLost ? "none: the account was lost" : "none: the hourly returns hardly differ"
    }

    /// How often trades came.
    var pace: String {
        trades.perDay.map { "\(Self.number($0, 1)) a day" } ?? "too short for a rate: less than a day of data"
    }

    private var tradeLines: [String] {
        var lines = ["trades               \(trades.count), \(pace)"]
        if let rate = trades.winRate { lines.append("  win rate           \(Self.estimate(rate, Self.percent))") }
        if let expectancy = trades.expectancy, let share = trades.expectancyShare {
            lines.append("  expectancy         \(Self.estimate(expectancy, Self.money)) USDT")
            lines.append("                     \(Self.estimate(share, Self.basisPoints)) of the position's value")
        }
        if let gross = trades.beforeCosts {
            let truth = trades.planted.map { "; planted were \(Self.basisPoints($0))" } ?? ""
            lines.append("  before all costs   \(Self.estimate(gross, Self.basisPoints))\(truth)")
        }
        if trades.count > 0 {
            lines.append("  profit factor      \(trades.profitFactor.map { Self.number($0, 2) } ?? "none: no loss")")
        }
        if let seconds = trades.medianSeconds { lines.append("  median time held   \(Self.number(seconds, 0)) s") }
        lines.append("  turnover           \(Self.number(trades.turnover, 0)) USDT")
        lines.append("  time in market     \(Self.percent(trades.timeInMarket))")
        if let result = trades.resultOfValueDay {
            lines.append("  capital efficiency \(Self.basisPoints(result)) for each USDT held for a day")
        }
        for (code, count) in trades.rejects.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("  not opened, \(code): \(count)")
        }
        return lines + [""]
    }

    private var costLines: [String] {
        guard let share = costs.share else { return [] }
        return [
            "costs of all fills   \(Self.money(costs.total)) USDT, \(Self.basisPoints(share)) of what was traded",
            "  fees \(Self.money(costs.fees)), spread \(Self.money(costs.spread)), slippage \(Self.money(costs.slippage)), "
                + "delay \(Self.money(costs.delay)), funding received \(Self.money(costs.funding))", "",
        ]
    }

    private var gateLines: [String] {
        guard gate.signals > 0 else { return [] }
        var lines = ["gate                 \(Self.count(gate.signals, "signal", "signals")), \(gate.passed) passed"]
        for layer in gate.layers {
            let margin =
                layer.why.isEmpty
                ? "" : layer.causes.isEmpty ? "; of those refused the median is \(layer.why)" : "; by \(layer.why)"
            lines.append(
                "  \(Self.pad(layer.name, 17))  \(layer.came) came, \(layer.passed) passed; alone it refused \(layer.alone)\(margin)"
            )
        }
        return lines + [""]
    }

    private var exitLines: [String] {
        guard !exits.isEmpty else { return [] }
        var lines = ["exits                against holding on for \(holdingOn)"]
        for exit in exits {
            var parts = ["  \(Self.pad(exit.name, 17))  \(exit.count)"]
            if let saved = exit.saved, let share = exit.savedShare {
                parts.append(
                    "\(exit.compared) compared: saved \(Self.money(saved)) USDT, \(Self.estimate(share, Self.basisPoints)) of what was left"
                )
            }
            if exit.open > 0 { parts.append("\(exit.open) not known at the end") }
            if exit.beyond > 0 { parts.append("\(exit.beyond) with nothing to compare with") }
            lines.append(parts.joined(separator: "; "))
        }
        return lines + [""]
    }

    /// How long exits are held against.
    var holdingOn: String {
        "\(Self.number(halfLives, 2)) half-lives\(areHalfLivesAssumed ? ", which is assumed: the run did not say" : "")"
    }

    private static func table(_ title: String, _ parts: [Part]) -> [String] {
        guard parts.count > 1 else { return [] }
        return ["\(title)"]
            + parts.map { part in
                "  \(pad(part.name, 17))  \(count(part.count, "trade", "trades")), net \(money(part.net)) USDT"
                    + (part.share.map { ", \(estimate($0, basisPoints)) each" } ?? "")
            } + [""]
    }

    // MARK: Figures

    private static func estimate(_ estimate: Estimate, _ text: (Double) -> String) -> String {
        guard let low = estimate.low, let high = estimate.high else {
            return "\(text(estimate.value)) (no interval)"
        }
        return "\(text(estimate.value)) (95 %: \(text(low)) to \(text(high)))"
    }

    static func money(_ value: Double) -> String { number(value, 4) }
    static func percent(_ value: Double) -> String { "\(number(value * 100, 1)) %" }
    static func basisPoints(_ value: Double) -> String { "\(number(value * 1e4, 2)) bp" }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func count(_ number: Int, _ one: String, _ many: String) -> String { PlainText.count(number, one, many) }

    static func number(_ value: Double, _ places: Int) -> String { PlainText.figure(value, places: places) }
}

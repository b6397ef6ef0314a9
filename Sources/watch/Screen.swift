import Stage

/// A scene as the lines of a terminal: as wide and as high as that is, in its colours, or in none.
public struct Screen {
    private enum Ink: String {
        case plain = "0", bold = "1", dim = "2", red = "31", green = "32", yellow = "33", cyan = "36"
    }

    let width: Int
    let height: Int
    let hasColour: Bool

    public init(width: Int, height: Int, hasColour: Bool) {
        self.width = width
        self.height = height
        self.hasColour = hasColour
    }

    /// - Parameters:
    ///   - lag: how far the stream is behind the clock, seconds; nil where it is not of now.
    /// - Returns: at most `height` lines, none wider than `width`.
    public func lines(_ scene: Scene, lag: Double?) -> [String] {
        var lines = [cut(head(scene, lag))]
        var names: [Int] = []
        for symbol in scene.symbols where symbol.middle > 0 {
            names.append(lines.count + 1)
            lines += [""] + self.lines(symbol, scene)
        }
        // One line is for saying what does not fit.
        let hidden = names.count { $0 >= height - 1 }
        if lines.count > height, height > 1, hidden > 0 {
            return lines.prefix(height - 1) + [cut([(.dim, "+\(hidden) more")])]
        }
        lines.append("")
        let room = height - lines.count
        if room > 0 { lines += scene.events.suffix(room).map { cut([(.dim, $0)]) } }
        return Array(lines.prefix(height))
    }

    /// What stays of a picture when it goes.
    public static func farewell(_ scene: Scene) -> String {
        let screen = Screen(width: .max, height: 1, hasColour: false)
        return screen.cut(screen.head(scene, nil) + [(.plain, "  " + PlainText.count(scene.fills, "fill", "fills"))])
    }

    private func head(_ scene: Scene, _ lag: Double?) -> [(Ink, String)] {
        var parts: [(Ink, String)] = [(.bold, Words.clock(scene.time)), (.dim, " UTC  ")]
        if let equity = scene.account?.equity, let first = scene.firstEquity {
            parts += [
                (.bold, "\(Words.number(equity, 2)) USDT "), (ink(equity - first), Words.signed(equity - first, 2)),
                (.plain, "  "),
            ]
        }
        parts.append((.plain, "\(scene.passed) of \(scene.signals) signals passed"))
        if let lag { parts.append((lag > 2 ? .yellow : .dim, "  lag \(Words.number(lag, 1))s")) }
        if scene.gaps > 0 { parts.append((.yellow, "  " + PlainText.count(scene.gaps, "gap", "gaps"))) }
        if scene.badLines > 0 { parts.append((.red, "  " + PlainText.count(scene.badLines, "bad line", "bad lines"))) }
        return parts
    }

    private func lines(_ symbol: Scene.Symbol, _ scene: Scene) -> [String] {
        let room = max(0, min(Scene.sparkLimit, width - Columns.count(symbol.name) - 28))
        var lines = [
            cut([
                (.bold, symbol.name), (.plain, "  \(Words.price(symbol.middle))  "),
                (.cyan, Self.spark(Array(symbol.spark.suffix(room)))),
            ])
        ]
        if let warmup = symbol.warmup {
            lines.append(cut([(.yellow, "  \(Words.number(warmup.have, 0))/\(Words.number(warmup.need, 0)) prices")]))
        }
        if let signal = symbol.signal {
            lines += wrap([
                [(ink(signal.drift), signal.kind.replacing("_", with: " "))],
                [
                    (.plain, "drift \(Words.signed(signal.drift * 1e4, 1)) bp"),
                    (.dim, against(symbol, "edge", 1e4, " bp")),
                ],
                [
                    (.plain, "confidence \(Words.share(signal.confidence))"),
                    (.dim, against(symbol, "confidence", 100, " %")),
                ],
                [(.plain, "snr \(Words.number(signal.snr, 2))"), (.dim, against(symbol, "snr", 1, ""))],
            ])
        }
        lines += wrap(
            symbol.lights.map { light in
                let ink: Ink = light.isIgnored ? .dim : light.passes ? .green : .red
                let mark = light.isIgnored ? "o" : light.passes ? "+" : "x"
                return [(ink, "\(mark) \(light.name.replacing("_", with: " "))")]
            })
        if let position = symbol.position { lines += self.lines(position, symbol, scene) }
        return lines
    }

    /// A threshold beside the figure that it is for.
    private func against(_ symbol: Scene.Symbol, _ layer: String, _ scale: Double, _ unit: String) -> String {
        guard let threshold = symbol.lights.first(where: { $0.name == layer })?.threshold else { return "" }
        return "/\(Words.number(threshold.magnitude * scale, scale == 1 ? 2 : 0))\(unit)"
    }

    /// Its age first: how long it may still stand is what one looks for.
    private func lines(_ position: Scene.Position, _ symbol: Scene.Symbol, _ scene: Scene) -> [String] {
        let profit = (symbol.middle - position.entry) * position.quantity * (position.isLong ? 1 : -1)
        let age = Double(scene.time - position.opened) / 1e6
        let limit = scene.halfLives.map { $0 * position.halfLife } ?? .nan
        var groups: [[(Ink, String)]] = [
            [
                (
                    age > limit ? .yellow : .plain,
                    "age \(Words.duration(age))\(limit.isNaN ? "" : " of \(Words.duration(limit))")"
                )
            ],
            [
                (
                    position.isLong ? .green : .red,
                    "\(position.isLong ? "long" : "short") \(Narrator.short(position.quantity))"
                ),
                (.plain, " from \(Words.price(position.entry))"),
            ],
            [(ink(profit), Words.signed(profit, 4))],
        ]
        // What came from outside has neither.
        if !position.drift.isNaN {
            groups.append([(.plain, "entry drift \(Words.signed(position.drift * 1e4, 1)) bp")])
        }
        if !position.confidence.isNaN { groups.append([(.plain, "confidence \(Words.share(position.confidence))")]) }
        return wrap(groups)
    }

    private func ink(_ value: Double) -> Ink { value > 0 ? .green : value < 0 ? .red : .plain }

    /// Eight heights between the lowest and the highest value.
    static func spark(_ values: [Double]) -> String {
        guard let low = values.min(), let high = values.max() else { return "" }
        let bars = Array("▁▂▃▄▅▆▇█")
        return String(values.map { high > low ? bars[min(7, Int(($0 - low) / (high - low) * 8))] : bars[3] })
    }

    /// Groups of words side by side, on as many lines as they need: only one that is wider than the terminal is cut.
    private func wrap(_ groups: [[(Ink, String)]]) -> [String] {
        var (lines, used) = ([[(Ink, String)]](), 0)
        for group in groups {
            let count = 2 + group.reduce(0) { $0 + Columns.count($1.1) }
            if lines.isEmpty || used + count > width {
                // What goes on stands further in.
                lines.append(lines.isEmpty ? [] : [(.plain, "  ")])
                used = lines.count > 1 ? 2 : 0
            }
            lines[lines.count - 1] += [(.plain, "  ")] + group
            used += count
        }
        return lines.map(cut)
    }

    /// A line that fits, whatever it is made of.
    private func cut(_ parts: [(Ink, String)]) -> String {
        var (line, room) = ("", width)
        for (ink, text) in parts where room > 0 && !text.isEmpty {
            let piece = Columns.prefix(text, room)
            // What did not fit leaves no room for what comes behind it.
            room = piece == text ? room - Columns.count(piece) : 0
            line += hasColour && ink != .plain ? "\u{1B}[\(ink.rawValue)m\(piece)\u{1B}[0m" : piece
        }
        return line
    }
}

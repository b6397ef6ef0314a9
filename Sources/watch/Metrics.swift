/// The stream's health and results as Prometheus reads them, for node_exporter's textfile collector.
///
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
public struct Metrics {
    private var lines: [String] = []

    /// - Parameters:
    ///   - lag: seconds from event time to the clock; nil for a recording.
    ///   - scene: what the stream has come to.
    public init(_ scene: Scene, lag: Double?) {
        add("lag_seconds", "gauge", "What event time is behind the clock.", lag.map { [("", $0)] } ?? [])
        add("event_time_seconds", "gauge", "Event time that the stream has come to.", Double(scene.time) / 1e6)
        add("gaps_total", "counter", "Places where market data are missing.", Double(scene.gaps))
        add("bad_lines_total", "counter", "Lines that were no records.", Double(scene.badLines))
        add("signals_total", "counter", "Signals.", Double(scene.signals))
        add("passed_total", "counter", "Signals that all layers let through.", Double(scene.passed))
        add("refused_total", "counter", "Signals by the layer that refused them first.", scene.refused, label: "layer")
        add("fills_total", "counter", "Fills.", Double(scene.fills))
        add("rejects_total", "counter", "Intents of which nothing was filled, by why.", scene.rejects, label: "code")
        if let account = scene.account {
            add("equity_usdt", "gauge", "What the account is worth.", account.equity)
            add("realised_usdt", "gauge", "Profit of what was closed, before fees.", account.realised)
            add("fees_usdt", "gauge", "Fees so far.", account.fees)
            add("funding_usdt", "gauge", "Funding received so far, less what was paid.", account.funding)
        }
        func of(_ value: (Scene.Symbol) -> Double?) -> [(String, Double)] {
            scene.symbols.compactMap { symbol in value(symbol).map { (Self.label("symbol", symbol.name), $0) } }
        }
        add("price", "gauge", "The middle of the market.", of { $0.middle > 0 ? $0.middle : nil })
        add("drift", "gauge", "Expected log return of the last signal.", of { $0.signal?.drift })
        add("confidence", "gauge", "Confidence of the last signal.", of { $0.signal?.confidence })
        add(
            "position", "gauge", "Quantity held, negative for a short.",
            of { symbol in symbol.middle > 0 ? symbol.position.map { $0.isLong ? $0.quantity : -$0.quantity } ?? 0 : nil
            })
    }

    public var text: String { lines.joined(separator: "\n") + "\n" }

    private mutating func add(_ name: String, _ kind: String, _ help: String, _ value: Double) {
        add(name, kind, help, [("", value)])
    }

    private mutating func add(
        _ name: String, _ kind: String, _ help: String, _ counts: [String: Int], label: String
    ) {
        let values = counts.sorted { $0.key < $1.key }.map { (Self.label(label, $0.key), Double($0.value)) }
        add(name, kind, help, values)
    }

    private mutating func add(_ name: String, _ kind: String, _ help: String, _ values: [(labels: String, Double)]) {
        guard !values.isEmpty else { return }
        lines.append("# HELP driftpipe_\(name) \(help)")
        lines.append("# TYPE driftpipe_\(name) \(kind)")
        for (labels, value) in values { lines.append("driftpipe_\(name)\(labels) \(Self.number(value))") }
    }

    private static func label(_ name: String, _ value: String) -> String {
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "{\(name)=\"\(escaped)\"}"
    }

    private static func number(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
    }
}

import Glibc
import Stage

/// A drawing with two axes, as SVG. Colours and fonts are the page's: marks have classes.
struct Plot {
    static let width = 800.0
    private static let (left, right) = (70.0, 12.0)
    private let (top, bottom): (Double, Double)

    let height: Double
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    private var marks: [String] = []
    let label: String
    private let axes: (x: String, y: String)?

    /// - Parameters:
    ///   - label: what it shows.
    ///   - axes: what the axes are called, where their figures do not say it.
    init(
        _ label: String, x: ClosedRange<Double>, y: ClosedRange<Double>, height: Double = 240,
        axes: (x: String, y: String)? = nil
    ) {
        self.label = label
        self.height = height
        self.axes = axes
        (top, bottom) = axes == nil ? (10, 40) : (28, 46)
        self.x = Self.widened(x)
        self.y = Self.widened(y)
    }

    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        guard range.lowerBound == range.upperBound else { return range }
        let pad = max(1e-9, abs(range.lowerBound) * 0.01)
        return (range.lowerBound - pad)...(range.upperBound + pad)
    }

    private func horizontal(_ value: Double) -> Double {
        Self.left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * (Self.width - Self.left - Self.right)
    }

    private func vertical(_ value: Double) -> Double {
        top + (y.upperBound - value) / (y.upperBound - y.lowerBound) * (height - top - bottom)
    }

    private func at(_ px: Double, _ py: Double) -> String {
        "\(Self.short(horizontal(px))) \(Self.short(vertical(py)))"
    }

    static func short(_ value: Double) -> String { Summary.number(value, 1) }

    // MARK: Marks

    mutating func line(_ points: [(x: Double, y: Double)], _ style: String) {
        guard points.count > 1 else { return }
        let path = points.map { at($0.x, $0.y) }.joined(separator: "L")
        marks.append(#"<path class="\#(Self.escaped(style))" d="M\#(path)"/>"#)
    }

    /// Between two lines of the same places.
    mutating func band(_ points: [(x: Double, low: Double, high: Double)], _ style: String) {
        guard points.count > 1 else { return }
        let path = (points.map { at($0.x, $0.high) } + points.reversed().map { at($0.x, $0.low) }).joined(
            separator: "L")
        marks.append(#"<path class="\#(Self.escaped(style))" d="M\#(path)Z"/>"#)
    }

    mutating func bar(_ from: ClosedRange<Double>, _ low: Double, _ high: Double, _ style: String, _ title: String) {
        let (x1, x2) = (horizontal(from.lowerBound), horizontal(from.upperBound))
        let (y1, y2) = (vertical(max(low, high)), vertical(min(low, high)))
        marks.append(
            #"<rect class="\#(Self.escaped(style))" x="\#(Self.short(x1))" y="\#(Self.short(y1))" width="\#(Self.short(max(0.5, x2 - x1)))" height="\#(Self.short(max(0.5, y2 - y1)))"><title>\#(Self.escaped(title))</title></rect>"#
        )
    }

    mutating func whisker(_ px: Double, _ low: Double, _ high: Double) {
        marks.append(#"<path class="whisker" d="M\#(at(px, low))L\#(at(px, high))"/>"#)
    }

    /// A triangle that points up or down.
    mutating func arrow(_ px: Double, _ py: Double, isUp: Bool, _ style: String, _ title: String) {
        let (cx, cy) = (horizontal(px), vertical(py))
        let d = isUp ? 1.0 : -1.0
        let points = [(cx, cy), (cx - 4, cy + 8 * d), (cx + 4, cy + 8 * d)]
        let text = points.map { "\(Self.short($0.0)),\(Self.short($0.1))" }.joined(separator: " ")
        marks.append(
            #"<polygon class="\#(Self.escaped(style))" points="\#(text)"><title>\#(Self.escaped(title))</title></polygon>"#
        )
    }

    /// Words below the axis, in two lines.
    mutating func name(_ px: Double, _ text: String, _ more: String) {
        for (line, words) in [text, more].enumerated() {
            marks.append(Self.text(horizontal(px), height - 26 + 14 * Double(line), "middle", words))
        }
    }

    /// One of bars side by side, each a unit wide, with words below it.
    mutating func column(
        _ place: Int, _ value: Double, _ style: String, _ title: String, _ words: String, _ more: String
    ) {
        let left = Double(place)
        bar((left + 0.1)...(left + 0.9), 0, value, style, title)
        name(left + 0.5, words, more)
    }

    private static func text(_ px: Double, _ py: Double, _ anchor: String, _ words: String) -> String {
        #"<text class="tick" x="\#(short(px))" y="\#(short(py))" text-anchor="\#(anchor)">\#(escaped(words))</text>"#
    }

    // MARK: The drawing

    /// - Parameters:
    ///   - xTicks: the places that are named; nil for round numbers.
    ///   - xText: what a place of the horizontal axis is called; nil where the marks have names.
    ///   - yText: what a place of the vertical axis is called.
    func svg(xTicks: [Double]? = nil, xText: ((Double) -> String)?, yText: (Double) -> String) -> String {
        var lines = [
            #"<svg viewBox="0 0 \#(Int(Self.width)) \#(Int(height))" role="img" aria-label="\#(Self.escaped(label))">"#
        ]
        for value in Self.ticks(y, 5) {
            let place = Self.short(vertical(value))
            lines.append(
                #"<path class="\#(value == 0 ? "zero" : "grid")" d="M\#(Self.short(Self.left)) \#(place)H\#(Self.short(Self.width - Self.right))"/>"#
            )
            lines.append(Self.text(Self.left - 6, vertical(value) + 4, "end", yText(value)))
        }
        if let xText {
            for value in xTicks ?? Self.ticks(x, 8) {
                // What would reach beyond the edge ends at its place.
                let place = horizontal(value)
                lines.append(Self.text(place, height - 26, place > Self.width - 40 ? "end" : "middle", xText(value)))
            }
        }
        if let axes {
            lines.append(Self.text(Self.left - 6, 14, "start", axes.y))
            lines.append(Self.text(Self.width - Self.right, height - 8, "end", axes.x))
        }
        return (lines + marks + ["</svg>"]).joined(separator: "\n")
    }

    /// How many places tell the ticks of a range apart.
    /// - Parameter scale: what its values are multiplied by where they are written.
    static func places(_ range: ClosedRange<Double>, scale: Double = 1) -> Int {
        let ticks = ticks(range, 5)
        guard ticks.count > 1 else { return 2 }
        return min(9, max(0, Int((-log10((ticks[1] - ticks[0]) * scale) - 1e-9).rounded(.up))))
    }

    /// Round numbers of a range, about so many.
    static func ticks(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
        let raw = (range.upperBound - range.lowerBound) / Double(count)
        guard raw > 0, raw.isFinite else { return [] }
        var power = 1.0
        while power > raw { power /= 10 }
        while power * 10 <= raw { power *= 10 }
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= raw } ?? power * 10
        let first = (range.lowerBound / step).rounded(.up)
        return (0...(2 * count)).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound }
    }

    /// Text that others have written, for a page: nothing in it is markup, and no character that XML does not have.
    static func escaped(_ text: String) -> String {
        PlainText.harmless(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

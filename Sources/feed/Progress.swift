import Glibc
import Stage

/// A bar on standard error, if somebody looks at it there and does not see the records themselves.
struct Progress {
    private static let intervalSeconds = 0.1
    private static let width = 30

    private let isShown: Bool
    private var shown = 0.0

    init() { isShown = isatty(2) == 1 && isatty(1) == 0 }

    /// - Parameters:
    ///   - share: what is done of the whole, 0...1; nil where the whole is unknown.
    ///   - time: up to where the records have come.
    mutating func show(time: Int64, share: @autoclosure () -> Double?) {
        guard isShown else { return }
        let now = Pace.clock()
        guard now - shown >= Self.intervalSeconds else { return }
        shown = now
        var text = "\r\u{1B}[K"
        if let share = share() {
            let full = Int(min(1, max(0, share)) * Double(Self.width))
            let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.width - full)
            text += "[\(bar)] \(Int(share * 100)) %  "
        }
        write(text + Instant.text(time))
    }

    /// Leaves the terminal's line empty.
    func clear() {
        if isShown, shown > 0 { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}

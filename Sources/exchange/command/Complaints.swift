import NIOCore
import Stage

/// Warnings about clients on standard error: one line each, and never more than a few a second, however hard they try.
struct Complaints {
    /// Lines a second; what is above is counted, and the count written later.
    private static let linesPerSecond = 10
    /// Of what a client has sent, so much is shown.
    private static let textLimit = 120

    private var second = NIODeadline.now()
    private var written = 0
    private var suppressed = 0

    mutating func write(_ text: String) {
        turn()
        guard written < Self.linesPerSecond else {
            suppressed += 1
            return
        }
        written += 1
        diagnose(ExchangeCommand.program, "warning: \(text)")
    }

    /// Begins a new second when one has passed, and owns up to what was left out.
    mutating func turn() {
        let now = NIODeadline.now()
        guard now - second >= .seconds(1) else { return }
        if suppressed > 0 { diagnose(ExchangeCommand.program, "warning: \(suppressed) more warnings left out") }
        (second, written, suppressed) = (now, 0, 0)
    }

    /// A client's text, made harmless for a terminal.
    static func harmless(_ text: String) -> String {
        String(text.unicodeScalars.prefix(textLimit).map { (" "..."~").contains($0) ? Character($0) : "?" })
    }
}

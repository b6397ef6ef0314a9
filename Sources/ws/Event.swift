import Foundation

/// What happened to the connection, as a line that no frame can be mistaken for: `<time> ! {"event":...}`.
///
/// Nothing that was sent is ever part of one.
public enum Event: Equatable, Sendable {
    /// The handshake is done; the greeting goes out next.
    case open(url: String)
    /// A connection that was open is gone. `retry`: seconds until the next attempt; nil if there is none.
    case closed(reason: String, retry: Double?)
    /// An attempt did not succeed.
    case failed(reason: String, retry: Double?)
    /// A frame came that is no line of JSON; the connection stays.
    case skipped(reason: String)
    /// Lines of standard input were not sent.
    case unsent(lines: Int, reason: String)

    /// A reason is cut here: some hold what the server said.
    static let reasonLimitCharacters = 200

    /// A reason that may hold what the server said, fit for a line of a person's terminal.
    public static func oneLine(_ reason: String) -> String {
        let scalars = reason.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars)
        return String(String(line).prefix(reasonLimitCharacters)).trimmingCharacters(in: .whitespaces)
    }

    /// - Parameter time: microseconds since the Unix epoch.
    public func line(at time: Int64) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = (try? encoder.encode(keys)) ?? Data("{}".utf8)
        return Array("\(time) ! ".utf8) + json + [10]
    }

    private var keys: Keys {
        switch self {
        case .open(let url): Keys(event: "open", url: url)
        case .closed(let reason, let retry): Keys(event: "closed", reason: reason, retry: retry)
        case .failed(let reason, let retry): Keys(event: "failed", reason: reason, retry: retry)
        case .skipped(let reason): Keys(event: "skipped", reason: reason)
        case .unsent(let lines, let reason): Keys(event: "unsent", reason: reason, lines: lines)
        }
    }
}

private struct Keys: Encodable {
    let event: String
    var url: String?
    var reason: String?
    var retry: Double?
    var lines: Int?

    init(event: String, url: String? = nil, reason: String? = nil, retry: Double? = nil, lines: Int? = nil) {
        self.event = event
        self.url = url
        self.reason = reason.map(Event.oneLine)
        self.retry = retry.map { ($0 * 1000).rounded() / 1000 }
        self.lines = lines
    }
}

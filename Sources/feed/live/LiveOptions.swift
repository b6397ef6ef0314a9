public import ArgumentParser
import Bybit

/// The exchanges whose live streams are read.
public enum LiveExchange: String, CaseIterable, ExpressibleByArgument, Sendable {
    case bybit
}

/// A length of time as options take it: `2h`, `90m`, `3d`, or seconds.
public struct Duration: ExpressibleByArgument, RawRepresentable, Sendable {
    /// Seconds.
    public let rawValue: Int

    public init?(rawValue: Int) { self.rawValue = rawValue }

    public init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = argument.last.flatMap { units[$0] }
        guard let number = Int(unit == nil ? argument : String(argument.dropLast())), (0...1_000_000).contains(number)
        else { return nil }
        rawValue = number * (unit ?? 1)
    }

    public var defaultValueDescription: String { String(rawValue) }
}

/// A share of a trade's value that the exchange takes, as exact text.
public struct FeeRate: ExpressibleByArgument, RawRepresentable, Sendable {
    public static let maker = FeeRate(text: "0.0002")
    public static let taker = FeeRate(text: "0.00055")

    public let text: String
    public var rawValue: String { text }

    private init(text: String) { self.text = text }

    public init?(rawValue: String) { self.init(argument: rawValue) }

    public init?(argument: String) {
        let value = Array(argument.utf8).withUnsafeBytes { Decimal.signed($0) }
        guard let value, let size = Double(argument), abs(size) < 1 else { return nil }
        text = String(decoding: value, as: UTF8.self)
    }

    public var defaultValueDescription: String { text }
}

/// The API that is asked: https, or http on this machine.
public struct RESTAddress: ExpressibleByArgument, RawRepresentable, Sendable {
    let host: Host
    public var rawValue: String { host.base }

    public static let mainnet = RESTAddress(host: .mainnet)

    private init(host: Host) { self.host = host }

    public init?(rawValue: String) { self.init(argument: rawValue) }

    public init?(argument: String) {
        guard let host = Host(argument) else { return nil }
        self.host = host
    }

    public var defaultValueDescription: String { rawValue }
}

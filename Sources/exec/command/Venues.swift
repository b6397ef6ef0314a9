import ArgumentParser
import Bybit

/// Where the exchange is.
struct Venues: ParsableArguments {
    @Flag(help: "Trade on the exchange's testnet, with its own keys.")
    var testnet = false

    @Flag(help: "Trade on the exchange's demo accounts, with their own keys.")
    var demo = false

    @Option(help: ArgumentHelp("Another exchange: https, or http to this machine.", valueName: "URL"))
    var url: String?

    @Option(
        help: ArgumentHelp("Its private stream: wss, or ws to this machine. Default: that of --url.", valueName: "URL"))
    var streamUrl: String?

    func validate() throws {
        guard [testnet, demo, url != nil].filter({ $0 }).count <= 1 else {
            throw ValidationError("--testnet, --demo and --url exclude each other")
        }
        guard url.map({ Host($0) != nil }) ?? true else {
            throw ValidationError("--url is not https://HOST[:PORT], nor http:// to this machine")
        }
        guard streamUrl.map(Self.isStream) ?? true else {
            throw ValidationError("--stream-url is not wss://HOST[:PORT]/PATH, nor ws:// to this machine")
        }
    }

    /// The same rules, by the same reader, of the same hosts.
    private static func isStream(_ url: String) -> Bool {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == "wss:" || parts[0] == "ws:" else { return false }
        return Host("\(parts[0] == "wss:" ? "https" : "http")://\(parts[2])") != nil
    }

    var host: Host {
        if let url, let host = Host(url) { return host }
        return testnet
            ? Host("https://api-testnet.bybit.com")! : demo ? Host("https://api-demo.bybit.com")! : .mainnet
    }

    /// Bybit's own has another name than its API, by whatever name that is called.
    var stream: String {
        if let streamUrl { return streamUrl }
        switch host.exchange {
        case "api.bybit.com": return "wss://stream.bybit.com/v5/private"
        case "api-testnet.bybit.com": return "wss://stream-testnet.bybit.com/v5/private"
        case "api-demo.bybit.com": return "wss://stream-demo.bybit.com/v5/private"
        default: return host.base.replacing(/^http/, with: "ws") + "/v5/private"
        }
    }
}

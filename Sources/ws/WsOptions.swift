public import ArgumentParser

/// How a connection is kept.
public struct WsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Send the lines of this file first after every connection.", valueName: "file"))
    public var send: String?

    @Option(help: ArgumentHelp("Trust these certificates (PEM) too, besides the system's.", valueName: "file"))
    public var ca: String?

    @Option(help: ArgumentHelp("Send this text to keep the connection; '' for none.", valueName: "text"))
    public var ping = #"{"op":"ping"}"#

    @Option(help: ArgumentHelp("How often to send it.", valueName: "seconds"))
    public var pingInterval = 20.0

    @Option(help: ArgumentHelp("A connection on which no byte came for this long is dead.", valueName: "seconds"))
    public var silence = 30.0

    @Option(help: ArgumentHelp("A message that is longer ends the connection.", valueName: "bytes"))
    public var maxFrame = 1 << 20

    @Option(help: ArgumentHelp("How many attempts at the first connection may fail.", valueName: "n"))
    public var attempts = 5

    @Option(
        help: ArgumentHelp(
            "How many attempts in a row may fail to get a lost connection back; 0 is none, default any number.",
            valueName: "n"))
    public var retries: Int?

    public init() {}

    public func validate() throws {
        guard (0.1...3600).contains(pingInterval) else { throw ValidationError("--ping-interval must be 0.1 to 3600") }
        guard (0.1...3600).contains(silence) else { throw ValidationError("--silence must be 0.1 to 3600") }
        guard (125...1 << 26).contains(maxFrame) else { throw ValidationError("--max-frame must be 125 to 67108864") }
        guard (1...1_000_000).contains(attempts) else { throw ValidationError("--attempts must be 1 to 1000000") }
        if let retries, !(0...1_000_000).contains(retries) {
            throw ValidationError("--retries must be 0 to 1000000")
        }
    }
}

import ArgumentParser
import Foundation
import Stage
import WsFold

@main
struct WsCommand: StageCommand {
    static let verb = "ws"
    /// Of the file that `--send` names.
    private static let greetingLimitBytes = 1 << 20

    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Keep a WebSocket connection: write what comes, with the time it came, and send lines.",
        discussion: """
            READS lines of standard input, and sends each as a text frame, as it comes. It begins to read once a \
            connection has been open. A line that comes while there is none is not kept for the next: its signature \
            or order may be stale by then; an unsent event says so. What must be said on every connection stands in \
            the file of --send: its lines go first, each time. The end of standard input ends nothing. A last line \
            without LF is torn and not sent; so is one over 64 KiB or not UTF-8. Empty lines are left out.

            WRITES one line for each text frame, and for each event of its own:
              <receive time> {...}               the frame, byte for byte; an LF between its tokens becomes a space
              <receive time> ! {"event":...}     an event; no frame begins with !
            The time is in integer microseconds since the Unix epoch and never decreases. Events:
              open     url                       connected; the greeting of --send goes out
              closed   reason, retry             a connection is gone; the next attempt comes after retry seconds
              failed   reason, retry             an attempt did not succeed
              skipped  reason                    a frame that is binary, or no JSON object or array
              unsent   lines, reason             lines of standard input were not sent
            Without retry there is no further attempt. Nothing that is sent, nor a URL's query, is ever part of one.

            A message over --max-frame, a masked frame, text that is not UTF-8 or any other breach of RFC 6455 ends \
            the connection. Messages in fragments are put together. There is no compression.

            CONNECTS by wss:// (TLS 1.2 or later; certificate and host name are verified, always), by ws:// only to \
            this machine; follows no redirect. A lost connection is sought again after 0.5 s, and half as long again \
            after each failure, up to 60 s, less a random part of up to a half; one that lived less than 10 s counts \
            as a failure. While the output is blocked, the server is not read: it waits, or closes.

            FOR A PROGRAM that runs drift-ws as its child: write the greeting after each open event, then it is of \
            the time and signed anew. With --retries 0 the child ends with its connection.

            EXIT STATUS
              0   nobody reads the output any more
              64  wrong arguments
              65  a --send file that is no text, or too long
              66  a file that cannot be read
              69  no connection: --attempts or --retries ran out
              74  a failed write
              78  a profile that cannot be used
              128 + n after signal n; the connection is closed first

            EXAMPLES
              drift-ws wss://stream.bybit.com/v5/public/linear --send topics </dev/null | tee frames | drift-feed
              echo '{"op":"subscribe","args":["publicTrade.BTCUSDT"]}' | drift-ws wss://stream.bybit.com/v5/public/linear
              drift-ws ws://127.0.0.1:8080/v5/public/linear --ping '' --retries 0
            """,
        version: pipelineVersion)

    @Argument(help: "Where to connect: wss://HOST[:PORT][/PATH][?QUERY], or ws:// to this machine.")
    var url: String

    @OptionGroup(title: "Connection") var options: WsOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func validate() throws {
        guard try !Endpoint(url).isSecure, options.ca != nil else { return }
        throw ValidationError("--ca says whom to trust with wss://, and \(url) trusts nobody")
    }

    /// Writes no `meta`: what goes out are frames, not records.
    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        let endpoint = try Endpoint(url)
        let session = Session(
            to: endpoint, options, greeting: try greeting(),
            tls: endpoint.isSecure ? try Trust.context(with: options.ca) : nil, outbox: try Outbox())
        try WsRun(session).run()
    }

    private func greeting() throws -> [[UInt8]] {
        guard let path = options.send else { return [] }
        guard let file = FileHandle(forReadingAtPath: path),
            let bytes = try? file.read(upToCount: Self.greetingLimitBytes + 1) ?? Data()
        else { throw Failure.refused(.noInput, "unable to read \(path): no such readable file") }
        guard bytes.count <= Self.greetingLimitBytes, let lines = Text.lines(ofFile: Array(bytes)) else {
            throw Failure.refused(.data, "unable to send \(path): not UTF-8, or over \(Self.greetingLimitBytes) bytes")
        }
        return lines
    }
}

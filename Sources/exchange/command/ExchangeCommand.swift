import ArgumentParser
import ExchangeFold
import Glibc
import Stage

@main
struct ExchangeCommand: StageCommand {
    static let verb = "exchange"

    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "A local Bybit v5 for linear perpetuals, driven by the market records on standard input.",
        discussion: """
            Reads   market records; other records pass unseen.
            Writes  its ledger: what orders, fills and positions really became, and each fault that was caused.

            It speaks HTTP and WebSocket on one port, below /v5 as the exchange does: REST with signed requests, the \
            streams /v5/public/linear, /v5/private and /v5/trade. Any client that can be pointed at another host can \
            trade. When it listens, it says so in one line on standard error. Its clock is the system's; the market's \
            time is that of the records. A ledger that nobody reads stops the exchange: nothing of it is ever dropped.

            --key-file has an account a line: KEY SECRET. Others must not be able to write it.

            FAULTS
              Rules, one JSON object a line, from --faults or the control endpoint. A rule counts the events that match \
            it, and fires at `nth`, at `every` nth, with `probability` (and its `seed`), or at all of them; within \
            `from` and `to`, if given. Of two rules that meet at one event the earlier acts. Names end in * for a prefix.

              requests, by `method` and `path`:
              lose_ack                      executed, then closed without an answer
              delay ms                      executed, answered so much later
              close_request byte            closed once so many bytes have come, not executed; reset_request alike
              close_response byte           executed, closed behind so many bytes of the answer; reset_response alike
              status status executed        an HTTP status of 400 to 599 in place of the answer
              code code executed [message] [reset_ms]   a retCode in place of the answer; 10006 with its headers
              garbage executed [body]       a body that is no JSON
              slow_drip ms [bytes]          the answer, so many bytes at a time

              messages to streams, by `topic` and `stream` (its path):
              duplicate; drop; half_open; close_stream [code]
              reorder [count]               it and the next `count` of its stream go out in reverse
              late count                    it goes out behind the next `count` of its stream
              sequence_gap                  a delta of an order book is left out

              the exchange itself, `on` request (and its matches) or message:
              restart; clock_offset ms; external_trade symbol side qty [account]; fill_parts parts

            CONTROL
              From loopback, without a key:
              GET /control/state            event time, counts of records, requests, streams, messages, faults
              GET /control/faults           the rules, how many events each met and how often it fired
              POST /control/faults          adds rules, a line each; DELETE removes all
              POST /control/restart         books begin again with u = 1, streams are closed
              POST /control/trade           {"account":0,"symbol":"BTCUSDT","side":"Sell","qty":"0.001"}
              POST /control/clock           {"offset":-1500}, milliseconds
              POST /control/fills           {"parts":3}

            EXIT STATUS
              0 end of input (with --stay: never), or nobody reads the output; 64 usage, 65 lines that are no records, 66 no key or \
            fault file, 69 the address cannot be had, 70 broken invariant, 74 a failed write, 77 a key file that others \
            can write, 78 a key file, fault file or profile that cannot be used, 128 + n on signal n.

            EXAMPLES
              echo 'testkey testsecret' > test.key
              drift-feed day.ndjson.gz --speed 1 | drift-exchange --key-file test.key --present | tee ledger.ndjson
              curl --silent 127.0.0.1:8080/v5/market/time
              curl --data '{"fault":"lose_ack","path":"/v5/order/create","nth":3}' 127.0.0.1:8080/control/faults
            """,
        version: pipelineVersion)

    @OptionGroup(title: "Market and accounts") var options: ExchangeOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    @Option(help: ArgumentHelp("Where to listen; port 0 lets the system choose.", valueName: "host:port"))
    var listen = "127.0.0.1:8080"

    @Flag(help: "Listen on an address that is not loopback: who reaches it can trade.")
    var expose = false

    @Option(help: ArgumentHelp("The accounts: KEY SECRET a line.", valueName: "file"))
    var keyFile: String?

    @Option(help: ArgumentHelp("Rules for faults, one JSON object a line.", valueName: "file"))
    var faults: String?

    @Flag(help: "Serve on after the end of the market.")
    var stay = false

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        let credentials = try keyFile.map(KeyFile.read) ?? []
        let plan = try faultPlan()
        let address = try ListenAddress.resolve(listen, isExposed: expose)
        let exchange = Exchange(options, credentials: credentials)
        try ExchangeRun(stays: stay).run(
            exchange, accounts: credentials.map(\.key), faults: plan, at: address, meta: meta)
    }

    private func faultPlan() throws -> FaultPlan {
        var plan = FaultPlan()
        guard let faults else { return plan }
        guard let bytes = TextFile.read(faults) else {
            throw Failure.refused(.noInput, "unable to read fault file \(faults): \(errorText())")
        }
        do { try plan.add(lines: bytes) } catch {
            throw Failure.refused(.configuration, "unable to use fault file \(faults): \(error)")
        }
        return plan
    }
}

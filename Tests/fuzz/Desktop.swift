import ArgumentParser
import Bybit
@testable import ExecFold
import Records
import func Rehearsal.withPaddedLine

/// An executor that has sent one order to open, and one market whose prices it knows.
struct Desktop: ~Copyable {
    static let link = "BTC-o-1"
    /// Read once: it takes longer than all the rest.
    nonisolated(unsafe) private static let options = Result { try ExecOptions.parse([]) }
    private(set) var executor: Executor
    private var output = Output()
    private var now: Int64 = 1_760_000_000_000_000

    init(_ entries: [JSON] = []) throws {
        var opening = Opening()
        let info: JSON = [
            "symbol": "BTCUSDT", "priceFilter": ["tickSize": "0.1"], "leverageFilter": ["maxLeverage": "100"],
            "lotSizeFilter": [
                "qtyStep": "0.001", "minOrderQty": "0.001", "maxMktOrderQty": "100", "minNotionalValue": "5",
            ],
        ]
        opening.symbols = [Opening.Symbol(info: InstrumentInfo(info)!, makerFee: "0.0002", takerFee: "0.00055")]
        opening.wallet = WalletRow(
            ["totalEquity": "1000", "totalAvailableBalance": "1000"])
        executor = try Executor(
            try Self.options.get(), isLive: true, entries: entries, opening, at: now, into: &output)
        executor.setStreaming(true, at: now)
    }

    /// Sends the order.
    mutating func open() throws {
        let mark = Array(#"{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","markPrice":"97000"}]}}"#.utf8)
        executor.receive(.success(try Answer(granted: mark)), of: .mark("BTCUSDT"), at: now, into: &output)
        var reader = RecordReader()
        for text in [
            #"{"type":"quote","ts":\#(now),"sym":"BTCUSDT","bid":97000,"bid_qty":1,"ask":97000.1,"ask_qty":1}"#,
            #"{"type":"intent","ts":\#(now),"id":"\#(Self.link)","sym":"BTCUSDT","side":"buy","reduce_only":false,"weight":0.3,"take_profit":0.1,"stop_loss":0.1,"seq":1}"#,
        ] {
            try withPaddedLine(text) { bytes in
                try reader.read(bytes)
                executor.receive(reader, at: now, into: &output)
            }
        }
        let sent = executor.takeEffects().contains { Self.isOpening($0) }
        require(sent, "the order was not sent")
    }

    /// The exchange says something, and some time passes. Whatever it says, nothing is opened for it.
    mutating func hear(_ say: (inout Executor, inout Output, Int64) -> Void) {
        now += 50_000
        say(&executor, &output, now)
        for _ in 0..<3 {
            now += 2_000_000
            executor.advance(to: now, into: &output)
            require(!executor.takeEffects().contains { Self.isOpening($0) }, "something is opened that nobody wanted")
        }
        output.settle()
        output.drain { _ in }
    }

    private static func isOpening(_ effect: Executor.Effect) -> Bool {
        guard case .ask(let request) = effect, case .create = request.subject else { return false }
        return request.body?["reduceOnly"]?.bool != true
    }
}

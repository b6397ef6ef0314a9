import Bybit
import Records

/// What the first line of a recording says, so that a replay needs no options: `! {"event":"start",...}`.
struct LiveSettings {
    /// Empty for all.
    private(set) var symbols: [[UInt8]] = []
    private(set) var makerFee = FeeRate.maker.text
    private(set) var takerFee = FeeRate.taker.text

    init() {}

    init(_ event: JSON) {
        symbols = (event["symbols"]?.elements ?? []).compactMap { $0.text.map { Array($0.utf8) } }
        if let fee = event["maker_fee"]?.text { makerFee = fee }
        if let fee = event["taker_fee"]?.text { takerFee = fee }
    }

    static func event(symbols: [String], makerFee: FeeRate, takerFee: FeeRate) -> JSON {
        [
            "event": "start", "symbols": .array(symbols.map { .string($0) }), "maker_fee": .string(makerFee.text),
            "taker_fee": .string(takerFee.text),
        ]
    }

    func wants(_ name: UnsafeRawBufferPointer) -> Bool {
        symbols.isEmpty || symbols.contains { $0.elementsEqual(name) }
    }
}

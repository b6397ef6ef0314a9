import Bybit

/// What a rule does when it fires.
enum Fault: Equatable {
    case request(RequestFault)
    case message(MessageFault)
    case venue(VenueFault)
}

/// What is done to a request or to its answer.
enum RequestFault: Equatable {
    /// Executed; the connection closes without an answer.
    case loseAck
    /// Executed at once; answered so many milliseconds later.
    case delay(milliseconds: Int)
    /// Not executed: the connection ends once so many bytes of the request have come.
    case cutRequest(byte: Int, Ending)
    /// Executed: the connection ends behind so many bytes of the answer.
    case cutAnswer(byte: Int, Ending)
    /// An HTTP status in place of the answer.
    case status(Int, isExecuted: Bool)
    /// A `retCode` in place of the answer.
    case code(Int, text: String, resetMilliseconds: Int, isExecuted: Bool)
    /// A body that is none of the API's, with status 200.
    case garbage([UInt8], isExecuted: Bool)
    /// The answer a few bytes at a time.
    case slowDrip(bytes: Int, milliseconds: Int)
}

/// How a connection ends.
enum Ending: Equatable {
    /// FIN.
    case close
    /// RST.
    case reset
}

/// What is done to a message on its way to a stream.
enum MessageFault: Equatable {
    case duplicate
    /// It and the next so many messages of its stream go out in reverse.
    case reorder(count: Int)
    /// It goes out behind the next so many messages of its stream.
    case late(count: Int)
    case drop
    /// From here on the stream is neither written nor read, while TCP stays up.
    case halfOpen
    /// With a close frame of that code, or without one.
    case closeStream(code: Int?)
    /// A delta of an order book is left out.
    case sequenceGap

    /// Messages held back at a time, and the longest delay in messages.
    static let holdLimit = 1000
}

/// What happens to the exchange itself.
enum VenueFault: Equatable {
    case restart
    case clockOffset(milliseconds: Int)
    case externalTrade(ExternalTrade)
    case fillParts(Int)
}

/// A trade that no client has asked for.
struct ExternalTrade: Equatable {
    /// Index into the key file's accounts.
    let account: Int
    let symbol: String
    /// `Buy` or `Sell`.
    let side: String
    let quantity: String

    init(_ fields: inout RuleFields) throws(RuleError) {
        account = try fields.integer("account", 0...10_000, default: 0)
        symbol = try fields.text("symbol")
        side = try fields.text("side")
        quantity = try fields.text("qty")
        guard side == "Buy" || side == "Sell" else { throw RuleError("side is not Buy or Sell") }
        guard quantity.contains(where: { ("1"..."9").contains($0) }),
            quantity.allSatisfy({ "0123456789.".contains($0) })
        else { throw RuleError("qty is not a quantity above 0") }
    }
}

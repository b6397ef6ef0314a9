public import Records

/// A local Bybit v5 for linear perpetuals, without its sockets: what comes in is market records, requests, frames and the
/// time; what goes out is answers, messages and the ledger. It touches no clock and no network, and one thread uses it.
///
/// Two times: `now` is the wall clock in microseconds, which signatures and delays are held against; event time is that of
/// the market's records, which everything that happens on the market is stamped with.
public final class Exchange {
    /// Added to the wall clock wherever the exchange reads it (fault: a clock that is off), microseconds.
    public var clockOffset: Int64 = 0
    /// Into how many executions each match is cut, at most (fault: fills in n parts).
    public var fillParts = 1

    private var messages: [Message] = []

    public init(_ options: ExchangeOptions, credentials: [Credential]) {}

    /// The event time that the market has come to, microseconds; 0 before its first record.
    public var eventTime: Int64 { 0 }

    /// Takes the record that `input` has read last: the market moves, and orders with it.
    public func receive(_ input: borrowing RecordReader, at now: Int64, into ledger: inout Output) {}

    /// Serves a request at once; what follows from it later comes out of `advance`.
    public func answer(_ request: Request, at now: Int64, into ledger: inout Output) -> Answer {
        Answer(status: 404, body: [])
    }

    /// Opens a stream.
    /// - Parameters:
    ///   - path: `/v5/public/linear`, `/v5/private` or `/v5/trade`.
    ///   - query: what stands behind the `?`.
    /// - Returns: the stream's number, or nil if there is no such path (the transport answers 404).
    public func connect(path: String, query: String, at now: Int64) -> Int? { nil }

    /// Takes a text frame of a stream.
    public func receive(_ text: [UInt8], from stream: Int, at now: Int64, into ledger: inout Output) {}

    /// The stream is gone.
    public func disconnect(_ stream: Int) {}

    /// Does what is due at `now`: results of orders that were acknowledged, delayed answers, idle pushes.
    public func advance(to now: Int64, into ledger: inout Output) {}

    /// When `advance` must be called next, wall clock; nil if nothing is due.
    public var deadline: Int64? { nil }

    /// What is to be sent to streams, in order; asked after every call of the others.
    public func takeMessages() -> [Message] {
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }

    /// The matching engine was restarted: every order book begins again with `u` = 1, and closed orders are forgotten by
    /// `order/realtime`. (The transport closes the streams.)
    public func restart(into ledger: inout Output) {}

    /// A trade on the account that no client has asked for, at the book of the moment.
    /// - Parameters:
    ///   - account: index into the credentials.
    ///   - side: `Buy` or `Sell`.
    /// - Throws: `Refused` if there is no such account, symbol, or quantity.
    public func trade(
        account: Int, symbol: String, side: String, quantity: String, at now: Int64, into ledger: inout Output
    ) throws {}

    /// Writes what was done on purpose into the ledger, as a `fault` record.
    /// - Parameters:
    ///   - fault: the kind of fault, as its rule names it.
    ///   - target: what it hit: a path, a topic.
    public func note(fault: String, target: String, detail: String, into ledger: inout Output) {}
}

/// A text frame for a stream.
public struct Message: Sendable {
    public let stream: Int
    /// The topic of a push, `publicTrade.BTCUSDT`; the operation of an answer, `auth`.
    public let topic: String
    public let text: [UInt8]
}

/// Who may trade: a key of the key file, and the account behind it.
public struct Credential: Sendable {
    public let key: String
    public let secret: [UInt8]

    public init(key: String, secret: [UInt8]) {
        self.key = key
        self.secret = secret
    }
}

/// Why something that was asked of the exchange itself cannot be done.
public struct Refused: Error, CustomStringConvertible {
    public let description: String
}

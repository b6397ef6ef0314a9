import Bybit
import Records
import Venue

/// The public half of the API: what anybody may see of the market. It is made from market records alone; orders of clients
/// do not show in it.
///
/// Times that go out are event time plus `shift`, which is 0 unless the market is moved to the present.
struct PublicMarket {
    /// Added to event time wherever the API states one, microseconds.
    var shift: Int64 = 0

    init(_ options: ExchangeOptions) {}

    /// Takes the record that `input` has read last.
    mutating func receive(_ input: borrowing RecordReader, at now: Int64) {}

    /// The result of a GET below `/v5/market/` (all but `time`); nil if there is no such path.
    /// - Throws: what is wrong with the parameters.
    func answer(_ path: String, _ parameters: Parameters) throws(APIError) -> JSON? { nil }

    /// Whether a topic of `/v5/public/linear` exists, now: its symbol is known.
    func hasTopic(_ topic: String) -> Bool { false }

    /// The first push to somebody who has just subscribed, where the topic has one.
    func greeting(_ topic: String) -> [UInt8]? { nil }

    /// What is to be pushed since the last call, in order; only of the topics that somebody has subscribed to.
    mutating func takePushes(_ subscribed: Set<String>, at now: Int64) -> [(topic: String, text: [UInt8])] { [] }

    /// When pushes that are held back by a topic's rate fall due, wall clock in microseconds; nil if none are.
    var deadline: Int64? { nil }

    /// Every order book begins again with `u` = 1.
    mutating func restart() {}
}

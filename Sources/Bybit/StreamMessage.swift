public import Records

/// A message of a public stream. What it holds lies in the text that was read, and lives as long.
public enum StreamMessage {
    case push(Push)
    case reply(Reply)
    /// An object of a kind that this version does not know.
    case other

    /// What a topic brings.
    public struct Push {
        public let topic: Topic
        /// The topic's last part.
        public let symbol: UnsafeRawBufferPointer
        /// When the exchange sent it, microseconds; nil if it does not say.
        public let ts: Int64?
        /// When the matching engine made it so, microseconds: comparable to the times of trades.
        public let matchedTs: Int64?
        public let isSnapshot: Bool
        /// A ticker's running number.
        public let sequence: Int64?
        /// The value of `data`.
        public let data: UnsafeRawBufferPointer
    }

    public enum Topic: Equatable, Sendable {
        case trades
        /// The book to so many levels.
        case book(Int)
        case ticker
        /// Bars of so many minutes.
        case bars(Int)
        case other
    }

    /// The answer to an operation of ours. A `pong` has none but a text.
    public struct Reply {
        public let operation: [UInt8]
        public let isSuccess: Bool
        public let text: [UInt8]
    }
}

/// Reads the messages of a public stream where they lie.
public struct StreamReader: ~Copyable {
    private var envelope = ObjectReader()

    public init() {}

    /// - Parameter text: followed by at least one readable byte.
    /// - Throws: if it is no JSON object. An object that is none of the known messages is no error.
    public mutating func read(_ text: UnsafeRawBufferPointer) throws(Malformed) -> StreamMessage {
        try envelope.read(text)
        if let topic = envelope["topic"]?.figure, let data = envelope["data"] { return push(topic, data) }
        guard let operation = envelope["op"]?.string else { return .other }
        return .reply(
            StreamMessage.Reply(
                operation: operation, isSuccess: envelope["success"]?.bool ?? true,
                text: envelope["ret_msg"]?.string ?? []))
    }

    private func push(_ topic: Figure, _ data: RecordValue) -> StreamMessage {
        let last = topic.lastIndex(of: UInt8(ascii: ".")) ?? topic.count - 1
        return .push(
            StreamMessage.Push(
                topic: Self.topic(topic[..<last]), symbol: UnsafeRawBufferPointer(rebasing: topic[(last + 1)...]),
                ts: envelope["ts"]?.figure?.milliseconds, matchedTs: envelope["cts"]?.figure?.milliseconds,
                // A topic that has only snapshots need not say so.
                isSnapshot: !(envelope["type"]?.equals("delta") ?? false),
                sequence: envelope["cs"]?.figure?.integer, data: data.text))
    }

    private static func topic(_ name: Slice<UnsafeRawBufferPointer>) -> StreamMessage.Topic {
        if name.elementsEqual("publicTrade".utf8) { return .trades }
        if name.elementsEqual("tickers".utf8) { return .ticker }
        if let depth = number(in: name, behind: "orderbook.") { return .book(depth) }
        if let minutes = number(in: name, behind: "kline.") { return .bars(minutes) }
        return .other
    }

    private static func number(in name: Slice<UnsafeRawBufferPointer>, behind prefix: StaticString) -> Int? {
        prefix.withUTF8Buffer { prefix in
            guard name.starts(with: prefix) else { return nil }
            return UnsafeRawBufferPointer(rebasing: name.dropFirst(prefix.count)).integer.map(Int.init)
        }
    }
}

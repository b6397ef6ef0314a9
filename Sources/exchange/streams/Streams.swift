import Bybit

/// Who listens, and to what; what is on its way to them.
struct Streams {
    enum Kind: String {
        case open = "/v5/public/linear"
        case personal = "/v5/private"
        case trade = "/v5/trade"
    }

    struct Stream {
        let kind: Kind
        let name: String
        /// Whose it is, once it has shown so.
        var account: Int?
        var topics: [String] = []
        /// Names of requests that were used.
        var requests: Set<String> = []
    }

    /// The most topics one stream may have; requests whose names are remembered.
    static let topicLimit = 1000
    static let requestLimit = 10_000

    private enum Delayed {
        case message(Message)
        case subscription(stream: Int, topics: [String])
    }

    private let delay: Int64
    private let topicName: TopicName
    private var streams: [Int: Stream] = [:]
    private var opened = 0
    /// By topic, in the order of their subscription.
    private var listeners: [String: [Int]] = [:]
    /// The topics that somebody listens to.
    private(set) var topics: Set<String> = []
    /// By account: private streams that have shown whose they are.
    private var personal: [Int: [Int]] = [:]
    private var delayed: [(at: Int64, what: Delayed)] = []
    private var messages: [Message] = []

    init(_ options: ExchangeOptions) {
        delay = Int64((options.ackDelay * 1e6).rounded())
        topicName = options.categorisedTopic
    }

    var deadline: Int64? { delayed.first?.at }
    subscript(number: Int) -> Stream? { streams[number] }
    func hasPrivate(_ account: Int) -> Bool { personal[account] != nil }

    mutating func open(_ path: String) -> Int? {
        guard let kind = Kind(rawValue: path) else { return nil }
        opened += 1
        streams[opened] = Stream(kind: kind, name: Identifier.connection(opened))
        return opened
    }

    mutating func close(_ number: Int) {
        guard let stream = streams.removeValue(forKey: number) else { return }
        for topic in stream.topics { forget(number, topic) }
        if let account = stream.account { personal[account] = personal[account]?.filter { $0 != number } }
    }

    mutating func own(_ number: Int, _ account: Int) {
        streams[number]?.account = account
        if streams[number]?.kind == .personal { personal[account, default: []].append(number) }
    }

    /// - Returns: whether the name is new.
    mutating func use(request: String, of number: Int) -> Bool {
        guard let stream = streams[number], stream.requests.count < Self.requestLimit else { return true }
        return streams[number]?.requests.insert(request).inserted ?? false
    }

    // MARK: Topics

    /// Takes effect with the acknowledgement.
    mutating func subscribe(_ number: Int, _ names: [String], at now: Int64) {
        delayed.append((now + delay, .subscription(stream: number, topics: names)))
    }

    mutating func unsubscribe(_ number: Int, _ names: [String]) {
        streams[number]?.topics.removeAll { names.contains($0) }
        for name in names { forget(number, name) }
    }

    private mutating func forget(_ number: Int, _ topic: String) {
        listeners[topic]?.removeAll { $0 == number }
        if listeners[topic]?.isEmpty == true {
            listeners[topic] = nil
            topics.remove(topic)
        }
    }

    private mutating func activate(_ number: Int, _ names: [String]) -> [(stream: Int, topic: String)] {
        guard let stream = streams[number] else { return [] }
        var fresh: [(stream: Int, topic: String)] = []
        for name in names where streams[number]?.topics.contains(name) == false {
            streams[number]?.topics.append(name)
            guard stream.kind == .open else { continue }
            listeners[name, default: []].append(number)
            topics.insert(name)
            fresh.append((number, name))
        }
        return fresh
    }

    // MARK: Messages

    mutating func send(_ text: [UInt8], to number: Int, topic: String) {
        messages.append(Message(stream: number, topic: topic, text: text))
    }

    mutating func send(_ text: [UInt8], toTopic topic: String) {
        for number in listeners[topic] ?? [] { send(text, to: number, topic: topic) }
    }

    /// Sends rows to the private streams of an account, under the name that each has subscribed to.
    mutating func send(_ topic: String, to account: Int, text: (String) -> JSON) {
        let categorised = topic + ".linear"
        for number in personal[account] ?? [] {
            guard let topics = streams[number]?.topics else { continue }
            if topics.contains(topic) { send(text(topic).bytes, to: number, topic: topic) }
            if topics.contains(categorised) {
                send(text(topicName == .plain ? topic : categorised).bytes, to: number, topic: categorised)
            }
        }
    }

    /// Sends an answer, held back a little.
    mutating func answer(_ number: Int, _ operation: String, _ answer: JSON, at now: Int64) {
        delayed.append((now + delay, .message(Message(stream: number, topic: operation, text: answer.bytes))))
    }

    /// Lets go of what was held back until now.
    /// - Returns: subscriptions that have begun.
    mutating func release(at now: Int64) -> [(stream: Int, topic: String)] {
        var begun: [(stream: Int, topic: String)] = []
        while let first = delayed.first, first.at <= now {
            delayed.removeFirst()
            switch first.what {
            case .message(let message): messages.append(message)
            case .subscription(let stream, let topics): begun += activate(stream, topics)
            }
        }
        return begun
    }

    mutating func takeMessages() -> [Message] {
        guard !messages.isEmpty else { return [] }
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }
}

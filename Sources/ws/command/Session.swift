import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import NIOWebSocket
import Stage
import WsFold

/// One connection after the other, and what is between them. All of it happens on the event loop.
///
/// `@unchecked`: `start`, `send`, `resume` and `stop` may be called from anywhere and go to the loop; the rest is
/// called there only.
final class Session: @unchecked Sendable {
    let endpoint: Endpoint
    let options: WsOptions
    let greeting: [[UInt8]]
    let tls: NIOSSLContext?
    let outbox: Outbox
    let loop: any EventLoop
    private var reconnect: Reconnect
    private var random = SystemRandomNumberGenerator()
    private var clock = ReceiveClock()
    private var connection: Connection?
    private var isStopping = false

    init(to endpoint: Endpoint, _ options: WsOptions, greeting: [[UInt8]], tls: NIOSSLContext?, outbox: Outbox) {
        self.endpoint = endpoint
        self.options = options
        self.greeting = greeting
        self.tls = tls
        self.outbox = outbox
        reconnect = Reconnect(attempts: options.attempts, retries: options.retries)
        loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    }

    func start() { loop.execute { self.attempt() } }

    /// Sends lines of standard input; those that come while there is no connection are not kept for the next: what
    /// they say (a signature, an order) may be stale by then.
    /// - Parameter refused: what there was besides, that cannot be sent.
    func send(_ lines: [[UInt8]], refused: [Event]) {
        outbox.handOver()
        loop.execute {
            for event in refused { self.write(event) }
            guard let connection = self.connection, connection.isOpen else {
                if !lines.isEmpty { self.write(.unsent(lines: lines.count, reason: "not connected")) }
                return self.outbox.handedOver()
            }
            connection.send(lines).whenComplete { _ in self.outbox.handedOver() }
        }
    }

    /// The outbox was emptied.
    func resume() { loop.execute { self.connection?.resume() } }

    /// Closes the connection, and ends.
    func stop(because reason: String) {
        loop.execute {
            self.isStopping = true
            guard let connection = self.connection else { return self.outbox.end(.closedOutput) }
            connection.end(reason, code: .normalClosure)
        }
    }

    // MARK: - On the loop

    private func attempt() {
        guard !isStopping else { return }
        let connection = Connection(of: self)
        self.connection = connection
        connection.connect()
    }

    func opened() {
        reconnect.opened()
        write(.open(url: endpoint.name))
        outbox.opened()
    }

    /// - Parameter lifetime: in seconds; nil if the attempt failed.
    func ended(after lifetime: Double?, _ reason: String) {
        connection = nil
        var delay: Double?
        if !isStopping {
            delay = lifetime.map { reconnect.closed(after: $0, using: &random) } ?? reconnect.failed(using: &random)
        }
        write(lifetime == nil ? .failed(reason: reason, retry: delay) : .closed(reason: reason, retry: delay))
        guard let delay else {
            let cause = Event.oneLine(reason)
            return outbox.end(.refused(.unavailable, "unable to reach \(endpoint.name): \(cause)"))
        }
        _ = loop.scheduleTask(in: .nanoseconds(Int64(delay * 1e9))) { self.attempt() }
    }

    /// - Returns: whether the output is full now.
    @discardableResult
    func write(_ event: Event) -> Bool {
        let line = event.line(at: now())
        defer { outbox.announce() }
        return outbox.append { $0.append(contentsOf: line) }
    }

    /// - Returns: what became of the text frame, and whether the output is full now.
    func write(_ frame: ByteBuffer) -> (Frame.Outcome, isFull: Bool) {
        var outcome = Frame.Outcome.written
        let time = now()
        let isFull = outbox.append { lines in
            outcome = frame.withUnsafeReadableBytes { Frame.append($0, at: time, to: &lines) }
        }
        return (outcome, isFull)
    }

    private func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return clock.time(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

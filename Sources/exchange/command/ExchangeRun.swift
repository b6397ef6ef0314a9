import ExchangeFold
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Stage

/// The process around the server. One event loop does all the work; the main thread waits, for standard input, for a
/// signal, for the end of standard output, and for word from the loop.
final class ExchangeRun: Sendable {
    /// What the loop has to say to the main thread.
    private struct News {
        var wantsInput = true
        /// The input is used up; its failure, if its lines were not all records.
        var inputEnd: Result<Void, any Error>?
        var failure: (any Error)?
    }

    private let news = NIOLockedValueBox(News())
    private let bell = Bell()
    private let stays: Bool

    init(stays: Bool) throws { self.stays = stays }

    /// - Throws: `Failure`; also how a signal ends it.
    func run(
        _ exchange: Exchange, accounts: [String], faults: FaultPlan, at address: SocketAddress,
        meta: @escaping (Int64) -> [UInt8]
    ) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let server = Server(exchange, accounts: accounts, connectionLimit: Self.connectionLimit(), loop: loop)
        server.faults = faults
        server.whenFailed = { [self] error in tell { $0.failure = error } }
        let market = MarketInput(
            server, meta: meta, whenHungry: { [self] in tell { $0.wantsInput = true } },
            whenOver: { [self] error in tell { $0.inputEnd = error.map { .failure($0) } ?? .success(()) } })
        let listener = try Listening.bind(address, server, on: group)
        if let bound = listener.localAddress, let host = bound.ipAddress, let port = bound.port {
            let name = host.contains(":") ? "[\(host)]" : host
            diagnose(ExchangeCommand.program, "listening on \(name):\(port)")
            if accounts.isEmpty { diagnose(ExchangeCommand.program, "no account in a --key-file: nobody can trade") }
        }
        let end = Result { try wait(market, loop) }
        try? sayGoodbye(server, listener)
        // The loop must not outlive the server.
        try? group.syncShutdownGracefully()
        withExtendedLifetime((server, market)) {}
        try end.get()
    }

    /// Waits until there is a reason to end.
    private func wait(_ market: MarketInput, _ loop: any EventLoop) throws {
        while true {
            let state = news.withLockedValue { $0 }
            if let failure = state.failure { throw failure }
            if let end = state.inputEnd, !stays { return try end.get() }
            let wantsInput = state.wantsInput && state.inputEnd == nil
            var files = [
                pollfd(fd: wantsInput ? 0 : -1, events: Int16(POLLIN), revents: 0), OutputPort.closing, bell.rings,
            ]
            _ = UnixSignals.wait(&files)
            if let number = UnixSignals.pending { throw Failure.interrupted(number) }
            try OutputPort.check(files[1])
            if files[2].revents != 0 { bell.silence() }
            if files[0].revents != 0 {
                news.withLockedValue { $0.wantsInput = false }
                loop.execute { market.read() }
            }
        }
    }

    private func tell(_ change: (inout News) -> Void) {
        news.withLockedValue { change(&$0) }
        bell.ring()
    }

    /// Streams get a close frame, and everybody a moment to read what was sent.
    private func sayGoodbye(_ server: Server, _ listener: any Channel) throws {
        try listener.close().wait()
        try server.loop.submit {
            server.finish()
            server.closeAll(1001)
        }.wait()
        let deadline = NIODeadline.now() + Limits.farewellTime
        while NIODeadline.now() < deadline,
            UnixSignals.pending == nil || NIODeadline.now() < deadline - .milliseconds(500)
        {
            guard try server.loop.submit({ server.hasConnections }).wait() else { return }
            usleep(5000)
        }
    }

    /// Room for connections: the process's file limit is raised for it, and bounds it where it cannot be.
    private static func connectionLimit() -> Int {
        /// Standard streams, the listener, the event loop's own.
        let others = 32
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, rlim_t(Limits.connections + others)))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return max(1, min(Limits.connections, Int(clamping: limit.rlim_cur) - others))
    }
}

/// Wakes the main thread out of poll(2).
private final class Bell: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no pipe")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    var rings: pollfd { pollfd(fd: reading, events: Int16(POLLIN), revents: 0) }

    func ring() { _ = write(writing, [1], 1) }

    func silence() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(reading, &bytes, bytes.count) == bytes.count {}
    }
}

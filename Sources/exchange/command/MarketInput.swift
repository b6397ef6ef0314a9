import NIOCore
import Records
import Stage

/// The market's records on their way from standard input to the exchange, a few at a time, so that clients are served
/// in between however fast the market is.
///
/// Unchecked: it belongs to the server's event loop, but for the closures, which are set before it starts.
final class MarketInput: @unchecked Sendable {
    private let server: Server
    private var intake: Intake
    /// Called when all that was read is used up, and more can be read.
    private let whenHungry: () -> Void
    private let whenOver: ((any Error)?) -> Void

    init(
        _ server: Server, meta: @escaping (Int64) -> [UInt8], whenHungry: @escaping () -> Void,
        whenOver: @escaping ((any Error)?) -> Void
    ) {
        self.server = server
        self.whenHungry = whenHungry
        self.whenOver = whenOver
        intake = Intake(0, program: ExchangeCommand.program, meta: meta)
    }

    /// Reads once; standard input must be ready, for the event loop must not wait here.
    func read() {
        do {
            let count = try intake.fill()
            if count == 0 { end() } else { use() }
        } catch { whenOver(error) }
    }

    private func use() {
        guard server.take(&intake) else { return whenHungry() }
        // A pause, not just a new task: tasks that are ready come before sockets that are.
        server.loop.assumeIsolated().scheduleTask(in: Limits.turnPause) { [unowned self] in use() }
    }

    private func end() {
        server.endInput(&intake)
        do {
            try intake.check()
            whenOver(nil)
        } catch { whenOver(error) }
    }
}

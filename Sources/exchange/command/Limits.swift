import NIOCore

/// What a client may ask of the process: every buffer, count and wait that it can cause has its bound here.
enum Limits {
    static let connections = 1024
    /// Of a request: its line and its headers.
    static let headBytes = 1 << 16
    static let headerFields = 100
    /// Of one request, and of all that are on their way.
    static let bodyBytes = 1 << 20
    static let bodyBytesInAll = 64 << 20
    /// Of one message from a stream's client, in as many frames as it likes.
    static let messageBytes = 1 << 18
    /// What may wait for a stream's client to read it; a client that falls further behind is cut off.
    static let waitingBytes = 1 << 20
    /// What the system may hold beside that; without a bound it would take some MiB more.
    static let systemBytes = 1 << 18
    /// What is read and thrown away of a client that was refused, so that it sees the refusal.
    static let discardedBytes = 4 << 20

    static let headTime = TimeAmount.seconds(10)
    static let bodyTime = TimeAmount.seconds(20)
    /// Between two requests of one connection.
    static let idleTime = TimeAmount.seconds(120)
    /// For what was written to be read, and for the other side to close.
    static let farewellTime = TimeAmount.seconds(1)
    /// Without a frame from a private stream's client; `max_active_time` says otherwise.
    static let streamIdleSeconds = 600
    static let streamIdleRange = 30...600

    /// What is read of one client before the others have their turn: some ten requests.
    static let bytesPerTurn = 4096
    /// Market records between two looks at the clients.
    static let recordsPerTurn = 128
    /// How long those looks take precedence.
    static let turnPause = TimeAmount.microseconds(50)
}

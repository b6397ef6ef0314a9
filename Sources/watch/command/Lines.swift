import Glibc
import Stage

/// Standard error as a place for lines. A stream waits for nobody who only looks: a line that is not taken at once is left out,
/// and how many were is said when it goes on. Where a file is read nothing is held up, so there each line is waited for.
struct Lines {
    private let port: OutputPort?
    /// Opened anew where that can be, so that writes come back: standard error itself is shared with others.
    private let descriptor: Int32
    /// Of a line that was taken in part.
    private var rest: ArraySlice<UInt8> = []
    private var leftOut = 0
    private var isOpen = true

    init() {
        let isFile = Self.kind(0) == S_IFREG
        port = isFile ? OutputPort(2, name: "standard error") : nil
        let again = isFile || ![S_IFIFO, S_IFCHR].contains(Self.kind(2)) ? -1 : Self.openAgain()
        descriptor = again >= 0 ? again : 2
    }

    private static func kind(_ descriptor: Int32) -> mode_t {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    private static func openAgain() -> Int32 { open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }

    /// To wait for along with others: there is something to say still, and room for it.
    var room: pollfd { pollfd(fd: isOwing ? descriptor : -1, events: Int16(POLLOUT), revents: 0) }
    private var isOwing: Bool { isOpen && (!rest.isEmpty || leftOut > 0) }

    mutating func say(_ text: String) {
        settle()
        if isOwing || !begin(text) { leftOut += 1 }
    }

    /// Says what is owed, as far as there is room.
    mutating func settle() {
        goOn()
        guard rest.isEmpty, leftOut > 0 else { return }
        if begin(PlainText.count(leftOut, "line", "lines") + " left out: nobody read them") { leftOut = 0 }
    }

    /// - Returns: whether some of it was taken; the rest is owed.
    private mutating func begin(_ text: String) -> Bool {
        let line = Array((text + "\n").utf8)
        rest = line[...]
        goOn()
        guard rest.count == line.count else { return true }
        rest = []
        return false
    }

    private mutating func goOn() {
        guard isOpen, !rest.isEmpty else { return }
        if let port {
            isOpen = (try? rest.withUnsafeBytes { try port.write($0) }) != nil
            return rest = []
        }
        while !rest.isEmpty, hasRoom {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR {
                isOpen = errno == EAGAIN
                return
            }
            rest = rest.dropFirst(max(0, count))
        }
    }

    private var hasRoom: Bool {
        var files = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        return poll(&files, 1, 0) > 0
    }
}

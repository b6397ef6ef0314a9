import Glibc

/// The other screen, without a cursor: what stood there before is back when it is left.
private let entering: StaticString = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
private let leaving: StaticString = "\u{1B}[?25h\u{1B}[?1049l"

/// The terminal that is drawn on, and whether its other screen is: for a handler, which can be given nothing.
nonisolated(unsafe) private var shown: (descriptor: Int32, isEntered: Bool) = (-1, false)

/// Standard error as a terminal. What it does not take is not shown: the stream waits for nobody who only looks.
final class Terminal {
    private let hasColour: Bool
    /// Opened anew, so that writes to it come back though somebody has stopped the terminal (Ctrl-S): standard error itself is
    /// shared with others.
    private let descriptor: Int32
    private var isOpen = true

    /// - Returns: nil if standard error is none, or one that can only print lines.
    init?() {
        let kind = getenv("TERM").map { String(cString: $0) } ?? "dumb"
        guard isatty(2) == 1, kind != "dumb", let name = ttyname(2) else { return nil }
        descriptor = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        hasColour = getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
        shown.descriptor = descriptor
        isOpen = enterScreen()
        leaveWhenStopped()
    }

    /// Ctrl-Z gives the terminal back as it was; the picture comes again when the process goes on before it.
    private func leaveWhenStopped() {
        var action = sigaction()
        sigaction(SIGTSTP, nil, &action)
        // A shell without jobs has it ignored.
        guard action.__sigaction_handler.sa_handler == nil else { return }
        action.__sigaction_handler.sa_handler = { _ in
            if shown.isEntered { _ = Glibc.write(shown.descriptor, leaving.utf8Start, leaving.utf8CodeUnitCount) }
            shown.isEntered = false
            kill(getpid(), SIGSTOP)
        }
        sigaction(SIGTSTP, &action, nil)
    }

    private func enterScreen() -> Bool {
        shown.isEntered = true
        return write("\(entering)")
    }

    /// In the background the terminal is somebody else's.
    private var isBehind: Bool {
        let group = tcgetpgrp(2)
        return group >= 0 && group != getpgrp()
    }

    /// Draws what fits: asked anew each time, as windows change.
    func draw(_ lines: (_ width: Int, _ height: Int, _ hasColour: Bool) -> [String]) {
        guard isOpen else { return }
        if !shown.isEntered {
            guard !isBehind else { return }
            isOpen = enterScreen()
        }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        let drawn = lines(isKnown ? Int(size.ws_col) : 80, isKnown ? Int(size.ws_row) : 24, hasColour)
        // Each line is written over the old one, and its rest wiped: nothing flickers.
        let text = drawn.map { "\($0)\u{1B}[K" }.joined(separator: "\r\n")
        isOpen = write("\u{1B}[H\(text)\u{1B}[J")
    }

    /// - Parameter line: what is left behind.
    func leave(_ line: String) {
        guard isOpen else { return }
        _ = write("\(shown.isEntered ? "\(leaving)" : "")\(line)\r\n")
        shown.isEntered = false
    }

    /// - Returns: whether there is still somebody to show things to.
    private func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // The rest of this picture is not seen; the next one begins anew.
                return true
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

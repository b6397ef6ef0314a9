import Bybit
import Records

/// A line of the live stream: a receive time in microseconds, and behind it a frame of the exchange, `! {...}`, an event
/// of the connection, or `? {...}`, what REST answered.
enum FrameLine {
    case frame(StreamMessage)
    case event(JSON)
    case answer(JSON)

    /// The longest line: an answer with what stands around it.
    static let limit = RESTClient.bodyLimit + (64 << 10)

    /// Whether a line is of this format, and of no other.
    /// - Parameter text: what stands behind the receive time and its space.
    static func isRecognised(_ text: UnsafeRawBufferPointer) -> Bool {
        text.starts(with: "! {".utf8) || text.starts(with: "? {".utf8) || text.starts(with: #"{"topic":"#.utf8)
            || text.starts(with: #"{"success":"#.utf8)
    }
}

/// Reads lines of the live stream where they lie.
struct FrameReader: ~Copyable {
    private var stream = StreamReader()

    /// - Parameter line: without its LF, which must be readable.
    /// - Returns: the receive time in microseconds, and the line.
    mutating func read(_ line: UnsafeRawBufferPointer) throws(Malformed) -> (received: Int64, line: FrameLine) {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), let time = Frames.receiveTime(line[..<space]),
            space + 1 < line.count
        else { throw Malformed("no receive time", at: 0) }
        let mark = line[space + 1]
        let isOwn = mark == UInt8(ascii: "!") || mark == UInt8(ascii: "?")
        let start = space + (isOwn ? 2 : 1)
        let text = UnsafeRawBufferPointer(rebasing: line[start...])
        do throws(Malformed) {
            guard isOwn else { return (time.ts, .frame(try stream.read(text))) }
            let json = try JSON(reading: Array(text))
            return (time.ts, mark == UInt8(ascii: "!") ? .event(json) : .answer(json))
        } catch { throw Malformed(error.problem, at: start + error.at) }
    }
}

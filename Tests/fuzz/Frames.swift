import Bybit
@testable import ExecFold
@testable import FeedFold
import Records
import func Rehearsal.withPaddedLine

/// Frames of both streams: the feed reads lines of them, and the time of its records never decreases; exec takes private
/// ones, and opens nothing for any.
enum Frames {
    static func take(_ input: [UInt8]) {
        feed(input)
        guard var desktop = try? Desktop() else { return }
        try? desktop.open()
        for line in input.split(separator: 10).prefix(4) {
            guard let frame = try? JSON(reading: Array(line.drop { $0 != UInt8(ascii: "{") })) else { continue }
            desktop.hear { executor, out, now in executor.receive(frame: frame, at: now, into: &out) }
        }
    }

    private static func feed(_ input: [UInt8]) {
        var latest: Int64 = 0
        let market = LiveMarket { _, ts, _, _ in
            require(ts >= latest, "time goes back")
            latest = ts
        }
        var reader = FrameReader()
        for line in input.split(separator: 10) {
            try? withPaddedLine(Array(line)) { bytes in
                let (received, line) = try reader.read(UnsafeRawBufferPointer(rebasing: bytes.dropLast()))
                market.receive(line, received: received)
            }
            _ = market.takeDoubt()
        }
        market.finish()
    }
}

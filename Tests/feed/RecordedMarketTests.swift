import Foundation
import Testing

/// Frames of four recordings, merged, against the same market as records, if the data lies beside the package; skipped
/// otherwise. Not covered: depth, which is passed over.
struct RecordedMarketTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data")
    private static let frames = [
        "usdm_btcusdt_20240718", "usdm_btcusdt_20240719", "usdm_ethusdt_20240718", "usdm_ethusdt_20240719",
    ]
    .map { folder.appendingPathComponent($0 + ".gz").path }
    private static let records = folder.appendingPathComponent("ticks-usdm-20240718.ndjson.gz").path

    @Test(.enabled(if: (frames + [records]).allSatisfy(FileManager.default.fileExists)))
    func framesAreTheSameBytes() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("frames-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let made = try FeedRehearsal.run(arguments: Self.frames, output: path).lines
        let known = try FeedRehearsal.run(arguments: [Self.records], output: path).lines
        #expect(made.count == 123_944)
        #expect(made == known)
    }
}
